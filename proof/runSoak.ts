import { Command } from 'commander';
import { positiveNumber, wholeNumber } from '../src/cli/numbers.js';
import { type PollCosts, pollCosts, soak, tooDear } from './index.js';

const { exams, minutes } = new Command('npm run soak --')
  .description('Has mamori run see exam after exam through. Ends with 1 where something grows that must not.')
  .option('--exams <number>', '', wholeNumber, 10_000)
  .option('--minutes <number>', 'ends after so long with the exams that there were', positiveNumber)
  .parse()
  .opts<{ exams: number; minutes?: number }>();

const [few, many] = [100, 100_000];
const [small, large] = [await pollCosts(few), await pollCosts(many)];
const costs: [string, keyof PollCosts][] = [
  ['requests', 'requests'],
  ['bytes of answers', 'answerBytes'],
  ['processor time in ms', 'cpuMs'],
  ['questions to the ledger', 'ledgerQuestions'],
];
console.log(`| a poll over closed exams of the look-back | ${few} | ${many} |\n|---|---|---|`);
for (const [what, key] of costs)
  console.log(`| ${what} | ${small[key].toFixed(1)} | ${large[key].toFixed(1)} |`);

console.log(`\n${exams} exams through mamori run`);
const {
  exams: done,
  tenths,
  residentSlope,
  heapSlope,
  ledgerBytesPerExam,
  mostSpoolBytes,
  broken,
} = await soak({
  exams,
  minutes,
  say: (text) => console.log(text),
});
console.log(`\n${done} exams\n`);
console.log('| tenth | ms an exam | processor ms an exam | resident MB | heap MB |\n|---|---|---|---|---|');
for (const [place, { msPerExam, cpuMsPerExam, residentMegabytes, heapMegabytes }] of tenths.entries()) {
  const row = [
    place + 1,
    ...[msPerExam, cpuMsPerExam, residentMegabytes, heapMegabytes].map((n) => n.toFixed(1)),
  ];
  console.log(`| ${row.join(' | ')} |`);
}
console.log(
  `\nFrom the third tenth on, in a thousand exams: ${residentSlope.toFixed(2)} MB resident, ` +
    `${heapSlope.toFixed(2)} MB heap. The ledger takes ${ledgerBytesPerExam.toFixed(0)} bytes for an exam; at most ` +
    `${(mostSpoolBytes / 1e6).toFixed(1)} MB were on their way at a time.`,
);
broken.push(...tooDear(small, large));
for (const what of broken) console.log(`BROKEN: ${what}`);
if (broken.length === 0) console.log('Nothing grows with what has been done.');
process.exit(broken.length === 0 ? 0 : 1);
