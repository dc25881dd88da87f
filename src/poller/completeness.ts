import type { SOPInstanceUID, StandardView } from '../dicom/index.js';
import type { ExamRecord } from '../ledger/index.js';

/** What the archive says about one mammogram of a study, as far as it says it. */
export interface SeenInstance {
  sopInstanceUID: SOPInstanceUID;
  /** Undefined where the archive does not tell, or where it is no standard view. */
  view: StandardView | undefined;
}

export type Completeness =
  | { complete: true; because: 'views' | 'settled' }
  | { complete: false; until: Date };

/**
 * Whether all images of an exam have arrived.
 *
 * DICOM has no message for "that was all": a study is taken as complete when every expected view is there, or
 * when nothing new has come for `settleSeconds`. The first saves the waiting for the usual four-view exam; the
 * second lets every other exam (one breast, extra views, no view codes) through as well.
 *
 * @param quietSince when something new last came
 */
export function completeness(
  instances: SeenInstance[],
  quietSince: Date,
  now: Date,
  expected: { views: StandardView[]; settleSeconds: number },
): Completeness {
  const seen = new Set(instances.map((instance) => instance.view));
  if (expected.views.length > 0 && expected.views.every((view) => seen.has(view))) {
    return { complete: true, because: 'views' };
  }
  const settled = new Date(quietSince.getTime() + expected.settleSeconds * 1000);
  if (now >= settled) return { complete: true, because: 'settled' };
  return { complete: false, until: settled };
}

/** So many times as long as the time before, for each time that further results were written. */
const LATER = 8;
const LONGEST_SETTLING_SECONDS = 86_400;

/**
 * What an exam is waited for: its views or its settling. One that was answered before and has got further images since
 * may have had all expected views already, so only settling tells that no more is coming: views that arrive late, one
 * after the other, lead to one further set of results. Should there be more after that one, they are given longer.
 *
 * @param answer how the exam was answered before, and by which revision, from 1
 */
export function awaited(
  answer: ExamRecord['answer'],
  settings: { views: StandardView[]; settleSeconds: number },
): { views: StandardView[]; settleSeconds: number } {
  if (answer === undefined || answer.state === 'not-processed') return settings;
  const { settleSeconds } = settings;
  const longer = settleSeconds * LATER ** Math.min(answer.revision - 1, 10);
  return { views: [], settleSeconds: Math.max(settleSeconds, Math.min(longer, LONGEST_SETTLING_SECONDS)) };
}
