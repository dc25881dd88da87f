import { Command } from 'commander';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

interface Options {
  config: string;
  out?: string;
  log?: string[];
  headers?: true;
  json?: true;
}

/** `mamori support-bundle`: one exam, for somebody elsewhere. */
export const supportBundleCommand = new Command('support-bundle')
  .description(
    'pack what is known of one exam into a file that may leave the hospital: no patient data, no secrets',
  )
  .argument('<study>', 'Study Instance UID')
  .addOption(configOption())
  .option('--out <file>', 'the file, a .tar.gz (default: mamori-support-DATE.tar.gz in this folder)')
  .option(
    '--log <file...>',
    "the service's log, one file or several; - for what is piped in, as from journalctl",
  )
  .option('--headers', "also the images' headers: pixel format, view and machine, nothing of the patient")
  .addOption(jsonOption())
  .action(bundle);

async function bundle(named: string, { config, out, log, headers, json }: Options): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [
    { studyUids },
    { carryOutHere, openLog, supportBundle, supportContents },
    { writeBundleFile },
    { logFiles },
  ] = await Promise.all([
    import('./studyUids.js'),
    import('../service/index.js'),
    import('../support/index.js'),
    import('./logFiles.js'),
  ]);
  const [study] = await studyUids([named]);
  const lines = log === undefined ? undefined : await logFiles(log);
  const request = { settings, file: config, study: study!, log: lines, headers: headers === true };
  if (!json) {
    console.log('This goes into the bundle, UIDs replaced by others:');
    for (const { name, text } of supportContents(request)) console.log(`  ${name.padEnd(14)} ${text}`);
    if (log === undefined)
      console.log('\nTo add the log:  journalctl -u mamori -o cat | mamori support-bundle … --log -');
  }
  const file = out ?? `mamori-support-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}.tar.gz`;
  const { parts, isKnown } = await carryOutHere(settings, openLog(settings), {
    what: 'support-bundle',
    studies: [study!],
    work: async () => {
      const made = await supportBundle(request);
      await writeBundleFile(file, made.parts);
      return made;
    },
  });
  if (json) console.log(JSON.stringify({ file, parts: parts.map(({ name }) => name), isKnown }));
  else console.log(`\nWritten to ${file}. Look into it before you send it: tar -xzf ${file}`);
  if (isKnown) return;
  if (!json) console.log(`The ledger knows no exam of study ${study}: is that the right UID?`);
  process.exitCode = EXIT.trouble;
}
