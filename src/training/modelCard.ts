import { countText, numberText } from '../countText.js';
import type { BundleDescription, Measurement, TrainingRecord } from '../model/index.js';

interface CardInput {
  description: BundleDescription;
  /** One sentence about the network's layers. */
  network: string;
  weights: number;
  /** What the fit did: epochs, time, best validation AUC. */
  course: string[];
}

/** MODEL_CARD.md: what the model is, what it was made from, how it was measured and what it cannot do. */
export function modelCard({ description, network, weights, course }: CardInput): string {
  const { name, version, training, input, calibration, operatingPoint, aggregation, targetLayer } =
    description;
  const lines = [
    `# ${name} ${version}`,
    '',
    description.purpose,
    '',
    '## Limits',
    '',
    ...(description.caution === undefined ? [] : [`- Beside every number: ${description.caution}`]),
    ...description.limits.map((limit) => `- ${limit}`),
    '',
    ...(description.termsOfUse === undefined ? [] : ['## Terms of use', '', description.termsOfUse, '']),
    '## Network',
    '',
    `${network} ${countText(weights, 'weight')}. Input ${input.rows} x ${input.columns} x ${input.channels}. ` +
      `The heat maps explain the layer \`${targetLayer}\`.`,
    '',
    'Preparation, in this order, the same code for training and in the service:',
    '',
    ...input.preparation.map(
      ({ step, ...parameters }, index) => `${index + 1}. ${step}${parametersText(parameters)}`,
    ),
    '',
  ];
  if (training !== undefined)
    lines.push(
      '## Training',
      '',
      `Data: ${training.data}`,
      '',
      `Licence: ${training.licence}. ${training.attribution}`,
      '',
      splitText(training),
      '',
      ...course.map((line) => `- ${line}`),
      `- Made by: \`${training.procedure}\``,
      '',
    );
  lines.push(
    '## Measured',
    '',
    '| measure | value | 95 % interval | on |',
    '|---|---|---|---|',
    ...description.performance.map(measurementRow),
    '',
    calibration.kind === 'platt'
      ? `Calibration: Platt scaling, slope ${calibration.slope.toFixed(3)}, ` +
          `intercept ${calibration.intercept.toFixed(3)}.`
      : 'Calibration: none.',
    '',
    `Operating point: ${operatingPoint.toFixed(3)} (calibrated probability). ` +
      `Images to breast: ${aggregation.breast}; breasts to exam: ${aggregation.exam}.`,
    '',
  );
  return lines.join('\n');
}

function splitText({ protocol, copies, seed, cases }: TrainingRecord): string {
  if (protocol === 'by-image')
    return (
      `**Leaking protocol (by-image), for comparison with publications only:** ${copies} copies of each image ` +
      '(rotated by steps of 30 degrees, flipped, with and without CLAHE), and the copies split at random, ' +
      `seed ${seed}. ` +
      `Copies of one image and images of one patient stand on all sides: ` +
      `${countText(cases.training, 'patient')} in training, ${numberText(cases.validation)} in validation, ` +
      `${numberText(cases.test)} in test.`
    );
  return (
    `Split by patient case, seed ${seed}: ${countText(cases.training, 'case')} for training, ` +
    `${numberText(cases.validation)} for validation (early stopping, calibration, operating point), ` +
    `${numberText(cases.test)} for the test figures below and nothing else.`
  );
}

function parametersText(parameters: object): string {
  const parts = Object.entries(parameters).map(
    ([key, value]) => `${key} ${String(value).replace(',', ' x ')}`,
  );
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function measurementRow({ measure, value, interval, on }: Measurement): string {
  const range = interval === undefined ? '' : `${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`;
  return `| ${measure} | ${value.toFixed(3)} | ${range} | ${on} |`;
}
