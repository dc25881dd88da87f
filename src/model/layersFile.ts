import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModelError } from './errors.js';
import { halfBits, nearestHalf } from './halfFloat.js';
import { logSumExpLayer } from './logSumExp.js';
import type { TensorFlow } from './tensorflowRuntime.js';

/** The tfjs layers format: model.json with the topology and a manifest, and the weights beside it. */
const WEIGHTS_FILE = 'weights.bin';

interface LayersFile {
  modelTopology: object;
  format: 'layers-model';
  generatedBy?: string;
  weightsManifest: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
}

/**
 * A LayersModel as the two files of a bundle.
 *
 * @param halves keeps weights in 16 bits; they come back as the same numbers where `roundToHalves` has rounded them
 *   before
 */
export async function encodeLayersModel(
  model: LayersModel,
  { halves = false } = {},
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  await model.save({
    async save(artifacts) {
      const data = artifacts.weightData ?? new ArrayBuffer(0);
      const bytes = Array.isArray(data)
        ? Buffer.concat(data.map((part) => Buffer.from(part)))
        : new Uint8Array(data);
      const specs = artifacts.weightSpecs ?? [];
      files[WEIGHTS_FILE] = halves ? halvesOf(bytes) : bytes;
      const layersFile: LayersFile = {
        modelTopology: artifacts.modelTopology as object,
        format: 'layers-model',
        weightsManifest: [{ paths: [WEIGHTS_FILE], weights: halves ? specs.map(asHalf) : specs }],
      };
      files['model.json'] = Buffer.from(`${JSON.stringify(layersFile)}\n`);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
  return files;
}

function halvesOf(bytes: Uint8Array): Uint8Array {
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  return new Uint8Array(Uint16Array.from(values, halfBits).buffer);
}

function asHalf(spec: io.WeightsManifestEntry): io.WeightsManifestEntry {
  if (spec.dtype !== 'float32') throw new RangeError(`${spec.name} is kept as ${spec.dtype}, not as float32`);
  return { ...spec, quantization: { dtype: 'float16' } };
}

/** Rounds a model's weights to numbers that 16 bits hold, so that all files that are made of it say the same. */
export function roundToHalves(tf: TensorFlow, model: LayersModel): void {
  const rounded = model
    .getWeights()
    .map((weight) => tf.tensor(weight.dataSync().map(nearestHalf), weight.shape));
  model.setWeights(rounded);
  tf.dispose(rounded);
}

/** @throws ModelError `bundle-malformed` when the files are no LayersModel */
export async function readLayersModel(tf: TensorFlow, modelFile: string): Promise<LayersModel> {
  // A layer that is not tfjs's own has to be known before.
  logSumExpLayer(tf);
  try {
    const layersFile = JSON.parse(await readFile(modelFile, 'utf8')) as LayersFile;
    const parts: Buffer[] = [];
    for (const group of layersFile.weightsManifest)
      for (const path of group.paths) parts.push(await readFile(join(dirname(modelFile), basename(path))));
    // A copy, because small buffers of Node share one block of memory.
    const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
    const weightSpecs = layersFile.weightsManifest.flatMap((group) => group.weights);
    const { modelTopology } = layersFile;
    return await tf.loadLayersModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });
  } catch (cause) {
    throw new ModelError('bundle-malformed', `${modelFile} is no layers model: ${(cause as Error).message}`, {
      cause,
      remedy: 'Train or convert the network again; docs/model-bundle.md names the format.',
    });
  }
}
