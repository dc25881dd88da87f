import { floatOf } from '../givenNetwork.js';
import { type BackwardContext, type BackwardRule, noGradients, scalar, summedTo } from './rule.js';

type Input = [input: string, output: string, upstream: string];

/** An operator of one value: how its gradient follows from input, output and upstream. */
const single =
  (write: (at: BackwardContext, values: Input, node: Parameters<BackwardRule>[0]) => string): BackwardRule =>
  (node, upstream, at) => [write(at, [node.input[0]!, node.output[0]!, upstream], node)];

const through: BackwardRule = (_, upstream) => [upstream];

/** 1 where the input lies above a bound, else 0. */
function above({ graph }: BackwardContext, value: string, bound: number): string {
  return graph.node(
    'Cast',
    [graph.node('Greater', [value, scalar(graph, bound)])],
    { to: 1 },
    'backward_mask',
  );
}

function times({ graph }: BackwardContext, ...factors: string[]): string {
  return factors.reduce((product, factor) => graph.node('Mul', [product, factor], {}, 'backward_product'));
}

const relu = single((at, [input, , upstream]) => times(at, upstream, above(at, input, 0)));

const leakyRelu = single((at, [input, , upstream], node) => {
  const slope = floatOf(node, 'alpha', 0.01);
  const steep = times(at, above(at, input, 0), scalar(at.graph, 1 - slope));
  return times(at, upstream, at.graph.node('Add', [steep, scalar(at.graph, slope)]));
});

const elu = single((at, [input, output, upstream], node) => {
  // Below zero the slope is output + alpha, above it 1.
  const { graph } = at;
  const positive = graph.node('Greater', [input, scalar(graph, 0)]);
  const below = graph.node('Add', [output, scalar(graph, floatOf(node, 'alpha', 1))]);
  return times(at, upstream, graph.node('Where', [positive, scalar(graph, 1), below]));
});

const clip: BackwardRule = (node, upstream, at) => {
  const bound = (index: number, otherwise: number) => {
    const name = node.input[index];
    if (!name) return otherwise;
    const value = at.constant(name)?.values[0];
    if (value === undefined) throw noGradients(node, 'has a bound that is not a constant');
    return value;
  };
  const [low, high] = [bound(1, -3.4e38), bound(2, 3.4e38)];
  const outside = above(at, node.input[0]!, high);
  const inside = at.graph.node('Sub', [above(at, node.input[0]!, low), outside], {}, 'backward_mask');
  return [times(at, upstream, inside)];
};

const sigmoid = single((at, [, output, upstream]) =>
  times(at, upstream, output, at.graph.node('Sub', [scalar(at.graph, 1), output])),
);

const tanh = single((at, [, output, upstream]) =>
  times(at, upstream, at.graph.node('Sub', [scalar(at.graph, 1), times(at, output, output)])),
);

const hardSigmoid = single((at, [, output, upstream], node) => {
  const alpha = floatOf(node, 'alpha', 0.2);
  // Between its ends; the ends themselves have no slope.
  const inside = times(
    at,
    above(at, output, 0),
    at.graph.node('Sub', [scalar(at.graph, 1), above(at, output, 0.9999999)]),
  );
  return times(at, upstream, inside, scalar(at.graph, alpha));
});

const hardSwish = single((at, [input, , upstream]) => {
  const { graph } = at;
  const right = above(at, input, 3);
  const middle = graph.node('Sub', [above(at, input, -3), right], {}, 'backward_mask');
  const slope = graph.node('Add', [times(at, input, scalar(graph, 1 / 3)), scalar(graph, 0.5)]);
  return times(at, upstream, graph.node('Add', [times(at, middle, slope), right]));
});

const softplus = single((at, [input, , upstream]) => times(at, upstream, at.graph.node('Sigmoid', [input])));
const negative = single((at, [, , upstream]) => at.graph.node('Neg', [upstream]));
const exponential = single((at, [, output, upstream]) => times(at, upstream, output));
const logarithm = single((at, [input, , upstream]) => at.graph.node('Div', [upstream, input]));
const root = single((at, [, output, upstream]) =>
  at.graph.node('Div', [upstream, times(at, output, scalar(at.graph, 2))]),
);

/** 2/√π · exp(−x²), of which GELU is made. */
const errorFunction = single((at, [input, , upstream]) => {
  const bell = at.graph.node('Exp', [at.graph.node('Neg', [times(at, input, input)])]);
  return times(at, upstream, bell, scalar(at.graph, 2 / Math.sqrt(Math.PI)));
});

const power: BackwardRule = (node, upstream, at) => {
  const exponent = at.constant(node.input[1]!)?.values;
  if (exponent?.length !== 1) throw noGradients(node, 'has an exponent that is not one constant');
  const { graph } = at;
  const lower = graph.node('Pow', [node.input[0]!, scalar(graph, exponent[0]! - 1)]);
  return [times(at, upstream, lower, scalar(graph, exponent[0]!))];
};

/** Sums, differences, products and quotients, either side of which may have been broadcast. */
const twoSided =
  (
    write: (at: BackwardContext, sides: [string, string], upstream: string, side: number) => string,
  ): BackwardRule =>
  (node, upstream, at) => {
    const sides = [node.input[0]!, node.input[1]!] as [string, string];
    return sides.map((side, index) =>
      at.wanted(side) ? summedTo(at, write(at, sides, upstream, index), node.output[0]!, side) : undefined,
    );
  };

const sum: BackwardRule = (node, upstream, at) =>
  node.input.map((side) => (at.wanted(side) ? summedTo(at, upstream, node.output[0]!, side) : undefined));

const difference = twoSided((at, _, upstream, side) =>
  side === 0 ? upstream : at.graph.node('Neg', [upstream], {}, 'backward_difference'),
);

const product = twoSided((at, sides, upstream, side) => times(at, upstream, sides[1 - side]!));

const quotient = twoSided((at, [above, below], upstream, side) => {
  const { graph } = at;
  const first = graph.node('Div', [upstream, below], {}, 'backward_quotient');
  if (side === 0) return first;
  return graph.node('Neg', [graph.node('Div', [times(at, first, above), below])], {}, 'backward_quotient');
});

export const POINTWISE_RULES: Record<string, BackwardRule> = {
  Add: sum,
  Cast: through,
  Clip: clip,
  Div: quotient,
  Dropout: through,
  Elu: elu,
  Erf: errorFunction,
  Exp: exponential,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Identity: through,
  LeakyRelu: leakyRelu,
  Log: logarithm,
  Mul: product,
  Neg: negative,
  Pow: power,
  Relu: relu,
  Sigmoid: sigmoid,
  Softplus: softplus,
  Sqrt: root,
  Sub: difference,
  Sum: sum,
  Tanh: tanh,
};
