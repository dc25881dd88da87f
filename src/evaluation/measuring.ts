import type { Scored } from '../dataset/index.js';
import type { Bundle } from '../model/index.js';
import { type Answer, breastAnswers, patientAnswers } from './answers.js';
import { performanceOf } from './performance.js';
import { columnChecks } from './shortcuts/index.js';
import {
  type BootstrapOptions,
  brierScore,
  calibrationErrorByChance,
  classificationTable,
  mean,
  quantile,
  reliability,
  samplesOfPatients,
  thresholdCurve,
} from './statistics/index.js';
import { subgroupsOf } from './subgroups.js';
import type { Curves, Evaluation, PlotPoint } from './types.js';

type Measured = Pick<
  Evaluation,
  'levels' | 'table' | 'curves' | 'calibration' | 'histogram' | 'subgroups' | 'columns' | 'worst'
>;

const MOST_WORST = 12;

/** Every figure that follows from the answers alone. */
export function measure(answers: readonly Answer[], bundle: Bundle, options: BootstrapOptions): Measured {
  const { operatingPoint, classes } = bundle;
  const breasts = breastAnswers(answers, bundle);
  const patients = patientAnswers(answers, bundle);
  const image = performanceOf(answers, operatingPoint, options);
  const prevalence = mean(answers.map(({ target }) => target));
  return {
    levels: {
      image,
      breast: breasts === undefined ? null : performanceOf(breasts, operatingPoint, options),
      patient: performanceOf(patients, operatingPoint, options),
    },
    table: classificationTable(image.atOperatingPoint.confusion, classes),
    curves: { image: curvesOf(answers, options), patient: curvesOf(patients, options) },
    calibration: {
      image: reliability(answers),
      patient: reliability(patients),
      meanProbability: mean(answers.map(({ probability }) => probability)),
      prevalence,
      errorByChance: calibrationErrorByChance(answers, options),
      brierOfPrevalence: brierScore(answers.map(({ target }) => ({ target, probability: prevalence }))),
    },
    histogram: { negative: histogramOf(answers, 0), positive: histogramOf(answers, 1) },
    subgroups: subgroupsOf(answers, operatingPoint, options),
    columns: columnChecks(answers, options),
    worst: worstOf(answers, operatingPoint),
  };
}

const GRID = Array.from({ length: 51 }, (_, index) => index / 50);

function curvesOf(scored: readonly Scored[], options: BootstrapOptions): Curves {
  const sorted = [...scored].sort((a, b) => a.probability - b.probability);
  const points = thresholdCurve(sorted);
  const atGrid: number[][] = GRID.map(() => []);
  for (const sample of samplesOfPatients(sorted, { ...options, rounds: Math.min(500, options.rounds) })) {
    const heights = heightsOf(rocOf(sample));
    heights.forEach((height, index) => {
      if (Number.isFinite(height)) atGrid[index]!.push(height);
    });
  }
  return {
    roc: thinned(rocOf(sorted)),
    rocBand: GRID.flatMap((x, index): [number, number, number][] => {
      const heights = atGrid[index]!;
      return heights.length === 0 ? [] : [[x, quantile(heights, 0.025), quantile(heights, 0.975)]];
    }),
    precisionRecall: thinned(points.map((point): PlotPoint => [point.truePositiveRate, point.precision])),
  };
}

function rocOf(scored: readonly Scored[]): PlotPoint[] {
  return [
    [0, 0],
    ...thresholdCurve(scored).map((point): PlotPoint => [point.falsePositiveRate, point.truePositiveRate]),
  ];
}

/** Points closer together than any plot shows. */
const TOO_CLOSE = 1e-3;

/** A curve of thousands of answers without the points that lie on top of their neighbours; ends stay. */
function thinned(points: PlotPoint[]): PlotPoint[] {
  let kept: PlotPoint | undefined;
  return points.filter((point, index) => {
    const near =
      kept !== undefined && Math.max(Math.abs(point[0] - kept[0]), Math.abs(point[1] - kept[1])) < TOO_CLOSE;
    if (near && index < points.length - 1) return false;
    kept = point;
    return true;
  });
}

/** Height of the curve over each place of the grid: the upper end where it rises straight up. */
function heightsOf(curve: PlotPoint[]): number[] {
  let at = 0;
  return GRID.map((x) => {
    while (at + 1 < curve.length && curve[at + 1]![0] <= x) at++;
    const [x0, y0] = curve[at]!;
    const next = curve[at + 1];
    if (next === undefined || next[0] === x0) return y0;
    return y0 + ((next[1] - y0) * (x - x0)) / (next[0] - x0);
  });
}

const BINS = 20;

function histogramOf(answers: readonly Answer[], target: 0 | 1): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const answer of answers)
    if (answer.target === target) bins[Math.min(BINS - 1, Math.floor(answer.probability * BINS))]!++;
  return bins;
}

function worstOf(answers: readonly Answer[], operatingPoint: number): Measured['worst'] {
  return answers
    .filter(({ probability, target }) => probability >= operatingPoint !== (target === 1))
    .map(({ image, probability }) => ({
      file: image.file,
      case: image.case,
      label: image.label,
      probability,
    }))
    .sort((a, b) => Math.abs(b.probability - operatingPoint) - Math.abs(a.probability - operatingPoint))
    .slice(0, MOST_WORST);
}
