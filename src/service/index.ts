/**
 * Puts the parts together.
 *
 * `service.ts` opens what a running Mamori consists of, from its settings: the model and its threads, the archive, the
 * ledger, and the poller that works between them. `serviceStatus.ts` says how it is for the status page,
 * `doctor/` finds out before going live whether all of that will work.
 * `situationSource.ts` how it is for `notification.ts`, which has people told when it needs them.
 * `auditing.ts` opens the audit trail and notes in it what the service does, `orders.ts` what people order and how it
 * ended (`endCounts.ts`), `pageOrders.ts` has them order it on the status page. `supportBundle.ts` packs what may leave
 * the hospital about one exam.
 * `plainWays.ts` says what the settings leave unencrypted, for the log, the doctor and the status page.
 * `lookNews.ts` says what the ledger tells of the latest look, where no service can be asked (`runningService.ts`).
 * `pacsTrouble.ts` says what is wrong with the archive as a whole, for both.
 * `presentAnswer.ts` says which results in the archive are an exam's answer now, and which no longer.
 * `stageSeconds.ts` how long an exam's stages took for the metrics, `logger.ts` writes the log.
 * `blackener.ts` keeps the settings' secrets out of it, of the bundle and of messages, and `ownWords.ts` tells it what
 * is said anyhow. The command line calls these and adds words; nothing below knows that there is a service.
 */

export {
  type Audit,
  accessInto,
  noteReading,
} from './auditing.js';
export { blackener } from './blackener.js';
export { type CheckResult, type CheckState, examine, type NamedResult } from './doctor/index.js';
export { EndCounts } from './endCounts.js';
export { openLog } from './logger.js';
export { type LookNews, lookNews } from './lookNews.js';
export { openNotifier } from './notification.js';
export { carryOutHere, handedEnd, type Order, type OrderEnd, workedEnd } from './orders.js';
export { isRightlyNotProcessed } from './rightEnds.js';
export { askRunningService, type RunningService } from './runningService.js';
export { openPacs, openService, openWorkbench, type Service, servedModelOf } from './service.js';
export { statusOf } from './serviceStatus.js';
export { stageSeconds } from './stageSeconds.js';
export { type SupportRequest, supportBundle, supportContents } from './supportBundle.js';
