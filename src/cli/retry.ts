import { Command, InvalidArgumentError, Option } from 'commander';
import type { ExamKey, Ledger, RetriableState, ServedModel } from '../ledger/index.js';
import type { Bundle } from '../model/index.js';
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
  const [{ servedModelOf }, { loadBundle }] = await Promise.all([
    import('../service/index.js'),
    import('../model/index.js'),
  ]);
  const settings = loadSettings(config);
  const ledger = await openExistingLedger(settings.ledger);
  try {
    const named = studies.length === 0 ? undefined : studies;
    const bundle = await loadBundle(settings.model.bundle);
    const all = await ledger.retry({ studies: named, states: state, codes: reason, since });
    const known = new Set(all.map(({ studyInstanceUID }) => studyInstanceUID));
    const { retried, others } = await sorted(all, servedModelOf(bundle, settings), ledger);
    const untouched = studies.filter((study) => !known.has(study));
    if (json) {
      console.log(JSON.stringify({ retried, others, untouched }));
    } else {
      if (retried.length > 0) console.log(`${exams(retried.length)} tried again in the next cycle.`);
      for (const line of othersText(others, bundle)) console.log(line);
      if (all.length === 0 && studies.length === 0)
        console.log('There is nothing of that kind to be tried again.');
      for (const study of untouched) console.log(`${study}: nothing here that could be tried again.`);
    }
    if (untouched.length > 0) process.exitCode = EXIT.trouble;
  } finally {
    await ledger.disconnect();
  }
}

/**
 * Which of them this model's service takes: its own, and those that only have to be delivered. The others wait for a
 * service of theirs.
 */
async function sorted(
  exams: ExamKey[],
  served: ServedModel,
  ledger: Ledger,
): Promise<{ retried: ExamKey[]; others: ExamKey[] }> {
  const { modelName, modelVersion, settingsDigest } = served;
  const retried: ExamKey[] = [];
  const others: ExamKey[] = [];
  for (const exam of exams) {
    const isOwn =
      exam.modelName === modelName &&
      exam.modelVersion === modelVersion &&
      exam.settingsDigest === settingsDigest;
    const record = isOwn ? undefined : await ledger.find(exam);
    const isMade = record?.state === 'failed' && record.objects.kept > 0;
    (isOwn || isMade ? retried : others).push(exam);
  }
  return { retried, others };
}

function othersText(others: readonly ExamKey[], { name, version }: Bundle): string[] {
  const adoptable = others.filter(({ modelName }) => modelName === name).length;
  const foreign = others.length - adoptable;
  return [
    ...(adoptable > 0
      ? [
          `${exams(adoptable)} put back for another version or other settings than those of ${name} ${version}. ` +
            'If that version has stopped for good, hand over what it left: mamori adopt.',
        ]
      : []),
    ...(foreign > 0
      ? [`${exams(foreign)} put back for another model than ${name}, which takes none of them.`]
      : []),
  ];
}

function exams(count: number): string {
  return count === 1 ? '1 exam is' : `${count} exams are`;
}

/** A date, or a date and a time of day; local time unless it names its zone. */
function time(text: string): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const date = new Date(day ? `${text}T00:00` : text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('a date such as 2026-03-01, or 2026-03-01T10:00, is needed');
  return date;
}
