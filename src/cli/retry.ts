import { Command, Option } from 'commander';
import { countText } from '../countText.js';
import type {
  ExamKey,
  ExamRecord,
  Ledger,
  RetriableState,
  RetryFilter,
  ServedModel,
  Ways,
} from '../ledger/index.js';
import type { Bundle } from '../model/index.js';
import { moment } from './commandValues.js';
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
    moment,
  )
  .addOption(configOption())
  .addOption(jsonOption())
  .action(retry);

async function retry(studies: string[], { config, state, reason, since, json }: Options): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  await (await import('./studyUids.js')).studyUids(studies);
  const { openExistingLedger } = await import('../ledger/index.js');
  const [{ carryOutHere, handedEnd, openLog, servedModelOf }, { loadBundle }] = await Promise.all([
    import('../service/index.js'),
    import('../model/index.js'),
  ]);
  const settings = loadSettings(config);
  const ledger = await openExistingLedger(settings.ledger);
  try {
    const named = studies.length === 0 ? undefined : studies;
    const bundle = await loadBundle(settings.model.bundle);
    const said = { states: state, codes: reason, since };
    const served = servedModelOf(bundle, settings);
    const which = { studies: named, ...said, served };
    const retried = await carryOutHere(settings, openLog(settings), {
      what: 'retry',
      studies,
      said,
      work: () => ledger.retry(which),
      endOf: ({ length }) => handedEnd(length, 'nothing to try again'),
    });
    const others = await earlierOnes(which, ledger);
    const left = named === undefined ? await leftAlone(which, ledger) : [];
    const known = new Set([...retried, ...others].map(({ studyInstanceUID }) => studyInstanceUID));
    const notRetried = studies.filter((study) => !known.has(study));
    const standing = await Promise.all(notRetried.map((study) => whyNot(study, served, ledger)));
    const untouched = standing.filter(({ isUnderWay }) => !isUnderWay);
    if (json) {
      const underWay = standing.filter(({ isUnderWay }) => isUnderWay).map(({ study }) => study);
      const names = untouched.map(({ study }) => study);
      console.log(JSON.stringify({ retried, others: others.map(keyOf), left, underWay, untouched: names }));
    } else {
      if (retried.length > 0) console.log(`${exams(retried.length)} tried again in the next cycle.`);
      for (const line of [...othersText(others, bundle), ...left.map(leftText)]) console.log(line);
      if (retried.length + others.length + left.length === 0 && named === undefined)
        console.log('There is nothing of that kind to be tried again.');
      for (const { study, why } of standing) console.log(`${study}: ${why}`);
    }
    if (untouched.length > 0 || (named !== undefined && others.length > 0)) process.exitCode = EXIT.trouble;
  } finally {
    await ledger.disconnect();
  }
}

/** An exam of another version or other settings that is left, and what can be done about it. */
type Earlier = ExamRecord & { ways: Ways };

async function earlierOnes(
  { studies, states, codes, since, served }: RetryFilter & { served: ServedModel },
  ledger: Ledger,
): Promise<Earlier[]> {
  const { isServed, RETRIABLE_STATES, waysFor } = await import('../ledger/index.js');
  const found = await ledger.list({ states: states ?? RETRIABLE_STATES, codes });
  return found
    .filter((exam) => studies?.includes(exam.studyInstanceUID) ?? true)
    .filter(({ updatedAt }) => since === undefined || updatedAt >= since)
    .map((exam) => ({ ...exam, ways: waysFor(exam, served) }))
    .filter((exam) => !exam.ways.retry && !isServed(exam, served) && exam.code !== 'superseded');
}

function keyOf({ studyInstanceUID, modelName, modelVersion, settingsDigest }: ExamKey): ExamKey {
  return { studyInstanceUID, modelName, modelVersion, settingsDigest };
}

function othersText(others: readonly Earlier[], { name, version }: Bundle): string[] {
  const text = (count: number, what: string) =>
    count === 0
      ? []
      : [
          `${exams(count)} left: of another version or other settings than those of ${name} ${version}${what}`,
        ];
  const closed = others.filter(({ ways }) => ways.reprocess).length;
  const adoptable = others.filter(({ ways }) => ways.adopt).length;
  return [
    ...text(closed, ', and closed. To have them processed again with these: mamori reprocess.'),
    ...text(
      adoptable,
      ', and unfinished. If that version has stopped for good, hand over what it left: mamori adopt.',
    ),
    ...text(others.length - closed - adoptable, ', and no exams of this model, which takes none of them.'),
  ];
}

/** Exams in one state for one reason that were not put back, since that reason is no failure that may pass. */
interface LeftAlone {
  state: 'partial' | 'not-processed';
  code: string;
  exams: number;
}

async function leftAlone(
  { states, codes, since, served }: RetryFilter & { served: ServedModel },
  ledger: Ledger,
): Promise<LeftAlone[]> {
  const closed = (['partial', 'not-processed'] as const).filter((state) => states?.includes(state) ?? true);
  const left: LeftAlone[] = [];
  for (const { state, code = '', updatedAt } of await ledger.list({ states: closed, codes, served })) {
    if (code === 'superseded' || (since !== undefined && updatedAt < since)) continue;
    const same = left.find((one) => one.state === state && one.code === code);
    if (same === undefined) left.push({ state: state as LeftAlone['state'], code, exams: 1 });
    else same.exams++;
  }
  return left;
}

function leftText({ state, code, exams: count }: LeftAlone): string {
  const isRefused = code === 'images-refused';
  const why = isRefused
    ? 'the model gives no answer about such images, and would give none again'
    : 'a report in the PACS says why there is no answer';
  const how = isRefused ? `--reason ${code}` : `--state not-processed or --reason ${code}`;
  return `${exams(count)} left ${state} (${code}): ${why}. To try them all the same: ${how}.`;
}

/** How a study stands that was named and not put back; `isUnderWay`: it needs no other try. */
async function whyNot(
  study: string,
  served: ServedModel,
  ledger: Ledger,
): Promise<{ study: string; isUnderWay: boolean; why: string }> {
  const all = await ledger.list({ studyInstanceUID: study });
  const [own] = await ledger.list({ studyInstanceUID: study, served });
  const record = own ?? all[0];
  const told = (isUnderWay: boolean, why: string) => ({ study, isUnderWay, why });
  if (record === undefined)
    return told(false, 'the ledger knows no such study; mamori process looks for it in the PACS.');
  if (record.state === 'waiting')
    return told(true, "waits already, and is taken up in a cycle of its model's service.");
  if (record.state === 'claimed' || record.state === 'delivering')
    return told(true, 'is being worked on now.');
  if (record.state === 'delivered')
    return told(false, 'is delivered; mamori process --force writes it once more.');
  return told(false, `is ${record.state}: nothing here that could be tried again.`);
}

function exams(count: number): string {
  return `${countText(count, 'exam')} ${count === 1 ? 'is' : 'are'}`;
}
