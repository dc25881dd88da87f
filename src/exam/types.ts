import type {
  InstanceReference,
  LeftOut,
  SOPClassUID,
  SOPInstanceUID,
  StandardView,
  StudyIdentity,
} from '../dicom/index.js';
import type { ExamFindings, ShortAnswer, ViewsInStudy } from '../findings/index.js';
import type { Completeness } from '../gradcam/index.js';
import type { RgbImage } from '../pictures/index.js';
import type { ObjectKind } from './outputs.js';

/** An instance of the exam on its way in; where it comes from is the caller's affair. */
export interface ExamInstance extends Omit<InstanceReference, 'sopClassUID'> {
  /** Empty where the caller cannot tell: not every archive lists the class. */
  sopClassUID: SOPClassUID | '';
  /**
   * The instance as a Part 10 file: as stored, or, where the stored transfer syntax cannot be decoded here, as
   * Explicit VR Little Endian.
   *
   * @param allocate where to put the file, if the caller has no better place: at least as many bytes as asked for
   * @throws InstanceUnavailable when this one instance cannot be got and the rest of the exam should go on;
   * anything else thrown ends the exam.
   */
  fetch(
    as: 'stored' | 'explicit-little-endian',
    allocate?: (bytes: number) => ArrayBuffer,
  ): Promise<Uint8Array>;
  /**
   * Patient, study and request without the instance, where the caller can tell: for a report about instances that are
   * too large to be fetched for it or too broken to be read.
   *
   * @throws as `fetch`
   */
  describedStudy?(): Promise<Omit<StudyIdentity, 'studyInstanceUID'>>;
}

/** A finished DICOM object, to be stored in the study it belongs to. */
export interface ExamObject extends InstanceReference {
  kind: ObjectKind;
  /** A file name without its ending and without patient data: `tid1500`, `LCC-1` (view and running number). */
  name: string;
  /** Of the image that it is about; left out where it is about several. */
  view?: StandardView | undefined;
  /** The whole Part 10 file. */
  bytes: Uint8Array;
}

/** Milliseconds of wall clock from the start of the exam to the end of each stage. */
export interface StageTimes {
  prepared: number;
  inferred: number;
  explained: number;
  rendered: number;
  reported: number;
}

/** An object's picture, where the caller asked for it. */
export interface Preview {
  /** As the object's. */
  name: string;
  sopInstanceUID: SOPInstanceUID;
  image: RgbImage;
}

interface Processed {
  leftOut: LeftOut[];
  /** Which of the four standard views the study holds: `absentViewsText` says what it lacks. */
  views: ViewsInStudy;
  objects: ExamObject[];
  previews: Preview[];
  times: StageTimes;
}

/** What came of an exam. `partly-analysed`: a standard view, or what may be one, could not be. */
export type ExamOutcome = Processed &
  (
    | {
        status: 'analysed' | 'partly-analysed';
        findings: ExamFindings;
        /** The same in short, as the objects say it at length. */
        shortAnswer: ShortAnswer;
        /** How far each heat map accounts for its answer, where the method measures that. */
        completeness: { sopInstanceUID: SOPInstanceUID; completeness: Completeness }[];
      }
    /** No image was analysed: a stable code, and why as a sentence without patient data. */
    | { status: 'not-processed'; findings: undefined; code: string; reason: string }
  );
