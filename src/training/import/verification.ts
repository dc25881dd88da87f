import { Random } from '../../dataset/index.js';
import { logit } from '../../model/index.js';
import type { AdaptedNetwork, TargetLayer } from './adaptedNetwork.js';
import { ImportError } from './errors.js';
import { openModel, type Value } from './onnxRun.js';

/**
 * How far what was made may lie from what was given: probabilities, and scores relative to their size. A network that
 * answers in 16 bits rounds by more than the first.
 */
export const AGREEMENT = { float32: 1e-4, float16: 1e-3 };
/** Share by which finite differences may miss a slope: numbers of 32 bits and the kinks of ReLU. */
const SLOPE_TOLERANCE = 0.03;
/** Beyond it a probability of 32 bits does not say its score. */
const SATURATED = 8;
const DIRECTIONS = 6;
/**
 * Shares of the activations' own size. The shorter the step, the fewer kinks lie on it and the more the rounding of
 * 32 bits counts; a gradient that is wrong is wrong at each.
 */
const STEPS = [0.05, 0.01, 0.002, 0.0004];
/** Share of the activations' size by which the place of the check is moved away from the picture's own. */
const APART = 0.3;

/**
 * Compares answers with those of the network as it came.
 *
 * @param within `AGREEMENT`
 * @returns the largest difference of a probability
 * @throws ImportError `import-differs`
 */
export function checkAgreement(
  found: readonly number[],
  meant: readonly number[],
  what: string,
  within = AGREEMENT.float32,
): number {
  let largest = 0;
  for (const [index, probability] of meant.entries()) {
    const difference = Math.abs(found[index]! - probability);
    largest = Math.max(largest, difference);
    const score = logit(probability);
    const scoreDiffers =
      Math.abs(score) < SATURATED &&
      Math.abs(logit(found[index]!) - score) > 10 * within * Math.max(1, Math.abs(score));
    if (difference <= within && !scoreDiffers) continue;
    throw new ImportError(
      'import-differs',
      `${what} answers ${found[index]} where the network as it came answers ${probability}`,
      {
        remedy:
          'Check --meaning and --positive-index. If they are right, this is a fault in Mamori: please report it.',
      },
    );
  }
  return largest;
}

/** @throws ImportError `import-differs` */
export function checkScore(found: number, meant: number | undefined, within = AGREEMENT.float32): void {
  if (meant === undefined || Math.abs(found - meant) <= within * Math.max(1, Math.abs(meant))) return;
  throw new ImportError('import-differs', `the bundle's score is ${found}, the given network's ${meant}`, {
    remedy: 'This is a fault in Mamori: please report it with the file.',
  });
}

/** Whether all answers lie so near to 0 or 1 that comparing them says little. */
export function saturated(probabilities: readonly number[]): boolean {
  return probabilities.every((probability) => Math.abs(logit(probability)) > SATURATED);
}

/** Closer than this are two answers of a network that looks at the picture only if nothing in it matters. */
const ALIKE = 1e-6;

/** Whether all answers are the same, whatever the picture: as of a network whose weights were never loaded. */
export function alike(probabilities: readonly number[]): boolean {
  return Math.max(...probabilities) - Math.min(...probabilities) < ALIKE;
}

/** How the gradients compare with finite differences. */
export interface SlopeCheck {
  directions: number;
  /** Largest miss, as a share of the gradient's length. */
  missed: number;
  agrees: boolean;
}

/**
 * Holds the gradients of the backward pass against finite differences of the score: along the gradient itself and along
 * random directions, where each must rise as the gradient says. That is done beside the activations of the picture,
 * moved at random so that no two are almost alike: even grey has many equally large ones, and where a network takes the
 * largest of them there is no slope to compare.
 *
 * @param activations of the target layer for one picture, as they lie in the graph
 */
export async function checkSlopes(
  network: AdaptedNetwork,
  target: TargetLayer,
  image: Value,
  activations: Value,
): Promise<SlopeCheck> {
  const head = await openModel(network.head(), 'the head of the network');
  try {
    const random = new Random(1);
    const run = async (data: ArrayLike<number>) => {
      const values = { image, [target.value]: { dims: activations.dims, data } };
      const results = await head.run(values, [network.score, network.gradient]);
      return { score: Number(results[network.score]!.data[0]), gradient: results[network.gradient]!.data };
    };
    const size = length(activations.data) / Math.sqrt(activations.data.length) || 1;
    const middle = movedApart(activations.data, APART * size, random);
    const { gradient } = await run(middle);
    let missed = 0;
    for (let one = 0; one < DIRECTIONS; one++) {
      const direction = one === 0 ? Float64Array.from(gradient) : randomDirection(middle.length, random);
      const norm = length(direction);
      if (norm === 0) return { directions: 0, missed: 0, agrees: true };
      const moved = (by: number) => middle.map((value, at) => value + by * direction[at]!);
      const slope = dot(gradient, direction);
      // A direction at random has about this slope.
      const scale = Math.max(Math.abs(slope), (length(gradient) * norm) / Math.sqrt(middle.length));
      let nearest = Number.POSITIVE_INFINITY;
      for (const share of STEPS) {
        const step = (share * size * Math.sqrt(middle.length)) / norm;
        const rise = (await run(moved(step))).score - (await run(moved(-step))).score;
        nearest = Math.min(nearest, Math.abs(rise / (2 * step) - slope) / scale);
      }
      missed = Math.max(missed, nearest);
    }
    return { directions: DIRECTIONS, missed, agrees: missed <= SLOPE_TOLERANCE };
  } finally {
    await head.close();
  }
}

/** Upwards, by exponential amounts: of however many, the largest lies well ahead of the second. */
function movedApart(values: ArrayLike<number>, by: number, random: Random): Float64Array {
  return Float64Array.from(values, (value) => value - by * Math.log((random.below(1e6) + 1) / 1e6));
}

function randomDirection(size: number, random: Random): Float64Array {
  return Float64Array.from({ length: size }, () => random.below(2001) / 1000 - 1);
}

function length(values: ArrayLike<number>): number {
  return Math.sqrt(dot(values, values));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
