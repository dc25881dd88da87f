import type { View } from '../dicom/index.js';

/**
 * A view in words, for descriptions of series. OHIF's mammography layout takes any series whose description has "CC" in
 * it for a cranio-caudal mammogram, and the words for one with "L CC", "L MLO" or "R MLO" likewise.
 */
export const VIEW_IN_WORDS: Record<View, string> = { CC: 'craniocaudal', MLO: 'mediolateral oblique' };
