import { countText } from '../../countText.js';
import type { BundleDescription } from '../../model/index.js';
import type { Explained, Transformed } from './transformation.js';

/** What an import found out, in figures. */
export interface ImportChecks {
  /** Pictures on which it was checked, and what they are. */
  pictures: { count: number; kind: 'of the labelled folder' | 'made' };
  /** Largest difference of a probability between the network as it came and the bundle. */
  difference: number;
  /** All answers were next to 0 or 1: then the comparison says little, and mean and deviation may be wrong. */
  saturated: boolean;
  /** All answers were the same: it does not look at the picture, or not at this kind. */
  alike: boolean;
}

/** MODEL_CARD.md of a network from elsewhere. */
export function importCard(
  description: BundleDescription,
  { explained, input, output, batch, weightCount }: Transformed,
  checks: ImportChecks,
  file: { name: string; sha256: string },
): string {
  const { name, version, calibration, operatingPoint, aggregation, training, performance } = description;
  const scaled =
    input.scaling === undefined ? [] : ['then mean and deviation of each channel, inside the network'];
  const lines = [
    `# ${name} ${version}`,
    '',
    description.purpose,
    '',
    `Made by ${description.manufacturer}. Its probability is that of the class \`${description.classes[1]}\`.`,
    ...(description.termsOfUse === undefined ? [] : ['', `Terms of use: ${description.termsOfUse}`]),
    '',
    '## Limits',
    '',
    ...(description.caution === undefined ? [] : [`- Beside every number: ${description.caution}`]),
    ...description.limits.map((limit) => `- ${limit}`),
    '',
    '## Network',
    '',
    `Imported from \`${file.name}\` (SHA-256 ${file.sha256}), ${countText(weightCount, 'weight')}, not trained by ` +
      'Mamori.',
    `Its input is ${input.layout}, ${input.rows} rows, ${input.columns} columns, ${input.channels} channel(s); its`,
    `answer is ${output.count} number(s), read as ${output.meaning}. ${batchText(batch)}`,
    '',
    'What is done to an image before it, in this order:',
    '',
    ...[
      ...input.preparation.map((step) => JSON.stringify(step).replace(/[{}"]/g, '').replace(/,/g, ', ')),
      ...(input.pictureChannels < input.channels ? ['one channel goes to all of the network'] : []),
      ...scaled,
    ].map((line, index) => `${index + 1}. ${line}`),
    '',
    '## Heat maps',
    '',
    explainedText(explained),
    '',
    '## Images unlike those that it knows',
    '',
    ...(description.knownFeatures === undefined
      ? ['Nothing is known of them: an image of whatever kind gets an answer.']
      : [
          `An image farther than ${description.knownFeatures.limit} from the images that it was calibrated on gets no`,
          'answer; images like these lie near 1.',
        ]),
    '',
    '## Checked at the import',
    '',
    `On ${countText(checks.pictures.count, 'picture')} (${checks.pictures.kind}) the bundle's probability differs`,
    `from the given network's by at most ${checks.difference.toExponential(1)}.`,
    ...(checks.alike ? ['All answers were the same: the network does not look at what they show.'] : []),
    ...(checks.saturated ? ['All answers were next to 0 or 1: the comparison says little.'] : []),
    '',
    ...(training === undefined
      ? []
      : [
          `Data: ${training.data} Licence: ${training.licence}. ${training.attribution}`,
          '',
          `Imported by: \`${training.procedure}\``,
          '',
        ]),
    '## Measured',
    '',
    ...(performance.length === 0
      ? ['Nothing: no labelled folder was given.']
      : [
          '| measure | value | 95 % interval | on |',
          '|---|---|---|---|',
          ...performance.map(
            ({ measure, value, interval, on }) =>
              `| ${measure} | ${value.toFixed(3)} | ` +
              `${interval?.map((end) => end.toFixed(3)).join(' to ') ?? ''} | ${on} |`,
          ),
        ]),
    '',
    calibration.kind === 'platt'
      ? `Calibrated by Platt scaling: slope ${calibration.slope.toFixed(3)}, ` +
        `intercept ${calibration.intercept.toFixed(3)}.`
      : 'Not calibrated.',
    `Operating point ${operatingPoint}. Images to breast: ${aggregation.breast}; breasts to exam: ${aggregation.exam}.`,
    '',
  ];
  return lines.join('\n');
}

function batchText(batch: Transformed['batch']): string {
  return batch === 'any' ? 'All views go through in one run.' : 'Views go through one after another.';
}

export function explainedText(explained: Explained): string {
  if (explained.kind === 'occlusion')
    return (
      'Occlusion: the maps show how much the score falls when a part of the image is replaced by its own mean. ' +
      `They are no Grad-CAM, because ${explained.why}`
    );
  const { target, slopes } = explained;
  if (slopes.directions === 0)
    return `Grad-CAM at the layer \`${target.label}\`. Its gradients are 0 there: the score depends on nothing in it.`;
  return (
    `Grad-CAM at the layer \`${target.label}\`. Its gradients agree with finite differences to ` +
    `${(slopes.missed * 100).toFixed(2)} % along ${slopes.directions} directions.`
  );
}
