import { Command } from 'commander';
import { countText, numberText } from '../countText.js';
import type { BackfillProgress } from '../poller/index.js';
import { dashed, dicomDay } from './dates.js';
import { rateOption, refuseBackwards, sayEnd, timeLeft, workOnOldExams } from './oldExams.js';
import { configOption, jsonOption } from './options.js';

interface Options {
  config: string;
  from: string;
  to: string;
  rate: number;
  json?: true;
}

/** `mamori backfill`: old exams, after all new ones. */
export const backfillCommand = new Command('backfill')
  .description('process old exams of a range of study dates, the newest first, after every new one')
  .addOption(configOption())
  .requiredOption('--from <date>', 'first study date, such as 2025-01-31', dicomDay)
  .requiredOption('--to <date>', 'last study date', dicomDay)
  .addOption(rateOption())
  .addOption(jsonOption())
  .action(backfill);

async function backfill({ config, from, to, rate, json }: Options): Promise<void> {
  await refuseBackwards(from, to);
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const { Backfill } = await import('../poller/index.js');
  const end = await workOnOldExams({
    settings,
    json: json === true,
    order: { what: 'backfill', said: { from, to, perHour: rate } },
    source: (parts, stopping) =>
      new Backfill({ ...parts, ...settings.backfill, range: { from, to }, perHour: rate }, stopping),
    told: ({ progress }) => progressText(progress),
  });
  const { troubledDays } = end.source.progress;
  const troubles = troubledDays.map((day) => `${dashed(day)}: not all of its studies could be found.`);
  sayEnd(end, json === true, { troubles });
}

function progressText(progress: BackfillProgress): string {
  const { day, days, daysDone, taken, known, passedOver, hoursLeft } = progress;
  const over = passedOver === 0 ? '' : `, ${numberText(passedOver)} passed over`;
  const left = daysDone === days || hoursLeft === undefined ? '' : `, about ${timeLeft(hoursLeft)} left`;
  const at = day === undefined ? '' : `${dashed(day)}  `;
  const exams = `${countText(taken, 'exam')} taken up, ${numberText(known)} known before`;
  return `${at}${numberText(daysDone)} of ${countText(days, 'day')}, ${exams}${over}${left}`;
}
