/**
 * The ledger: what was seen, done and delivered, so that nothing is lost and nothing is done twice.
 *
 * `ledger.ts` is the contract: what an exam's states are and which steps there are, each atomic. `rules.ts` says what
 * is allowed, in pure functions that know no database; `lease.ts` how long a claim stands. `sqlite/` keeps it in a
 * file; a further database is a further folder beside it. `spool.ts` keeps the objects' bytes until the archive has
 * them.
 */

export { LEASE_SECONDS, renewalMs } from './lease.js';
export {
  type Among,
  type Change,
  type Claim,
  type Clock,
  type ExamKey,
  type ExamRecord,
  type ExamState,
  type KeptObject,
  type Ledger,
  LedgerError,
  type LedgerErrorCode,
  type LedgerEvent,
  type LedgerReader,
  type ObjectToKeep,
  type Observation,
  type Outcome,
  type Reason,
  type ServedModel,
  type Sighting,
  type Turn,
  type WrittenObject,
} from './ledger.js';
export { openLedger, openLedgerToRead } from './openLedger.js';
export { takeable, whichTry } from './rules.js';
