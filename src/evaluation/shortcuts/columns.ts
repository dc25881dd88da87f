import { auc } from '../../dataset/index.js';
import type { Answer } from '../answers.js';
import {
  aucWithinGroups,
  type BootstrapOptions,
  type Estimate,
  type Grouped,
  partsByPatient,
  withIntervals,
} from '../statistics/index.js';
import { columnsOf, valueIn } from '../subgroups.js';

/** What a column of the labels file has to do with the figures: the hospital, the side, the view. */
export interface ColumnCheck {
  column: string;
  /** Number of different values. */
  values: number;
  /** AUC of the column alone: of how often each of its values is positive among other patients. 0.5 tells nothing. */
  alone: Estimate;
  /** The network's AUC over all pairs of images, over pairs with the same value only, and the first less the second. */
  network: Estimate;
  withinValues: Estimate;
  difference: Estimate;
}

const PARTS = 5;

/** Whether a column could explain what the network knows. Columns with one value only are left out. */
export function columnChecks(answers: readonly Answer[], options: BootstrapOptions): ColumnCheck[] {
  return columnsOf(answers)
    .filter(({ values }) => values.length > 1)
    .map(({ column, values }) => {
      const answered = answers.map(
        ({ case: patient, target, probability, image }): Grouped => ({
          case: patient,
          target,
          probability,
          group: valueIn(image, column),
        }),
      );
      return {
        column,
        values: values.length,
        alone: withIntervals(
          sorted(sharesOfOthers(answered, options.seed)),
          { auc: aucWithinGroups },
          options,
        ).auc,
        ...withIntervals(
          sorted(answered),
          {
            network: auc,
            withinValues: aucWithinGroups,
            difference: (sample) => auc(sample) - aucWithinGroups(sample),
          },
          options,
        ),
      };
    });
}

/**
 * Each image with the share of positive ones among other patients' images of the same value, by parts of the patients.
 */
function sharesOfOthers(answered: readonly Grouped[], seed: number): Grouped[] {
  const parts = partsByPatient(answered, PARTS, seed);
  return answered.map((one, index): Grouped => {
    const part = parts[index]!;
    let [positives, count, alike, positiveAlike] = [0, 0, 0, 0];
    for (const [place, other] of answered.entries()) {
      if (parts[place] === part) continue;
      count++;
      positives += other.target;
      if (other.group !== one.group) continue;
      alike++;
      positiveAlike += other.target;
    }
    // One image's worth of the mean: a value that is rare says little.
    const prior = count === 0 ? 0.5 : positives / count;
    return { ...one, probability: (positiveAlike + prior) / (alike + 1), group: part };
  });
}

function sorted(answers: Grouped[]): Grouped[] {
  return answers.sort((a, b) => a.probability - b.probability);
}
