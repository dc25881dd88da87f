import { Command } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { day } from './index.js';
import { SimulatedLedger } from './simulatedLedger.js';
import { VirtualTime } from './virtualTime.js';

const options = new Command('npm run day --')
  .description(
    'How long exams wait from their last image to the result, with the settings of a new installation. Ends with 1 ' +
      'where an exam has none at the end of its day.',
  )
  .option('--exams <number>', 'of each day', wholeNumber, 300)
  .option('--work-ms <number>', 'that an exam takes', wholeNumber, 1100)
  .option('--days <number>', '', wholeNumber, 1)
  .option('--seed <number>', 'of the first day', numberFromZero, 1)
  .parse()
  .opts<{ exams: number; workMs: number; days: number; seed: number }>();
const time = new VirtualTime();
time.reign(() => 0.5);
const database = SimulatedLedger.database();
const [whole, settled, left]: [number[], number[], number[]] = [[], [], []];
for (let i = 0; i < options.days; i++) {
  const { exams, workMs } = options;
  const report = await day({ seed: options.seed + i, exams, workMs, time, database });
  whole.push(...report.whole);
  settled.push(...report.settled);
  left.push(report.left);
}
console.log(
  `${options.days} days of ${options.exams} exams, --seed ${options.seed}, --work-ms ${options.workMs}\n`,
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
