import type { NodeProto } from '../../../model/index.js';
import { PICTURE_RULES } from './pictureRules.js';
import { POINTWISE_RULES } from './pointwiseRules.js';
import { type BackwardContext, type BackwardRule, noGradients } from './rule.js';
import { SHAPE_RULES } from './shapeRules.js';

const RULES: Record<string, BackwardRule> = { ...POINTWISE_RULES, ...SHAPE_RULES, ...PICTURE_RULES };

/** Operators whose output depends on their input's shape alone. */
const SHAPE_ONLY = new Set(['Shape', 'Size']);

/**
 * @param nodes all of the forward pass, each after those it needs
 * @param score views × 1
 * @param target a value that every way from the image to the score goes through
 * @returns the name of the gradient of each view's score with respect to the target, of its shape
 * @throws ImportError `import-no-gradients`
 */
export function differentiate(
  nodes: readonly NodeProto[],
  { score, target }: { score: string; target: string },
  given: Omit<BackwardContext, 'wanted'>,
): string {
  const reached = reachedFrom(target, nodes);
  const at: BackwardContext = { ...given, wanted: (value) => reached.has(value) };
  const ones = { value: { ones: true } } as const;
  const shape = at.graph.node('Shape', [score], {}, 'score_shape');
  const gradients = new Map([[score, at.graph.node('ConstantOfShape', [shape], ones, 'score_gradient')]]);
  for (const node of [...nodes].reverse()) {
    const upstream = gradients.get(node.output[0]!);
    if (node.output.slice(1).some((output) => gradients.has(output)))
      throw noGradients(node, 'has several outputs');
    if (
      upstream === undefined ||
      node.output[0] === target ||
      !node.input.some((input) => reached.has(input))
    )
      continue;
    const rule = node.domain && node.domain !== 'ai.onnx' ? undefined : RULES[node.opType];
    if (rule === undefined) throw noGradients(node, 'is of a kind whose backward pass is not known');
    for (const [index, further] of rule(node, upstream, at).entries()) {
      const input = node.input[index]!;
      if (further === undefined || !reached.has(input)) continue;
      const known = gradients.get(input);
      gradients.set(input, known === undefined ? further : at.graph.node('Add', [known, further]));
    }
  }
  return gradients.get(target)!;
}

/** The value itself and all that follow from it, not counting what follows from shapes alone. */
export function reachedFrom(value: string, nodes: readonly NodeProto[]): Set<string> {
  const reached = new Set([value]);
  for (const node of nodes)
    if (!SHAPE_ONLY.has(node.opType) && node.input.some((input) => reached.has(input)))
      for (const output of node.output) reached.add(output);
  return reached;
}
