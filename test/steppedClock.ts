/** The time of day of this process, as if somebody had set the machine's clock; steady clocks go on as they did. */
let aheadMs = 0;
const RealDate = globalThis.Date;

/** @param ms how far the clock is ahead of the right time; negative: behind; 0: right again */
export function setClockAhead(ms: number): void {
  aheadMs = ms;
  globalThis.Date = ms === 0 ? RealDate : SteppedDate;
}

const SteppedDate = class extends RealDate {
  constructor(...values: unknown[]) {
    super(...((values.length === 0 ? [RealDate.now() + aheadMs] : values) as [number]));
  }
  static override now(): number {
    return RealDate.now() + aheadMs;
  }
} as DateConstructor;
