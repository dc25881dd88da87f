import { placeInStudy, type SOPInstanceUID, type SourceInstance, standardView } from '../dicom/index.js';
import { viewName } from './standardViews.js';

/** What people call an image of a study. */
export interface ImageName {
  /** `R CC`, or `R CC (2)` where the study has several of the view. */
  name: string;
  /** Which of them, from 1 in the order in which they were taken; undefined where it is the only one. */
  which: number | undefined;
  /** By what a viewer tells it from the others: `series 1, image 9, taken at 10:10:10`, as far as its header says. */
  told: string;
}

/** The images of a study by the names that every result has for them; an answer must not be looked for on another. */
export function imageNames(sources: readonly SourceInstance[]): (source: SourceInstance) => ImageName {
  const ordered = sources.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  const names = new Map<SOPInstanceUID, ImageName>();
  for (const source of ordered) {
    const ofView = ordered.filter((other) => standardView(other) === standardView(source));
    const which = ofView.length > 1 ? ofView.indexOf(source) + 1 : undefined;
    names.set(source.sopInstanceUID, nameOf(source, which));
  }
  return (source) => names.get(source.sopInstanceUID) ?? nameOf(source, undefined);
}

function nameOf(source: SourceInstance, which: number | undefined): ImageName {
  const view = viewName(standardView(source));
  return { name: which === undefined ? view : `${view} (${which})`, which, told: told(source) };
}

/** Dates and times of DICOM sort as they stand; what lacks them comes first. */
function order(source: SourceInstance): string {
  const { acquisitionDate, contentDate, acquisitionTime, contentTime, seriesNumber, instanceNumber } = source;
  const numbers = [seriesNumber, instanceNumber].map((number) => String(number ?? 0).padStart(10, '0'));
  return [
    acquisitionDate ?? contentDate ?? '',
    acquisitionTime ?? contentTime ?? '',
    ...numbers,
    source.sopInstanceUID,
  ].join(' ');
}

function told({ seriesNumber, instanceNumber, acquisitionTime, contentTime }: SourceInstance): string {
  const time = /^(\d\d)(\d\d)(\d\d)/.exec(acquisitionTime ?? contentTime ?? '');
  const place = placeInStudy(seriesNumber, instanceNumber);
  return [
    ...(place === '' ? [] : [place]),
    ...(time === null ? [] : [`taken at ${time[1]}:${time[2]}:${time[3]}`]),
  ].join(', ');
}
