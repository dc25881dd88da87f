import { Command } from 'commander';
import type { ExamState } from '../ledger/index.js';
import { timeText } from '../timeText.js';
import { wholeNumber } from './commandValues.js';
import { checkChoice, configOption, jsonOption } from './options.js';
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
  const ledger = await openExistingLedger(loadSettings(config).ledger);
  try {
    const counts = await ledger.counts();
    const exams = await ledger.list({
      limit,
      ...(state === undefined ? {} : { states: state }),
      ...(study === undefined ? {} : { studyInstanceUID: study }),
    });
    const history =
      study === undefined ? [] : (await Promise.all(exams.map((exam) => ledger.history(exam)))).flat();
    if (json) {
      console.log(JSON.stringify({ counts, exams, ...(study === undefined ? {} : { history }) }));
      return;
    }
    console.log(
      Object.entries(counts)
        .map(([name, count]) => `${count} ${name}`)
        .join(', '),
    );
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
