import { Command } from 'commander';
import { MamoriError } from '../errors.js';
import { jsonOption } from './options.js';

/** `mamori demo`: everything on one machine. */
export const demoCommand = new Command('demo')
  .description('everything on one machine: an embedded archive, a made exam, one cycle, the status page')
  .option('--once', 'end after the cycle')
  .addOption(jsonOption())
  .action(demo);

async function demo(_options: { once?: true; json?: true }): Promise<void> {
  throw new MamoriError('usage-not-there', 'demo is not there yet.');
}
