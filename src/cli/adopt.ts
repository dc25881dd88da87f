import { Command } from 'commander';
import { countText } from '../countText.js';
import type { Ledger, ServedModel } from '../ledger/index.js';
import { configOption, jsonOption } from './options.js';

/** `mamori adopt`: the step of an upgrade that hands unfinished exams over to the new version. */
export const adoptCommand = new Command('adopt')
  .description("take over another version's unfinished exams, once that version has stopped for good")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(adopt);

async function adopt({ config, json }: { config: string; json?: true }): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [{ carryOutHere, handedEnd, openLog, servedModelOf }, { openExistingLedger }, { loadBundle }] =
    await Promise.all([
      import('../service/index.js'),
      import('../ledger/index.js'),
      import('../model/index.js'),
    ]);
  const bundle = await loadBundle(settings.model.bundle);
  const ledger = await openExistingLedger(settings.ledger);
  try {
    const version = `${bundle.name} ${bundle.version}`;
    const served = servedModelOf(bundle, settings);
    const adopted = await carryOutHere(settings, openLog(settings), {
      what: 'adopt',
      said: { model: version },
      work: () => ledger.adopt(served),
      endOf: (exams) => handedEnd(exams, 'nothing to take over'),
    });
    const left = await undeliveredIn(ledger, served);
    const { name: model, version: modelVersion } = bundle;
    if (json) console.log(JSON.stringify({ adopted, undelivered: left, model, version: modelVersion }));
    else for (const line of adoptedText(adopted, left, version)) console.log(line);
  } finally {
    await ledger.disconnect();
  }
}

/**
 * Exams whose results another version made and could not deliver: they are that version's, and are delivered as they
 * are. Not by `adopt`: they were given up for a reason that somebody has to mend first.
 */
interface Undelivered {
  /** A service delivers them by itself. */
  again: number;
  /** Given up: an order delivers them. */
  givenUp: number;
}

async function undeliveredIn(ledger: Ledger, served: ServedModel): Promise<Undelivered> {
  const others = (await ledger.countRetriable({ served })).filter(
    ({ isServed, ways }) => !isServed && ways.retry,
  );
  const sum = (some: typeof others) => some.reduce((all, { exams }) => all + exams, 0);
  return {
    again: sum(others.filter(({ state }) => state === 'failed')),
    givenUp: sum(others.filter(({ state }) => state !== 'failed')),
  };
}

function adoptedText(adopted: number, { again, givenUp }: Undelivered, version: string): string[] {
  const exams = (count: number) => `${countText(count, 'exam')} ${count === 1 ? 'is' : 'are'}`;
  const made = 'whose results another version has made already';
  return [
    ...(adopted > 0 ? [`${exams(adopted)} taken over by ${version}.`] : []),
    ...(again > 0
      ? [`${exams(again)} left ${made}: a running service delivers these results by itself.`]
      : []),
    ...(givenUp > 0
      ? [
          `${exams(givenUp)} left ${made}, and could not deliver: see the reasons (mamori status), then ` +
            'mamori retry delivers these results as they are.',
        ]
      : []),
    ...(adopted + again + givenUp === 0
      ? [`Nothing is left unfinished by another version than ${version}.`]
      : []),
  ];
}
