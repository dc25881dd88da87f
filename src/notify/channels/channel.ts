import type { Message } from '../message.js';

/** A way to people. */
export interface Channel {
  name: 'webhook' | 'email';
  /** @throws NotifyError */
  send(message: Message): Promise<void>;
  /** Whether messages could be sent, without sending one. @throws NotifyError */
  check(): Promise<void>;
  close(): Promise<void>;
}
