import { Command } from 'commander';
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
  const [{ noteAct, openLog, servedModelOf }, { openExistingLedger }, { loadBundle }] = await Promise.all([
    import('../service/index.js'),
    import('../ledger/index.js'),
    import('../model/index.js'),
  ]);
  const bundle = await loadBundle(settings.model.bundle);
  const ledger = await openExistingLedger(settings.ledger);
  try {
    const version = `${bundle.name} ${bundle.version}`;
    await noteAct(settings, openLog(settings), { what: 'adopt', detail: version });
    const adopted = await ledger.adopt(servedModelOf(bundle, settings));
    if (json) console.log(JSON.stringify({ adopted, model: bundle.name, version: bundle.version }));
    else if (adopted === 0) console.log(`Nothing is left unfinished by another version than ${version}.`);
    else console.log(`${adopted === 1 ? '1 exam is' : `${adopted} exams are`} taken over by ${version}.`);
  } finally {
    await ledger.disconnect();
  }
}
