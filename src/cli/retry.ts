import { Command, InvalidArgumentError, Option } from 'commander';
import type { RetriableState } from '../ledger/index.js';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

interface Options {
  config: string;
  state?: RetriableState[];
  reason?: string[];
  since?: Date;
  json?: true;
}

/** `mamori retry`: another try for what failed, was given up, or is partial. */
export const retryCommand = new Command('retry')
  .description('have exams tried again that failed, were given up, or lack a view')
  .argument(
    '[study...]',
    'Study Instance UIDs; all that failed, were given up or are partial if none is named',
  )
  .addOption(
    new Option('--state <state...>', 'only exams in these states').choices([
      'failed',
      'partial',
      'not-processed',
    ]),
  )
  .option('--reason <code...>', 'only exams whose reason has one of these codes, such as pacs-not-found')
  .option(
    '--since <time>',
    'only exams that came to their state since then: 2026-03-01 or 2026-03-01T10:00',
    time,
  )
  .addOption(configOption())
  .addOption(jsonOption())
  .action(retry);

async function retry(studies: string[], { config, state, reason, since, json }: Options): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  await (await import('./studyUids.js')).studyUids(studies);
  const { openExistingLedger } = await import('../ledger/index.js');
  const ledger = await openExistingLedger(loadSettings(config).ledger);
  try {
    const named = studies.length === 0 ? undefined : studies;
    const retried = await ledger.retry({ studies: named, states: state, codes: reason, since });
    const known = new Set(retried.map(({ studyInstanceUID }) => studyInstanceUID));
    const untouched = studies.filter((study) => !known.has(study));
    if (json) {
      console.log(JSON.stringify({ retried, untouched }));
    } else {
      const count = retried.length === 1 ? '1 exam is' : `${retried.length} exams are`;
      if (retried.length > 0) console.log(`${count} tried again in the next cycle.`);
      else if (studies.length === 0) console.log('There is nothing of that kind to be tried again.');
      for (const study of untouched) console.log(`${study}: nothing here that could be tried again.`);
    }
    if (untouched.length > 0) process.exitCode = EXIT.trouble;
  } finally {
    await ledger.disconnect();
  }
}

/** A date, or a date and a time of day; local time unless it names its zone. */
function time(text: string): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const date = new Date(day ? `${text}T00:00` : text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('a date such as 2026-03-01, or 2026-03-01T10:00, is needed');
  return date;
}
