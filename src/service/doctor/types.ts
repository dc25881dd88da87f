import type { Visit } from './visit.js';

export type CheckState = 'ok' | 'warning' | 'failure' | 'skipped';

/** What a check found. Sentences without secrets and patient data. */
export interface CheckResult {
  state: CheckState;
  /** One line. */
  says: string;
  /** What the reader can do about it. */
  remedy?: string;
}

export interface Check {
  /** As it is printed, one word. */
  name: string;
  /** Without these the answer would mean nothing: where one of them failed or was skipped, so is this. */
  needs: readonly string[];
  /** @throws MamoriError which counts as a failure with its message and remedy */
  run(visit: Visit): Promise<CheckResult>;
}

export const ok = (says: string): CheckResult => ({ state: 'ok', says });

export const skipped = (says: string): CheckResult => ({ state: 'skipped', says });

export const warning = (says: string, remedy: string): CheckResult => ({ state: 'warning', says, remedy });

export const failure = (says: string, remedy: string): CheckResult => ({ state: 'failure', says, remedy });
