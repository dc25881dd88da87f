import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleDescription, writeBundle } from '../../src/model/bundleWriter.js';
import { type Bundle, loadBundle } from '../../src/model/index.js';
import { encodeLayersModel } from '../../src/model/layersFile.js';
import { anyTensorflow } from '../../src/model/tensorflowRuntime.js';
import { exportOnnx } from '../../src/training/export/onnxExport.js';
import { OnnxGraph } from '../../src/training/export/onnxGraph.js';
import { scratchFolder as newFolder } from '../scratch.js';
import { moveAverages, SMALL_NETWORKS, type SmallNetwork, seededValues } from '../training/smallNetworks.js';

/** An empty folder that is gone when the tests are. */
export async function scratchFolder(): Promise<string> {
  return newFolder('model');
}

export function describeBundle(
  input: { rows: number; columns: number; channels: number },
  targetLayer: string,
): BundleDescription {
  return {
    name: 'small',
    version: '1.0.0',
    manufacturer: 'Mamori',
    purpose: 'For tests.',
    limits: ['Knows nothing.'],
    network: 'small',
    input: {
      ...input,
      preparation: [
        ...Array.from({ length: input.channels - 1 }, () => ({
          step: 'clahe' as const,
          clipLimit: 4,
          tiles: [8, 8] as [number, number],
          as: 'channel' as const,
        })),
        { step: 'resize', rows: input.rows, columns: input.columns },
        { step: 'normalise', mean: 0.5, deviation: 0.25 },
      ],
    },
    classes: ['benign', 'malignant'],
    calibration: { kind: 'platt', slope: 0.8, intercept: -0.2 },
    operatingPoint: 0.5,
    aggregation: { breast: 'mean', exam: 'max' },
    targetLayer,
    performance: [],
  };
}

/** A bundle with a small random network, both as ONNX and as layers. */
export async function smallBundle(network: SmallNetwork = SMALL_NETWORKS[0]!): Promise<Bundle> {
  const { tf } = await anyTensorflow();
  const model = network.make(tf);
  moveAverages(tf, model);
  const [, rows, columns, channels] = model.inputs[0]!.shape as [null, number, number, number];
  const bundle = await writeBundle(
    join(await scratchFolder(), 'small'),
    describeBundle({ rows, columns, channels }, network.targetLayer),
    {
      ...(await encodeLayersModel(model)),
      'model.onnx': exportOnnx(model, network.targetLayer),
      'MODEL_CARD.md': Buffer.from('# Small\n'),
    },
  );
  model.dispose();
  return bundle;
}

/** A bundle for 8 x 8 x 1 with this model.onnx and no layers. */
export async function bundleWith(
  onnx: Uint8Array,
  changes: Partial<BundleDescription> = {},
): Promise<Bundle> {
  const description = { ...describeBundle({ rows: 8, columns: 8, channels: 1 }, 'any'), ...changes };
  const files = { 'MODEL_CARD.md': Buffer.from('# Card\n'), 'model.onnx': onnx };
  return writeBundle(join(await scratchFolder(), 'bundle'), description, files);
}

/** Changes a file as a maker would who then writes its new SHA-256 into bundle.json. */
export async function remade(
  bundle: Bundle,
  file: string,
  change: (bytes: Buffer) => Uint8Array,
): Promise<Bundle> {
  const bytes = change(await readFile(join(bundle.directory, file)));
  await writeFile(join(bundle.directory, file), bytes);
  const path = join(bundle.directory, 'bundle.json');
  const description = JSON.parse(await readFile(path, 'utf8'));
  description.files[file] = createHash('sha256').update(bytes).digest('hex');
  await writeFile(path, JSON.stringify(description));
  return loadBundle(bundle.directory);
}

/** A network without layers: its outputs are made from the input by the nodes that a test adds. */
export function handMade(
  write: (graph: OnnxGraph, image: string) => void,
  metadata?: Record<string, string>,
): Uint8Array {
  const graph = new OnnxGraph();
  write(graph, graph.input('image', [8, 8, 1]));
  return graph.encode('hand-made', metadata);
}

/** The three outputs of a bundle, made from the mean of the image. */
export function meanOutputs(graph: OnnxGraph, image: string): void {
  const mean = graph.node('ReduceMean', [image], { axes: [1, 2], keepdims: 0 });
  graph.output('probability', graph.node('Sigmoid', [mean]), [1]);
  graph.output('activations', image, [8, 8, 1]);
  graph.output('gradients', image, [8, 8, 1]);
}

export function inputsFor(bundle: Bundle, count: number): Float32Array[] {
  const { rows, columns, channels } = bundle.input;
  return Array.from({ length: count }, (_, view) => seededValues(rows * columns * channels, view + 1));
}
