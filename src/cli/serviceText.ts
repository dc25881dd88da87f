import type { Pausing } from '../ledger/index.js';
import type { LookNews, RunningService } from '../service/index.js';
import { timeText } from '../timeText.js';
import { EXIT } from './outcome.js';

/*
 * What `mamori status` says of the service that runs with the same settings, and the exit code that stands for it.
 */

/** `undefined`: exams are taken up. */
type Pause = Pausing | undefined;

/** Never 0 unless the service itself says that it works, or the ledger that the PACS was looked at and answered. */
export function statusExitCode(
  service: RunningService,
  lastLook: LookNews | undefined,
  pausing: Pause,
): number {
  const code = pauseAside(service, lastLook);
  const isPaused = pausing !== undefined || hindrancesOf(service).includes('paused');
  return code === EXIT.well && isPaused ? EXIT.paused : code;
}

function pauseAside(service: RunningService, lastLook: LookNews | undefined): number {
  if (service.answer === 'told') return service.troubles.length > 0 ? EXIT.trouble : EXIT.well;
  if (service.answer === 'locked' && service.readiness !== undefined) {
    const isTrouble = hindrancesOf(service).some((one) => one !== 'paused');
    return isTrouble ? EXIT.trouble : EXIT.well;
  }
  if (lastLook?.problem !== undefined) return EXIT.trouble;
  return lastLook === undefined || lastLook.isOverdue ? EXIT.unknown : EXIT.well;
}

/** What the service itself says; where none does, what the ledger tells of the latest look at the PACS. */
export function serviceText(service: RunningService, lastLook: LookNews | undefined): string[] {
  const look = lookText(lastLook);
  if (service.answer === 'off') return [`The status page is off (admin.listen). ${look}`];
  const { at } = service;
  if (service.answer === 'silent')
    return [`No service answers at ${at}: it does not run, or on another machine. ${look}`];
  if (service.answer === 'locked') return lockedText(service, look);
  const troubles = service.troubles.flatMap(({ what, todo, since }) => [
    `  ${since === undefined ? '' : `since ${timeText(new Date(since))}: `}${what}`,
    ...(todo === undefined ? [] : [`  → ${todo}`]),
  ]);
  return [`Service at ${at}: ${service.headline}.`, ...troubles];
}

function lookText(lastLook: LookNews | undefined): string {
  if (lastLook === undefined) return 'NOT KNOWN HERE: whether the PACS answers. mamori doctor asks it.';
  const { at, problem, isOverdue } = lastLook;
  const when = `The PACS was last looked at ${timeText(at)}`;
  if (problem !== undefined) return `${when} and COULD NOT BE SEARCHED: ${problem.reason}`;
  if (!isOverdue) return `${when} and answered.`;
  return `${when} and answered. The next look is OVERDUE by poll.schedule: NOT KNOWN HERE whether anything still runs.`;
}

const PACS_WORDS: Record<string, string> = {
  answers: 'the PACS answers',
  away: 'the PACS CANNOT BE USED',
  'refuses the account': 'the PACS REFUSES THE ACCOUNT of Mamori',
  'not tried yet': 'the PACS was not asked yet',
  'not known': 'whether the PACS answers is not known',
};

function lockedText(
  { at, readiness }: Extract<RunningService, { answer: 'locked' }>,
  look: string,
): string[] {
  const more = `Sign in at ${at} for more.`;
  if (readiness === undefined)
    return [`A service runs at ${at} and wants to know who asks. ${look} Sign in on its page for more.`];
  const { state, since, notAskedBefore } = readiness.pacs;
  const lasting = since === undefined || state === 'answers' ? '' : ` since ${timeText(new Date(since))}`;
  const left =
    notAskedBefore === undefined ? '' : `; it is not asked before ${timeText(new Date(notAskedBefore))}`;
  const pacs = `${PACS_WORDS[state] ?? `the PACS: ${state}`}${lasting}${left}`;
  // An order is no trouble: the page, too, says "Paused" only where nothing is wrong beside it.
  const troubles = readiness.hindrances.filter((one) => one !== 'paused');
  if (troubles.length > 0)
    return [`Service at ${at}: NOT WORKING (${troubles.join(', ')}); ${pacs}. ${more}`];
  const how = readiness.hindrances.length > 0 ? 'PAUSED' : 'it works';
  return [`Service at ${at}: ${how}, and ${pacs}. ${more}`];
}

function hindrancesOf(service: RunningService): readonly string[] {
  return (service.answer === 'locked' && service.readiness?.hindrances) || [];
}
