/**
 * The administrator's view of a running service, for people and for programs that watch over it.
 *
 * One small Express server (`server.ts`) answers. The pages (`page/`, with what browsers load beside them in `assets/`)
 * say whether the service works, what waits and why, what failed and what to do, and tell of each exam. `/api/v1`
 * (`api/`) is all of it as JSON, with orders to retry, to pause and to go on. `condition.ts` says how the service is in
 * one sentence, `advice.ts` what to do about a reason. `/health` (`health.ts`) is 200 or 503 for supervisors, and so
 * are `/health/live` and `/health/ready` for orchestrators. `/metrics` (`metrics.ts`) is for Prometheus: how the
 * service is now, and how long the stages of its exams took. Both are loaded when a service opens them (`opening.ts`).
 *
 * `access/` is the door: who may see, who may act, and how they sign in. `listener.ts` listens, by https where there is
 * a certificate.
 *
 * The room knows neither ledger nor PACS. Whoever runs the service hands in a function that tells its state as plain
 * data (`serviceState.ts`), and one that asks and orders about exams (`examDesk.ts`), so that the page can be tested on
 * any state, and shows UIDs and reasons but no patient.
 */
export type { AccessEvent, AccessKind, AccessListener, Person, Role } from './access/index.js';
export { adviceOn } from './advice.js';
export { AdminError, type AdminErrorCode } from './errors.js';
export type {
  ExamAnswer,
  ExamDesk,
  ExamFilter,
  ExamStep,
  ExamWork,
  ImageStatus,
  ObjectStatus,
  PresentAnswer,
  Retried,
} from './examDesk.js';
export type { Readiness } from './health.js';
export type { AdminServer } from './listener.js';
export type { StageSeconds } from './metrics.js';
export { openMetrics, startAdmin } from './opening.js';
export type { AdminOptions } from './server.js';
export type {
  BacklogStatus,
  DayStretch,
  ExamStatus,
  PauseStatus,
  ReasonStatus,
  RecentExams,
  StatusSnapshot,
  StatusSource,
} from './serviceState.js';
