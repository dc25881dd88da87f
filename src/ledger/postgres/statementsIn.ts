import { saidTo } from '../saidStatements.js';
import type { LedgerStatements } from '../statements.js';
import type { Transaction } from './ledgerServer.js';
import * as sql from './statements/index.js';

/** The statements, said within one transaction. */
export function statementsIn(transaction: Transaction): LedgerStatements {
  return saidTo(transaction, sql);
}
