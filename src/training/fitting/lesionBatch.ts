import type { ImageSize, Random } from '../../dataset/index.js';
import type { LesionAugmentation } from '../networks/index.js';
import type { InputBox, LesionExample } from './lesionExamples.js';

/** For answers: images as they are. */
export const UNCHANGED: LesionAugmentation = {
  rotation: 0,
  scale: 0,
  shift: 0,
  flip: 0,
  contrast: 0,
  gamma: 0,
};

/** What one step learns from. */
export interface LesionBatch {
  /** Images × rows × columns × channels. */
  inputs: Float32Array;
  /** Image by image: 1 malignant. */
  targets: Float32Array;
  /** Images × places of the map: what it should say there. */
  map: Float32Array;
  /** The same: how much that counts; 0 where nothing is known. */
  weights: Float32Array;
}

export interface LesionBatchOptions {
  input: ImageSize;
  /** Of the last preparation step. */
  mean: number;
  deviation: number;
  stride: number;
  /** How much a place inside a malignant box counts; others count 1. */
  insideWeight: number;
  augmentation: LesionAugmentation;
}

/** From a place of the changed image to one of the given image, in pixels. */
interface Mapping {
  xx: number;
  xy: number;
  yx: number;
  yy: number;
  x: number;
  y: number;
}

/** Examples changed at random, with their boxes. */
export function lesionBatch(
  examples: readonly LesionExample[],
  options: LesionBatchOptions,
  random: Random,
): LesionBatch {
  const { rows, columns, channels } = options.input;
  const size = rows * columns * channels;
  const places = (rows / options.stride) * (columns / options.stride);
  const batch: LesionBatch = {
    inputs: new Float32Array(examples.length * size),
    targets: Float32Array.from(examples, ({ target }) => target),
    map: new Float32Array(examples.length * places),
    weights: new Float32Array(examples.length * places),
  };
  for (const [index, example] of examples.entries()) {
    const mapping = drawMapping(options, random);
    const greys = drawGreys(options, random);
    batch.inputs.set(resampled(example.bytes, options.input, mapping, greys), index * size);
    if (!example.mapKnown) continue;
    const { map, weights } = wantedMap(example.boxes, mapping, options);
    batch.map.set(map, index * places);
    batch.weights.set(weights, index * places);
  }
  return batch;
}

function drawMapping({ input, augmentation }: LesionBatchOptions, random: Random): Mapping {
  const { rows, columns } = input;
  const { rotation, scale, shift, flip } = augmentation;
  const angle = (random.between(-rotation, rotation) * Math.PI) / 180;
  const both = 1 + random.between(-scale, scale);
  const across = both * (1 + random.between(-scale, scale) / 3);
  const down = both * (1 + random.between(-scale, scale) / 3);
  const upsideDown = random.next() < flip ? -1 : 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [xx, xy, yx, yy] = [
    cos / across,
    -sin / across,
    (sin / down) * upsideDown,
    (cos / down) * upsideDown,
  ];
  const middle = { x: columns / 2, y: rows / 2 };
  return {
    xx,
    xy,
    yx,
    yy,
    x: middle.x - xx * middle.x - xy * middle.y + random.between(-shift, shift) * columns,
    y: middle.y - yx * middle.x - yy * middle.y + random.between(-shift, shift) * rows,
  };
}

/** The network's number for each grey value. */
function drawGreys({ mean, deviation, augmentation }: LesionBatchOptions, random: Random): Float32Array {
  const gamma = Math.exp(random.normal(augmentation.gamma));
  const contrast = 1 + random.between(-augmentation.contrast, augmentation.contrast);
  return Float32Array.from(
    { length: 256 },
    (_, value) => ((value / 255) ** gamma * contrast - mean) / deviation,
  );
}

/** Bilinear; beyond the edge lies black, as air does. */
function resampled(
  bytes: Uint8Array,
  { rows, columns, channels }: ImageSize,
  { xx, xy, yx, yy, x: startX, y: startY }: Mapping,
  greys: Float32Array,
): Float32Array {
  const out = new Float32Array(rows * columns * channels);
  const black = greys[0]!;
  const nextRow = columns * channels;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    let x = startX + xx * 0.5 + xy * (row + 0.5) - 0.5;
    let y = startY + yx * 0.5 + yy * (row + 0.5) - 0.5;
    for (let column = 0; column < columns; column++, x += xx, y += yx) {
      const left = Math.floor(x);
      const top = Math.floor(y);
      if (left < 0 || top < 0 || left >= columns - 1 || top >= rows - 1) {
        // The outermost half pixel goes on as it is.
        const beyond = x < -0.5 || y < -0.5 || x > columns - 0.5 || y > rows - 0.5;
        const nearX = Math.min(columns - 1, Math.max(0, Math.round(x)));
        const nearY = Math.min(rows - 1, Math.max(0, Math.round(y)));
        const from = (nearY * columns + nearX) * channels;
        for (let channel = 0; channel < channels; channel++)
          out[at++] = beyond ? black : greys[bytes[from + channel]!]!;
        continue;
      }
      const right = x - left;
      const below = y - top;
      const a = (1 - right) * (1 - below);
      const b = right * (1 - below);
      const c = (1 - right) * below;
      const d = right * below;
      let from = (top * columns + left) * channels;
      for (let channel = 0; channel < channels; channel++, from++)
        out[at++] =
          a * greys[bytes[from]!]! +
          b * greys[bytes[from + channels]!]! +
          c * greys[bytes[from + nextRow]!]! +
          d * greys[bytes[from + nextRow + channels]!]!;
    }
  }
  return out;
}

/**
 * What the map should say: 1 inside malignant boxes, 0 elsewhere, nothing where it is not known what a box holds. A
 * place counts as inside when its middle is, or the box's middle lies in it: a small lesion has one place at least.
 */
function wantedMap(
  boxes: readonly InputBox[],
  mapping: Mapping,
  { input, stride, insideWeight }: LesionBatchOptions,
): { map: Float32Array; weights: Float32Array } {
  const places = (input.rows / stride) * (input.columns / stride);
  const map = new Float32Array(places);
  const weights = new Float32Array(places).fill(1);
  if (boxes.length === 0) return { map, weights };
  const { xx, xy, yx, yy } = mapping;
  const half = stride / 2;
  // Half a place's size in pixels of the given image.
  const reachX = (Math.abs(xx) + Math.abs(xy)) * half;
  const reachY = (Math.abs(yx) + Math.abs(yy)) * half;
  let at = 0;
  for (let v = half; v < input.rows; v += stride)
    for (let u = half; u < input.columns; u += stride, at++) {
      const x = mapping.x + xx * u + xy * v;
      const y = mapping.y + yx * u + yy * v;
      for (const { left, top, right, bottom, malignant } of boxes) {
        const inside = x >= left && x <= right && y >= top && y <= bottom;
        const holds =
          Math.abs((left + right) / 2 - x) <= reachX && Math.abs((top + bottom) / 2 - y) <= reachY;
        if (!inside && !holds) continue;
        if (malignant === undefined && map[at] === 0) weights[at] = 0;
        if (malignant) [map[at], weights[at]] = [1, insideWeight];
      }
    }
  return { map, weights };
}
