import { standardView } from '../dicom/index.js';
import type { ExamOutcome } from '../exam/index.js';
import {
  AI_NOTICE,
  absentViewsText,
  allImages,
  breastName,
  type ImageFinding,
  operatingPointPercent,
  percent,
  unansweredImages,
  verdict,
} from '../findings/index.js';
import type { Bundle } from '../model/index.js';
import type { Analysis } from '../poller/index.js';

const NOT_COUNTED = 'taken again on a later day; not in the number of the breast';

/** What a person reads about one exam's answer; `name` gives an instance the name it goes by here. */
export function outcomeText(
  outcome: Analysis,
  { operatingPoint, caution }: Pick<Bundle, 'operatingPoint' | 'caution'>,
  name: (sopInstanceUID: string) => string,
): string {
  const lines: string[] = [];
  if (outcome.status === 'not-processed') {
    lines.push(`Not processed: ${outcome.reason}`);
  } else {
    const { findings } = outcome;
    for (const { images, earlier } of findings.breasts) {
      const line = (image: ImageFinding) =>
        imageLine(image, operatingPoint, name(image.source.sopInstanceUID));
      lines.push(...images.map(line), ...earlier.map((image) => `${line(image)} (${NOT_COUNTED})`));
    }
    for (const breast of findings.breasts) {
      const said = `${percent(breast.probability, operatingPoint)} %, ${verdict(breast.positive)}`;
      lines.push(`${breastName(breast.laterality)}: ${said}`);
    }
    lines.push(
      `Exam: ${percent(findings.probability, operatingPoint)} %, ${verdict(findings.positive)} ` +
        `(operating point ${operatingPointPercent(operatingPoint)} %)`,
      ...onlyAPart(outcome),
      AI_NOTICE,
      ...(caution === undefined ? [] : [caution]),
    );
  }
  const absent = absentViewsText(outcome.views);
  if (absent !== undefined) lines.push(`Note: ${absent}`);
  for (const left of outcome.leftOut) lines.push(`Left out ${name(left.sopInstanceUID)}: ${left.reason}`);
  return lines.join('\n');
}

/** As the report says it. */
function onlyAPart({ findings, leftOut }: Analysis): string[] {
  const analysed = findings ? allImages(findings).map(({ source }) => source) : [];
  const images = unansweredImages({ analysed, leftOut });
  return images.length === 0 ? [] : [`PART OF THE EXAM: no answer about ${images.join(' and ')}`];
}

function imageLine(
  { source, probability, positive }: ImageFinding,
  operatingPoint: number,
  name: string,
): string {
  const view = standardView(source).padEnd(5);
  const shown = `${percent(probability, operatingPoint)} %`.padStart(7);
  return `${view} ${shown}  ${verdict(positive).padEnd(9)} ${name}`.trimEnd();
}

/** The same for programs: no pixels, no bytes. */
export function outcomeJson(outcome: ExamOutcome, files: string[]) {
  const { status, findings, leftOut, views } = outcome;
  return {
    status,
    reason: outcome.status === 'not-processed' ? outcome.reason : undefined,
    probability: findings?.probability,
    positive: findings?.positive,
    breasts: findings?.breasts.map(({ laterality, probability, positive }) => ({
      laterality,
      probability,
      positive,
    })),
    images: findings?.breasts.flatMap(({ images, earlier }) =>
      [...images, ...earlier].map((image) => ({
        sopInstanceUID: image.source.sopInstanceUID,
        view: standardView(image.source),
        probability: image.probability,
        positive: image.positive,
        ...(earlier.includes(image) && { takenAgainLater: true }),
        region: image.region,
      })),
    ),
    viewsNotInStudy: views.absent,
    leftOut: leftOut.map(({ sopInstanceUID, code, reason }) => ({ sopInstanceUID, code, reason })),
    files,
  };
}
