import { saidTo } from '../saidStatements.js';
import type { LedgerStatements } from '../statements.js';
import type { Database } from './database.js';
import * as sql from './statements/index.js';

/** The statements, said to one database. */
export function statementsOn(database: Database): LedgerStatements {
  const said = saidTo(database, sql);
  // A transaction keeps every other writer out.
  return { ...said, lockByKey: said.findByKey, lockAdoptable: said.adoptable, lockStudy: () => {} };
}
