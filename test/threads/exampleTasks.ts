import { MamoriError } from '../../src/errors.js';
import { threadTask } from '../../src/threads/index.js';

export class ExampleError extends MamoriError {}

export class UnknownError extends MamoriError {}

/** The square, and its memory given away. */
export const square = threadTask(
  (numbers: Float64Array<ArrayBuffer>) => numbers.map((one) => one * one),
  ({ buffer }) => [buffer],
);

export const refuse = threadTask(({ named }: { named: boolean }): number => {
  const Class = named ? ExampleError : UnknownError;
  throw new Class('example-refused', 'It is refused.', { remedy: 'Ask for less.' });
});

export const stumble = threadTask((): number => {
  throw new TypeError('nobody foresaw this');
});

export const die = threadTask((): number => process.exit(1));

/** Work that lasts until the flag is set. */
export const hold = threadTask((flag: Int32Array) => {
  Atomics.wait(flag, 0, 0);
  return 'held';
});
