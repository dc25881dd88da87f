import type { SeriesInstanceUID, SOPClassUID, SOPInstanceUID, StudyInstanceUID } from './uids.js';

/** An instance anywhere in the archive. */
export interface InstanceReference {
  studyInstanceUID: StudyInstanceUID;
  seriesInstanceUID: SeriesInstanceUID;
  sopInstanceUID: SOPInstanceUID;
  sopClassUID: SOPClassUID;
}

/** The part of it that the SOP Instance Reference Macro carries (PS3.3 Table 10-11). */
export type SopReference = Pick<InstanceReference, 'sopClassUID' | 'sopInstanceUID'>;

/** The names that a new instance of a new series gets. */
export type ResultUids = Pick<InstanceReference, 'seriesInstanceUID' | 'sopInstanceUID'>;
