/**
 * The command line: a file per command, no more than arguments in and words out.
 *
 * A command declares its arguments and options at the top of its file; its work is done by the rooms below. It imports
 * them only when it runs, since help must not wait for models and databases: a file here imports nothing but commander
 * and its neighbours before its command is known, and a test holds that. A new command is a file, and a line in the
 * list below.
 *
 * How commands end is said once, in `outcome.ts`: exit codes, an error with what can be done about it, `--json` as one
 * object on stdout and nothing else. What became of an exam is put into words in `examReports.ts` and
 * `outcomeText.ts`; folders of results are written whole or not at all (`resultFiles.ts`).
 *
 * `main.ts` is the program that a shell starts.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { adoptCommand } from './adopt.js';
import { analyzeCommand } from './analyze.js';
import { auditCommand } from './audit.js';
import { backfillCommand } from './backfill.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { modelCommand } from './model.js';
import { onceCommand } from './once.js';
import { type ErrorStreams, EXIT, exitCodeOf, tellError } from './outcome.js';
import { passwordCommand } from './password.js';
import { processCommand } from './process.js';
import { reprocessCommand } from './reprocess.js';
import { retryCommand } from './retry.js';
import { runCommand } from './run.js';
import { statusCommand } from './status.js';
import { supportBundleCommand } from './support.js';
import { trainCommand } from './train.js';

// By itself, as the settings' code would take longer to load than help may take.
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('mamori')
  .description('Analyses new mammograms in a PACS and stores a report and heat maps beside them.')
  .version(version);

for (const command of [
  runCommand,
  onceCommand,
  processCommand,
  analyzeCommand,
  statusCommand,
  retryCommand,
  adoptCommand,
  backfillCommand,
  reprocessCommand,
  auditCommand,
  doctorCommand,
  supportBundleCommand,
  passwordCommand,
  trainCommand,
  evaluateCommand,
  modelCommand,
  demoCommand,
]) {
  program.addCommand(command);
}

/** What every command has, and how each of them ends: in one place. */
function prepare(command: Command, name = ''): void {
  command.exitOverride();
  command.showHelpAfterError(`(mamori ${name}--help says more)`);
  needOptions(command);
  if (command.commands.length === 0) command.option('--debug', 'show the stack of an error');
  for (const child of command.commands) prepare(child, `${name}${child.name()} `);
}

/** Commander would miss an option before it names the one that was mistyped for it. */
function needOptions(command: Command): void {
  const needed = command.options.filter(({ mandatory }) => mandatory);
  for (const option of needed) option.mandatory = false;
  if (needed.length === 0) return;
  command.hook('preAction', () => {
    const missing = needed.find((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing !== undefined) command.error(`error: required option '${missing.flags}' not specified`);
  });
}

prepare(program);

let running: Command = program;
program.hook('preAction', (_, action) => {
  running = action;
});

/**
 * Runs the command that is given, to its end, and tells an error that ended it.
 *
 * @param given arguments, without those that name Node and the program
 * @returns the exit code
 */
export async function runProgram(given: readonly string[], to: ErrorStreams): Promise<number> {
  running = program;
  try {
    await program.parseAsync(given, { from: 'user' });
    return Number(process.exitCode ?? EXIT.well);
  } catch (error) {
    const { json, debug } = running.opts<{ json?: boolean; debug?: boolean }>();
    // Wrong usage ends before any command's options count as read.
    tellError(error, { json: json === true || given.includes('--json'), debug: debug === true }, to);
    return exitCodeOf(error);
  }
}
