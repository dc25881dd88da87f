import { countText } from '../../countText.js';
import { FLOAT, sigmoid } from '../../model/index.js';
import type { OnnxGraph } from '../export/index.js';
import { ImportError } from './errors.js';
import type { GivenNetwork } from './givenNetwork.js';

/** What the numbers of the answer are: scores before the sigmoid or softmax, or probabilities behind it. */
export type OutputMeaning = 'logits' | 'sigmoid' | 'softmax';

/** How the answer is read. */
export interface OutputPlan {
  meaning: OutputMeaning;
  /** Numbers for each image. */
  count: 1 | 2;
  /** Which of them speaks of the positive class; with one number, 0 where it speaks of the negative class. */
  positive: 0 | 1;
}

const THROUGH = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Cast']);
/** They take one class's probability out of several: `probabilities[:, 1]`. */
const PICKING = new Set(['Gather', 'Slice']);
/** Keeps logarithms finite. */
const EDGE = 1e-7;

/** Operators behind which there can only be scores: sums of weighted values. */
const LINEAR = new Set([
  'Add',
  'AveragePool',
  'BatchNormalization',
  'Conv',
  'Gemm',
  'GlobalAveragePool',
  'LogSoftmax',
  'MatMul',
  'ReduceLogSumExp',
  'ReduceMean',
  'ReduceSum',
  'Sub',
  'Sum',
]);

/** What the last thing that is done to the answer shows of it. */
export interface MeaningShown {
  /** Undefined: neither a sigmoid or softmax, nor anything that only scores come out of. */
  meaning: OutputMeaning | undefined;
  /** The value before a sigmoid or softmax. */
  before: string | undefined;
  /** Kind of the last node. */
  last: string;
}

export function meaningShown(
  network: Pick<GivenNetwork, 'producer' | 'constant' | 'outputName'>,
): MeaningShown {
  let node = network.producer(network.outputName);
  let picked: string | undefined;
  while (node !== undefined && (THROUGH.has(node.opType) || PICKING.has(node.opType))) {
    if (PICKING.has(node.opType)) picked = node.opType;
    node = network.producer(node.input[0]!);
  }
  const last = node?.opType ?? 'nothing';
  // One of several scores says nothing without the others, and a probability by itself is as good as a sigmoid's.
  if (picked !== undefined)
    return {
      meaning: ['Sigmoid', 'Softmax'].includes(last) ? 'sigmoid' : undefined,
      before: undefined,
      last: picked,
    };
  if (last === 'Sigmoid') return { meaning: 'sigmoid', before: node!.input[0]!, last };
  if (last === 'Softmax') return { meaning: 'softmax', before: node!.input[0]!, last };
  const scaled = last === 'Mul' && node!.input.some((input) => network.constant(input) !== undefined);
  return { meaning: LINEAR.has(last) || scaled ? 'logits' : undefined, before: undefined, last };
}

/** @throws ImportError `import-output-shape`, `usage-import` */
export function planOutput(
  network: GivenNetwork,
  count: number,
  answers: { meaning?: OutputMeaning | undefined; positive: 0 | 1 },
): OutputPlan {
  if (count !== 1 && count !== 2)
    throw new ImportError(
      'import-output-shape',
      `the network gives ${countText(count, 'number')} for an image`,
      {
        remedy:
          'One or two are possible. Join its classes to two before the export: the positive one against the rest.',
      },
    );
  const { meaning: seen, last } = meaningShown(network);
  const meaning = answers.meaning ?? seen;
  if (meaning === undefined)
    throw new ImportError(
      'usage-import',
      `the network ends in ${last}, which does not show what its answer is`,
      {
        remedy: 'Say --meaning logits, sigmoid or softmax.',
      },
    );
  if (seen !== undefined && seen !== 'logits' && meaning !== seen)
    throw new ImportError('usage-import', `the network ends in a ${seen}, so its answers are no ${meaning}`, {
      remedy: 'Leave --meaning out.',
    });
  if (count === 1 && meaning === 'softmax')
    throw new ImportError('import-output-shape', 'a softmax over one number is always 1', {
      remedy: 'Export the network with two classes, or with one number and a sigmoid.',
    });
  return { meaning, count, positive: answers.positive };
}

/** Writes the positive class's score (the logit, views × 1) behind the network. */
export function writeScore(
  graph: OnnxGraph,
  network: GivenNetwork,
  { meaning, count, positive }: OutputPlan,
): string {
  const { before } = meaningShown(network);
  const wide = (value: string) => graph.node('Cast', [value], { to: FLOAT }, 'score_wide');
  const flat = (value: string) =>
    graph.node('Reshape', [wide(value), graph.integers('score_shape', [-1, count])], {}, 'score_values');
  const picked = (value: string, weights: number[]) =>
    graph.node(
      'MatMul',
      [value, graph.constant('score_weights', [count, 1], Float32Array.from(weights))],
      {},
      'score',
    );
  const sign = positive === 1 ? 1 : -1;
  const weights = count === 1 ? [sign] : [-sign, sign];
  // Of two independent sigmoids only the positive class's own counts.
  const own = count === 1 ? [sign] : positive === 1 ? [0, 1] : [1, 0];
  if (meaning === 'logits') return picked(flat(network.outputName), weights);
  if (before !== undefined) return picked(flat(before), meaning === 'sigmoid' ? own : weights);
  const [low, high] = [EDGE, 1 - EDGE].map((edge) => graph.constant('score_edge', [], Float32Array.of(edge)));
  const inside = graph.node('Clip', [flat(network.outputName), low!, high!]);
  const logarithm = graph.node('Log', [inside]);
  if (meaning === 'softmax') return picked(logarithm, weights);
  const rest = graph.node('Sub', [graph.constant('score_one', [], Float32Array.of(1)), inside]);
  return picked(graph.node('Sub', [logarithm, graph.node('Log', [rest])]), own);
}

/**
 * The positive class's score that the network as it came means by its answer; undefined where it gives probabilities.
 */
export function scoreMeant(
  { meaning, count, positive }: OutputPlan,
  answer: ArrayLike<number>,
): number | undefined {
  if (meaning !== 'logits') return undefined;
  const own = answer[count === 1 ? 0 : positive]!;
  if (count === 2) return own - answer[1 - positive]!;
  return positive === 1 ? own : -own;
}

/** The positive class's probability that the network as it came means by its answer. */
export function probabilityMeant(
  { meaning, count, positive }: OutputPlan,
  answer: ArrayLike<number>,
): number {
  const score = scoreMeant({ meaning, count, positive }, answer);
  if (score !== undefined) return sigmoid(score);
  const own = answer[count === 1 ? 0 : positive]!;
  return count === 1 && positive === 0 ? 1 - own : own;
}
