/** How often it is looked whether somebody has set the clock. */
const LOOK_MS = 1000;

/** The clock may run a little fast or slow; that is no step. */
const SMALLEST_STEP_MS = 2000;

/**
 * Calls `onStep` soon after somebody has set the machine's clock, forth or back.
 *
 * A schedule by the time of day sleeps until a moment that has been put off: with the clock set back by two hours it
 * would do nothing for two hours.
 */
export function watchClock(onStep: () => void): { stop(): void } {
  const ahead = () => Date.now() - performance.now();
  let before = ahead();
  const timer = setInterval(() => {
    const now = ahead();
    const step = Math.abs(now - before);
    before = now;
    if (step >= SMALLEST_STEP_MS) onStep();
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
