import { Command, Option } from 'commander';
import { countText } from '../countText.js';
import type { Ledger, RetriableCount, RetriableState, RetryFilter, ServedModel } from '../ledger/index.js';
import type { Bundle } from '../model/index.js';
import { moment } from './dates.js';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

interface Options {
  config: string;
  state?: RetriableState[];
  reason?: string[];
  since?: Date;
  json?: true;
}

type ServedFilter = RetryFilter & { served: ServedModel };

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
    const counts = await ledger.countRetriable(which);
    const others = othersOf(counts);
    const left = named === undefined ? leftAlone(counts) : [];
    const again = new Set(retried.map(({ studyInstanceUID }) => studyInstanceUID));
    const notRetried = studies.filter((study) => !again.has(study));
    const standing = (await Promise.all(notRetried.map((study) => whyNot(study, which, ledger)))).flat();
    const untouched = standing.filter(({ isUnderWay }) => !isUnderWay);
    if (json) {
      const underWay = standing.filter(({ isUnderWay }) => isUnderWay).map(({ study }) => study);
      const names = untouched.map(({ study }) => study);
      console.log(JSON.stringify({ retried, others, left, underWay, untouched: names }));
    } else {
      if (retried.length > 0) console.log(`${exams(retried.length)} tried again in the next cycle.`);
      for (const line of [...othersText(others, bundle), ...left.map(leftText)]) console.log(line);
      if (retried.length + sum(others) + left.length === 0 && named === undefined)
        console.log('There is nothing of that kind to be tried again.');
      for (const { study, why } of standing) console.log(`${study}: ${why}`);
    }
    if (untouched.length > 0 || (named !== undefined && sum(others) > 0)) process.exitCode = EXIT.trouble;
  } finally {
    await ledger.disconnect();
  }
}

/** Exams of another version or other settings that were left, by what can be done about them. */
interface Others {
  /** Closed. */
  reprocess: number;
  /** Unfinished. */
  adopt: number;
  /** Of another model, which takes none of them. */
  foreign: number;
}

function othersOf(counts: readonly RetriableCount[]): Others {
  const others: Others = { reprocess: 0, adopt: 0, foreign: 0 };
  for (const { exams, isServed, ways, code } of counts) {
    if (ways.retry || isServed || code === 'superseded') continue;
    others[ways.reprocess ? 'reprocess' : ways.adopt ? 'adopt' : 'foreign'] += exams;
  }
  return others;
}

const sum = ({ reprocess, adopt, foreign }: Others) => reprocess + adopt + foreign;

function othersText({ reprocess, adopt, foreign }: Others, { name, version }: Bundle): string[] {
  const text = (count: number, what: string) =>
    count === 0
      ? []
      : [
          `${exams(count)} left: of another version or other settings than those of ${name} ${version}${what}`,
        ];
  return [
    ...text(reprocess, ', and closed. To have them processed again with these: mamori reprocess.'),
    ...text(
      adopt,
      ', and unfinished. If that version has stopped for good, hand over what it left: mamori adopt.',
    ),
    ...text(foreign, ', and no exams of this model, which takes none of them.'),
  ];
}

/** Exams in one state for one reason that were not put back, since that reason is no failure that may pass. */
interface LeftAlone {
  state: RetriableState;
  code: string;
  exams: number;
}

function leftAlone(counts: readonly RetriableCount[]): LeftAlone[] {
  const left = new Map<string, LeftAlone>();
  for (const { state, code = '', exams, isServed } of counts) {
    if (!isServed || state === 'failed' || code === 'superseded') continue;
    const key = `${state} ${code}`;
    left.set(key, { state, code, exams: exams + (left.get(key)?.exams ?? 0) });
  }
  return [...left.values()];
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
interface Standing {
  study: string;
  isUnderWay: boolean;
  why: string;
}

/** Nothing of one that is counted among the others. */
async function whyNot(study: string, which: ServedFilter, ledger: Ledger): Promise<Standing[]> {
  const { served } = which;
  const others = othersOf(await ledger.countRetriable({ ...which, studies: [study] }));
  if (sum(others) > 0) return [];
  const [own] = await ledger.list({ studyInstanceUID: study, served, limit: 1 });
  const [latest] = own === undefined ? await ledger.list({ studyInstanceUID: study, limit: 1 }) : [own];
  const told = (isUnderWay: boolean, why: string) => [{ study, isUnderWay, why }];
  if (latest === undefined)
    return told(false, 'the ledger knows no such study; mamori process looks for it in the PACS.');
  if (latest.state === 'waiting')
    return told(true, "waits already, and is taken up in a cycle of its model's service.");
  if (latest.state === 'claimed' || latest.state === 'delivering')
    return told(true, 'is being worked on now.');
  if (latest.state === 'delivered')
    return told(false, 'is delivered; mamori process --force writes it once more.');
  return told(false, `is ${latest.state}: nothing here that could be tried again.`);
}

function exams(count: number): string {
  return `${countText(count, 'exam')} ${count === 1 ? 'is' : 'are'}`;
}
