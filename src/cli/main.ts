#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { analyzeCommand } from './analyze.js';
import { demoCommand } from './demo.js';
import { evaluateCommand } from './evaluate.js';
import { modelCommand } from './model.js';
import { onceCommand } from './once.js';
import { EXIT, exitCodeOf, tellError } from './outcome.js';
import { processCommand } from './process.js';
import { retryCommand } from './retry.js';
import { runCommand } from './run.js';
import { statusCommand } from './status.js';
import { trainCommand } from './train.js';

// Commands import what they work with only when they run: help must not wait for models and databases.

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
  if (command.commands.length === 0) command.option('--debug', 'show the stack of an error');
  for (const child of command.commands) prepare(child, `${name}${child.name()} `);
}

/** A reader who has seen enough, such as `head`, ends neither the work nor a service. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

let running: Command = program;
prepare(program);
program.hook('preAction', (_, action) => {
  running = action;
});

try {
  await program.parseAsync();
  process.exitCode ??= EXIT.well;
} catch (error) {
  const { json, debug } = running.opts<{ json?: boolean; debug?: boolean }>();
  tellError(
    error,
    // Wrong usage ends before any command's options count as read.
    { json: json === true || process.argv.includes('--json'), debug: debug === true },
    {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    },
  );
  process.exitCode = exitCodeOf(error);
}
