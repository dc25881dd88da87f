import type { Laterality, LeftOut, View } from '../dicom/index.js';
import type { Bundle } from '../model/index.js';
import { notExcluded, probabilityName } from './probability.js';
import { lacksAnswer, viewOf } from './standardViews.js';
import type { BreastFinding, ExamFindings } from './types.js';

/**
 * What an exam was answered with, in short: as much as a list of exams shows of it, with what must stand beside a
 * number wherever it is shown. The reports say the rest.
 */
export interface ShortAnswer {
  /** Calibrated probability from which on an answer is positive, 0 to 1. */
  operatingPoint: number;
  /** What the probability is of, in words: `Probability of cancer ("malignant")`. */
  probabilityName: string;
  /** What an answer below the operating point does not exclude: `cancer`. */
  notExcluded: string;
  /** What must not be overlooked beside the number, as a sentence. */
  caution?: string;
  /** Both, right before left: of the one without an answer it is said that it has none. */
  breasts: readonly BreastAnswer[];
}

/** The answer about one breast, or that there is none. */
export type BreastAnswer = { laterality: Laterality } & (
  | {
      answered: true;
      /** Calibrated, 0 to 1. */
      probability: number;
      /** At or above the operating point. */
      positive: boolean;
      /** Of the images that it rests on, CC before MLO: an answer from one view must not read like one from two. */
      views: readonly View[];
    }
  | {
      answered: false;
      /** Why: that of an image that got no answer, or `views-not-in-study`. */
      code: string;
    }
);

/** Code of a breast, or a view, of which the study holds no image that could be told as such. */
export const NOT_IN_STUDY = 'views-not-in-study';

/** @param bundle that the findings were made with */
export function shortAnswer(
  { breasts }: ExamFindings,
  leftOut: readonly LeftOut[],
  bundle: Pick<Bundle, 'operatingPoint' | 'probabilityOf' | 'classes' | 'caution'>,
): ShortAnswer {
  const answers = (['R', 'L'] as const).map((laterality): BreastAnswer => {
    const breast = breasts.find((one) => one.laterality === laterality);
    if (breast === undefined)
      return { laterality, answered: false, code: whyUnanswered(laterality, leftOut) };
    const { probability, positive } = breast;
    return { laterality, answered: true, probability, positive, views: viewsOf(breast) };
  });
  const { operatingPoint, caution } = bundle;
  return {
    operatingPoint,
    probabilityName: probabilityName(bundle),
    notExcluded: notExcluded(bundle),
    ...(caution !== undefined && { caution }),
    breasts: answers,
  };
}

function viewsOf({ images }: BreastFinding): View[] {
  return [...new Set(images.map(({ source }) => source.view))].sort();
}

/** An image whose side cannot be told may be this breast's: then it is not said that there is none. */
function whyUnanswered(laterality: Laterality, leftOut: readonly LeftOut[]): string {
  const lacking = leftOut.filter(lacksAnswer);
  const own = lacking.find((left) => viewOf(left)?.startsWith(laterality));
  return (own ?? lacking.find((left) => viewOf(left) === undefined))?.code ?? NOT_IN_STUDY;
}
