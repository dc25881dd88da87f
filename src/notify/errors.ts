import { MamoriError } from '../errors.js';

/** Why a message did not arrive. */
export type NotifyErrorCode =
  | 'notify-unreachable'
  | 'notify-timed-out'
  | 'notify-tls'
  /** The receiver does not take our credentials. */
  | 'notify-credentials'
  /** The receiver answers, and does not take the message. */
  | 'notify-refused'
  /** It takes the message for some of those that it is for. */
  | 'notify-refused-in-part'
  /** The receiver wants it to be sent elsewhere: what is secret would go there, too. */
  | 'notify-redirected'
  /** A setting that cannot be used, such as a file that is no certificate. */
  | 'notify-settings';

/** A message did not arrive. Holds neither address nor secret. */
export class NotifyError extends MamoriError<NotifyErrorCode> {}
