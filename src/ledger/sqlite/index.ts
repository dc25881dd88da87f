/**
 * The ledger in SQLite: one file that needs nothing installed, for one machine and any number of processes on it.
 *
 * `statements/` has a function per SQL statement. Over it stand the ledger's steps, each one transaction: `records.ts`
 * what can be told, `exams.ts` what writes without a claim, `claims.ts` what a claim's holder does; the rules that they
 * follow are in `../rules.ts`, the same for every database. `database.ts` is the file, `migrations.ts` its tables.
 */
export { Database } from './database.js';
export { sqliteLedger, sqliteReader } from './sqliteLedger.js';
export { namedFiles } from './statements/index.js';
