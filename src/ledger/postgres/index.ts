/**
 * The ledger in PostgreSQL: any number of processes on any number of machines share the work.
 *
 * `serverAddress.ts` says how a ledger's URL is reached, `ledgerServer.ts` holds the connections: each step is one
 * transaction that begins with the database's clock, and is run again where its connection is lost. `serverErrors.ts`
 * tells what may pass from what does not, and names it. `tables.ts` are the tables in versions, `tableVersion.ts`
 * takes a database from one to the next. `statements/` has a function per statement; `postgresStore.ts` makes of them
 * what the ledger's steps need (`../steps/`).
 *
 * The bytes of objects on their way lie in the database, too (`keptBytes.ts`): they must survive the machine that made
 * them, and another one delivers the very same.
 */

export { isPostgresThere, openPostgres, openPostgresToRead } from './postgresStore.js';
export { isInTheClear } from './serverAddress.js';
