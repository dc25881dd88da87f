import { Command } from 'commander';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

/** `mamori retry`: another try for what failed or was given up. */
export const retryCommand = new Command('retry')
  .description('have exams that failed or were given up tried again')
  .argument('[study...]', 'Study Instance UIDs; all that failed if none is named')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(retry);

async function retry(studies: string[], { config, json }: { config: string; json?: true }): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  await (await import('./studyUids.js')).studyUids(studies);
  const { openExistingLedger } = await import('../ledger/index.js');
  const ledger = await openExistingLedger(loadSettings(config).ledger.url);
  try {
    const retried = await ledger.retry(studies.length === 0 ? undefined : studies);
    const known = new Set(retried.map(({ studyInstanceUID }) => studyInstanceUID));
    const untouched = studies.filter((study) => !known.has(study));
    if (json) {
      console.log(JSON.stringify({ retried, untouched }));
    } else {
      const count = retried.length === 1 ? '1 exam is' : `${retried.length} exams are`;
      if (retried.length > 0) console.log(`${count} tried again in the next cycle.`);
      else if (studies.length === 0) console.log('Nothing failed or was given up.');
      for (const study of untouched) console.log(`${study}: nothing here that failed or was given up.`);
    }
    if (untouched.length > 0) process.exitCode = EXIT.trouble;
  } finally {
    await ledger.disconnect();
  }
}
