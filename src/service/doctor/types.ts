import type { Visit } from './visit.js';

export type CheckState = 'ok' | 'warning' | 'failure' | 'skipped';

/** What a check found. Sentences without secrets and patient data. */
export interface CheckResult {
  state: CheckState;
  /** One line. */
  says: string;
  /** What the reader can do about it, in whole sentences. */
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

/** @param remedy whole sentences; none where there is nothing to be done */
export const warning = (says: string, ...remedy: string[]): CheckResult => found('warning', says, remedy);

/** As `warning`. */
export const failure = (says: string, ...remedy: string[]): CheckResult => found('failure', says, remedy);

function found(state: CheckState, says: string, remedy: readonly string[]): CheckResult {
  return { state, says, ...(remedy.length > 0 && { remedy: remedy.join(' ') }) };
}
