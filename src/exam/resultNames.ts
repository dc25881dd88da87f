import { createHash } from 'node:crypto';
import {
  deriveUid,
  type LeftOut,
  type ResultUids,
  type SOPInstanceUID,
  type StudyInstanceUID,
  type Uid,
} from '../dicom/index.js';
import type { Bundle } from '../model/index.js';
import type { ExamSettings } from './outputSettings.js';
import type { PictureKind, ReportKind } from './outputs.js';

/**
 * The settings that change what is said about an exam. Both its key in the ledger and the names of its objects come
 * from here. Which kinds of object are written and how large a picture is do not count: neither changes an answer, and
 * one more kind from tomorrow on is no reason to write everything again. Addresses, schedules and the engine do not
 * count either: they change how fast the same answer comes.
 */
function resultSettings({ explain }: Pick<ExamSettings, 'explain'>): object {
  return { explain };
}

/** Names the settings that change what is said about an exam: sixteen hexadecimal digits. */
export function resultDigest(settings: Pick<ExamSettings, 'explain'>): string {
  return createHash('sha256')
    .update(JSON.stringify(resultSettings(settings)))
    .digest('hex')
    .slice(0, 16);
}

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
  /**
   * A series for each: lists of thumbnails show series, and pictures must not be taken for each other.
   *
   * @param sourceInstanceUID the image that it shows; undefined for the one about all of them
   */
  picture(kind: PictureKind, sourceInstanceUID: SOPInstanceUID | undefined): ResultUids;
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
    resultSettings(work.settings),
    ...(work.revision > 1 ? [work.revision] : []),
  ]);
  return {
    report: (kind) => ({
      seriesInstanceUID: deriveUid('report-series', kind, key),
      sopInstanceUID: deriveUid('report', kind, key),
    }),
    picture: (kind, sourceInstanceUID) => {
      const parts = [...(sourceInstanceUID === undefined ? [] : [sourceInstanceUID]), key];
      return {
        seriesInstanceUID: deriveUid(`${kind}-series`, ...parts),
        sopInstanceUID: deriveUid(kind, ...parts),
      };
    },
    trackingUid: (scope) => deriveUid('finding', scope, key),
  };
}
