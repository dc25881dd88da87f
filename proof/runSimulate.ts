import { cpus } from 'node:os';
import { Command } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { simulateSeeds } from './index.js';

const options = new Command('npm run simulate --')
  .description('Seeds from the first on, or the one that is named. Ends with 1 where a promise was broken.')
  .option('--seeds <number>', '300, or 1 where one is named', wholeNumber)
  .option('--seed <number>', 'the first; any, unless said', numberFromZero)
  .option('--processes <number>', '', wholeNumber, Math.min(cpus().length, 4))
  .parse()
  .opts<{ seeds?: number; seed?: number; processes: number }>();
const first = options.seed ?? Math.floor(Math.random() * 2 ** 31);
const count = options.seeds ?? (options.seed === undefined ? 300 : 1);
console.log(`Simulation of ${count} seeds from --seed ${first} on`);

const begin = performance.now();
const totals = new Map<string, number>();
const add = (name: string, n: number) => totals.set(name, (totals.get(name) ?? 0) + n);
let [done, exams, broken, longest] = [0, 0, 0, 0];
await simulateSeeds({
  first,
  count,
  processes: options.processes,
  onReport: (report) => {
    exams += report.exams;
    longest = Math.max(longest, report.doneAfterMinutes);
    add(`seeds: ${report.profile}`, 1);
    add(`seeds: with ${report.weather}`, 1);
    add(`seeds: services ${report.services}`, 1);
    if (report.hasOrders) add('seeds: with orders about old exams', 1);
    if (report.isUpgraded) add('seeds: with an upgrade', 1);
    if (report.hasServer) add('seeds: with a ledger on a server', 1);
    for (const [name, n] of Object.entries(report.troubles)) add(name, n);
    if (report.broken.length > 0) broken++;
    for (const what of report.broken) console.log(`BROKEN: ${what}`);
    if (count === 1) console.log(`Trace ${report.trace}`);
    if (++done % 1000 === 0) console.log(`${done} seeds, ${broken} broken`);
    return true;
  },
});
const seconds = (performance.now() - begin) / 1000;
for (const [name, n] of [...totals].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${String(n).padStart(8)}  ${name}`);
console.log(
  `${done} seeds, ${exams} exams, the last done ${longest} minutes after the last fault; ` +
    `${Math.round(seconds)} s, ${((1000 * seconds) / done).toFixed(0)} ms a seed`,
);
if (broken === 0) console.log('Every exam came to the end that it should, once.');
process.exit(broken === 0 ? 0 : 1);
