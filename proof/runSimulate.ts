import { parseArgs } from 'node:util';
import { openBench } from '../test/exam/openBench.js';
import { smallBundle } from '../test/model/bundles.js';
import { simulate, simulatedExams } from './index.js';
import { VirtualTime } from './virtualTime.js';

/** npm run simulate -- [--seeds 200] [--seed 1]: seeds from the first on. Ends with 1 where a promise was broken. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '200' }, seed: { type: 'string' } },
});
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const count = values.seed !== undefined && values.seeds === '200' ? 1 : Number(values.seeds);
console.log(`Simulation of ${count} seeds from --seed ${first} on`);

const open = await openBench(await smallBundle());
// One image at a time, so that a run is the same each time.
const bench = {
  ...open,
  concurrency: 1,
  settings: { ...open.settings, reports: ['tid1500' as const], secondaryCapture: 'off' as const },
};
const exams = simulatedExams();
const begin = process.hrtime.bigint();
const time = new VirtualTime();
let random = () => 0.5;
time.reign(() => random());

const totals = new Map<string, number>();
const add = (name: string, n: number) => totals.set(name, (totals.get(name) ?? 0) + n);
const broken: string[] = [];
for (let seed = first; seed < first + count; seed++) {
  random = () => 0.5;
  const report = await simulate(seed, { time, bench, exams });
  add('exams', report.exams);
  add('kills', report.kills);
  add('freezes', report.freezes);
  for (const [, n] of report.faults) add('faults', n);
  broken.push(...report.broken);
  for (const what of report.broken) console.log(`BROKEN: ${what}`);
  const done = seed - first + 1;
  if (done % 25 === 0) console.log(`${done} seeds`);
  if (count === 1) console.log(`Trace ${report.trace}`);
}
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
console.log(`${[...totals].map(([name, n]) => `${n} ${name}`).join(', ')}, ${Math.round(seconds)} s`);
if (broken.length === 0) console.log('Every exam was delivered, once, and about all of its images.');
process.exit(broken.length === 0 ? 0 : 1);
