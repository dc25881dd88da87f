import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { simulateSeeds } from './index.js';

/**
 * npm run simulate -- [--seeds 300] [--seed 1] [--processes 2]: seeds from the first on, or that one alone. Ends with 1
 * where a promise was broken.
 */
const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, processes: { type: 'string' } },
});
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const count = Number(values.seeds ?? (values.seed === undefined ? 300 : 1));
console.log(`Simulation of ${count} seeds from --seed ${first} on`);

const begin = performance.now();
const totals = new Map<string, number>();
const add = (name: string, n: number) => totals.set(name, (totals.get(name) ?? 0) + n);
let [done, exams, broken, longest] = [0, 0, 0, 0];
await simulateSeeds({
  first,
  count,
  processes: Number(values.processes ?? Math.min(cpus().length, 4)),
  onReport: (report) => {
    exams += report.exams;
    longest = Math.max(longest, report.doneAfterMinutes);
    add(`seeds: ${report.profile}`, 1);
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
if (broken === 0) console.log('Every exam was delivered, once, and about all of its images.');
process.exit(broken === 0 ? 0 : 1);
