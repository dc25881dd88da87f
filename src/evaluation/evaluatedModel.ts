import type { Bundle } from '../model/index.js';
import type { Protocol } from './selection.js';

/** What an evaluation repeats of its model's bundle. */
const TOLD = [
  'name',
  'version',
  'manufacturer',
  'digest',
  'network',
  'purpose',
  'limits',
  'classes',
  'operatingPoint',
  'calibration',
  'aggregation',
  'input',
] as const satisfies readonly (keyof Bundle)[];

/** The model as evaluation.json has it. */
export type EvaluatedModel = Pick<Bundle, (typeof TOLD)[number] | 'explanation'> & {
  /** How its maker split the data. */
  split?: Protocol;
};

export function evaluatedModel(bundle: Bundle): EvaluatedModel {
  const told = Object.fromEntries(TOLD.map((key) => [key, bundle[key]])) as Pick<
    Bundle,
    (typeof TOLD)[number]
  >;
  return {
    ...told,
    split: bundle.training?.protocol ?? 'by-patient',
    ...(bundle.explanation !== undefined && { explanation: bundle.explanation }),
  };
}
