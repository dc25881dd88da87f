import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel, encodeModel, type ModelProto } from '../../../src/model/index.js';
import { OnnxGraph } from '../../../src/training/export/onnxGraph.js';
import type { ImportOptions } from '../../../src/training/import/index.js';
import { scratchFolder } from '../../scratch.js';
import { seededValues } from '../smallNetworks.js';

export const SIZE = { rows: 16, columns: 12 };
/** Of the layer behind the convolution: views × 4 × 8 × 6. */
export const CHANNELS = 4;

export type Head = (graph: OnnxGraph, layer: string) => string;

/** Random numbers as a constant of the graph. */
export function weights(graph: OnnxGraph, dims: number[], seed: number): string {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return graph.constant('weights', dims, seededValues(size, seed));
}

/** Mean over places, flattened, times weights: views × `answers`. */
export const pooled =
  (answers: number): Head =>
  (graph, layer) => {
    const flat = graph.node('Flatten', [graph.node('GlobalAveragePool', [layer])]);
    const matrix = weights(graph, [CHANNELS, answers], 7);
    return graph.node('Gemm', [flat, matrix, weights(graph, [answers], 8)]);
  };

/**
 * A classifier as PyTorch (NCHW) or Keras (NHWC) would export it: one convolution of stride 2, ReLU, then a head.
 *
 * @param batch images in one run; free where left out
 */
export function classifier(
  head: Head = pooled(1),
  {
    layout = 'NCHW',
    channels = 3,
    batch,
    answers = 1,
    change = () => {},
  }: {
    layout?: 'NCHW' | 'NHWC';
    channels?: number;
    batch?: number;
    answers?: number;
    change?: (model: ModelProto) => void;
  } = {},
): Uint8Array {
  const graph = new OnnxGraph();
  const { rows, columns } = SIZE;
  const given = layout === 'NCHW' ? [channels, rows, columns] : [rows, columns, channels];
  const picture = graph.input('picture', given);
  const first = layout === 'NCHW' ? picture : graph.node('Transpose', [picture], { perm: [0, 3, 1, 2] });
  const kernel = weights(graph, [CHANNELS, channels, 3, 3], 3);
  const convolved = graph.node('Conv', [first, kernel], { strides: [2, 2], pads: [1, 1, 1, 1] });
  graph.output('answer', head(graph, graph.node('Relu', [convolved], {}, 'last_relu')), [answers]);
  const model = decodeModel(graph.encode('small')) as ModelProto;
  if (batch !== undefined) {
    model.graph.input[0]!.type.tensorType.shape.dim[0] = { dimValue: batch };
    model.graph.output[0]!.type.tensorType.shape.dim[0] = { dimValue: batch };
  }
  change(model);
  return encodeModel(model);
}

/** What an import is told, with the file already written. */
export async function importing(
  onnx: Uint8Array,
  changes: Partial<ImportOptions> = {},
): Promise<ImportOptions> {
  const folder = scratchFolder('import');
  const file = join(folder, 'given.onnx');
  await writeFile(file, onnx);
  return {
    file,
    out: join(folder, 'bundles', 'made'),
    name: 'elsewhere',
    version: '2.0.0',
    manufacturer: 'A hospital',
    purpose: 'For tests.',
    limits: ['Knows nothing.'],
    classes: ['not-malignant', 'malignant'],
    probabilityOf: { value: '111047', scheme: 'DCM', meaning: 'Probability of cancer' },
    data: 'nothing',
    licence: 'none',
    attribution: 'None.',
    procedure: 'mamori model import',
    white: 1,
    mean: [0.5],
    deviation: [0.25],
    before: [],
    after: [],
    positiveIndex: 1,
    explanation: 'auto',
    ...changes,
  };
}

export const SILENT = { stage() {}, prepared() {} };
