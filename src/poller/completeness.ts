import type { SOPInstanceUID, StandardView } from '../dicom/index.js';

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
 */
export function completeness(
  instances: SeenInstance[],
  lastChange: Date,
  now: Date,
  expected: { views: StandardView[]; settleSeconds: number },
): Completeness {
  const seen = new Set(instances.map((instance) => instance.view));
  if (expected.views.length > 0 && expected.views.every((view) => seen.has(view))) {
    return { complete: true, because: 'views' };
  }
  const settled = new Date(lastChange.getTime() + expected.settleSeconds * 1000);
  if (now >= settled) return { complete: true, because: 'settled' };
  return { complete: false, until: settled };
}

/** So many times as long as the time before, for each time that further results were written. */
const LATER = 8;
const LONGEST_SETTLING_SECONDS = 86_400;

/**
 * What an exam is waited for that was answered before and has got further images since. All of the expected views may
 * have been there already, so only settling tells that no more is coming: views that arrive late, one after the other,
 * lead to one further set of results. Should there be more after that one, they are given longer to gather.
 *
 * @param answered the revision whose results the archive holds, from 1
 */
export function lateArrivals(
  { settleSeconds }: { settleSeconds: number },
  answered: number,
): { views: StandardView[]; settleSeconds: number } {
  const longer = Math.min(settleSeconds * LATER ** Math.min(answered - 1, 10), LONGEST_SETTLING_SECONDS);
  return { views: [], settleSeconds: Math.max(settleSeconds, longer) };
}
