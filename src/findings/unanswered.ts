import { type LeftOut, type SourceInstance, standardView } from '../dicom/index.js';
import { imageNames } from './imageNames.js';
import { inViewOrder, lacksAnswer, viewName, viewOf } from './standardViews.js';

/** What of a study was analysed, and what was not. */
export interface Coverage {
  analysed: readonly SourceInstance[];
  leftOut: readonly LeftOut[];
}

/** All images of standard views that count, answered or not: what gives each of them its name. */
export function namedImages({ analysed, leftOut }: Coverage): SourceInstance[] {
  const others = leftOut.filter(({ superseded }) => superseded !== true);
  return [...analysed, ...others.flatMap(({ source }) => source ?? [])];
}

/** `R MLO`, or `an image` where its view cannot be told: the images that have no answer, in the order of the views. */
export function unansweredImages(coverage: Coverage): string[] {
  const nameOf = imageNames(namedImages(coverage));
  const lacking = coverage.leftOut.filter(lacksAnswer);
  const named = new Set(namedImages(coverage).map(standardView));
  const known = lacking.flatMap((left) => {
    const view = viewOf(left);
    if (left.source !== undefined) return [nameOf(left.source).name];
    // Too little is known of it to give it a number beside the others.
    return view === undefined ? [] : [named.has(view) ? `${viewName(view)} (another)` : viewName(view)];
  });
  const unknown = lacking.filter((left) => viewOf(left) === undefined).length;
  const others = unknown === 0 ? [] : [unknown === 1 ? 'an image' : `${unknown} images`];
  return [...inViewOrder([...new Set(known)]), ...others];
}

/** What a picture says of images that have no answer: an answer about a part must not look like one about all. */
export function unansweredText(coverage: Coverage): string | undefined {
  const images = unansweredImages(coverage);
  return images.length === 0 ? undefined : `part of the exam: ${images.join(' and ')} not analysed`;
}
