import type { StandardView } from '../dicom/index.js';
import type { StudyRules } from './studyRules.js';

/** When exams are looked for, when they count as complete, and how often they are tried. */
export interface PollerSettings extends StudyRules {
  /** Study dates to look at, counted back from today. */
  lookbackDays: number;
  settleSeconds: number;
  views: StandardView[];
  maxExamsPerCycle: number;
  retry: { attempts: number; firstDelaySeconds: number; longestDelaySeconds: number };
  /** Exams worked on at the same time by this process. */
  workers: number;
  /** Whether the ledger keeps what exams are answered with in short; left out: it does. */
  keepsAnswers?: boolean;
  /** How long a claim stands without a sign of life. A crashed worker's exams wait so long. */
  leaseSeconds: number;
}
