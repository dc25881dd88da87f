import { Command, InvalidArgumentError } from 'commander';
import type { Anchor, AuditEntry, Verification } from '../audit/index.js';
import { countText } from '../countText.js';
import { moment } from './dates.js';
import { wholeNumber } from './numbers.js';
import { configOption, jsonOption } from './options.js';
import { EXIT } from './outcome.js';

/** `mamori audit`: who did what, and what was written where. */
export const auditCommand = new Command('audit').description(
  'the audit trail: who did what, what was written',
);

auditCommand
  .command('list', { isDefault: true })
  .description('show the latest entries of the audit trail')
  .addOption(configOption())
  .option('--since <time>', 'only entries since then: 2026-03-01 or 2026-03-01T10:00', moment)
  .option('--limit <number>', 'so many entries, the latest', wholeNumber, 50)
  .addOption(jsonOption())
  .action(list);

auditCommand
  .command('verify')
  .description('check that no line of the audit trail was changed, removed or moved; names the line')
  .addOption(configOption())
  .option(
    '--anchor <number:hash>',
    'of a line, as an earlier verify showed it and somebody noted it',
    anchorOf,
  )
  .addOption(jsonOption())
  .action(verify);

interface ListOptions {
  config: string;
  since?: Date;
  limit: number;
  json?: true;
}

async function list({ config, since, limit, json }: ListOptions): Promise<void> {
  const { settings, log, audit, service } = await parts(config);
  const entries = await audit.auditEntries(settings.audit.folder, { since, limit });
  await service.noteReading(settings, log);
  if (json) {
    console.log(JSON.stringify({ entries }));
    return;
  }
  const { tableText } = await import('./table.js');
  const { timeText } = await import('../timeText.js');
  const rows = entries.map((entry) => [
    entry.sequence,
    timeText(new Date(entry.at)),
    entry.by,
    [entry.event, ...entry.types].join(', '),
    entry.failure === undefined ? '' : `failed: ${entry.failure}`,
    aboutText(entry),
  ]);
  console.log(tableText(['line', 'time', 'by', 'event', 'failure', 'about'], rows));
}

function aboutText({ about, instances }: AuditEntry): string {
  return [...about, ...(instances > 0 ? [countText(instances, 'object')] : [])].join('; ');
}

interface VerifyOptions {
  config: string;
  anchor?: Anchor;
  json?: true;
}

async function verify({ config, anchor, json }: VerifyOptions): Promise<void> {
  const { settings, log, audit, service } = await parts(config);
  const { folder } = settings.audit;
  const found = await audit.verifyAudit(folder, anchor);
  await service.noteReading(settings, log);
  if (json) console.log(JSON.stringify({ folder, ...found }));
  else tell(folder, found, audit.anchorText);
  if (found.problems.length > 0) process.exitCode = EXIT.trouble;
}

function tell(
  folder: string,
  { files, lines, last, problems }: Verification,
  text: (a: Anchor) => string,
): void {
  for (const { what, file, line } of problems.slice(0, MOST_SHOWN))
    console.log(`${file === undefined ? folder : `${file}:${line}`}: ${what}.`);
  if (problems.length > MOST_SHOWN) console.log(`… and ${problems.length - MOST_SHOWN} more.`);
  const count = `${countText(lines, 'line')} in ${countText(files, 'file')}`;
  console.log(problems.length === 0 ? `${count}: whole.` : `${count}: NOT as written.`);
  if (last !== undefined && problems.length === 0)
    console.log(`Note this somewhere else, and give it as --anchor next time: ${text(last)}`);
}

const MOST_SHOWN = 20;

async function parts(config: string) {
  const [{ loadSettings }, audit, service] = await Promise.all([
    import('../config/index.js'),
    import('../audit/index.js'),
    import('../service/index.js'),
  ]);
  const settings = loadSettings(config);
  return { settings, log: service.openLog(settings), audit, service };
}

function anchorOf(text: string): Anchor {
  // By itself: the audit room must not be loaded for help.
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new InvalidArgumentError('NUMBER:HASH is needed, as mamori audit verify shows it');
  return { sequence: Number(sequence), hash };
}
