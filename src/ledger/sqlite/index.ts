/**
 * The ledger in SQLite: one file that needs nothing installed, for one machine and any number of processes on it.
 *
 * `database.ts` is the file, `migrations.ts` its tables, `openingTrouble.ts` says why it cannot be
 * opened. `statements/` has a function per SQL statement; `sqliteStore.ts` makes of them what the ledger's steps need
 * (`../steps/`).
 */
export { Database } from './database.js';
export { cannotBeUsed } from './openingTrouble.js';
export { sqliteReadStore, sqliteStore } from './sqliteStore.js';
export { namedFiles } from './statements/index.js';
