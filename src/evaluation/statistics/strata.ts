import { auc, groupByCase, Random, type Scored } from '../../dataset/index.js';

/** An answer of which only pairs within its own group are compared. */
export type Grouped = Scored & { group: number | string };

/**
 * The AUC over pairs of a positive and a negative answer of one group: the mean of the groups' AUCs, weighted by their
 * numbers of pairs. What tells whole groups apart counts for nothing in it. NaN where no group has both classes.
 */
export function aucWithinGroups(answers: readonly Grouped[]): number {
  const groups = new Map<Grouped['group'], Grouped[]>();
  for (const answer of answers) {
    const own = groups.get(answer.group);
    if (own === undefined) groups.set(answer.group, [answer]);
    else own.push(answer);
  }
  let [sum, pairs] = [0, 0];
  for (const own of groups.values()) {
    let positives = 0;
    for (const { target } of own) positives += target;
    const weight = positives * (own.length - positives);
    if (weight === 0) continue;
    sum += weight * auc(own);
    pairs += weight;
  }
  return sum / pairs;
}

/**
 * Parts for cross-validation: whole patients, dealt out so that each part has as many with a positive image as the
 * others or one more. The same for the same patients and seed, whatever the items' order is.
 *
 * @returns the part of each item, from 0
 */
export function partsByPatient(
  items: readonly { case: string; target: 0 | 1 }[],
  parts: number,
  seed: number,
): number[] {
  const patients = [...groupByCase(items)].map(([name, own]) => ({
    name,
    positive: own.some(({ target }) => target === 1),
  }));
  patients.sort((a, b) => (a.name < b.name ? -1 : 1));
  const random = new Random(seed);
  const order = [true, false].flatMap((positive) =>
    random.shuffled(patients.filter((patient) => patient.positive === positive)),
  );
  const partOf = new Map(order.map(({ name }, index) => [name, index % parts]));
  return items.map((item) => partOf.get(item.case)!);
}
