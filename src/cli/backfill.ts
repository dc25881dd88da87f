import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { BackfillProgress } from '../poller/index.js';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';
import { zoneText } from './zoneText.js';

interface Options {
  config: string;
  from: string;
  to: string;
  rate: number;
  json?: true;
}

/** How often there is looked for what may be taken up next. */
const BEAT_MS = 2000;

/** `mamori backfill`: old exams, after all new ones. */
export const backfillCommand = new Command('backfill')
  .description('process old exams of a range of study dates, the newest first, after every new one')
  .addOption(configOption())
  .requiredOption('--from <date>', 'first study date, such as 2025-01-31', dicomDay)
  .requiredOption('--to <date>', 'last study date', dicomDay)
  .option('--rate <number/h>', 'exams taken up in an hour, at most', hourly, 60)
  .addOption(jsonOption())
  .action(backfill);

async function backfill({ config, from, to, rate, json }: Options): Promise<void> {
  if (from > to) {
    const { CommandError } = await import('./errors.js');
    throw new CommandError('usage-range', '--from is later than --to.', {
      remedy: 'Name the earlier day with --from.',
    });
  }
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [{ openLog, openService }, { Backfill }, { toldToStop }] = await Promise.all([
    import('../service/index.js'),
    import('../poller/index.js'),
    import('./stopSignal.js'),
  ]);
  const stopping = new AbortController();
  let source: InstanceType<typeof Backfill> | undefined;
  const service = await openService(settings, openLog(settings), undefined, (parts) => {
    source = new Backfill(
      { ...parts, ...settings.backfill, range: { from, to }, perHour: rate },
      stopping.signal,
    );
    return [source];
  });
  void toldToStop().then(() => {
    stopping.abort();
    return service.poller.stop();
  });
  const old = source!;
  const ends = new Map<string, number>();
  let told = '';
  let toldProblems = new Set<string>();
  try {
    for (;;) {
      const { exams, postponed, problems } = await service.poller.cycle({ whole: false });
      for (const { end } of exams) ends.set(end, (ends.get(end) ?? 0) + 1);
      const line = progressText(old.progress);
      if (!json && line !== told) console.log(line);
      told = line;
      const reasons = new Set(problems.map(({ reason }) => reason));
      if (!json) for (const reason of reasons) if (!toldProblems.has(reason)) console.log(reason);
      toldProblems = reasons;
      if (stopping.signal.aborted || (old.isOver && exams.length === 0 && postponed === 0)) break;
      await sleep(exams.length > 0 ? 0 : BEAT_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  } finally {
    await service.close();
  }
  const { troubled, troubledDays } = old.progress;
  const whole = old.isOver && !stopping.signal.aborted;
  const outcome = Object.fromEntries(ends);
  if (json) console.log(JSON.stringify({ whole, progress: old.progress, exams: outcome }));
  else {
    const counts = Object.entries(outcome).map(([end, count]) => `${count} ${end}`);
    console.log(counts.length === 0 ? 'Nothing was left to do.' : `Ended: ${counts.join(', ')}.`);
    for (const study of troubled) console.log(`${study}: could not be looked at, and was left out.`);
    for (const day of troubledDays) console.log(`${dashed(day)}: not all of its studies could be found.`);
    if (!whole) console.log('Not at its end: the same command goes on where this one stopped.');
  }
  const trouble = ['failed', 'partial', 'not-processed'].some((end) => ends.has(end));
  if (trouble || troubled.length > 0 || troubledDays.length > 0 || !whole) process.exitCode = EXIT.trouble;
}

function progressText(progress: BackfillProgress): string {
  const { day, days, daysDone, taken, known, passedOver, hoursLeft, opensAt } = progress;
  const over = passedOver === 0 ? '' : `, ${passedOver} passed over`;
  const left = daysDone === days || hoursLeft === undefined ? '' : `, about ${timeLeft(hoursLeft)} left`;
  const at = day === undefined ? '' : `${dashed(day)}  `;
  const closed =
    opensAt === undefined ? '' : `; none is taken up before ${opensAt}, ${zoneText()} (backfill.hours)`;
  return `${at}${daysDone} of ${days} days, ${taken} exams taken up, ${known} known before${over}${left}${closed}`;
}

function dashed(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}

function timeLeft(hours: number): string {
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return hours >= 1 ? `${Math.round(hours)} h` : `${Math.max(1, Math.round(hours * 60))} min`;
}

function dicomDay(text: string): string {
  const plain = text.replaceAll('-', '');
  const time = Date.UTC(+plain.slice(0, 4), +plain.slice(4, 6) - 1, +plain.slice(6, 8));
  const isDay =
    /^(\d{4}-\d\d-\d\d|\d{8})$/.test(text) &&
    new Date(time).toISOString().slice(0, 10).replaceAll('-', '') === plain;
  if (!isDay) throw new InvalidArgumentError('a date such as 2025-01-31 is needed');
  return plain;
}

function hourly(text: string): number {
  const rate = Number(/^([1-9]\d{0,5})(\/h)?$/.exec(text)?.[1]);
  if (Number.isNaN(rate))
    throw new InvalidArgumentError('a whole number of exams in an hour is needed, such as 60/h');
  return rate;
}
