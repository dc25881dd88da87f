import type { Dataset } from './dataset.js';
import type { SourceInstance, StandardView } from './source.js';
import { integerOf } from './sourceValues.js';
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
  /** The standard view that its header names, where it is left out before more is known of it. */
  view?: StandardView | undefined;
  /** By what a viewer tells it from the others: `series 2, image 3`, as far as its header says. */
  told?: string | undefined;
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
  const [series, image] = ['SeriesNumber', 'InstanceNumber'].map(
    (keyword) => dataset && integerOf(dataset, keyword),
  );
  const told = placeInStudy(series, image);
  return {
    sopClassUID: usableUid<SOPClassUID>(dataset?.string('SOPClassUID')) ?? '',
    sopInstanceUID: usableUid<SOPInstanceUID>(dataset?.string('SOPInstanceUID')) ?? '',
    seriesInstanceUID: usableUid<SeriesInstanceUID>(dataset?.string('SeriesInstanceUID')) ?? '',
    code: why.code,
    reason: why.reason,
    ...(told !== '' && { told }),
  };
}

/** `series 2, image 3`, as far as both are known. */
export function placeInStudy(seriesNumber: number | undefined, instanceNumber: number | undefined): string {
  return [
    ...(seriesNumber === undefined ? [] : [`series ${seriesNumber}`]),
    ...(instanceNumber === undefined ? [] : [`image ${instanceNumber}`]),
  ].join(', ');
}
