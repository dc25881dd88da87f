import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINES } from '../engineTable.js';
import { ModelError } from '../errors.js';
import type { Bundle } from '../types.js';

const LAYERS_FILE = ENGINES.tensorflow.file;

interface Topology {
  config?: { layers?: { name?: string; config?: { name?: string } }[] };
}

/**
 * That the layer which bundle.json names stands in model.json, whatever engine is to run: reports name it.
 *
 * @throws ModelError `bundle-target-layer`, `bundle-malformed`
 */
export async function checkTargetLayer(bundle: Bundle): Promise<void> {
  if (!(LAYERS_FILE in bundle.files)) return;
  const path = join(bundle.directory, LAYERS_FILE);
  let topology: (Topology & { model_config?: Topology }) | undefined;
  try {
    ({ modelTopology: topology } = JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ModelError('bundle-malformed', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: 'Train or convert the network again; docs/model-bundle.md names the format.',
    });
  }
  const layers = (topology?.model_config ?? topology)?.config?.layers;
  // Other topologies are for the engine that reads them to judge.
  if (!Array.isArray(layers)) return;
  const names = layers.map((layer) => layer.name ?? layer.config?.name ?? '');
  if (names.includes(bundle.targetLayer)) return;
  throw new ModelError(
    'bundle-target-layer',
    `bundle.json names the target layer ${bundle.targetLayer}, which the network of ${path} does not have`,
    { remedy: `Name one of its layers as targetLayer: ${names.join(', ')}.` },
  );
}
