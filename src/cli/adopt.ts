import { Command } from 'commander';
import { countText } from '../countText.js';
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
    const adopted = await carryOutHere(settings, openLog(settings), {
      what: 'adopt',
      said: { model: version },
      work: () => ledger.adopt(servedModelOf(bundle, settings)),
      endOf: (exams) => handedEnd(exams, 'nothing to take over'),
    });
    if (json) console.log(JSON.stringify({ adopted, model: bundle.name, version: bundle.version }));
    else if (adopted === 0) console.log(`Nothing is left unfinished by another version than ${version}.`);
    else
      console.log(`${countText(adopted, 'exam')} ${adopted === 1 ? 'is' : 'are'} taken over by ${version}.`);
  } finally {
    await ledger.disconnect();
  }
}
