import { type LeftOut, type SourceInstance, sopClassName, standardView } from '../dicom/index.js';
import {
  AI_NOTICE,
  absentViewsText,
  areOfSeveralDays,
  attentionCaution,
  type BreastFinding,
  breastName,
  daysText,
  heatMapCaution,
  type ImageFinding,
  imageNames,
  inViewOrder,
  namedImages,
  operatingPointPercent,
  percent,
  unansweredImages,
  verdict,
  viewName,
} from '../findings/index.js';
import { imageFindings, missing, views } from './coverage.js';
import type { ReportInput } from './input.js';

/* The sentences that people read, in one place. Printable ASCII: they stand in documents of any character set. */

/** Patient's Sex (0010,0040). */
const PATIENT_SEX = '00100040';
/** Lines of a TEXT value (UT) are parted like this (PS3.5 6.1.3). */
const LINE = '\r\n';

/** `50 %`: the operating point as it was set. */
export function operatingPointText(operatingPoint: number): string {
  return `${operatingPointPercent(operatingPoint)} %`;
}

/** `L MLO`, or `L MLO (2)` where there are several. */
export function nameOf(source: SourceInstance, input: Pick<ReportInput, 'analysed' | 'leftOut'>): string {
  return imageNames(namedImages(input))(source).name;
}

/** What a report says first: the answer in one look, and how much of the exam it rests on. */
export function summaryText(input: ReportInput): string {
  const { findings, operatingPoint, probabilityName } = input;
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
    `${AI_NOTICE} ${probabilityName}: exam ${answer(findings.probability, findings.positive)}.`,
    ...onlyAPart(input),
    ...(input.caution === undefined ? [] : [input.caution]),
    ...absentViews(input),
    ...daysOfImages(input),
    ...findings.breasts.map((breast) => {
      const images = inOrder(breast.images, input).map((image) => imageAnswer(image, breast, input));
      const alone = restsOnOne(breast) ? ' alone' : '';
      const said = answer(breast.probability, breast.positive);
      return `${breastName(breast.laterality)}: ${said}; ${images.join(', ')}${alone}.`;
    }),
    ...earlierAnswers(input),
    ...positiveAlone(input),
    ...severalOfAView(input),
    `Positive means ${operatingPointText(operatingPoint)} or more. ` +
      `A negative answer does not exclude ${input.notExcluded}.`,
    ...implantLimits(input),
    ...malePatient(input),
    ...rawImages(input),
    ...(input.heatMaps === 'withheld' || input.heatMaps === 'failed' ? heatMapWords(input) : []),
    ...attentionWords(input),
    coverage(input),
  ]);
}

/** Right below the exam's number: whoever reads no further must not take it for one about all images. */
function onlyAPart(input: ReportInput): string[] {
  const images = unansweredImages(input);
  return images.length === 0 ? [] : [`PART OF THE EXAM: no answer about ${images.join(' and ')}.`];
}

/** CC before MLO, and several of a view by their numbers. */
function inOrder(images: readonly ImageFinding[], input: ReportInput): ImageFinding[] {
  const numberOf = imageNames(namedImages(input));
  const order = ({ source }: ImageFinding) => numberOf(source).which ?? 0;
  return images.toSorted((a, b) => a.source.view.localeCompare(b.source.view) || order(a) - order(b));
}

/** `R CC 38.5 %`, with the verdict where it is not the breast's: its picture and its mark say that one. */
function imageAnswer(
  { source, probability, positive }: ImageFinding,
  breast: BreastFinding,
  input: ReportInput,
): string {
  const said = positive === breast.positive ? '' : ` (${verdict(positive)})`;
  return `${nameOf(source, input)} ${percent(probability, input.operatingPoint)} %${said}`;
}

/** Which image is of which day, where they are of several: a breast's number may be older than the other's. */
function daysOfImages(input: ReportInput): string[] {
  return [daysText(namedImages(input))].flatMap((text) => text ?? []);
}

/** Answers that no breast's number has in it. */
function earlierAnswers(input: ReportInput): string[] {
  const said = (input.findings?.breasts ?? []).flatMap((breast) =>
    inOrder(breast.earlier, input).map((image) => imageAnswer(image, breast, input)),
  );
  return said.length === 0 ? [] : [`Taken again on a later day, in no number above: ${said.join(', ')}.`];
}

/** Positive images of an exam that is negative as a whole, as a mean of its images can be: they are marked. */
function positiveAlone(input: ReportInput): string[] {
  if (input.findings?.positive !== false) return [];
  const positive = imageFindings(input).filter((image) => image.positive);
  if (positive.length === 0) return [];
  const views = positive.map(({ source }) => nameOf(source, input)).join(' and ');
  return [
    `The exam as a whole is negative, ${views} by ${views.includes(' and ') ? 'themselves' : 'itself'} positive.`,
  ];
}

/** Which is which of several images of one view, by what a viewer shows of them. */
function severalOfAView(input: ReportInput): string[] {
  const all = namedImages(input);
  const named = all.map(imageNames(all)).filter(({ which, told }) => which !== undefined && told !== '');
  if (named.length === 0) return [];
  const said = inViewOrder(named.map(({ name, told }) => `${name} is ${told}`));
  return [`Several images of one view: ${said.join('; ')}.`];
}

/** Of each positive image whose attention lies where it is not to be relied on. */
function attentionWords(input: ReportInput): string[] {
  return imageFindings(input)
    .filter(({ positive }) => positive)
    .flatMap((finding) => {
      const said = attentionCaution(finding);
      return said === undefined ? [] : `${nameOf(finding.source, input)}: ${lowerCase(said)}`;
    });
}

