import { Command } from 'commander';
import { numberText } from '../countText.js';
import type { ExamState, LedgerReader, ReasonCount } from '../ledger/index.js';
import { timeText } from '../timeText.js';
import { wholeNumber } from './numbers.js';
import { checkChoice, configOption, jsonOption } from './options.js';
import { pausedText } from './pausedText.js';
import { serviceText, statusExitCode } from './serviceText.js';
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
  const { EXAM_STATES, openExistingLedgerToRead } = await import('../ledger/index.js');
  if (study !== undefined) await (await import('./studyUids.js')).studyUids([study]);
  for (const one of state ?? []) checkChoice(command, '--state <state...>', one, EXAM_STATES);
  const settings = loadSettings(config);
  const ledger = await openExistingLedgerToRead(settings.ledger);
  try {
    const { askRunningService, lookNews } = await import('../service/index.js');
    const service = await askRunningService(settings);
    const lastLook = await lookNews(ledger, settings);
    const pausing = await ledger.pausing();
    process.exitCode = statusExitCode(service, lastLook, pausing);
    const counts = await ledger.counts();
    const troubles = await troublesIn(ledger);
    const known = await ledger.list({
      limit,
      ...(state === undefined ? {} : { states: state }),
      ...(study === undefined ? {} : { studyInstanceUID: study }),
    });
    // One that an earlier setting had kept is not shown either.
    const exams = settings.admin.answers ? known : known.map(({ shortAnswer: _, ...exam }) => exam);
    const history =
      study === undefined ? [] : (await Promise.all(exams.map((exam) => ledger.history(exam)))).flat();
    if (json) {
      console.log(
        JSON.stringify({
          service,
          lastLook,
          // What somebody typed as the reason is for people: this output goes on to other programs.
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
      console.log(pausedText(pausing, process.stdout.isTTY ? pausing.why : undefined));
    const said = new (await import('../dicom/index.js')).SaidOnce();
    if (study === undefined)
      for (const trouble of troubles) console.log(troubleText({ ...trouble, reason: said.text(trouble) }));
    if (study !== undefined && exams.length === 0)
      console.log(`\nThe ledger knows no such exam of study ${study}.`);
    if (exams.length > 0) {
      const rows = exams.map((exam) => [
        exam.studyInstanceUID,
        exam.state,
        `${exam.objects.confirmed}/${exam.objects.kept}`,
        exam.attempts,
        timeText(exam.closedAt ?? exam.retryAt ?? exam.lastChange),
        study === undefined ? said.text(exam) : exam.reason,
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

/** Exams in one state for one reason, which somebody has to look at. */
interface Trouble extends ReasonCount {
  /** The latest of them. */
  studies: string[];
  /** What to do, where there is better advice than the reason itself. */
  todo: string | undefined;
}

/** So many of them are named, the latest first. */
const NAMED = 3;

async function troublesIn(ledger: LedgerReader): Promise<Trouble[]> {
  const [{ isRightlyNotProcessed }, { adviceOn }] = await Promise.all([
    import('../service/index.js'),
    import('../admin/index.js'),
  ]);
  const troubles: Trouble[] = [];
  for (const group of await ledger.reasons()) {
    const { state, code } = group;
    if (isRightlyNotProcessed(code)) continue;
    const named =
      code === undefined ? [] : await ledger.list({ states: [state], codes: [code], limit: NAMED });
    const studies = named.map(({ studyInstanceUID }) => studyInstanceUID);
    troubles.push({ ...group, studies, todo: adviceOn(code) });
  }
  return troubles;
}

/** `Trouble: 2 partial (images-missing), the latest 2026-03-01 10:00:00. It lacks …`, which exams, and what to do. */
function troubleText({ state, code, exams, latest, reason, studies, todo }: Trouble): string {
  const named = code === undefined ? '' : ` (${code})`;
  const more = exams - studies.length;
  const whose = more > 0 ? `${studies.join(', ')} and ${numberText(more)} more` : studies.join(', ');
  return [
    `Trouble: ${numberText(exams)} ${state}${named}, the latest ${timeText(latest)}. ${reason ?? ''}`.trimEnd(),
    ...(studies.length === 0 ? [] : [`  ${whose}`]),
    ...(todo === undefined ? [] : [`  → ${todo}`]),
  ].join('\n');
}
