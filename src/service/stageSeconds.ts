import type { StageSeconds } from '../admin/index.js';
import type { ExamReport } from '../poller/index.js';

/**
 * How long each stage of a try took, out of the moments at which it ended. A try that only delivered what an earlier
 * one had made has stored and read back alone; a try that failed has those that it came through.
 */
export function stageSeconds({ outcome, times }: Pick<ExamReport, 'outcome' | 'times'>): StageSeconds {
  const milliseconds: StageSeconds = {};
  if (outcome !== undefined) {
    const { prepared, inferred, explained, rendered, reported } = outcome.times;
    // Images are prepared while others still come: what is told of preparing is what came on top.
    milliseconds.fetch = Math.min(times.fetching, prepared);
    milliseconds.prepare = prepared - milliseconds.fetch;
    // Without an image there is nothing to answer and nothing to draw.
    if (outcome.findings !== undefined) {
      milliseconds.network = inferred - prepared;
      milliseconds.explain = explained - inferred;
      milliseconds.draw = rendered - explained;
    }
    milliseconds.report = reported - rendered;
    if (times.kept > 0) milliseconds.keep = times.kept - times.analysed;
    if (times.delivered > 0) milliseconds.whole = times.delivered;
  }
  if (times.delivered > 0) {
    milliseconds.store = times.storing;
    milliseconds.readBack = times.delivered - times.kept - times.storing;
  }
  const told = Object.entries(milliseconds).map(([stage, ms]) => [stage, Math.max(0, ms) / 1000]);
  return Object.fromEntries(told) as StageSeconds;
}
