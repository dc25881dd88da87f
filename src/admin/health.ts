import { countText } from '../countText.js';
import { timeText } from '../timeText.js';
import type { RecentExams, StatusSnapshot } from './serviceState.js';

/** Of so few exams, half may fail by chance. */
const FEWEST_TO_JUDGE = 5;
const TOO_MANY_FAIL = 0.5;

const NONE: RecentExams = { ended: 0, failed: 0, partial: 0, mostly: undefined };

/** So many times as long as the service may be silent, and only a new start can help. */
const STUCK = 5;

/**
 * A step of an exam may last so long, several times the deadlines of the network, of a picture and of requests; then
 * only a new start can help.
 */
const LONGEST_STEP_SECONDS = 1800;

/**
 * What is wrong, as sentences; empty when all is well. For a person who is to look at it: that most exams fail, or that
 * the audit trail is not kept, is among it, although the service itself runs.
 */
export function ailments(snapshot: StatusSnapshot): string[] {
  const found = hindrances(snapshot);
  if (snapshot.audit !== undefined) found.push(snapshot.audit.problem);
  const { ended, failed, partial, mostly } = snapshot.recent ?? NONE;
  const many = ended * TOO_MANY_FAIL;
  if (ended < FEWEST_TO_JUDGE || failed + partial < many) return found;
  const what =
    failed >= many
      ? `${failed} of the last ${ended} exams failed.`
      : `${failed + partial} of the last ${ended} exams got no whole answer.`;
  return [...found, mostly === undefined ? what : `${what} Most often: ${mostly}`];
}

/** What keeps the service from doing its work now: it is ready when there is nothing. */
export function hindrances(snapshot: StatusSnapshot): string[] {
  const { service, pacs, ledger, pausing } = snapshot;
  const found: string[] = [];
  if (service.state === 'stopping') found.push('The service is stopping.');
  if (pausing !== undefined)
    found.push(`No exam is taken up: paused by ${pausing.by} since ${timeText(pausing.since)}.`);
  if (ledger.problem !== undefined) found.push(ledger.problem);
  if (pacs.reachable === false) {
    found.push(pacs.problem ?? 'The PACS cannot be reached.');
  }
  if (service.problem !== undefined) found.push(service.problem);
  const minutes = Math.round(stepSeconds(snapshot) / 60);
  if (isHanging(snapshot))
    found.push(`The exam that is worked on has not got on for ${countText(minutes, 'minute')}.`);
  const silent = silentSeconds(snapshot);
  if (silent > service.staleAfterSeconds) {
    found.push(`The PACS was last looked at ${Math.round(silent)} seconds ago.`);
  }
  return found;
}

/** How ready the service is, in kinds alone: no name, no address, nobody's words. */
export interface Readiness {
  status: 'ready' | 'not ready';
  /** What keeps it from working. */
  hindrances: readonly ('stopping' | 'paused' | 'ledger' | 'pacs' | 'service')[];
  pacs: {
    state: 'answers' | 'away' | 'refuses the account' | 'not tried yet' | 'not known';
    since?: Date | undefined;
    notAskedBefore?: Date | undefined;
  };
}

/** @param snapshot undefined where the service cannot tell its state */
export function readinessOf(snapshot: StatusSnapshot | undefined): Readiness {
  if (snapshot === undefined)
    return { status: 'not ready', hindrances: ['service'], pacs: { state: 'not known' } };
  const { service, pausing, ledger, pacs } = snapshot;
  const found: Readiness['hindrances'][number][] = [];
  if (service.state === 'stopping') found.push('stopping');
  if (pausing !== undefined) found.push('paused');
  if (ledger.problem !== undefined) found.push('ledger');
  if (pacs.reachable === false) found.push('pacs');
  if (hindrances(snapshot).length > found.length) found.push('service');
  return {
    status: found.length === 0 ? 'ready' : 'not ready',
    hindrances: found,
    pacs: { state: pacsWord(pacs), since: pacs.since, notAskedBefore: pacs.leftAlone?.until },
  };
}

function pacsWord({ reachable, code, leftAlone }: StatusSnapshot['pacs']): Readiness['pacs']['state'] {
  if (reachable === undefined) return 'not tried yet';
  if (reachable) return 'answers';
  return (leftAlone?.code ?? code) === 'pacs-unauthorised' ? 'refuses the account' : 'away';
}

/** Whether the service has not got on for so long that it should be started again. Trouble elsewhere is no reason. */
export function isStuck(snapshot: StatusSnapshot): boolean {
  return isHanging(snapshot) || silentSeconds(snapshot) > STUCK * snapshot.service.staleAfterSeconds;
}

function isHanging(snapshot: StatusSnapshot): boolean {
  return stepSeconds(snapshot) > LONGEST_STEP_SECONDS;
}

/** While there is an exam in hand, since when none got on. */
function stepSeconds({ now, service }: StatusSnapshot): number {
  if (service.lastStep === undefined || service.state === 'stopping') return 0;
  return (now.getTime() - service.lastStep.getTime()) / 1000;
}

/** Since when nothing got on, while no exam is worked on: that may last, and `isHanging` judges it. */
function silentSeconds({ now, startedAt, service }: StatusSnapshot): number {
  if (service.state === 'working' || service.state === 'stopping') return 0;
  const last = service.lastSign ?? service.lastCycle?.endedAt ?? startedAt;
  return (now.getTime() - last.getTime()) / 1000;
}
