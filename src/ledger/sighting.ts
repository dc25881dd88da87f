import type { ExamState } from './examState.js';

/** What a look at the archive tells of a study. */
export interface Sighting {
  /** Stands for the set of its instances, without the ones that Mamori wrote (`isOwn`). */
  fingerprint: string;
  /** How many instances of any kind the archive says that the study has, if it says so. */
  instances?: number | undefined;
  /** DA, as the archive has it: the newest exam is worked on first. Undefined leaves what is known. */
  studyDate?: string | undefined;
  /** Which kind of work it is; the higher is worked on first. 0 unless said. */
  priority?: number;
}

/** What is remembered of a study, for whoever has to decide whether to list it again. */
export interface Glance {
  state: ExamState;
  /** As it was told when the study was last listed. */
  instances: number | undefined;
  /** When the study was last listed. */
  listedAt: Date;
  dueAt: Date | undefined;
}
