/**
 * Tells people when the service needs them, and when it is over.
 *
 * `situation.ts` is how the service is at one moment, as plain data that whoever runs it puts together.
 * `alarmRules.ts` is the table of what is worth telling, a pure function for each kind of alarm; `busyHours.ts` counts
 * the hours in which exams are made. `alarmBook.ts` makes news of that: what has lasted long enough, what is still so
 * after a day, what is over and stays so, all of it once and grouped. `message.ts` puts it into words.
 *
 * `channels/` are the ways to people: a webhook and e-mail. `outbox.ts` keeps what is to be sent on each of them until
 * it has arrived. `notifier.ts` goes round: look, judge, send; `noticeFile.ts` keeps the book and the outbox across
 * restarts.
 *
 * Nothing here waits for exams, and no exam waits for anything here. The room knows neither ledger nor PACS. What it
 * says holds no patient data, no UID and no secret: what it is told is cleaned by whoever tells it.
 */
export { ALARM_KINDS, type AlarmKind } from './alarmKind.js';
export type { AlarmSettings } from './alarmRules.js';
export {
  type Channel,
  type EmailOptions,
  openEmail,
  openWebhook,
  type WebhookOptions,
} from './channels/index.js';
export { NotifyError, type NotifyErrorCode } from './errors.js';
export { testMessage } from './message.js';
export { type DeliveryResult, Notifier, type NotifierParts } from './notifier.js';
export type { CertificateEnd, DiskRoom, Situation, Trouble } from './situation.js';
