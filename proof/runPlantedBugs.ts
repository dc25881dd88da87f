import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { PLANTED_BUGS, simulateSeeds } from './index.js';

const options = new Command('npm run simulate:bugs --')
  .description(
    'Plants one bug after the other and has the simulation look for it. Ends with 1 where one is not found within so ' +
      'many seeds: then the simulation proves less than it says.',
  )
  .option('--seeds <number>', '', wholeNumber, 1000)
  .option('--seed <number>', 'the first', numberFromZero, 1)
  .addOption(
    new Option('--bug <number>', 'this one alone').choices(PLANTED_BUGS.map((_, number) => String(number))),
  )
  .parse()
  .opts<{ seeds: number; seed: number; bug?: string }>();
let missed = 0;
for (const [number, { name }] of PLANTED_BUGS.entries()) {
  if (options.bug !== undefined && options.bug !== String(number)) continue;
  let [seeds, found] = [0, ''];
  process.env.MAMORI_PLANTED_BUG = String(number);
  await simulateSeeds({
    first: options.seed,
    count: options.seeds,
    processes: Math.min(cpus().length, 4),
    execArgv: ['--import', new URL('./plantBug.js', import.meta.url).href],
    onReport: ({ broken }) => {
      seeds++;
      found = broken[0] ?? '';
      return found === '';
    },
  });
  if (found === '') missed++;
  console.log(
    found === '' ? `MISSED in ${seeds} seeds: ${name}` : `after ${seeds} seeds: ${name}\n    ${found}`,
  );
}
process.exit(missed === 0 ? 0 : 1);
