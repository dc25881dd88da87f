/**
 * The backward pass of a network's head, written as nodes of the same graph: reverse-mode differentiation from the
 * score to the target layer. One rule for each operator: `pointwiseRules` for those that work number by number,
 * `shapeRules` for matrices, reductions and changes of shape, `pictureRules` for those that know rows and columns.
 * An operator without a rule ends it with `import-no-gradients`, which names the node.
 */
export { differentiate, reachedFrom } from './differentiate.js';
