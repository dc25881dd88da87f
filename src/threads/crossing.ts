import { MamoriError } from '../errors.js';
import { ThreadError } from './errors.js';

/** An error on its way between threads. Cloned as it is, it would lose its class, its code and its remedy. */
export interface CrossedError {
  className: string;
  code: string;
  message: string;
  remedy: string | undefined;
  stack: string | undefined;
}

/** A class of errors that can cross: built as every error of Mamori is. */
export type ErrorClass = new (
  code: never,
  message: string,
  options: { remedy?: string; cause?: unknown },
) => MamoriError;

/** An error as plain data; one that was not raised on purpose crosses as `thread-failed`. */
export function crossing(error: unknown): CrossedError {
  if (error instanceof MamoriError) {
    const { name, code, message, remedy, stack } = error;
    return { className: name, code, message, remedy, stack };
  }
  const known = error instanceof Error;
  return {
    className: ThreadError.name,
    code: 'thread-failed',
    message: known ? error.message : String(error),
    remedy: undefined,
    stack: known ? error.stack : undefined,
  };
}

/**
 * The error on the other side: of its own class where that is one of `classes`, otherwise a `MamoriError` with its
 * code, message and remedy. Its stack is the thread's, where it happened.
 */
export function arrived(crossed: CrossedError, classes: readonly ErrorClass[]): MamoriError {
  const { className, code, message, remedy, stack } = crossed;
  const known: readonly ErrorClass[] = [...classes, ThreadError];
  const Class = known.find(({ name }) => name === className) ?? MamoriError;
  const error = new Class(code as never, message, remedy === undefined ? {} : { remedy });
  if (stack !== undefined) error.stack = stack;
  return error;
}
