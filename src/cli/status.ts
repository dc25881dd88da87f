import { Command } from 'commander';
import { numberText } from '../countText.js';
import type { ExamState, ReasonCount } from '../ledger/index.js';
import type { LookNews, RunningService } from '../service/index.js';
import { timeText } from '../timeText.js';
import { wholeNumber } from './numbers.js';
import { checkChoice, configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';
import { tableText } from './table.js';

interface Options {
  config: string;
  state?: ExamState[];
  study?: string;
  limit: number;
  json?: true;
}

/** `mamori status`: what the ledger says. */
export const statusCommand = new Command('status')
  .description('show what was found, done and delivered')
  .addOption(configOption())
  .option('--state <state...>', 'only exams in these states')
  .option('--study <uid>', 'one study, with its history')
  .option('--limit <number>', 'so many exams, the latest first', wholeNumber, 20)
  .addOption(jsonOption())
  .action(show);

async function show({ config, state, study, limit, json }: Options, command: Command): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const { EXAM_STATES, openExistingLedger } = await import('../ledger/index.js');
  for (const one of state ?? []) checkChoice(command, '--state <state...>', one, EXAM_STATES);
  const settings = loadSettings(config);
  const ledger = await openExistingLedger(settings.ledger);
  try {
    const { askRunningService, isRightlyNotProcessed, lookNews } = await import('../service/index.js');
    const service = await askRunningService(settings);
    const lastLook = await lookNews(ledger, settings);
    process.exitCode = exitCodeFor(service, lastLook);
    const counts = await ledger.counts();
    const pausing = await ledger.pausing();
    const troubles = (await ledger.reasons()).filter(({ code }) => !isRightlyNotProcessed(code));
    const exams = await ledger.list({
      limit,
      ...(state === undefined ? {} : { states: state }),
      ...(study === undefined ? {} : { studyInstanceUID: study }),
    });
    const history =
      study === undefined ? [] : (await Promise.all(exams.map((exam) => ledger.history(exam)))).flat();
    if (json) {
      console.log(
        JSON.stringify({
          service,
          lastLook,
          // What somebody typed as the reason stays on the status page: this output goes on to other programs.
          pausing: pausing && { since: pausing.since, by: pausing.by },
          counts,
          troubles,
          exams,
          ...(study === undefined ? {} : { history }),
        }),
      );
      return;
    }
    console.log(
      Object.entries(counts)
        .map(([name, count]) => `${numberText(count)} ${name}`)
        .join(', '),
    );
    for (const line of serviceText(service, lastLook)) console.log(line);
    if (pausing !== undefined)
      console.log(`Paused by ${pausing.by} since ${timeText(pausing.since)}: no exam is taken up.`);
    if (study === undefined) for (const trouble of troubles) console.log(troubleText(trouble));
    if (study !== undefined && exams.length === 0)
      console.log(`\nThe ledger knows no such exam of study ${study}.`);
    if (exams.length > 0) {
      const rows = exams.map((exam) => [
        exam.studyInstanceUID,
        exam.state,
        `${exam.objects.confirmed}/${exam.objects.kept}`,
        exam.attempts,
        timeText(exam.closedAt ?? exam.retryAt ?? exam.lastChange),
        exam.reason,
      ]);
      console.log(
        `\n${tableText(['study', 'state', 'objects', 'tries', 'closed, due or changed', 'reason'], rows)}`,
      );
    }
    if (history.length > 0) {
      const rows = history.map(({ at, event, worker, reason }) => [timeText(at), event, worker, reason]);
      console.log(`\n${tableText(['time', 'event', 'worker', 'reason'], rows)}`);
    }
  } finally {
    await ledger.disconnect();
  }
}

/** Never 0 unless the service itself says that it works, or the ledger that the PACS was looked at and answered. */
function exitCodeFor(service: RunningService, lastLook: LookNews | undefined): number {
  if (service.answer === 'told') return service.troubles.length > 0 ? EXIT.trouble : EXIT.well;
  if (service.answer === 'locked' && service.readiness !== undefined) {
    const isTrouble = service.readiness.hindrances.some((one) => one !== 'paused');
    return isTrouble ? EXIT.trouble : EXIT.well;
  }
  if (lastLook?.problem !== undefined) return EXIT.trouble;
  return lastLook === undefined || lastLook.isOverdue ? EXIT.unknown : EXIT.well;
}

/** What the service itself says; where none does, what the ledger tells of the latest look at the PACS. */
function serviceText(service: RunningService, lastLook: LookNews | undefined): string[] {
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
  if (readiness.hindrances.length === 0) return [`Service at ${at}: it works, and ${pacs}. ${more}`];
  return [`Service at ${at}: NOT WORKING (${readiness.hindrances.join(', ')}); ${pacs}. ${more}`];
}

/** `Trouble: 2 partial (images-missing), the latest 2026-03-01 10:00:00. It lacks …` */
function troubleText({ state, code, exams, latest, reason }: ReasonCount): string {
  const named = code === undefined ? '' : ` (${code})`;
  return `Trouble: ${numberText(exams)} ${state}${named}, the latest ${timeText(latest)}. ${reason ?? ''}`.trimEnd();
}
