import { setFlagsFromString } from 'node:v8';

/**
 * How much larger a heap may get, in percent, before V8 looks through all of it for garbage. With 300 an exam would
 * take a tenth less processor time, and the service 50 MB more.
 */
const GROWTH_PERCENT = 120;

/**
 * Lets the heaps of this process and its threads grow before they are looked through.
 *
 * V8 counts arrays outside of its heap as part of it, and by itself looks through a heap of 25 MB once it has grown by
 * a few: with mammograms, at every file. That was a third of an exam's processor time, in vain, since the arrays are
 * used again or gone with the next small collection. What it may grow by are mostly those arrays; the limits of
 * `ThreadPoolOptions.heapMb` hold all the same.
 */
export function letHeapsGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
