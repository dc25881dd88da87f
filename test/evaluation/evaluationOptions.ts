import { join } from 'node:path';
import type { EvaluationOptions } from '../../src/evaluation/index.js';
import type { Bundle } from '../../src/model/index.js';
import { scratchFolder } from '../model/bundles.js';
import type { DataSet } from './pictures.js';

/** A quick evaluation of a made data set, without the checks of the heat maps. */
export async function evaluationOptions(
  bundle: Bundle,
  set: DataSet,
  more: Partial<EvaluationOptions> = {},
): Promise<EvaluationOptions> {
  return {
    model: bundle.directory,
    sets: [{ data: set.data, labels: set.labels }],
    boxes: [],
    out: join(await scratchFolder(), 'report'),
    split: 'test',
    protocol: 'by-patient',
    subgroups: [],
    seed: 1,
    rounds: 60,
    explanations: false,
    compare: [],
    dataDescription: 'not stated',
    engine: 'onnxruntime',
    device: 'cpu',
    ...more,
  };
}
