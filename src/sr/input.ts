import type {
  Algorithm,
  Code,
  InstanceReference,
  LeftOut,
  ResultUids,
  SOPInstanceUID,
  SourceInstance,
  StudyIdentity,
  Uid,
} from '../dicom/index.js';
import type { ExamFindings, HeatMapTrust } from '../findings/index.js';

/** A Secondary Capture that shows what the report says about one image. */
export interface SecondaryCaptureReference extends Omit<InstanceReference, 'studyInstanceUID'> {
  /** The mammogram that it was made from. */
  sourceInstanceUID: SOPInstanceUID;
}

/** All that a report says. Reports are functions of this and of nothing else: no clock, no random, no network. */
export interface ReportInput {
  /** The study that the report joins, for exams of which no image could be read. Default: the first image's. */
  study?: StudyIdentity | undefined;
  /** The answer; undefined when nothing could be processed. */
  findings: ExamFindings | undefined;
  /** The images that the answer rests on, in the order in which they are to be listed. */
  analysed: SourceInstance[];
  /** What was seen in the study and not analysed, each with its reason. */
  leftOut: LeftOut[];
  /** Why nothing could be processed, as a sentence of printable ASCII; needed when `findings` is undefined. */
  reason?: string | undefined;
  /** What made the report. */
  algorithm: Algorithm;
  /** What the model is for, as sentences of printable ASCII. */
  purpose: string;
  /** What the model must not be used for or cannot do, a sentence of printable ASCII each. */
  limits: string[];
  /** On what terms the model may be used, as sentences of printable ASCII. */
  termsOfUse?: string | undefined;
  /** The bundle's one sentence that must not be overlooked beside the number, printable ASCII. */
  caution?: string | undefined;
  /** Calibrated probability from which on an answer counts as positive, 0 to 1. */
  operatingPoint: number;
  /** What the probability is the probability of, as the bundle codes it (`probabilityConcept`). */
  probability: Code;
  /** The same in words, with the model's own name for its class (`probabilityName`): printable ASCII. */
  probabilityName: string;
  /** What a negative answer does not exclude (`notExcluded`). */
  notExcluded: string;
  /** What a marked place is: where the network looked, or, for a model made to find them, a mass. */
  marks: 'attention' | 'masses';
  /** How far the heat maps may be trusted that places are taken from. */
  heatMaps: HeatMapTrust;
  uids: ResultUids & {
    /**
     * One UID per finding. `scope` is `exam`, `breast L`, `breast R`, or `image ` or `region ` and the
     * mammogram's SOP Instance UID.
     */
    trackingUid(scope: string): Uid<'finding'>;
  };
  /** When the result was made. Written in local time, as DICOM has it (TZ of the process). */
  createdAt: Date;
  /** Series Number (0020,0011), 0 to 2147483647. */
  seriesNumber: number;
  /** Which of several sets of results about the study this belongs to, from 1; see `seriesTitle`. */
  edition?: number | undefined;
  /** Earlier reports that this one replaces. */
  predecessors: InstanceReference[];
  /** Overlays written with the report; they become evidence. */
  secondaryCaptures: SecondaryCaptureReference[];
}
