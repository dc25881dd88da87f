import type { DayStretch } from '../admin/index.js';
import type { Ending, Latency, Ledger } from '../ledger/index.js';
import { isRightlyNotProcessed } from './rightEnds.js';

/** Half an hour: few enough to be drawn on a phone, short enough to show when something began. */
const STRETCH_MS = 30 * 60_000;
const STRETCHES = 48;

/** How the last 24 hours went, in stretches that begin on the hour and the half hour. */
export async function dayFigures(ledger: Ledger, now: Date): Promise<DayStretch[]> {
  const begun = Math.floor(now.getTime() / STRETCH_MS) * STRETCH_MS;
  const since = new Date(begun - (STRETCHES - 1) * STRETCH_MS);
  const endings = await ledger.endings(since, STRETCH_MS);
  const latencies = await ledger.latencies(since, STRETCH_MS);
  return Array.from({ length: STRETCHES }, (_, index) =>
    stretchOf(new Date(since.getTime() + index * STRETCH_MS), endings, latencies),
  );
}

function stretchOf(from: Date, endings: readonly Ending[], latencies: readonly Latency[]): DayStretch {
  const here = endings.filter((ending) => ending.from.getTime() === from.getTime());
  const sum = (state: Ending['state']) =>
    here
      .filter((ending) => ending.state === state && !isRightlyNotProcessed(ending.code))
      .reduce((all, { exams }) => all + exams, 0);
  const took = latencies.find((latency) => latency.from.getTime() === from.getTime());
  return {
    from,
    delivered: sum('delivered'),
    partial: sum('partial'),
    notProcessed: sum('not-processed'),
    failed: sum('failed'),
    median: took?.median,
    most: took?.most,
  };
}
