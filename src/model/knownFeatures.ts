import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from './errors.js';
import type { Bundle, Inference } from './types.js';

/** How much the correlations are drawn towards none: as many images as features would else fit anything. */
const SHRINKAGE = 0.1;
/** A feature that never varies says nothing, and must not make everything infinitely far. */
const LEAST_DEVIATION = 1e-3;

/** Little-endian float32 as base64. */
const numbers = z.string().transform((text) => {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2);
});
const fileSchema = z.strictObject({
  centres: z.array(numbers).min(1),
  deviations: numbers,
  /** Lower triangle of the correlations' Cholesky factor, row by row; left out where they are not known. */
  factor: numbers.optional(),
});

/**
 * An image's features in short: for each channel of the target layer its mean over all places, then for each its
 * standard deviation.
 *
 * @param activations rows × columns × channels
 */
export function placeSummary({
  activations,
  featureShape: [rows, columns, channels],
}: Pick<Inference, 'activations' | 'featureShape'>): Float32Array {
  const places = rows * columns;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let place = 0, at = 0; place < places; place++)
    for (let channel = 0; channel < channels; channel++, at++) {
      const value = activations[at]!;
      sums[channel]! += value;
      squares[channel]! += value * value;
    }
  const summary = new Float32Array(2 * channels);
  for (let channel = 0; channel < channels; channel++) {
    const mean = sums[channel]! / places;
    summary[channel] = mean;
    summary[channels + channel] = Math.sqrt(Math.max(0, squares[channel]! / places - mean * mean));
  }
  return summary;
}

/**
 * What the images that a network was made from look like to it, and how far another image lies from them: Mahalanobis
 * distance to the nearest kind of image (Lee et al., A simple unified framework for detecting out-of-distribution
 * samples, 2018), divided by the root of the number of features. Images like those of training lie near 1.
 */
export class KnownFeatures {
  readonly #centres: Float32Array[];
  readonly #deviations: Float32Array;
  readonly #factor: Float32Array | undefined;

  constructor(parts: {
    centres: Float32Array[];
    deviations: Float32Array;
    factor?: Float32Array | undefined;
  }) {
    const { centres, deviations, factor } = parts;
    const size = deviations.length;
    const triangle = (size * (size + 1)) / 2;
    if (centres.some((centre) => centre.length !== size) || (factor?.length ?? triangle) !== triangle)
      throw new RangeError('centres, deviations and factor are not of one size');
    this.#centres = centres;
    this.#deviations = deviations;
    this.#factor = factor;
  }

  /**
   * @param kinds summaries of images, as `placeSummary` gives them: of each kind (film, digital) for itself
   * @param options.correlated false where there are too few images to tell how features go together: then each counts
   *   by itself
   */
  static of(kinds: Float32Array[][], options: { correlated: boolean } = { correlated: true }): KnownFeatures {
    const size = kinds[0]![0]!.length;
    const centres = kinds.map((summaries) => meanOf(summaries, size));
    const rest = kinds.flatMap((summaries, kind) =>
      summaries.map((summary) => summary.map((value, at) => value - centres[kind]![at]!)),
    );
    const deviations = new Float32Array(size);
    for (let at = 0; at < size; at++)
      deviations[at] = Math.max(
        LEAST_DEVIATION,
        Math.sqrt(rest.reduce((sum, values) => sum + values[at]! ** 2, 0) / rest.length),
      );
    if (!options.correlated) return new KnownFeatures({ centres, deviations });
    for (const values of rest) for (let at = 0; at < size; at++) values[at]! /= deviations[at]!;
    return new KnownFeatures({ centres, deviations, factor: cholesky(correlations(rest, size), size) });
  }

  /** From an image's summary to the nearest kind of known images; 0 and more. */
  distance(summary: Float32Array): number {
    const size = this.#deviations.length;
    if (summary.length !== size) throw new RangeError(`${summary.length} features in place of ${size}`);
    const factor = this.#factor;
    const each = this.#centres.map((centre) => {
      const apart = (at: number) => (summary[at]! - centre[at]!) / this.#deviations[at]!;
      if (factor === undefined) {
        let squares = 0;
        for (let at = 0; at < size; at++) squares += apart(at) ** 2;
        return Math.sqrt(squares / size);
      }
      // Forward substitution: what is left after the factor is taken out has no correlations.
      const white = new Float64Array(size);
      let sum = 0;
      for (let row = 0, at = 0; row < size; row++) {
        let value = apart(row);
        for (let column = 0; column < row; column++) value -= factor[at++]! * white[column]!;
        white[row] = value / factor[at++]!;
        sum += white[row]! ** 2;
      }
      return Math.sqrt(sum / size);
    });
    return Math.min(...each);
  }

  /** The file of a bundle. */
  encode(): Uint8Array {
    const text = (values: Float32Array) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
    const document = {
      centres: this.#centres.map(text),
      deviations: text(this.#deviations),
      ...(this.#factor !== undefined && { factor: text(this.#factor) }),
    };
    return Buffer.from(`${JSON.stringify(document)}\n`);
  }
}

/**
 * What a bundle knows; undefined where it does not say.
 *
 * @throws ModelError `bundle-malformed`
 */
export async function readKnownFeatures(bundle: Bundle): Promise<KnownFeatures | undefined> {
  if (bundle.knownFeatures === undefined) return undefined;
  const path = join(bundle.directory, bundle.knownFeatures.file);
  try {
    return new KnownFeatures(fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
  } catch (cause) {
    throw new ModelError('bundle-malformed', `${path} does not say what the model knows`, {
      cause,
      remedy: 'Fetch the bundle again from its maker.',
    });
  }
}

function meanOf(summaries: Float32Array[], size: number): Float32Array {
  const sums = new Float64Array(size);
  for (const summary of summaries) for (let at = 0; at < size; at++) sums[at]! += summary[at]!;
  return Float32Array.from(sums, (sum) => sum / summaries.length);
}

/** Row-major, size × size. */
function correlations(rest: Float32Array[], size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (const values of rest)
    for (let row = 0; row < size; row++)
      for (let column = 0; column <= row; column++)
        matrix[row * size + column]! += values[row]! * values[column]!;
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      const value = (matrix[row * size + column]! / rest.length) * (1 - SHRINKAGE);
      matrix[row * size + column] = row === column ? value + SHRINKAGE : value;
    }
  return matrix;
}

/** Lower triangle, row by row, of the factor whose product with its transpose is the matrix. */
function cholesky(matrix: Float64Array, size: number): Float32Array {
  const lower = new Float64Array(size * size);
  const packed: number[] = [];
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) value -= lower[row * size + k]! * lower[column * size + k]!;
      lower[row * size + column] =
        row === column ? Math.sqrt(Math.max(1e-6, value)) : value / lower[column * size + column]!;
      packed.push(lower[row * size + column]!);
    }
  return Float32Array.from(packed);
}
