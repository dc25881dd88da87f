import type { Laterality, View } from '../dicom/index.js';
import { NOT_FOR_PRIMARY_DIAGNOSIS, operatingPointPercent, percent, verdict } from '../findings/index.js';

/** What the band under the mammogram says. There is no place in it for anything about the patient. */
export interface Caption {
  laterality: Laterality;
  view: View;
  /** Which of several images of the view, from 1; left out where it is the only one. */
  which?: number | undefined;
  /** Calibrated probability of the positive class, 0 to 1. */
  probability: number;
  /** Calibrated probability from which on an answer is positive, 0 to 1. */
  operatingPoint: number;
  /** What the probability is of, in words (`probabilityName`): `Probability of cancer ("malignant")`. */
  probabilityName: string;
  /** What a negative answer does not exclude (`notExcluded`). */
  notExcluded: string;
  modelName: string;
  modelVersion: string;
  /** What must not be overlooked beside the number, as a sentence. */
  caution?: string | undefined;
  /** How the heat map was made, e.g. `Grad-CAM`. */
  method: string;
  /** What must be read beside the answer, in letters as large: what of the exam has no answer, an older image. */
  warnings?: readonly string[] | undefined;
  /** What else has to be said: a standard view that is not in the study, heat maps that failed their checks. */
  notes?: readonly string[] | undefined;
}

/** What the colours of this picture mean. */
export interface ScaleNote {
  /** Nothing in the image raised the score: there are no colours. */
  flat: boolean;
  /** Heat of the map's strongest place, 0 to 1: below 1 the colours are faded. */
  strength: number;
}

export const NOTICE = `AI result - ${NOT_FOR_PRIMARY_DIAGNOSIS}`;
/** What a picture says of itself above the mammogram that it shows, a line each. */
export const TITLE = ['AI heat map, not a mammogram', NOT_FOR_PRIMARY_DIAGNOSIS] as const;
/** The same of a picture of the whole exam. */
export const OVERVIEW_TITLE = `AI heat maps, not mammograms - ${NOT_FOR_PRIMARY_DIAGNOSIS}`;

/** No-break space: number and unit stay together. */
const SPACE = '\u00a0';

/** View and answer, what is read from afar. */
export function headline(caption: Caption): [view: string, probability: string, verdict: string] {
  const { probability, operatingPoint } = caption;
  const which = caption.which === undefined ? '' : `${SPACE}(${caption.which})`;
  return [
    `${caption.laterality}${SPACE}${caption.view}${which}`,
    `AI:${SPACE}${percentage(probability, operatingPoint)}`,
    verdict(probability >= operatingPoint),
  ];
}

/** What the percentage means, where it comes from. */
export function explanations(caption: Caption): string[] {
  const isPositive = caption.probability >= caption.operatingPoint;
  const side = isPositive ? 'positive: at or above' : 'negative: below';
  // Whoever sees the picture alone has no report beside it.
  const rest = isPositive ? '' : `: this does not exclude ${caption.notExcluded}`;
  const operatingPoint = `${operatingPointPercent(caption.operatingPoint)}${SPACE}%`;
  return [
    `${caption.probabilityName}, ${side} the operating point of ${operatingPoint}${rest}`,
    ...(caption.caution === undefined ? [] : [caption.caution]),
    `${caption.modelName} ${caption.modelVersion}, ${caption.method}`,
    ...(caption.notes ?? []),
  ];
}

/** Without a number: the picture has one percentage, and another beside it would be read as a second answer. */
export function scaleTitle(note: ScaleNote): string {
  if (note.flat) return 'no heat map: nothing in this image raised the score';
  return note.strength < 1 ? 'network attention, faded: negative' : 'network attention';
}

/** A probability for the caption: whole percent, or as many decimals as `percent` needs. */
export function percentage(probability: number, operatingPoint: number): string {
  if (probability < 0.005 && operatingPoint >= 0.01) return `<1${SPACE}%`;
  if (probability > 0.995 && operatingPoint <= 0.99) return `>99${SPACE}%`;
  return `${percent(probability, operatingPoint, 0)}${SPACE}%`;
}
