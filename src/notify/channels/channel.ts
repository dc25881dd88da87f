import type { NotifyError } from '../errors.js';
import type { Message } from '../message.js';

/** A way to people. */
export interface Channel {
  name: 'webhook' | 'email';
  /**
   * @returns what kept it from some of those that it is for; undefined where it has arrived at all
   * @throws NotifyError where it has arrived at nobody
   */
  send(message: Message): Promise<NotifyError | undefined>;
  /** Whether messages could be sent, without sending one. @throws NotifyError */
  check(): Promise<void>;
  close(): Promise<void>;
}
