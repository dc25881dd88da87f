import { Command } from 'commander';
import type { Settings } from '../config/index.js';
import { countText } from '../countText.js';
import type { NamedResult } from '../service/index.js';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

interface Options {
  config: string;
  write?: true;
  notify?: true;
  json?: true;
}

/** `mamori doctor`: will it work, with this PACS, on this machine? */
export const doctorCommand = new Command('doctor')
  .description('check everything before going live: settings, PACS, model, disk, clock, ledger')
  .addOption(configOption())
  .option(
    '--write',
    'also store test objects in the PACS, read them back, and remove them where the PACS can',
  )
  .option('--notify', 'also send a test message on every way that notify names')
  .addOption(jsonOption())
  .action(diagnose);

async function diagnose({ config, write, notify, json }: Options): Promise<void> {
  const { examine } = await import('../service/index.js');
  const examined = () =>
    examine(config, {
      write: write === true,
      notify: notify === true,
      ...(json === true ? {} : { onResult: (result) => console.log(lineOf(result)) }),
    });
  const results = await (write ? noted(config, examined) : examined());
  const has = (state: string) => results.filter((result) => result.state === state).length;
  const failures = has('failure');
  if (json) console.log(JSON.stringify({ ok: failures === 0, checks: results }));
  else
    console.log(
      `\n${has('ok')} ok, ${countText(has('warning'), 'warning')}, ${countText(failures, 'failure')}, ` +
        `${has('skipped')} skipped`,
    );
  const unusable = results.some(({ check, state }) => check === 'settings' && state === 'failure');
  if (failures > 0) process.exitCode = unusable ? EXIT.usage : EXIT.trouble;
}

/** Storing objects is an order. */
async function noted(config: string, work: () => Promise<NamedResult[]>): Promise<NamedResult[]> {
  const { AuditError } = await import('../audit/index.js');
  const { carryOutHere, openLog } = await import('../service/index.js');
  const settings = await readable(config);
  if (settings === undefined) return work();
  const done = carryOutHere(settings, openLog(settings), {
    what: 'doctor --write',
    work,
    endOf: (results) => {
      const { state = 'skipped' } = results.find(({ check }) => check === 'store') ?? {};
      const words = `test objects: ${state}`;
      return state === 'ok' || state === 'warning' ? { detail: `done: ${words}` } : { failure: words };
    },
  });
  return done.catch((error) => {
    // Nothing was begun. Its own check says so, and what stores objects is skipped.
    if (error instanceof AuditError) return work();
    throw error;
  });
}

/** Settings that cannot be read are told of by the first check, and nothing is written then. */
async function readable(config: string): Promise<Settings | undefined> {
  const { loadSettings, SettingsError, SettingsFileError } = await import('../config/index.js');
  try {
    return loadSettings(config);
  } catch (error) {
    if (error instanceof SettingsError || error instanceof SettingsFileError) return undefined;
    throw error;
  }
}

function lineOf({ check, state, says, remedy }: NamedResult): string {
  const head = `${state.padEnd(7)}  ${check.padEnd(11)}  ${says}`;
  return remedy === undefined ? head : `${head}\n${' '.repeat(22)}→ ${remedy}`;
}
