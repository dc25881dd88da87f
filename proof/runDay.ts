import { parseArgs } from 'node:util';
import { day } from './index.js';
import { SimulatedLedger } from './simulatedLedger.js';
import { VirtualTime } from './virtualTime.js';

/**
 * npm run day -- [--exams 300] [--work-ms 1100] [--days 3] [--seed 1]: from the last image to the result, with the
 * settings of a new installation. Ends with 1 where an exam has none at the end of its day.
 */
const { values } = parseArgs({
  options: {
    exams: { type: 'string', default: '300' },
    'work-ms': { type: 'string', default: '1100' },
    days: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const time = new VirtualTime();
time.reign(() => 0.5);
const database = SimulatedLedger.database();
const [whole, settled, left]: [number[], number[], number[]] = [[], [], []];
for (let i = 0; i < Number(values.days); i++) {
  const seed = Number(values.seed) + i;
  const workMs = Number(values['work-ms']);
  const report = await day({ seed, exams: Number(values.exams), workMs, time, database });
  whole.push(...report.whole);
  settled.push(...report.settled);
  left.push(report.left);
}
console.log(
  `${values.days} days of ${values.exams} exams, --seed ${values.seed}, --work-ms ${values['work-ms']}\n`,
);
console.log('| seconds from the last image to the result | exams | p50 | p95 | p99 | longest |');
console.log('|---|---|---|---|---|---|');
for (const [name, seconds] of Object.entries({
  'all four views': whole,
  fewer: settled,
  all: [...whole, ...settled],
})) {
  const sorted = seconds.sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1);
  console.log(`| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${at(1)} |`);
}
const lacking = left.reduce((a, b) => a + b, 0);
if (lacking > 0) console.log(`BROKEN: ${lacking} exams have no result`);
process.exit(lacking > 0 ? 1 : 0);
