import type { Against } from './against.js';
import type { EvaluatedModel } from './evaluatedModel.js';
import type { ExplanationChecks } from './explanation/index.js';
import type { DataSetFigures, ExamFigures, MachineFigures } from './groups/index.js';
import type { HeatMapVerdict } from './heatMaps.js';
import type { Localisation } from './localisation/index.js';
import type { Performance } from './performance.js';
import type { Coverage } from './riskCoverage.js';
import type { Protocol, SelectionRecord } from './selection.js';
import type { ColumnCheck, ShortcutChecks } from './shortcuts/index.js';
import type { ClassificationTable, ReliabilityBin } from './statistics/index.js';
import type { Subgroup } from './subgroups.js';

/** A ROC point as [1 − specificity, sensitivity], a precision-recall point as [recall, precision]. */
export type PlotPoint = [x: number, y: number];

export interface Curves {
  roc: PlotPoint[];
  /** 95 % band of the sensitivity at each 1 − specificity of a grid: [x, lower, upper]. */
  rocBand: [x: number, lower: number, upper: number][];
  precisionRecall: PlotPoint[];
}

/** evaluation.json: the whole result, without clock or paths, so that the same work gives the same bytes. */
export interface Evaluation {
  format: 1;
  model: EvaluatedModel;
  engine: { name: string; device: string };
  protocol: Protocol;
  seed: number;
  bootstrapRounds: number;
  data: {
    description: string;
    /** SHA-256 over files, labels and cases, in the order of the labels file. */
    digest: string;
    images: number;
    patients: number;
    positiveImages: number;
    selection: SelectionRecord;
  };
  /** Three sentences for the head of a department. */
  headline: [discrimination: string, atWork: string, reliance: string];
  /** What a reader must know before any figure. */
  warnings: string[];
  /** Within each machine, and the spread between them. */
  machines: MachineFigures;
  /** By exam, each woman with one breast. */
  exam: ExamFigures;
  /** Each data set by itself, where there are several. */
  dataSets: DataSetFigures[];
  /** Over all data together; `patient` joined as the service does it. */
  levels: { image: Performance; breast: Performance | null; patient: Performance };
  /** The paper's table, of images at the operating point. */
  table: ClassificationTable;
  curves: { image: Curves; patient: Curves };
  calibration: {
    image: ReliabilityBin[];
    patient: ReliabilityBin[];
    meanProbability: number;
    prevalence: number;
    /** What a perfectly calibrated model would show by chance on as many images. */
    errorByChance: { mean: number; upper: number };
    brierOfPrevalence: number;
  };
  /** Images by calibrated probability, in twenty bins, per class. */
  histogram: { negative: number[]; positive: number[] };
  subgroups: Subgroup[];
  /** Whether the hospital, the side or the view could explain the figures. */
  columns: ColumnCheck[];
  shortcuts: ShortcutChecks;
  /** Whether the heat maps point at the lesions; null where no image has a malignant box. */
  localisation: Localisation | null;
  explanations: ExplanationChecks | null;
  /** Whether the heat maps passed, as a bundle records it; null where they were not checked. */
  heatMaps: HeatMapVerdict | null;
  /** What giving no answer to doubtful images gains and costs. */
  coverage: Coverage;
  /** Another model on the same patients. */
  against: Against | null;
  /** The most confident errors: images whose answer is farthest on the wrong side of the operating point. */
  worst: { file: string; case: string; label: string; probability: number }[];
}

/** One line of predictions.csv. */
export interface Prediction {
  file: string;
  case: string;
  label: string;
  rawProbability: number;
  probability: number;
  positive: boolean;
  /** From what the model was made from, where it says. */
  distance: number | undefined;
  /** Why the service would give no answer. */
  notAnalysed: string | undefined;
}
