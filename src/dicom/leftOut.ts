import type { Dataset } from './dataset.js';
import type { SourceInstance } from './source.js';
import { type SeriesInstanceUID, type SOPClassUID, type SOPInstanceUID, usableUid } from './uids.js';

/**
 * Why something was not done: stable words joined by hyphens, and a sentence of printable ASCII without patient data.
 */
export interface Reason<Code extends string = string> {
  code: Code;
  reason: string;
}

/**
 * An instance that was seen and not analysed, with the reason. Each stage on an instance's way fills in what it knows:
 * recognition the names and the reason, preparation `source` and `attempted`, the exam `superseded`.
 */
export interface LeftOut<Code extends string = string> extends Reason<Code> {
  /** These three are empty where the instance lacks them. */
  sopClassUID: SOPClassUID | '';
  sopInstanceUID: SOPInstanceUID | '';
  seriesInstanceUID: SeriesInstanceUID | '';
  /** A mammogram's own attributes, where its header could be read. */
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

/** An instance as it names itself, as far as it does, with the reason why it is left out. */
export function leftOut<Code extends string>(dataset: Dataset | undefined, why: Reason<Code>): LeftOut<Code> {
  return {
    sopClassUID: usableUid<SOPClassUID>(dataset?.string('SOPClassUID')) ?? '',
    sopInstanceUID: usableUid<SOPInstanceUID>(dataset?.string('SOPInstanceUID')) ?? '',
    seriesInstanceUID: usableUid<SeriesInstanceUID>(dataset?.string('SeriesInstanceUID')) ?? '',
    code: why.code,
    reason: why.reason,
  };
}
