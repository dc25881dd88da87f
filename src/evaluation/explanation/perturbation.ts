import { Random } from '../../dataset/index.js';
import { gradCam, type HeatMap } from '../../gradcam/index.js';
import { type Bundle, calibrate, type Engine } from '../../model/index.js';
import { rawProbabilities } from '../answering.js';
import { mean, withIntervals } from '../statistics/index.js';
import type { ExplanationSubject, Sample } from './subject.js';
import type { PerturbationCheck, PerturbationCurve } from './types.js';

const STEPS = 8;
const FRACTIONS = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
/** Random maps per image. */
const MOVED = 3;

/** An image's curves: with its own map, and the mean of those with moved maps. */
interface ImageCurves {
  case: string;
  deletion: { map: number[]; moved: number[] };
  insertion: { map: number[]; moved: number[] };
}

/**
 * Covers (or uncovers) the image cell by cell, the hottest first. A map that shows what the answer comes from makes it
 * fall (or rise) sooner than the same map moved to a random place, which is just as smooth and just as large.
 */
export async function checkPerturbation(
  { bundle, engine, seed }: ExplanationSubject,
  samples: Sample[],
  progress: (done: number, of: number) => void,
): Promise<PerturbationCheck | null> {
  const random = new Random(seed);
  const found: ImageCurves[] = [];
  for (const [index, { case: name, input }] of samples.entries()) {
    const map = gradCam((await engine.infer([input]))[0]!);
    if (map.peak > 0) {
      const run = new Perturbation(bundle, engine, input);
      const own = await run.curves(order(map, random));
      const moved: Awaited<ReturnType<Perturbation['curves']>>[] = [];
      for (let one = 0; one < MOVED; one++)
        moved.push(await run.curves(order(movedMap(map, random), random)));
      found.push({
        case: name,
        deletion: { map: own.deletion, moved: meanCurve(moved.map(({ deletion }) => deletion)) },
        insertion: { map: own.insertion, moved: meanCurve(moved.map(({ insertion }) => insertion)) },
      });
    }
    progress(index + 1, samples.length);
  }
  if (found.length === 0) return null;
  return {
    images: found.length,
    fractions: FRACTIONS,
    deletion: joined(found, 'deletion', seed),
    insertion: joined(found, 'insertion', seed),
  };
}

/** One image, its blurred double, and the network that looks at mixtures of both. */
class Perturbation {
  readonly #blurred: Float32Array;

  readonly #bundle: Bundle;

  readonly #engine: Engine;

  readonly #input: Float32Array;

  constructor(bundle: Bundle, engine: Engine, input: Float32Array) {
    this.#bundle = bundle;

    this.#engine = engine;

    this.#input = input;
    this.#blurred = blur(input, bundle.input);
  }

