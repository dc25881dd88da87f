import { countText } from '../countText.js';
import {
  countCases,
  type DataSetPlace,
  type LabelledSet,
  PARTS,
  type Part,
  type Split,
} from '../dataset/index.js';
import type { BundleDescription, TrainingRecord } from '../model/index.js';
import type { About } from './about.js';
import type { EpochReport, LesionFitOptions } from './fitting/index.js';
import { bestEpoch, recipeNumbers, validationAuc } from './fittingWords.js';
import { LESION_TARGET_LAYER, type LesionInput, type LesionPlan } from './networks/index.js';

export const LESION_ARCHITECTURE = 'lesion-map';

/** What a training of the lesion map is told. */
export interface LesionTrainingOptions extends About, LesionInput, Omit<LesionFitOptions, 'epochs'> {
  /** How many are fitted, one after the other with seeds that count up, to answer together; 1 where left out. */
  networks?: number | undefined;
  /** The model is for images like those of the first: calibration and operating point come from there. */
  sets: DataSetPlace[];
  boxes: string[];
  /** Pretrained weights, safetensors. */
  start: string | undefined;
  out: string;
  /** Label of the class that the probability speaks of. */
  positive: string;
  name: string;
  version: string;
  manufacturer: string;
  /** The command that does it again. */
  procedure: string;
  /** In place of the recipe's. */
  epochs?: number | undefined;
  batchSize?: number | undefined;
  learningRate?: number | undefined;
  /** Goes on from the last checkpoint beside `out`. */
  resume?: boolean | undefined;
}

/** A bundle's description without what is measured. */
export type Described = Omit<BundleDescription, 'calibration' | 'operatingPoint' | 'performance'>;

/** What the bundle says of itself. */
export function describe(
  options: LesionTrainingOptions,
  plan: LesionPlan,
  classes: [negative: string, positive: string],
  split: Split,
): Described {
  const { name, version, manufacturer, purpose, limits, caution, termsOfUse, probabilityOf } = options;
  const cases = Object.fromEntries(
    PARTS.map((part) => [part, countCases(split[part])]),
  ) as TrainingRecord['cases'];
  const { procedure, data, licence, attribution, seed } = options;
  return {
    name,
    version,
    manufacturer,
    purpose,
    limits,
    ...(caution !== undefined && { caution }),
    ...(termsOfUse !== undefined && { termsOfUse }),
    network: LESION_ARCHITECTURE,
    input: { ...plan.input, preparation: plan.preparation },
    classes,
    ...(probabilityOf !== undefined && { probabilityOf }),
    aggregation: { breast: 'mean', exam: 'max' },
    targetLayer: LESION_TARGET_LAYER,
    training: { procedure, data, licence, attribution, cases, seed },
  };
}

/**
 * Everything that decides the course of a network's fit, so that a checkpoint of another one is not taken for it.
 *
 * @param seed of this network's fit
 */
export function courseOf(
  { preparation, recipe }: LesionPlan,
  { positive }: LesionTrainingOptions,
  split: Split,
  seed: number,
): string {
  const truths = (part: Part) => split[part].map(({ file, label }) => [file, label === positive ? 1 : 0]);
  return JSON.stringify({
    network: LESION_ARCHITECTURE,
    preparation,
    recipe,
    seed,
    training: truths('training'),
    validation: truths('validation'),
  });
}

/** What the fits did, line by line, for the model card: of each network its epochs. */
export function course(
  networks: EpochReport[][],
  recipe: LesionPlan['recipe'],
  sets: LabelledSet[],
  runtime: string,
): string[] {
  const { augmentation, ...numbers } = recipe;
  const over = sets.length > 1 ? `, mean over ${sets.map(({ name }) => name).join(' and ')}` : '';
  const fits = networks.flatMap((reports, index) => {
    const which = networks.length > 1 ? `network ${index + 1}: ` : '';
    const last = reports.at(-1)!;
    const best = bestEpoch(reports);
    return [
      `${which}${countText(last.epoch, 'epoch')} in ${Math.round(last.seconds / 60)} minutes on ${runtime}`,
      `${which}averaged weights of epoch ${best.epoch}, which had the best AUC on the validation images${over}: ` +
        validationAuc(best).toFixed(3),
    ];
  });
  return [
    ...fits,
    `calibration and operating point from the validation cases of ${sets[0]!.name}`,
    `recipe (src/training/networks/lesionRecipe.ts): ${recipeNumbers(numbers)}`,
    `augmentation: ${recipeNumbers(augmentation)}`,
  ];
}
