import type { SourceInstance, View } from '../dicom/index.js';

/**
 * A view in words, for descriptions of series. OHIF's mammography layout takes any series whose description has "CC" in
 * it for a cranio-caudal mammogram, and the words for one with "L CC", "L MLO" or "R MLO" likewise.
 */
const VIEW_IN_WORDS: Record<View, string> = { CC: 'craniocaudal', MLO: 'mediolateral oblique' };
/** A title has room for two digits. */
const HIGHEST = 99;

/** ` R craniocaudal`, or ` R craniocaudal 2` for the second of several images of the view: what a title ends with. */
export function viewInTitle(
  { laterality, view }: Pick<SourceInstance, 'laterality' | 'view'>,
  which: number | undefined,
): string {
  const words = ` ${laterality} ${VIEW_IN_WORDS[view]}`;
  return which === undefined ? words : `${words} ${Math.min(which, HIGHEST)}`;
}
