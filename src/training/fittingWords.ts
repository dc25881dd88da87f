import type { EpochReport } from './fitting/index.js';

/** The epoch with the best AUC on the validation images, the first of equals. */
export function bestEpoch(reports: EpochReport[]): EpochReport {
  return reports.reduce((a, b) => (validationAuc(b) > validationAuc(a) ? b : a));
}

/** The AUC on the validation images; minus infinity for an epoch that was not validated. */
export function validationAuc({ validation }: EpochReport): number {
  return validation?.auc ?? Number.NEGATIVE_INFINITY;
}

/** A recipe's numbers as a card has them: `name value, name value`, without what is not used. */
export function recipeNumbers(values: object): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== 0)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