function lowerCase(sentence: string): string {
  return `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;
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
  return restsOnOne(breast) ? `${name} from ${viewName(standardView(breast.images[0]!.source))} alone` : name;
}

/** The same for an image's; one that no breast's number has in it must not read like its newer one. */
export function imageAnswerName({ source }: ImageFinding, input: ReportInput): string {
  const isEarlier = input.findings?.breasts.some(({ earlier }) =>
    earlier.some((one) => one.source === source),
  );
  return `${nameOf(source, input)}${isEarlier ? ', taken again on a later day' : ''}: AI answer`;
}

/** The same for the exam's. */
export function examAnswerName(input: ReportInput): string {
  const unanswered = unansweredImages(input);
  return [
    'Exam: AI answer',
    ...(unanswered.length === 0 ? [] : [`no answer about ${unanswered.join(' and ')}`]),
    ...[absentViewsText(views(input))].flatMap((text) => text ?? []),
    ...(areOfSeveralDays(namedImages(input)) ? ['images of several days'] : []),
  ].join('; ');
}

function restsOnOne({ images }: BreastFinding): boolean {
  return new Set(images.map(({ source }) => source.view)).size === 1;
}

/** `4 images analysed.` or how many were not. */
function coverage(input: ReportInput): string {
  const count = input.findings === undefined ? 0 : input.analysed.length;
  const done = `${count} ${count === 1 ? 'image' : 'images'} analysed`;
  const lacking = missing(input).length;
  if (lacking === 0) return `${done}.`;
  return `${done}; ${lacking} of the study's instances not analysed, see below.`;
}

export function purposeText(input: ReportInput): string {
  return lines([
    `${input.algorithm.name} ${input.algorithm.version} (${input.algorithm.manufacturer}).`,
    `Purpose: ${input.purpose}`,
    ...input.limits.map((limit) => `Limit: ${limit}`),
    ...(input.termsOfUse === undefined ? [] : [`Terms of use: ${input.termsOfUse}`]),
    ...implantLimits(input),
    ...malePatient(input),
    ...rawImages(input),
    ...heatMapWords(input),
  ]);
}

/** What an implant in a standard view means for the answer, for each breast whose images state one. */
function implantLimits({ analysed }: ReportInput): string[] {
  const sides = (['R', 'L'] as const).filter((side) =>
    analysed.some(({ implant, laterality }) => implant === true && laterality === side),
  );
  return sides.map(
    (side) =>
      `Limit: the images state an implant in the ${breastName(side).toLowerCase()}. ` +
      'It hides tissue in standard views; what it hides was not analysed.',
  );
}

/** Mammograms of men are rare, in training as well: a number must not look like one about what a model knows. */
function malePatient({ analysed }: ReportInput): string[] {
  if (!analysed.some(isOfMale)) return [];
  return [
    'Limit: the study names a male patient. Models are made from mammograms of women, unless the purpose says ' +
      'otherwise: what the number is worth for him is not known.',
  ];
}

/** What a raw image is shown and answered as is Mamori's doing, not the maker's. */
function rawImages(input: ReportInput): string[] {
  const raw = input.analysed.filter(({ intent }) => intent === 'processing');
  if (raw.length === 0) return [];
  const names = inViewOrder(raw.map((source) => nameOf(source, input))).join(' and ');
  return [
    `Limit: ${names} analysed from raw values (For Processing), for want of an image made for reading.`,
  ];
}

function isOfMale({ patientAndStudy }: SourceInstance): boolean {
  const sex = patientAndStudy.find(({ tag }) => tag === PATIENT_SEX);
  return sex !== undefined && /^M\s*$/i.test(Buffer.from(sex.bytes).toString('latin1'));
}

function heatMapWords({ heatMaps }: ReportInput): string[] {
  return [heatMapCaution(heatMaps)].flatMap((said) => said ?? []);
}

/** One instance that was not analysed, with the reason. */
export function leftOutText(left: LeftOut, input: Pick<ReportInput, 'analysed' | 'leftOut'>): string {
  const shown = [left.view && viewName(left.view), left.told].filter((part) => part !== undefined);
  const unnamed = shown.length > 0 ? shown.join(', ') : sopClassName(left.sopClassUID);
  const name = left.source ? nameOf(left.source, input) : unnamed;
  return `Not analysed: ${name}. ${sentence(left.reason)} [${left.code}; instance ${left.sopInstanceUID}]`;
}

/** What stands in a list of marks. */
export function regionName({ source, attention }: ImageFinding, input: Marking): string {
  const { marks, heatMaps } = input;
  const what = marks === 'masses' ? 'taken for a mass by AI' : 'AI attention, not a lesion outline';
  const where = attention === 'image-border' ? '; at the image border' : '';
  return `${nameOf(source, input)}: ${what}${where}${heatMaps === 'failed' ? '; heat maps FAILED THEIR CHECKS' : ''}`;
}

type Marking = Pick<ReportInput, 'marks' | 'heatMaps' | 'analysed' | 'leftOut'>;

/** What a region is, for whoever sees it drawn over the image. It has no number: the image has. */
export function regionText(finding: ImageFinding, marking: Marking): string {
  const what =
    marking.marks === 'masses'
      ? 'what the model took for a mass (by its heat map). Not the exact outline of a lesion.'
      : 'where the network looked most (heat map). Not the outline of a lesion.';
  const cautions = [attentionCaution(finding), marking.heatMaps === 'failed' && heatMapCaution('failed')];
  return [
    `${nameOf(finding.source, marking)}: ${what} The probability is that of the whole image and stands with it.`,
    ...cautions.filter((caution) => typeof caution === 'string'),
  ].join(' ');
}

export function lines(parts: readonly string[]): string {
  return parts.join(LINE);
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
