import { parseArgs } from 'node:util';
import { fuzz, Tally } from './index.js';

/**
 * npm run fuzz -- [--inputs 5000] [--seed 1] [--tally FILE] [--target NAME [--input N]]. Ends with 1 where something
 * was found. With a tally it goes on where the last run with that file ended, and the counts add up.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    tally: { type: 'string' },
    target: { type: 'string' },
    input: { type: 'string' },
  },
});
const chosen = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const tally = values.tally === undefined ? undefined : Tally.open(values.tally, chosen);
const seed = tally?.seed ?? chosen;
console.log(`Hostile inputs with --seed ${seed}`);
const start = performance.now();
const report = await fuzz({
  seed,
  inputs: Number(values.inputs),
  target: values.target,
  tally,
  only: values.input === undefined ? undefined : Number(values.input),
  say: (text) => console.log(text),
});
console.log(
  `${report.inputs} inputs, ${report.findings.length} findings, ${Math.round((performance.now() - start) / 1000)} s`,
);
if (tally !== undefined) console.log(`${tally.total} inputs in ${values.tally}`);
process.exit(report.findings.length === 0 ? 0 : 1);
