import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../config/index.js';
import type { Log, SourceParts, WorkSource } from '../poller/index.js';
import type { EndCounts, Order } from '../service/index.js';
import { EXIT } from './outcome.js';
import { pausedText } from './pausedText.js';
import { zoneText } from './zoneText.js';

/** How often there is looked for what may be taken up next. */
const BEAT_MS = 2000;
/** Outside the hours in which any may be. */
const QUIET_BEAT_MS = 30_000;

/** A source of old exams that comes to its end. */
export interface OldExams extends WorkSource {
  readonly isOver: boolean;
  readonly progress: { opensAt: string | undefined; troubled: readonly string[]; taken: number };
}

export interface OldExamsWork<Source extends OldExams> {
  settings: Settings;
  json: boolean;
  /** What the audit trail is told. */
  order: Pick<Order<unknown>, 'what' | 'studies' | 'said'>;
  source(parts: SourceParts, stopping: AbortSignal): Source;
  /** How far it is, in a line. */
  told(source: Source): string;
}

/** How working on old exams ended. */
export interface OldExamsEnd<Source> {
  source: Source;
  ends: EndCounts;
  /** Not stopped before its end, and by nobody's pause. */
  whole: boolean;
}

/** Works on old exams, and on new ones before them, until the source has no more, or the process is told to stop. */
export async function workOnOldExams<Source extends OldExams>(
  work: OldExamsWork<Source>,
): Promise<OldExamsEnd<Source>> {
  const { carryOutHere, openLog, workedEnd } = await import('../service/index.js');
  const log = openLog(work.settings);
  return carryOutHere(work.settings, log, {
    ...work.order,
    work: () => worked(work, log),
    endOf: ({ source, ends, whole }) => {
      const isWell = !hasTrouble(ends) && source.progress.troubled.length === 0;
      return workedEnd(whole ? (isWell ? 'done' : 'in part') : 'stopped', ends);
    },
  });
}

async function worked<Source extends OldExams>(
  { settings, json, source: sourceFrom, told }: OldExamsWork<Source>,
  log: Log,
): Promise<OldExamsEnd<Source>> {
  const [{ EndCounts, openService }, { toldToStop }] = await Promise.all([
    import('../service/index.js'),
    import('./stopSignal.js'),
  ]);
  const stopping = new AbortController();
  let opened: Source | undefined;
  const service = await openService(settings, log, undefined, (parts) => {
    opened = sourceFrom(parts, stopping.signal);
    return [opened];
  });
  void toldToStop().then(() => {
    stopping.abort();
    return service.poller.stop();
  });
  const source = opened!;
  const ends = new EndCounts();
  let line = '';
  let toldProblems = new Set<string>();
  try {
    for (;;) {
      const { exams, postponed, problems, pausing } = await service.poller.cycle({ whole: false });
      for (const { end } of exams) ends.add(end);
      const next = `${told(source)}${closedText(source.progress.opensAt)}`;
      if (!json && next !== line) console.log(next);
      line = next;
      const reasons = new Set(problems.map(({ reason }) => reason));
      if (!json) for (const reason of reasons) if (!toldProblems.has(reason)) console.log(reason);
      toldProblems = reasons;
      if (pausing !== undefined) {
        if (!json) console.log(pausedText(pausing));
        return { source, ends, whole: false };
      }
      if (stopping.signal.aborted || (source.isOver && exams.length === 0 && postponed === 0)) break;
      const quiet = source.progress.opensAt === undefined ? BEAT_MS : QUIET_BEAT_MS;
      await sleep(exams.length > 0 ? 0 : quiet, undefined, { signal: stopping.signal }).catch(() => {});
    }
  } finally {
    await service.close();
  }
  return { source, ends, whole: source.isOver && !stopping.signal.aborted };
}

/**
 * Says how it ended: what came to which end, what was left out, and whether it is to be gone on with. The exit status
 * tells whether somebody has to look at it.
 *
 * @param more what the JSON tells before it; sentences on trouble of this kind of work alone
 */
export function sayEnd(
  { source, ends, whole }: OldExamsEnd<OldExams>,
  json: boolean,
  more: { facts?: object; troubles?: readonly string[] } = {},
): void {
  const { facts = {}, troubles = [] } = more;
  const { progress } = source;
  if (json) console.log(JSON.stringify({ ...facts, whole, progress, exams: ends }));
  else {
    console.log(endsText(ends, whole, progress.taken));
    for (const study of progress.troubled) console.log(`${study}: could not be looked at, and was left out.`);
    for (const trouble of troubles) console.log(trouble);
    if (!whole) console.log('Not at its end: the same command goes on where this one stopped.');
  }
  if (hasTrouble(ends) || progress.troubled.length > 0 || troubles.length > 0 || !whole)
    process.exitCode = EXIT.trouble;
}

/** Whether an exam came to an end that an administrator has to know of. */
function hasTrouble(ends: EndCounts): boolean {
  return ['failed', 'partial', 'not-processed'].some((end) => ends.has(end));
}

/**
 * @param whole whether it came to its end: nothing that ended is then nothing that was left to do
 * @param taken old exams that were taken up
 */
function endsText(ends: EndCounts, whole: boolean, taken: number): string {
  const others = ends.exams > taken ? '; among them new exams, or others that waited' : '';
  if (ends.exams > 0) return `Ended: ${ends}${others}.`;
  return whole ? 'Nothing was left to do.' : 'No exam was processed.';
}

function closedText(opensAt: string | undefined): string {
  return opensAt === undefined ? '' : `; none is taken up before ${opensAt}, ${zoneText()} (backfill.hours)`;
}

export function timeLeft(hours: number): string {
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return hours >= 1 ? `${Math.round(hours)} h` : `${Math.max(1, Math.round(hours * 60))} min`;
}

/** `--rate`, the same for all old exams. */
export const rateOption = () =>
  new Option('--rate <number/h>', 'exams taken up in an hour, at most').argParser(hourly).default(60);

function hourly(text: string): number {
  const rate = Number(/^([1-9]\d{0,5})(\/h)?$/.exec(text)?.[1]);
  if (Number.isNaN(rate))
    throw new InvalidArgumentError('a whole number of exams in an hour is needed, such as 60/h');
  return rate;
}

/** @throws CommandError `usage-range` */
export async function refuseBackwards(from: string, to: string): Promise<void> {
  if (from <= to) return;
  const { CommandError } = await import('./errors.js');
  throw new CommandError('usage-range', '--from is later than --to.', {
    remedy: 'Name the earlier day with --from.',
  });
}
