import { MamoriError } from '../errors.js';

/** Stable codes of what can become of work in a thread, apart from what the work itself says. */
export type ThreadErrorCode =
  /** The work threw what nobody foresaw. */
  | 'thread-failed'
  /** The thread ended: out of memory, or a fault in native code. */
  | 'thread-crashed'
  /** The work took longer than it may; its thread was ended. */
  | 'thread-timed-out'
  /** The threads were closed before the work began. */
  | 'thread-stopped';

/** Work in a thread that has no answer. Rooms that use threads say it in their own words. */
export class ThreadError extends MamoriError<ThreadErrorCode> {}
