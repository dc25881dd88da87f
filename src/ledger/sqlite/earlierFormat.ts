import Libsql from 'libsql';
import { inUse } from '../olderLedger.js';
import { MIGRATIONS } from './migrations.js';

/**
 * Brings the tables of an earlier version up to date, all steps or none, unless another process has the file open: a
 * service of that version would go on with tables that it does not know. Does nothing where there are none.
 *
 * By `exec` alone, which answers nothing: the library lets go of a file only when its prepared statements are
 * collected, and until then nobody has the file alone.
 *
 * @throws LedgerError `ledger-in-use`; SQLite's own error
 */
export function bringUpToDate(file: string, busyTimeoutMs: number): void {
  const connection = new Libsql(file, { timeout: busyTimeoutMs });
  try {
    connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA temp_store = MEMORY`);
    connection.exec('CREATE TEMP TABLE found (is_so CHECK (is_so))');
    if (!isSo(connection, IS_EARLIER)) return;
    begin(connection, file);
    let version = 1;
    while (isSo(connection, `${VERSION} > ${version}`)) version++;
    for (const step of MIGRATIONS.slice(version)) connection.exec(step);
    connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
  } finally {
    connection.close();
  }
}

const VERSION = '(SELECT user_version FROM pragma_user_version)';

const IS_EARLIER = /* sql */ `
  ${VERSION} BETWEEN 1 AND ${MIGRATIONS.length - 1}
  AND EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'exams')`;

function isSo(connection: Libsql.Database, condition: string): boolean {
  try {
    connection.exec(`INSERT INTO temp.found SELECT (${condition})`);
    return true;
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_CONSTRAINT')) return false;
    throw error;
  }
}

/** SQLite leaves the write-ahead log only where nobody else has the file open. */
function begin(connection: Libsql.Database, file: string): void {
  try {
    connection.exec('PRAGMA busy_timeout = 0; PRAGMA foreign_keys = OFF; PRAGMA journal_mode = DELETE');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_BUSY')) throw error;
    throw inUse(`The ledger ${file}`, { others: 'another process has it open', cause: error });
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '');
}
