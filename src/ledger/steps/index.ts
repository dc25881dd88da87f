/**
 * The ledger's steps, each one transaction, the same for every database: `records.ts` what can be told of an exam,
 * `overviews.ts` of all together, `exams.ts` what writes without a claim, `claims.ts` what a claim is and how it ends,
 * `deliveries.ts` what its holder does with the objects that it has made, `succession.ts` which of two sets about a
 * study comes first. They follow the rules (`../rules.ts`) and ask the database in single statements
 * (`../statements.ts`). `store.ts` is what they need of one, `storedLedger.ts` makes a ledger of it.
 */
export type { ReadStore, Step, Store, View } from './store.js';
export { readerOf, storedLedger } from './storedLedger.js';
