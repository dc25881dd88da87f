import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BundleDescription, writeBundle } from '../../src/model/bundle-writer.js';
import { exportOnnx } from '../../src/model/export/onnx-export.js';
import type { Bundle } from '../../src/model/index.js';
import { encodeLayersModel } from '../../src/model/networks/layers-file.js';
import { anyTensorflow } from '../../src/model/tensorflow-runtime.js';
import { moveAverages, SMALL_NETWORKS, type SmallNetwork } from './small-networks.js';

export async function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'mamori-model-'));
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
