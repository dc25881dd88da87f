import { type BreastMask, chestWallSide, type GreyImage } from '../../image/index.js';
import { orderStatistics } from '../statistics/index.js';

/**
 * Plain statistics of one picture, which know nothing of forms: how often which grey level occurs, and how much
 * neighbours differ. The same for all eight orientations of it.
 */
export interface PictureStatistics {
  /** Of all pixels of the file as it is shown, and its size. */
  whole: number[];
  /** Of the pixels outside the breast; undefined where no background was found. */
  background: number[] | undefined;
  /** Of each channel of the network's input. */
  channels: number[][];
}

export interface Input {
  values: Float32Array;
  rows: number;
  columns: number;
}

/** @param input of the image in the one orientation for all */
export function pictureStatisticsOf(image: GreyImage, mask: BreastMask, input: Input): PictureStatistics {
  const upright = ['left', 'right'].includes(chestWallSide(mask));
  const size = upright ? [image.rows, image.columns] : [image.columns, image.rows];
  const file = { ...image, upright };
  const channels = input.values.length / (input.rows * input.columns);
  return {
    whole: [...statisticsOf(file), ...size.map(Math.log)],
    background: mask.found ? statisticsOf({ ...file, counts: outsideOf(image, mask) }) : undefined,
    channels: Array.from({ length: channels }, (_, channel) =>
      statisticsOf({
        rows: input.rows,
        columns: input.columns,
        pixels: channelOf(input.values, channels, channel),
        upright: true,
      }),
    ),
  };
}

interface Picture {
  rows: number;
  columns: number;
  pixels: Uint16Array | Float32Array;
  /** Whether the chest wall stands on the left or right. */
  upright: boolean;
  /** 1 for pixels that count; all do unless given. */
  counts?: Uint8Array;
}

const FRACTIONS = [0.01, ...Array.from({ length: 19 }, (_, index) => (index + 1) / 20), 0.99];

function statisticsOf(picture: Picture): number[] {
  const { counts, pixels } = picture;
  const levels = counts === undefined ? pixels : counted(pixels, counts);
  const along = [differences(picture, 0, 1), differences(picture, 1, 0)];
  const [across, down] = (picture.upright ? along : along.reverse()).map(gradientsOf) as [
    Gradients,
    Gradients,
  ];
  const { mean, deviation } = momentsOf(levels);
  return [
    ...quantiles(levels, FRACTIONS),
    mean,
    deviation,
    ...[across, down].flatMap(({ mean: strength, median, equal }) => [strength, median, equal]),
    Math.log((across.mean + 1e-9) / (down.mean + 1e-9)),
  ];
}

/** How much neighbours differ, in units of the grey level. */
interface Gradients {
  mean: number;
  median: number;
  /** Share of neighbours that are equal: scaling and rewriting an image leave traces there. */
  equal: number;
}

function gradientsOf(found: Uint16Array | Float32Array): Gradients {
  let equal = 0;
  for (let i = 0; i < found.length; i++) if (found[i] === 0) equal++;
  return {
    mean: momentsOf(found).mean,
    median: quantiles(found, [0.5])[0]!,
    equal: found.length === 0 ? 0 : equal / found.length,
  };
}

/** Of each pixel and its neighbour, where both count. */
function differences(
  { rows, columns, pixels, counts }: Picture,
  down: number,
  right: number,
): Uint16Array | Float32Array {
  const out = pixels.slice();
  const step = down * columns + right;
  let found = 0;
  for (let row = 0; row < rows - down; row++)
    for (let column = 0; column < columns - right; column++) {
      const at = row * columns + column;
      if (counts !== undefined && (counts[at] === 0 || counts[at + step] === 0)) continue;
      out[found++] = Math.abs(pixels[at + step]! - pixels[at]!);
    }
  return out.subarray(0, found);
}

/** The values below which the given shares lie. All 0 for none. */
function quantiles(values: Uint16Array | Float32Array, fractions: readonly number[]): number[] {
  if (values.length === 0) return fractions.map(() => 0);
  return orderStatistics(
    values,
    fractions.map((fraction) => Math.round(fraction * (values.length - 1))),
  );
}

function counted<Values extends Uint16Array | Float32Array>(values: Values, counts: Uint8Array): Values {
  const out = values.slice() as Values;
  let found = 0;
  for (let i = 0; i < values.length; i++) if (counts[i] === 1) out[found++] = values[i]!;
  return out.subarray(0, found) as Values;
}

function channelOf(values: Float32Array, channels: number, channel: number): Float32Array {
  const out = new Float32Array(values.length / channels);
  for (let i = 0; i < out.length; i++) out[i] = values[i * channels + channel]!;
  return out;
}

function momentsOf(values: Uint16Array | Float32Array): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 0 };
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! * values[i]!;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

/** 1 outside the breast. */
function outsideOf({ rows, columns }: GreyImage, mask: BreastMask): Uint8Array {
  const out = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const line = Math.floor(row / mask.block) * mask.columns;
    for (let column = 0; column < columns; column++)
      out[row * columns + column] = mask.pixels[line + Math.floor(column / mask.block)] === 1 ? 0 : 1;
  }
  return out;
}
