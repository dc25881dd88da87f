export { prepareInThread as prepare } from '../../src/image/index.js';

/** Other work of a shared thread: it lasts until the flag is set. */
export function hold(flag: Int32Array): void {
  Atomics.wait(flag, 0, 0);
}
