import { parseArgs } from 'node:util';
import { fuzz } from './index.js';

/** npm run fuzz -- [--inputs 5000] [--seed 1] [--target NAME [--input N]]. Ends with 1 where something was found. */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    target: { type: 'string' },
    input: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`Hostile inputs with --seed ${seed}`);
const start = performance.now();
const report = await fuzz({
  seed,
  inputs: Number(values.inputs),
  target: values.target,
  only: values.input === undefined ? undefined : Number(values.input),
  say: (text) => console.log(text),
});
console.log(
  `${report.inputs} inputs, ${report.findings.length} findings, ${Math.round((performance.now() - start) / 1000)} s`,
);
process.exit(report.findings.length === 0 ? 0 : 1);
