import { type LeftOut, type SourceInstance, sopClassName, standardView } from '../dicom/index.js';
import { AI_NOTICE, operatingPointPercent, percent, verdict } from '../findings/index.js';
import { missing } from './coverage.js';
import type { ReportInput } from './input.js';

/* The sentences that people read, in one place. Printable ASCII: they stand in documents of any character set. */

/** Lines of a TEXT value (UT) are parted like this (PS3.5 6.1.3). */
const LINE = '\r\n';

/** `50 %`: the operating point as it was set. */
export function operatingPointText(operatingPoint: number): string {
  return `${operatingPointPercent(operatingPoint)} %`;
}

/** `L MLO`. */
export function viewName(source: SourceInstance): string {
  const view = standardView(source);
  return `${view.slice(0, 1)} ${view.slice(1)}`;
}

export function breastName(laterality: 'L' | 'R'): string {
  return laterality === 'L' ? 'Left breast' : 'Right breast';
}

/**
 * What a report says first: the answer in one look, and how much of the exam it rests on.
 *
 * The number goes by the model's own word, as under the pictures. DICOM has one coded name for such numbers,
 * Probability of cancer (111047), which viewers print beside them: the summary says that both are the same.
 */
export function summaryText(input: ReportInput): string {
  const { findings, operatingPoint, positiveClass } = input;
  if (findings === undefined) {
    return lines([
      'NOT PROCESSED: there is no AI answer about this exam. This is not a negative result.',
      input.reason ?? 'No image could be analysed.',
      coverage(input),
    ]);
  }
  const answer = (probability: number, positive: boolean) =>
    `${percent(probability, operatingPoint)} % (${verdict(positive)})`;
  return lines([
    `${AI_NOTICE} Probability of "${positiveClass}": exam ${answer(findings.probability, findings.positive)}.`,
    ...findings.breasts.map(
      (breast) =>
        `${breastName(breast.laterality)}: ${answer(breast.probability, breast.positive)}; ${breast.images
          .map((image) => `${viewName(image.source)} ${percent(image.probability, operatingPoint)} %`)
          .join(', ')}.`,
    ),
    `Positive means ${operatingPointText(operatingPoint)} or more. A negative answer does not exclude cancer.`,
    `Where a value is named Probability of cancer, it is this probability of "${positiveClass}".`,
    coverage(input),
  ]);
}

/** `4 images analysed.` or how many were not. */
function coverage(input: ReportInput): string {
  const count = input.findings === undefined ? 0 : input.analysed.length;
  const done = `${count} ${count === 1 ? 'image' : 'images'} analysed`;
  const lacking = missing(input).length;
  return lacking === 0 ? `${done}.` : `${done}; ${lacking} of the study's instances not analysed, see below.`;
}

export function purposeText(input: ReportInput): string {
  return lines([
    `${input.algorithm.name} ${input.algorithm.version} (${input.algorithm.manufacturer}).`,
    `Purpose: ${input.purpose}`,
    ...input.limits.map((limit) => `Limit: ${limit}`),
  ]);
}

/** One instance that was not analysed, with the reason. */
export function leftOutText(left: LeftOut): string {
  const name = left.source ? viewName(left.source) : sopClassName(left.sopClassUID);
  return `Not analysed: ${name}. ${sentence(left.reason)} [${left.code}; instance ${left.sopInstanceUID}]`;
}

/** What a region is, for whoever sees it drawn over the image. */
export function attentionText(source: SourceInstance, probability: string, positiveClass: string): string {
  return (
    `${viewName(source)}: where the network looked most (heat map). Not the outline of a lesion. ` +
    `Probability of "${positiveClass}" of the whole image: ${probability} %.`
  );
}

export function lines(parts: readonly string[]): string {
  return parts.join(LINE);
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
