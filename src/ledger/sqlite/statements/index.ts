/**
 * The statements of the SQLite ledger: a function each, with its parameters and the row that it answers, and above it
 * the reason for its shape. They know no rules; who calls them, does (`../rules.ts`). Times are milliseconds since
 * 1970.
 */
export { adopt, adoptable, supersede } from './adopting.js';
export {
  claim,
  claimNext,
  countDue,
  heldRows,
  reclaim,
  release,
  renew,
  setClaimedFingerprint,
} from './claiming.js';
export {
  beginDelivery,
  close,
  confirm,
  keepObject,
  markSent,
  objectsToDeliver,
  withdraw,
} from './delivering.js';
export { history, insertEvent } from './events.js';
export {
  counts,
  findById,
  findByKey,
  glance,
  isOwn,
  list,
  namedFiles,
  namedFilesOf,
  predecessors,
} from './looking.js';
export { dropUnconfirmedBytes, insertSeen, reopen, setDue, updateSeen } from './observing.js';
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
} from './overseeing.js';
export { countRetriable, fail, forgetObjects, giveUp, makeAgain, retriable, retry } from './trouble.js';
