import {
  deriveUid,
  type LeftOut,
  type ResultUids,
  type SOPInstanceUID,
  type StudyInstanceUID,
  type Uid,
} from '../dicom/index.js';
import type { Bundle } from '../model/index.js';
import type { ExamSettings, ReportKind } from './types.js';

/** What an exam's results are named after: the same work always has the same names. */
export interface Work {
  /** Undefined where no file and no archive tells whose study it is: nothing is written then. */
  studyInstanceUID: StudyInstanceUID | undefined;
  analysed: { sopInstanceUID: SOPInstanceUID }[];
  leftOut: Pick<LeftOut, 'sopInstanceUID' | 'code'>[];
  bundle: Pick<Bundle, 'name' | 'version' | 'digest'>;
  settings: ExamSettings;
  /** Counts the times that a closed exam was taken up again, from 1. */
  revision: number;
}

/** The UIDs of everything that is written about one exam; pure functions of the work (`2.25.` + a hash). */
export interface ResultNames {
  report(kind: ReportKind): ResultUids;
  secondaryCapture(sourceInstanceUID: SOPInstanceUID): ResultUids;
  /** One UID per finding; `scope` is `exam`, a breast or an image. */
  trackingUid(scope: string): Uid<'finding'>;
}

/**
 * Left-out instances belong to the name: a report that says "one view could not be read" and the one made after
 * that view was repaired are different documents, and the archive must not take the second for the first. For the
 * same reason the revision does, from the second on: an exam that is processed again on demand gets other bytes
 * (their time, their predecessors), and one UID must not stand for two contents.
 */
export function resultNames(work: Work): ResultNames {
  const key = JSON.stringify([
    work.studyInstanceUID ?? '',
    work.analysed.map((source) => source.sopInstanceUID).sort(),
    work.leftOut.map((left) => `${left.sopInstanceUID} ${left.code}`).sort(),
    work.bundle.name,
    work.bundle.version,
    work.bundle.digest,
    work.settings.explain,
    work.settings.secondaryCapture?.longEdge ?? 'none',
    ...(work.revision > 1 ? [work.revision] : []),
  ]);
  return {
    report: (kind) => ({
      seriesInstanceUID: deriveUid('report-series', kind, key),
      sopInstanceUID: deriveUid('report', kind, key),
    }),
    secondaryCapture: (sourceInstanceUID) => ({
      seriesInstanceUID: deriveUid('secondary-capture-series', key),
      sopInstanceUID: deriveUid('secondary-capture', sourceInstanceUID, key),
    }),
    trackingUid: (scope) => deriveUid('finding', scope, key),
  };
}
