import type { StageSeconds } from '../admin/index.js';
import type { ExamReport } from '../poller/index.js';

/**
 * How long each stage of a try took, out of the moments at which it ended. A try that only delivered what an earlier
 * one had made has one stage; a try that failed has those that it came through.
 */
export function stageSeconds({ outcome, times }: Pick<ExamReport, 'outcome' | 'times'>): StageSeconds {
  const seconds: StageSeconds = {};
  if (outcome !== undefined) {
    const { prepared, inferred, rendered, reported } = outcome.times;
    seconds.prepared = prepared / 1000;
    // Without an image there is nothing to answer and nothing to draw.
    if (outcome.findings !== undefined) {
      seconds.inferred = (inferred - prepared) / 1000;
      seconds.rendered = (rendered - inferred) / 1000;
    }
    seconds.reported = (reported - rendered) / 1000;
    if (times.kept > 0) seconds.kept = (times.kept - times.analysed) / 1000;
  }
  if (times.delivered > 0) seconds.delivered = (times.delivered - times.kept) / 1000;
  return seconds;
}
