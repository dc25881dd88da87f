import { parseArgs } from 'node:util';
import { postgresMissing, postgresServer } from '../test/ledger/postgresServer.js';
import { shareWork } from './index.js';

/**
 * npm run sharing -- [--exams 300] [--workers 3] [--troubles 60] [--work-ms 200] [--seed 1]. Ends with 1 where a
 * promise was broken. With --troubles 0 it tells how fast the work goes.
 */
const { values } = parseArgs({
  options: {
    exams: { type: 'string', default: '300' },
    workers: { type: 'string', default: '3' },
    troubles: { type: 'string', default: '60' },
    'work-ms': { type: 'string', default: '200' },
    seed: { type: 'string' },
  },
});
const missing = postgresMissing();
if (missing !== undefined) {
  console.error(missing);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const exams = Number(values.exams);
const workers = Number(values.workers);
console.log(`${exams} exams shared by ${workers} processes with --seed ${seed}`);
const server = await postgresServer();
const { seconds, kills, cuts, failures, broken } = await shareWork({
  server,
  url: await server.makeDatabase(),
  seed,
  exams,
  workers,
  troubles: Number(values.troubles),
  workMs: Number(values['work-ms']),
  say: (text) => console.log(text),
});
await server.stop();
console.log(
  `${kills} workers killed, connections cut ${cuts} times, the server failed ${failures} times; ` +
    `${seconds.toFixed(1)} s, ${((3600 * exams) / seconds).toFixed(0)} exams an hour`,
);
for (const what of broken) console.log(`BROKEN: ${what}`);
if (broken.length === 0) console.log('Every exam was done once, and only once.');
process.exit(broken.length === 0 ? 0 : 1);
