import { countText } from '../../countText.js';
import type { PreparationStep } from '../../image/index.js';
import { ImportError } from './errors.js';
import type { Dimension, GivenNetwork } from './givenNetwork.js';

export type Layout = 'NCHW' | 'NHWC';

/** What the file cannot say of its input. */
export interface InputAnswers {
  /** Undefined: as its shape says. */
  layout?: Layout | undefined;
  /** For a free height and width. */
  rows?: number | undefined;
  columns?: number | undefined;
  /** For a free number of channels. */
  channels?: number | undefined;
  /** What white is before mean and deviation: 1, or 255 as in files of 8 bits. */
  white: number;
  /** One, or one for each channel, in units of `white`. */
  mean: number[];
  deviation: number[];
  /** Steps between the image and the resize, and after it; resize and normalise are added. */
  before: PreparationStep[];
  after: PreparationStep[];
}

/** How a picture of the service becomes the input of the network. */
export interface InputPlan {
  layout: Layout;
  rows: number;
  columns: number;
  /** Of the network. */
  channels: number;
  /** Of the picture: all of the network's, or one that goes to all of them. */
  pictureChannels: number;
  /** Images in one run, where the file fixes it. */
  batch: Dimension;
  preparation: PreparationStep[];
  /** For each channel x · factor + offset inside the network; undefined where the preparation has done it. */
  scaling: { factors: number[]; offsets: number[] } | undefined;
}

/** @throws ImportError `import-input-shape`, `import-channels`, `import-batch`, `usage-import` */
export function planInput(
  { inputShape }: Pick<GivenNetwork, 'inputShape'>,
  answers: InputAnswers,
): InputPlan {
  const shape = shapeText(inputShape);
  const layout = answers.layout ?? layoutOf(inputShape, shape);
  const [batch] = inputShape;
  const given = sizesIn(layout, inputShape);
  const channels = agreed('channels', given.channels, answers.channels, shape);
  const rows = agreed('rows', given.rows, answers.rows, shape);
  const columns = agreed('columns', given.columns, answers.columns, shape);
  if (channels > 3)
    throw new ImportError(
      'import-channels',
      `the input ${shape}, read as ${layout}, has ${channels} channels`,
      {
        remedy:
          'One to three are possible. If rows or columns were taken for channels, say the other --layout.',
      },
    );
  if (batch !== undefined && batch !== 1)
    throw new ImportError(
      'import-batch',
      `the network takes ${countText(batch, 'image')} in one run, no fewer and no more`,
      {
        remedy: 'Export it with a free first dimension (dynamic_axes, dynamic_shapes), or for one image.',
      },
    );
  const made =
    1 + [...answers.before, ...answers.after].filter((step) => 'as' in step && step.as === 'channel').length;
  if (made !== 1 && made !== channels)
    throw new ImportError(
      'import-channels',
      `the preparation makes ${made} channels, the network takes ${channels}`,
      {
        remedy: 'Make one channel, which then goes to all of them, or as many as the network takes.',
      },
    );
  const [means, deviations] = [answers.mean, answers.deviation].map((values) =>
    forChannels(values, channels),
  );
  const mean = means!.map((value) => value / answers.white);
  const deviation = deviations!.map((value) => value / answers.white);
  const alike = [mean, deviation].every((values) => values.every((value) => value === values[0]));
  return {
    layout,
    rows,
    columns,
    channels,
    pictureChannels: made,
    batch,
    preparation: [
      ...answers.before,
      { step: 'resize', rows, columns },
      ...answers.after,
      {
        step: 'normalise',
        ...(alike ? { mean: mean[0]!, deviation: deviation[0]! } : { mean: 0, deviation: 1 }),
      },
    ],
    scaling: alike
      ? undefined
      : {
          factors: deviation.map((value) => 1 / value),
          offsets: mean.map((value, channel) => -value / deviation[channel]!),
        },
  };
}

/** A picture of the service as the network's own input, for comparison with what was given. */
export function networkInput(plan: InputPlan, picture: Float32Array): Float32Array {
  const { layout, channels, pictureChannels, scaling } = plan;
  const places = plan.rows * plan.columns;
  const out = new Float32Array(places * channels);
  for (let place = 0; place < places; place++)
    for (let channel = 0; channel < channels; channel++) {
      const value = picture[place * pictureChannels + (pictureChannels === 1 ? 0 : channel)]!;
      const at = layout === 'NCHW' ? channel * places + place : place * channels + channel;
      out[at] = scaling ? value * scaling.factors[channel]! + scaling.offsets[channel]! : value;
    }
  return out;
}

/** Of its shape alone: the dimension that can only be channels. Undefined where both can, or neither. */
export function layoutShown([, second, , last]: readonly Dimension[]): Layout | undefined {
  const isChannels = (size: Dimension) => size !== undefined && size <= 3;
  if (isChannels(second) === isChannels(last)) return undefined;
  return isChannels(second) ? 'NCHW' : 'NHWC';
}

/** A shape's sizes by what they are, in a layout. */
export function sizesIn(
  layout: Layout,
  [, ...sizes]: readonly Dimension[],
): Record<'channels' | 'rows' | 'columns', Dimension> {
  const [channels, rows, columns] = layout === 'NCHW' ? sizes : [sizes[2], sizes[0], sizes[1]];
  return { channels, rows, columns };
}

export function shapeText(shape: readonly Dimension[]): string {
  return shape.map((size) => size ?? '?').join(' x ');
}

function layoutOf(inputShape: readonly Dimension[], shape: string): Layout {
  const shown = layoutShown(inputShape);
  if (shown !== undefined) return shown;
  throw new ImportError('usage-import', `the input is ${shape}: it does not show where its channels are`, {
    remedy: 'Say --layout NCHW (PyTorch) or --layout NHWC (Keras).',
  });
}

function agreed(what: string, given: Dimension, answered: number | undefined, shape: string): number {
  const size = given ?? answered;
  if (size === undefined)
    throw new ImportError('usage-import', `the input is ${shape}: its ${what} are free`, {
      remedy: `Say --${what} NUMBER: the size that it was trained with.`,
    });
  if (answered === undefined || answered === size) return size;
  throw new ImportError(
    'import-input-shape',
    `the input is ${shape}, with ${size} ${what}, not ${answered}`,
    {
      remedy: `Leave --${what} out, or check --layout.`,
    },
  );
}

function forChannels(values: number[], channels: number): number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
  throw new ImportError('usage-import', `${values.length} means or deviations for ${channels} channels`, {
    remedy: 'Give --mean and --deviation one number, or one for each channel, with commas.',
  });
}
