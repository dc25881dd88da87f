/**
 * The statements of the PostgreSQL ledger: a function each, with its parameters and the row that it answers, and above
 * it the reason for its shape. They know no rules; who calls them, does (`../../rules.ts`). Values stand in them as
 * `:name`, times are milliseconds since 1970.
 */
export { adopt, adoptable, lockAdoptable, supersede } from './adoptionStatements.js';
export {
  claim,
  claimNext,
  countDue,
  heldRows,
  reclaim,
  release,
  renew,
  setClaimedFingerprint,
} from './claimStatements.js';
export {
  beginDelivery,
  close,
  confirm,
  keepObject,
  markSent,
  objectsToDeliver,
  withdraw,
} from './deliveryStatements.js';
export { history, insertEvent } from './eventStatements.js';
export {
  counts,
  findById,
  findByKey,
  glance,
  isOwn,
  list,
  lockByKey,
  lockStudy,
  namedFilesOf,
  predecessors,
} from './lookStatements.js';
export {
  backlog,
  endings,
  goOn,
  lastLook,
  latencies,
  made,
  newestExam,
  noteLook,
  oldestReady,
  pause,
  pausing,
  reasons,
} from './overviewStatements.js';
export { dropUnconfirmedBytes, insertSeen, reopen, setDue, updateSeen } from './sightingStatements.js';
export {
  countRetriable,
  fail,
  forgetObjects,
  giveUp,
  makeAgain,
  retriable,
  retry,
} from './troubleStatements.js';
