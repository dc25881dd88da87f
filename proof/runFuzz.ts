import { Command, Option } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { FUZZ_TARGETS, fuzz, Tally } from './index.js';

const options = new Command('npm run fuzz --')
  .description('Sends changed inputs through every way in. Ends with 1 where something was found.')
  .option('--inputs <number>', '', wholeNumber, 5000)
  .option('--seed <number>', 'any, unless said', numberFromZero, Math.floor(Math.random() * 2 ** 31))
  .option('--tally <file>', 'goes on where the last run with this file ended, and adds up')
  .addOption(new Option('--target <name>', 'one way in only').choices(FUZZ_TARGETS))
  .option('--input <number>', "that target's input alone", numberFromZero)
  .parse()
  .opts<{ inputs: number; seed: number; tally?: string; target?: string; input?: number }>();
const tally = options.tally === undefined ? undefined : Tally.open(options.tally, options.seed);
const seed = tally?.seed ?? options.seed;
console.log(`Hostile inputs with --seed ${seed}`);
const start = performance.now();
const report = await fuzz({
  seed,
  inputs: options.inputs,
  target: options.target,
  tally,
  only: options.input,
  say: (text) => console.log(text),
});
console.log(
  `${report.inputs} inputs, ${report.findings.length} findings, ${Math.round((performance.now() - start) / 1000)} s`,
);
if (tally !== undefined) console.log(`${tally.total} inputs in ${options.tally}`);
process.exit(report.findings.length === 0 ? 0 : 1);
