import { auc, groupByCase } from '../../dataset/index.js';
import type { Bundle } from '../../model/index.js';
import type { Answered } from '../answering.js';
import { type Localisation, localisationOf } from '../localisation/index.js';
import { blindShortcut, learnedShortcuts, type Shortcut } from '../shortcuts/index.js';
import {
  type BootstrapOptions,
  confusionAt,
  type Estimate,
  sensitivity,
  specificity,
  withIntervals,
} from '../statistics/index.js';
import { type MachineFigures, machineFigures } from './machines.js';
import { type ExamFigures, examFigures } from './oneBreastEach.js';

/** What one of several data sets gives by itself. */
export interface DataSetFigures {
  name: string;
  images: number;
  patients: number;
  positives: number;
  /** By image. */
  auc: Estimate;
  sensitivity: Estimate;
  specificity: Estimate;
  withinMachines: MachineFigures['within'];
  spread: MachineFigures['spread'];
  exam: ExamFigures;
  localisation: Localisation | null;
  /**
   * What gives labels away in this set: plain statistics of what the network gets, and the network without the breast.
   */
  statistics: Shortcut['auc'];
  withoutBreast: Shortcut['auc'];
}

/** Each data set for itself; none where there is one only. */
export function dataSetFigures(
  { answers, forms, located }: Answered,
  bundle: Bundle,
  options: BootstrapOptions,
): DataSetFigures[] {
  const names = [...new Set(answers.map(({ image }) => image.set))].filter((name) => name !== undefined);
  if (names.length < 2) return [];
  return names.map((name) => {
    const own = answers
      .filter(({ image }) => image.set === name)
      .sort((a, b) => a.probability - b.probability);
    const ownForms = forms.filter(({ set }) => set === name);
    const machines = machineFigures(own, bundle.operatingPoint, options);
    const at = (measure: typeof sensitivity) => (sample: readonly (typeof own)[number][]) =>
      measure(confusionAt(sample, bundle.operatingPoint));
    return {
      name,
      images: own.length,
      patients: groupByCase(own).size,
      positives: own.filter(({ target }) => target === 1).length,
      ...withIntervals(own, { auc, sensitivity: at(sensitivity), specificity: at(specificity) }, options),
      withinMachines: machines.within,
      spread: machines.spread,
      exam: examFigures(own, bundle, options),
      localisation:
        localisationOf(
          located.filter(({ set }) => set === name),
          options,
        ) ?? null,
      statistics: learnedShortcuts(ownForms, options).at(-1)!.auc,
      withoutBreast: blindShortcut(ownForms, options).auc,
    };
  });
}
