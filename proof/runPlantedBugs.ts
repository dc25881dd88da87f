import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { PLANTED_BUGS, simulateSeeds } from './index.js';

/**
 * npm run simulate:bugs -- [--seeds 400] [--seed 1] [--bug 0]: plants one bug after the other and has the simulation
 * look for it. Ends with 1 where one is not found within so many seeds: then the simulation proves less than it says.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    bug: { type: 'string' },
  },
});
let missed = 0;
for (const [number, { name }] of PLANTED_BUGS.entries()) {
  if (values.bug !== undefined && Number(values.bug) !== number) continue;
  let [seeds, found] = [0, ''];
  process.env.MAMORI_PLANTED_BUG = String(number);
  await simulateSeeds({
    first: Number(values.seed),
    count: Number(values.seeds),
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
