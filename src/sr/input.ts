import type { Algorithm, RawAttribute, SourceInstance } from '../dicom/index.js';
import type { ExamFindings, LeftOut } from '../findings/index.js';

/** An instance anywhere in the archive. */
export interface ArchivedInstance {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
}

/** A Secondary Capture that shows what the report says about one image. */
export interface SecondaryCaptureReference {
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  /** SOP Instance UID of the mammogram it was made from. */
  sourceInstanceUID: string;
}

/** An instance that is not analysed; a mammogram's own attributes where its header could be read. */
export interface UnanalysedInstance extends LeftOut {
  source?: SourceInstance | undefined;
  /**
   * Whether an analysis was begun and failed, as opposed to an instance that was never meant to be analysed.
   * Undefined is taken as `true` where `source` is known and `false` where it is not.
   */
  attempted?: boolean | undefined;
  /**
   * Another image of the same exposure was analysed in its place: the raw twin of a For Presentation image. It is named
   * in the text; nothing is lacking without it.
   */
  superseded?: boolean | undefined;
}

/** All that a report says. Reports are functions of this and of nothing else: no clock, no random, no network. */
export interface ReportInput {
  /** The study that the report joins, for exams of which no image could be read. Default: the first image's. */
  study?: { studyInstanceUID: string; patientAndStudy: RawAttribute[] } | undefined;
  /** The answer; undefined when nothing could be processed. */
  findings: ExamFindings | undefined;
  /** The images that the answer rests on, in the order in which they are to be listed. */
  analysed: SourceInstance[];
  /** What was seen in the study and not analysed, each with its reason. */
  leftOut: UnanalysedInstance[];
  /** Why nothing could be processed, as a sentence of printable ASCII; needed when `findings` is undefined. */
  reason?: string | undefined;
  /** What made the report. */
  algorithm: Algorithm;
  /** What the model is for, as sentences of printable ASCII. */
  purpose: string;
  /** What the model must not be used for or cannot do, a sentence of printable ASCII each. */
  limits: string[];
  /** Calibrated probability from which on an answer counts as positive, 0 to 1. */
  operatingPoint: number;
  /** The model's name for the class that the probability speaks of, e.g. `malignant`: printable ASCII. */
  positiveClass: string;
  uids: {
    seriesInstanceUID: string;
    sopInstanceUID: string;
    /**
     * One UID per finding. `scope` is `exam`, `breast L`, `breast R`, or `image ` or `region ` and the
     * mammogram's SOP Instance UID.
     */
    trackingUid(scope: string): string;
  };
  /** When the result was made. Written in local time, as DICOM has it (TZ of the process). */
  createdAt: Date;
  /** Series Number (0020,0011), 0 to 2147483647. */
  seriesNumber: number;
  /** Earlier reports that this one replaces. */
  predecessors: ArchivedInstance[];
  /** Overlays written with the report; they become evidence. */
  secondaryCaptures: SecondaryCaptureReference[];
}
