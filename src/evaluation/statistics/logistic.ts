/** One item for a regression: its features, all of one number, and the truth. */
export interface Example {
  features: readonly number[];
  target: 0 | 1;
}

const STEPS = 50;
const CLOSE = 1e-9;
const HALVINGS = 30;

/**
 * Logistic regression with a ridge (le Cessie and van Houwelingen 1992) by Newton's method, on features that are
 * brought to mean 0 and deviation 1 first. A feature that is the same in all examples has no weight. Deterministic.
 *
 * @param ridge weight of half the squared length of the weights beside the log loss summed over the examples; above 0
 * @returns the score of other examples: the logarithm of the odds
 */
export function fitLogistic(
  examples: readonly Example[],
  ridge: number,
): (features: readonly number[]) => number {
  const scale = scaleOf(examples.map(({ features }) => features));
  const rows = examples.map(({ features }) => scale(features));
  const targets = examples.map(({ target }) => target);
  const size = rows[0]!.length;
  const penalties = new Float64Array(size).fill(ridge);
  // The intercept is the last one. It is free, but for what keeps a set of one class from running away.
  penalties[size - 1] = 1e-6;
  let weights: Float64Array = new Float64Array(size);
  let loss = lossOf(rows, targets, weights, penalties);
  for (let step = 0; step < STEPS; step++) {
    const direction = newtonStep(rows, targets, weights, penalties);
    // A full step may overshoot where the classes are far apart.
    let length = 1;
    let next = moved(weights, direction, length);
    let nextLoss = lossOf(rows, targets, next, penalties);
    for (let halving = 0; nextLoss > loss && halving < HALVINGS; halving++) {
      length /= 2;
      next = moved(weights, direction, length);
      nextLoss = lossOf(rows, targets, next, penalties);
    }
    if (!(nextLoss <= loss)) break;
    const gained = loss - nextLoss;
    [weights, loss] = [next, nextLoss];
    if (gained < CLOSE * (1 + loss)) break;
  }
  return (features) => product(scale(features), weights);
}

/** From features to units of their spread over the examples, with a one for the intercept behind them. */
function scaleOf(rows: readonly (readonly number[])[]): (row: readonly number[]) => Float64Array {
  const size = rows[0]!.length;
  const means = new Float64Array(size);
  const deviations = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) means[i]! += row[i]! / rows.length;
  for (const row of rows) for (let i = 0; i < size; i++) deviations[i]! += (row[i]! - means[i]!) ** 2;
  for (let i = 0; i < size; i++) deviations[i] = Math.sqrt(deviations[i]! / rows.length);
  return (row) => {
    const scaled = new Float64Array(size + 1);
    for (let i = 0; i < size; i++) {
      // Rounding leaves a constant a little spread, which must not be blown up.
      const flat = deviations[i]! <= 1e-9 * Math.max(1, Math.abs(means[i]!));
      scaled[i] = flat ? 0 : (row[i]! - means[i]!) / deviations[i]!;
    }
    scaled[size] = 1;
    return scaled;
  };
}

function lossOf(
  rows: readonly Float64Array[],
  targets: readonly number[],
  weights: Float64Array,
  penalties: Float64Array,
): number {
  let loss = 0;
  for (const [index, row] of rows.entries()) {
    const score = product(row, weights);
    const wrong = targets[index] === 1 ? -score : score;
    loss += wrong > 0 ? wrong + Math.log1p(Math.exp(-wrong)) : Math.log1p(Math.exp(wrong));
  }
  for (let i = 0; i < weights.length; i++) loss += (penalties[i]! * weights[i]! ** 2) / 2;
  return loss;
}

/** What Newton's method takes from the weights: the gradient through the inverse of the curvature. */
function newtonStep(
  rows: readonly Float64Array[],
  targets: readonly number[],
  weights: Float64Array,
  penalties: Float64Array,
): Float64Array {
  const size = weights.length;
  const gradient = Float64Array.from(weights, (weight, i) => weight * penalties[i]!);
  const curvature = new Float64Array(size * size);
  for (let i = 0; i < size; i++) curvature[i * size + i] = penalties[i]!;
  for (const [index, row] of rows.entries()) {
    const said = 1 / (1 + Math.exp(-product(row, weights)));
    const off = said - targets[index]!;
    const weight = said * (1 - said);
    for (let i = 0; i < size; i++) {
      gradient[i]! += off * row[i]!;
      const weighted = weight * row[i]!;
      for (let j = 0; j <= i; j++) curvature[i * size + j]! += weighted * row[j]!;
    }
  }
  return solved(curvature, gradient);
}

/** Solves a symmetric positive definite system, given by its lower half, by Cholesky's factors, which replace it. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * size + j]!;
    }
  const out = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) out[i]! -= matrix[i * size + k]! * out[k]!;
    out[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) out[i]! -= matrix[k * size + i]! * out[k]!;
    out[i]! /= matrix[i * size + i]!;
  }
  return out;
}

function moved(weights: Float64Array, direction: Float64Array, length: number): Float64Array {
  return weights.map((weight, i) => weight - length * direction[i]!);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
