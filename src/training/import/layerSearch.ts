import type { NodeProto } from '../../model/index.js';
import type { TargetLayer } from './adaptedNetwork.js';
import { reachedFrom } from './backward/index.js';
import { ImportError } from './errors.js';
import { integersOf } from './givenNetwork.js';
import type { Layout } from './inputPlan.js';

/** Operators that only move, copy or drop numbers: the layer before them says the same. */
const MOVING = new Set([
  'Transpose',
  'Identity',
  'Dropout',
  'Cast',
  'Reshape',
  'Pad',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
]);
const CHANNELS_FIRST = new Set([
  'AveragePool',
  'BatchNormalization',
  'Conv',
  'ConvTranspose',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'InstanceNormalization',
  'LRN',
  'MaxPool',
]);
/** DICOM's LO; reports name the layer. */
const LONGEST_LABEL = 64;
/** Of layers that could be named, how many an error lists. */
const LISTED = 12;

/** Values that every way from the image to the score goes through, the nearest to the score first. */
export function bottlenecks(nodes: readonly NodeProto[], score: string): string[] {
  const depending = reachedFrom('image', nodes);
  const leading = leadingTo(score, nodes);
  const counts = (value: string) => depending.has(value) && leading.has(value);
  const way = nodes.filter(({ output }) => output.some(counts));
  const lastUse = new Map<string, number>();
  for (const [index, { input }] of way.entries()) for (const value of input) lastUse.set(value, index);
  // Each node stands after those it needs: where only one value is still to be used, all ways go through it.
  const open = new Set(['image']);
  const found: string[] = [];
  for (const [index, { input, output }] of way.entries()) {
    for (const value of input) if (lastUse.get(value) === index) open.delete(value);
    for (const value of output) if (counts(value)) open.add(value);
    if (open.size === 1 && open.has(output[0]!)) found.push(output[0]!);
  }
  return found.reverse();
}

/** Values that the score is made from. */
function leadingTo(score: string, nodes: readonly NodeProto[]): Set<string> {
  const leading = new Set([score]);
  for (const node of [...nodes].reverse())
    if (node.output.some((output) => leading.has(output))) for (const input of node.input) leading.add(input);
  return leading;
}

/**
 * The layer that the heat maps explain: the one named, or the last that has rows and columns.
 *
 * @param shapes of the bottlenecks, for one image
 * @throws ImportError `import-target-layer`
 */
export function findTargetLayer(
  nodes: readonly NodeProto[],
  candidates: readonly string[],
  shapes: ReadonlyMap<string, number[]>,
  layout: Layout,
  named?: string,
): TargetLayer {
  const layouts = layoutsOf(nodes, layout, shapes);
  const makers = new Map(nodes.map((node) => [node.output[0]!, node]));
  const pictures = candidates.filter((value) => {
    const shape = shapes.get(value);
    const places = shape && layouts.get(value) === 'NHWC' ? shape.slice(1, 3) : shape?.slice(2);
    return shape?.length === 4 && places!.every((size) => size > 1);
  });
  const layers = pictures.filter((value) => !MOVING.has(makers.get(value)!.opType));
  const isNamed = (value: string) => value === named || makers.get(value)!.name === named;
  const value = named === undefined ? layers[0] : pictures.find(isNamed);
  if (value === undefined)
    throw new ImportError(
      'import-target-layer',
      named === undefined
        ? 'no layer with rows and columns stands on all ways from the image to the answer'
        : `the network has no layer ${named} with rows and columns on all ways from the image to the answer`,
      {
        remedy:
          layers.length === 0
            ? 'Take --explanation occlusion, which needs no layer.'
            : `Name one of these: ${layers.slice(0, LISTED).join(', ')}.`,
      },
    );
  return { value, layout: layouts.get(value) ?? 'NCHW', label: labelOf(value) };
}

/** Printable and short enough for a report; of a long name the end, which tells layers apart. */
function labelOf(value: string): string {
  const plain = value.replace(/[^\x20-\x7e]|\\/g, '_');
  return plain.length <= LONGEST_LABEL ? plain : plain.slice(-LONGEST_LABEL);
}

function layoutsOf(
  nodes: readonly NodeProto[],
  layout: Layout,
  shapes: ReadonlyMap<string, number[]>,
): Map<string, Layout> {
  const found = new Map<string, Layout>([['image', 'NHWC']]);
  for (const node of nodes) {
    const [output] = node.output;
    if (node.name === 'network_input') found.set(output!, layout);
    else if (CHANNELS_FIRST.has(node.opType)) found.set(output!, 'NCHW');
    else {
      const before = node.input.map((input) => found.get(input)).find((one) => one !== undefined);
      if (before === undefined || (shapes.get(output!)?.length ?? 4) !== 4) continue;
      const perm = node.opType === 'Transpose' ? integersOf(node, 'perm')?.join() : undefined;
      if (perm === '0,2,3,1') found.set(output!, 'NHWC');
      else if (perm === '0,3,1,2') found.set(output!, 'NCHW');
      else found.set(output!, before);
    }
  }
  return found;
}
