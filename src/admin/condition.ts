import { countText } from '../countText.js';
import { adviceOn } from './advice.js';
import { ailments, hindrances } from './health.js';
import type { DayStretch, StatusSnapshot } from './serviceState.js';

/** `trouble`: somebody has to do something now. `attention`: somebody has to look at exams, some time today. */
export type Level = 'good' | 'paused' | 'attention' | 'trouble';

/** What is wrong, and what to do about it. */
export interface Trouble {
  what: string;
  todo?: string | undefined;
  since?: Date | undefined;
}

/** The service at a glance. */
export interface Condition {
  level: Level;
  /** A short sentence that says all to somebody who reads nothing else. */
  headline: string;
  troubles: readonly Trouble[];
}

export function conditionOf(snapshot: StatusSnapshot): Condition {
  const troubles = troublesOf(snapshot);
  if (troubles.length > 0) return { level: 'trouble', headline: headlineOf(snapshot), troubles };
  if (snapshot.pausing !== undefined)
    return { level: 'paused', headline: 'Paused: no exam is taken up', troubles: [] };
  const unwell = unwellToday(snapshot.day);
  if (unwell > 0) {
    const verb = unwell === 1 ? 'needs' : 'need';
    const headline = `Working, but ${countText(unwell, 'exam')} of the last 24 hours ${verb} a look`;
    return { level: 'attention', headline, troubles: [] };
  }
  return { level: 'good', headline: GOOD[snapshot.service.state], troubles: [] };
}

const GOOD: Record<StatusSnapshot['service']['state'], string> = {
  starting: 'Starting: the first look at the PACS has not ended yet',
  waiting: 'All is well: waiting for new exams',
  looking: 'All is well: looking for new exams',
  working: 'All is well: working on exams',
  stopping: 'Stopping: work under way is finished first',
};

/** Exams that ended without a whole answer, though they should have one. */
export function unwellToday(day: readonly DayStretch[]): number {
  return day.reduce((sum, { partial, notProcessed }) => sum + partial + notProcessed, 0);
}

function headlineOf(snapshot: StatusSnapshot): string {
  const { ledger, pacs, service } = snapshot;
  if (service.state === 'stopping') return GOOD.stopping;
  if (ledger.problem !== undefined) return 'Not working: the ledger does not answer';
  if (pacs.leftAlone?.code === 'pacs-unauthorised' || pacs.code === 'pacs-unauthorised')
    return 'Not working: the PACS refuses the account of Mamori';
  if (pacs.reachable === false) return 'Not working: the PACS cannot be used';
  if (hindrances({ ...snapshot, pausing: undefined }).length > 0) return 'Not working';
  if (snapshot.audit !== undefined) return 'Working, but the audit trail is not kept';
  return 'Working, but most exams get no whole answer';
}

/** The pause aside: that is no trouble, but an order. */
function troublesOf(snapshot: StatusSnapshot): Trouble[] {
  const { ledger, pacs, audit } = snapshot;
  return ailments({ ...snapshot, pausing: undefined }).map((what) => {
    if (what === ledger.problem) return { what, todo: adviceOn(ledger.code), since: ledger.since };
    if (what === audit?.problem) return { what, todo: audit.remedy };
    if (what === pacs.problem) return { what, todo: adviceOn(pacs.code), since: pacs.since };
    return { what };
  });
}
