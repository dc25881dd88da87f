/** The ledger: what was seen, done and delivered, so that nothing is lost and nothing is done twice. */
export {
  type Algorithm,
  type Claim,
  type ExamKey,
  type ExamRecord,
  type ExamState,
  type KeptObject,
  type Ledger,
  LedgerError,
  type LedgerEvent,
  type LedgerReader,
  type ObjectToKeep,
  type Observation,
  type Outcome,
  type Reason,
  type WrittenObject,
} from './ledger.js';
export { openLedger, openLedgerToRead } from './openLedger.js';
