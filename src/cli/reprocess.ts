import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import type { Settings } from '../config/index.js';
import { countText, numberText } from '../countText.js';
import type { AskedAgain, ReprocessPlan, ReprocessProgress } from '../poller/index.js';
import { dicomDay } from './dates.js';
import { rateOption, refuseBackwards, sayEnd, timeLeft, workOnOldExams } from './oldExams.js';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

interface Options {
  config: string;
  from?: string;
  to?: string;
  rate: number;
  yes?: true;
  dryRun?: true;
  json?: true;
}

/** `mamori reprocess`: exams that were answered before, with today's model and settings. */
export const reprocessCommand = new Command('reprocess')
  .description("process exams again with today's model and settings, after saying what that writes")
  .argument('[study...]', 'Study Instance UIDs, in place of a range of dates')
  .addOption(configOption())
  .option('--from <date>', 'first study date, such as 2025-01-31', dicomDay)
  .option('--to <date>', 'last study date', dicomDay)
  .addOption(rateOption())
  .option('--yes', 'do not ask')
  .option('--dry-run', 'only say what would be written')
  .addOption(jsonOption())
  .action(reprocess);

async function reprocess(named: string[], options: Options): Promise<void> {
  const asked = await askedFor(named, options);
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(options.config);
  const json = options.json === true;
  const { plan, model } = await planned(asked, settings);
  const { OpenHours } = await import('../poller/index.js');
  const hours = plan.studies.length / options.rate / new OpenHours(settings.backfill.hours).shareOfDay;
  const preview = { ...plan, studies: undefined, exams: plan.studies.length, hours };
  if (!json) for (const line of planText(plan, model, { rate: options.rate, hours })) console.log(line);
  if (options.dryRun || plan.studies.length === 0) {
    if (json) console.log(JSON.stringify({ plan: preview }));
    if (plan.unknown.length > 0) process.exitCode = EXIT.trouble;
    return;
  }
  if (!options.yes && !(await agreed(json))) {
    console.log('Nothing was written.');
    return;
  }
  const { Reprocess } = await import('../poller/index.js');
  const end = await workOnOldExams({
    settings,
    json,
    order: {
      what: 'reprocess',
      studies: named,
      said: {
        exams: plan.studies.length,
        model,
        from: options.from,
        to: options.to,
        perHour: options.rate,
      },
    },
    source: (parts, stopping) =>
      new Reprocess(
        {
          ...parts,
          ...settings.backfill,
          studies: plan.studies,
          reports: settings.outputs.reports,
          perHour: options.rate,
        },
        stopping,
      ),
    told: ({ progress }) => progressText(progress),
  });
  sayEnd(end, json, { facts: { plan: preview } });
  if (plan.unknown.length > 0) process.exitCode = EXIT.trouble;
}

/** @throws CommandError `usage-range`, `usage-study-uid` */
async function askedFor(named: string[], { from, to }: Options): Promise<AskedAgain> {
  const { studyUids } = await import('./studyUids.js');
  if (named.length > 0 && from === undefined && to === undefined) return { studies: await studyUids(named) };
  if (named.length > 0 || from === undefined || to === undefined) {
    const { CommandError } = await import('./errors.js');
    throw new CommandError('usage-range', 'Which exams are meant is not said.', {
      remedy: 'Name the first and the last study date (--from, --to), or Study Instance UIDs, and not both.',
    });
  }
  await refuseBackwards(from, to);
  return { range: { from, to } };
}

/** Read from the ledger alone. */
async function planned(
  asked: AskedAgain,
  settings: Settings,
): Promise<{ plan: ReprocessPlan; model: string }> {
  const [{ openExistingLedgerToRead }, { servedModelOf }, { loadBundle }, { planReprocess }, { kindsInUse }] =
    await Promise.all([
      import('../ledger/index.js'),
      import('../service/index.js'),
      import('../model/index.js'),
      import('../poller/index.js'),
      import('../exam/index.js'),
    ]);
  const bundle = await loadBundle(settings.model.bundle);
  const ledger = await openExistingLedgerToRead(settings.ledger);
  try {
    const plan = await planReprocess(asked, {
      ledger,
      served: servedModelOf(bundle, settings),
      reports: settings.outputs.reports,
      kinds: kindsInUse(settings.outputs),
    });
    return { plan, model: `${bundle.name} ${bundle.version}` };
  } finally {
    await ledger.disconnect();
  }
}

function planText(plan: ReprocessPlan, model: string, pace: { rate: number; hours: number }): string[] {
  const { studies, done, underWay, unknown, undated, objects, bytes, notCounted } = plan;
  const lines: string[] = [];
  if (done > 0)
    lines.push(`${countText(done, 'exam')} left alone: done with ${model} and today's settings already.`);
  if (underWay > 0) lines.push(`${countText(underWay, 'exam')} left alone: waiting, or worked on now.`);
  for (const study of unknown)
    lines.push(`${study}: the ledger knows no answer that could be renewed; mamori process, or backfill.`);
  if (undated > 0)
    lines.push(
      `${countText(undated, 'exam')} of which the ledger knows no study date: to be named by study UID.`,
    );
  if (studies.length === 0) return [...lines, 'There is nothing to be processed again.'];
  const kinds = Object.entries(objects).map(([kind, count]) => `${numberText(count)} ${kind}`);
  lines.push(
    `${countText(studies.length, 'exam')} to be processed again with ${model}, at most ${pace.rate} an hour: ` +
      `about ${timeLeft(pace.hours)}.`,
    `Written into the PACS beside what stands there: about ${kinds.join(', ')}; ${megabytes(bytes)}.`,
  );
  if (notCounted.length > 0)
    lines.push(`Not counted, as none was written about these exams before: ${notCounted.join(', ')}.`);
  return lines;
}

function megabytes(bytes: number): string {
  return `about ${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

/** @throws CommandError `usage-unasked` where nobody can be asked */
async function agreed(json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) {
    const { CommandError } = await import('./errors.js');
    throw new CommandError('usage-unasked', 'Nobody is there who could be asked.', {
      remedy: 'Look at it with --dry-run, then say --yes.',
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question('Go on? [y/N] ')).trim());
  } finally {
    lines.close();
  }
}

function progressText({
  exams,
  taken,
  alone,
  passedOver,
  gone,
  troubled,
  hoursLeft,
}: ReprocessProgress): string {
  const done = taken + alone + passedOver + gone + troubled.length;
  const parts = [
    `${numberText(done)} of ${countText(exams, 'exam')}, ${numberText(taken)} taken up`,
    ...(alone > 0 ? [`${alone} done or under way already`] : []),
    ...(passedOver > 0 ? [`${passedOver} passed over`] : []),
    ...(gone > 0 ? [`${gone} not in the PACS any more`] : []),
    ...(done < exams ? [`about ${timeLeft(hoursLeft)} left`] : []),
  ];
  return parts.join(', ');
}
