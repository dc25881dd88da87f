import type { Scored } from '../../dataset/index.js';

type Sample = readonly Pick<Scored, 'probability' | 'target'>[];

/** Numbers of answers, the positive class being the one that the probability speaks of. */
export interface Confusion {
  truePositive: number;
  falsePositive: number;
  trueNegative: number;
  falseNegative: number;
}

/** Positive is what is at or above the threshold. */
export function confusionAt(scored: Sample, threshold: number): Confusion {
  const confusion: Confusion = { truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0 };
  for (const { probability, target } of scored) {
    if (probability >= threshold) confusion[target === 1 ? 'truePositive' : 'falsePositive']++;
    else confusion[target === 1 ? 'falseNegative' : 'trueNegative']++;
  }
  return confusion;
}

export const sensitivity = (c: Confusion) => c.truePositive / (c.truePositive + c.falseNegative);
export const specificity = (c: Confusion) => c.trueNegative / (c.trueNegative + c.falsePositive);
export const positivePredictiveValue = (c: Confusion) => c.truePositive / (c.truePositive + c.falsePositive);
export const negativePredictiveValue = (c: Confusion) => c.trueNegative / (c.trueNegative + c.falseNegative);
export const accuracy = (c: Confusion) => (c.truePositive + c.trueNegative) / total(c);

export interface TableRow {
  precision: number;
  recall: number;
  f1: number;
  /** Number of images that the row speaks of. */
  support: number;
}

/** The paper's table: a row per class, accuracy, and their averages, plain and weighted by support. */
export interface ClassificationTable {
  classes: { name: string; row: TableRow }[];
  accuracy: number;
  macroAverage: TableRow;
  weightedAverage: TableRow;
}

/** Where a class is never predicted its precision counts as 0, and so does an F1 of nothing at all. */
export function classificationTable(
  confusion: Confusion,
  [negative, positive]: [negative: string, positive: string],
): ClassificationTable {
  const { truePositive, falsePositive, trueNegative, falseNegative } = confusion;
  const rows = [
    rowOf(trueNegative, falseNegative, falsePositive),
    rowOf(truePositive, falsePositive, falseNegative),
  ];
  const support = total(confusion);
  const average = (weights: number[]): TableRow => {
    const of = (key: 'precision' | 'recall' | 'f1') =>
      rows.reduce((sum, row, index) => sum + row[key] * weights[index]!, 0);
    return { precision: of('precision'), recall: of('recall'), f1: of('f1'), support };
  };
  return {
    classes: [
      { name: negative, row: rows[0]! },
      { name: positive, row: rows[1]! },
    ],
    accuracy: accuracy(confusion),
    macroAverage: average([0.5, 0.5]),
    weightedAverage: average(rows.map((row) => row.support / support)),
  };
}

function rowOf(right: number, wronglySaid: number, missed: number): TableRow {
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    precision: ratio(right, right + wronglySaid),
    recall: ratio(right, right + missed),
    f1: ratio(2 * right, 2 * right + wronglySaid + missed),
    support: right + missed,
  };
}

function total(c: Confusion): number {
  return c.truePositive + c.falsePositive + c.trueNegative + c.falseNegative;
}
