/**
 * The ledger: what was seen, done and delivered, so that nothing is lost and nothing is done twice.
 *
 * `ledger.ts` is the contract: which steps there are, each atomic; `allExams.ts` is what can be told of all exams
 * together, and the order to pause; `sighting.ts` what a look at the archive tells, `examOutcome.ts` what results say
 * of an exam; `examState.ts` says where an exam can stand, `ways.ts` what can be ordered of it. `openLedger.ts` opens
 * it, `olderLedger.ts` is what is said of one that an earlier version has written.
 * `rules.ts` says what is allowed, in pure functions that know no database; `lease.ts` how long a claim stands,
 * `owner.ts` whether the process that holds it still runs. `steps/` are the steps, the same for every database;
 * `statements.ts` and `retriable.ts` are what they ask of one, `saidStatements.ts` has it said to one connection.
 * `sqlite/` keeps the ledger in a file, `postgres/` on a server for several machines. `spool.ts` keeps the objects'
 * bytes until the archive has them.
 */

export type {
  Backlog,
  Ending,
  ExamImage,
  LastLook,
  Latency,
  LedgerEvent,
  LedgerOverview,
  MadeObject,
  Pausing,
  ReasonCount,
} from './allExams.js';
export { LedgerError, type LedgerErrorCode } from './errors.js';
export { isServed } from './examKey.js';
export {
  type ClosedState,
  EXAM_STATES,
  type ExamState,
  RETRIABLE_STATES,
  type RetriableState,
} from './examState.js';
export { LEASE_SECONDS, renewalMs } from './lease.js';
export type {
  Among,
  Answer,
  Change,
  Claim,
  Clock,
  ExamKey,
  ExamRecord,
  Glance,
  KeptObject,
  Ledger,
  LedgerReader,
  ObjectToKeep,
  Observation,
  Outcome,
  Reason,
  RetryFilter,
  ServedModel,
  SetPlace,
  Sighting,
  Turn,
  WrittenObject,
} from './ledger.js';
export {
  isLedgerThere,
  isSentInTheClear,
  ledgerFileOf,
  openExistingLedger,
  openExistingLedgerToRead,
  openLedger,
  openLedgerToRead,
} from './openLedger.js';
export type { LedgerPlace } from './place.js';
export {
  editionOf,
  isAnswered,
  isOnItsWay,
  lacksViewsSince,
  REFUSED,
  saysMore,
  takeable,
  waysFor,
  whichTry,
} from './rules.js';
export type { RetriableCount, Ways } from './ways.js';
