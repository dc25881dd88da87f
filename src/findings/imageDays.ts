import { type SOPInstanceUID, type SourceInstance, standardView } from '../dicom/index.js';
import { imageNames } from './imageNames.js';
import { inViewOrder } from './standardViews.js';

type Dated = Pick<SourceInstance, 'acquisitionDate' | 'contentDate'>;

/** The day on which an image was taken (DA); undefined where its header does not say. */
function dayOf({ acquisitionDate, contentDate }: Dated): string | undefined {
  return acquisitionDate ?? contentDate;
}

/**
 * Those of the images whose view was taken again on a later day: a repeat, or an earlier exam that was imported into
 * the study. They say nothing of the breast as it is now, and in a mean they would hide what is new in it. An image
 * that does not tell its day is none of them, nor does it make another one so.
 */
export function earlierImages(sources: readonly SourceInstance[]): ReadonlySet<SOPInstanceUID> {
  const latest = new Map<string, string>();
  for (const source of sources) {
    const [view, day] = [standardView(source), dayOf(source) ?? ''];
    if (day > (latest.get(view) ?? '')) latest.set(view, day);
  }
  const isEarlier = (source: SourceInstance) =>
    (dayOf(source) ?? '9') < (latest.get(standardView(source)) ?? '');
  return new Set(sources.filter(isEarlier).map(({ sopInstanceUID }) => sopInstanceUID));
}

/** Whether images were taken on more than one day. */
export function areOfSeveralDays(sources: readonly SourceInstance[]): boolean {
  return new Set(sources.flatMap((source) => dayOf(source) ?? [])).size > 1;
}

/**
 * `Images of several days: R CC (2) of 2026-01-05; R CC (1) and R MLO of 2026-01-02.`, the latest first; undefined
 * where all are of one day, as far as they tell.
 *
 * @param sources all that have a name, answered or not: where the later ones have no answer, that of the earlier ones
 * must not read like today's
 */
export function daysText(sources: readonly SourceInstance[]): string | undefined {
  if (!areOfSeveralDays(sources)) return undefined;
  const nameOf = imageNames(sources);
  const days = [...new Set(sources.map((source) => dayOf(source) ?? ''))].sort().reverse();
  const said = days.map((day) => {
    const names = sources.filter((source) => (dayOf(source) ?? '') === day).map((one) => nameOf(one).name);
    return `${inViewOrder(names).join(' and ')} of ${readable(day)}`;
  });
  return `Images of several days: ${said.join('; ')}.`;
}

/** `2026-01-05`. */
function readable(day: string): string {
  if (day === '') return 'a day that the header does not say';
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}
