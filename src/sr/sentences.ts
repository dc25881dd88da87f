import { type LeftOut, type SourceInstance, sopClassName, standardView } from '../dicom/index.js';
import {
  AI_NOTICE,
  absentViewsText,
  type BreastFinding,
  operatingPointPercent,
  percent,
  verdict,
  viewName,
} from '../findings/index.js';
import { missing, views } from './coverage.js';
import type { ReportInput } from './input.js';

/* The sentences that people read, in one place. Printable ASCII: they stand in documents of any character set. */

/** Lines of a TEXT value (UT) are parted like this (PS3.5 6.1.3). */
const LINE = '\r\n';

/** `50 %`: the operating point as it was set. */
export function operatingPointText(operatingPoint: number): string {
  return `${operatingPointPercent(operatingPoint)} %`;
}

/** `L MLO`. */
export function viewOf(source: SourceInstance): string {
  return viewName(standardView(source));
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
      ...absentViews(input),
      coverage(input),
    ]);
  }
  const answer = (probability: number, positive: boolean) =>
    `${percent(probability, operatingPoint)} % (${verdict(positive)})`;
  return lines([
    `${AI_NOTICE} Probability of "${positiveClass}": exam ${answer(findings.probability, findings.positive)}.`,
    ...absentViews(input),
    ...findings.breasts.map(
      (breast) =>
        `${breastName(breast.laterality)}: ${answer(breast.probability, breast.positive)}; ${breast.images
          .map((image) => `${viewOf(image.source)} ${percent(image.probability, operatingPoint)} %`)
          .join(', ')}${restsOnOne(breast) ? ' alone' : ''}.`,
    ),
    `Positive means ${operatingPointText(operatingPoint)} or more. A negative answer does not exclude cancer.`,
    `Where a value is named Probability of cancer, it is this probability of "${positiveClass}".`,
    coverage(input),
  ]);
}

/** `R MLO not in the study.`, as a line of its own where there is something to say. */
export function absentViews(input: ReportInput): string[] {
  const text = absentViewsText(views(input));
  if (text === undefined) return [];
  const unsaid = input.findings === undefined ? '' : ' Nothing is said of what is not there.';
  return [`${text.slice(0, 1).toUpperCase()}${text.slice(1)}.${unsaid}`];
}

/** What a list of answers calls a breast's: an answer from one view must not read like one from two. */
export function breastAnswerName(breast: BreastFinding): string {
  const name = `${breastName(breast.laterality)}: AI answer`;
  return restsOnOne(breast) ? `${name} from ${viewOf(breast.images[0]!.source)} alone` : name;
}

/** The same for the exam's. */
export function examAnswerName(input: ReportInput): string {
  const text = absentViewsText(views(input));
  return text === undefined ? 'Exam: AI answer' : `Exam: AI answer; ${text}`;
}

function restsOnOne({ images }: BreastFinding): boolean {
  return new Set(images.map(({ source }) => source.view)).size === 1;
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
  const name = left.source ? viewOf(left.source) : sopClassName(left.sopClassUID);
  return `Not analysed: ${name}. ${sentence(left.reason)} [${left.code}; instance ${left.sopInstanceUID}]`;
}

/** What a region is, for whoever sees it drawn over the image. */
export function attentionText(source: SourceInstance, probability: string, positiveClass: string): string {
  return (
    `${viewOf(source)}: where the network looked most (heat map). Not the outline of a lesion. ` +
    `Probability of "${positiveClass}" of the whole image: ${probability} %.`
  );
}

export function lines(parts: readonly string[]): string {
  return parts.join(LINE);
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
