#!/usr/bin/env node
import type { Command } from 'commander';
import { program } from './index.js';
import { EXIT, exitCodeOf, tellError } from './outcome.js';

/** A reader who has seen enough, such as `head`, ends neither the work nor a service. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

let running: Command = program;
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