  /** Calibrated probabilities at each fraction. `ranks` says of each cell of the map when its turn comes. */
  async curves(ranks: CellRanks): Promise<{ deletion: number[]; insertion: number[] }> {
    const hidden = FRACTIONS.map((fraction) => this.#mixture(ranks, fraction, this.#blurred, this.#input));
    const shown = FRACTIONS.map((fraction) => this.#mixture(ranks, fraction, this.#input, this.#blurred));
    const raw = await rawProbabilities(this.#engine, [...hidden, ...shown]);
    const probabilities = raw.map((one) => calibrate(this.#bundle, one));
    return { deletion: probabilities.slice(0, hidden.length), insertion: probabilities.slice(hidden.length) };
  }

  /** `first` in the cells whose turn has come, `second` elsewhere. */
  #mixture(ranks: CellRanks, fraction: number, first: Float32Array, second: Float32Array): Float32Array {
    const { rows, columns, channels } = this.#bundle.input;
    const turn = Math.round(fraction * ranks.rank.length);
    const out = second.slice();
    for (let y = 0; y < rows; y++) {
      const cellRow = Math.floor((y * ranks.rows) / rows) * ranks.columns;
      for (let x = 0; x < columns; x++) {
        if (ranks.rank[cellRow + Math.floor((x * ranks.columns) / columns)]! >= turn) continue;
        const at = (y * columns + x) * channels;
        for (let channel = 0; channel < channels; channel++) out[at + channel] = first[at + channel]!;
      }
    }
    return out;
  }
}

interface CellRanks {
  rows: number;
  columns: number;
  /** 0 for the cell whose turn comes first. */
  rank: Int32Array;
}

/** Hottest first; cells of equal heat in random order. */
function order({ rows, columns, values }: HeatMap, random: Random): CellRanks {
  const cells = random
    .shuffled(Array.from(values, (_, cell) => cell))
    .sort((a, b) => values[b]! - values[a]!);
  const rank = new Int32Array(cells.length);
  for (const [place, cell] of cells.entries()) rank[cell] = place;
  return { rows, columns, rank };
}

/** The same heat elsewhere: shifted around the edges and flipped at random. */
function movedMap(map: HeatMap, random: Random): HeatMap {
  const { rows, columns, values } = map;
  const [down, right] = [random.below(rows), random.below(columns)];
  const [upsideDown, mirrored] = [random.below(2) === 1, random.below(2) === 1];
  const moved = new Float32Array(values.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const from = ((upsideDown ? rows - 1 - y : y) + down) % rows;
      const across = ((mirrored ? columns - 1 - x : x) + right) % columns;
      moved[y * columns + x] = values[from * columns + across]!;
    }
  return { ...map, values: moved };
}

/** Means over a square of a fifth of the input, twice: no lesion is left to see, the breast's place is. */
function blur(input: Float32Array, { rows, columns, channels }: Bundle['input']): Float32Array {
  const width = columns * channels;
  const across = { count: rows, apart: width, length: columns, step: channels };
  const down = { count: columns, apart: channels, length: rows, step: width };
  let now = input;
  for (let pass = 0; pass < 2; pass++) {
    now = slidingMean(now, channels, across, Math.ceil(columns / 10));
    now = slidingMean(now, channels, down, Math.ceil(rows / 10));
  }
  return now;
}

/** Rows or columns of an image whose channels lie side by side. */
interface Lines {
  count: number;
  /** From one line's first value to the next one's. */
  apart: number;
  length: number;
  /** From value to value along a line. */
  step: number;
}

/** Mean over `reach` values on each side along the lines; the edge is repeated. */
function slidingMean(
  values: Float32Array,
  channels: number,
  { count, apart, length, step }: Lines,
  reach: number,
): Float32Array {
  const out = new Float32Array(values.length);
  for (let line = 0; line < count; line++)
    for (let channel = 0; channel < channels; channel++) {
      const start = line * apart + channel;
      const at = (place: number) => values[start + Math.min(length - 1, Math.max(0, place)) * step]!;
      let sum = 0;
      for (let place = -reach; place <= reach; place++) sum += at(place);
      for (let place = 0; place < length; place++) {
        out[start + place * step] = sum / (2 * reach + 1);
        sum += at(place + reach + 1) - at(place - reach);
      }
    }
  return out;
}

function joined(found: ImageCurves[], which: 'deletion' | 'insertion', seed: number): PerturbationCurve {
  const areas = withIntervals(
    found,
    {
      mapArea: (sample) => mean(sample.map((one) => area(one[which].map))),
      movedArea: (sample) => mean(sample.map((one) => area(one[which].moved))),
      difference: (sample) => mean(sample.map((one) => area(one[which].map) - area(one[which].moved))),
    },
    { rounds: 1000, seed },
  );
  return {
    map: meanCurve(found.map((one) => one[which].map)),
    moved: meanCurve(found.map((one) => one[which].moved)),
    ...areas,
  };
}

function meanCurve(curves: number[][]): number[] {
  return FRACTIONS.map((_, index) => mean(curves.map((curve) => curve[index]!)));
}

/** By the trapezoidal rule over fractions from 0 to 1: the mean height. */
export function area(curve: readonly number[]): number {
  let sum = 0;
  for (let index = 1; index < curve.length; index++) sum += (curve[index - 1]! + curve[index]!) / 2;
  return sum / (curve.length - 1);
}
