import { Command } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { postgresMissing, postgresServer } from '../test/ledger/postgresServer.js';
import { shareWork } from './index.js';

const { exams, workers, troubles, workMs, seed } = new Command('npm run sharing --')
  .description('Has processes share exams by a PostgreSQL. Ends with 1 where a promise was broken.')
  .option('--exams <number>', '', wholeNumber, 300)
  .option('--workers <number>', 'processes', wholeNumber, 3)
  .option('--troubles <number>', 'with 0 it tells how fast the work goes', numberFromZero, 60)
  .option('--work-ms <number>', 'that fetching takes, and analysing', wholeNumber, 200)
  .option('--seed <number>', 'any, unless said', numberFromZero, Math.floor(Math.random() * 2 ** 31))
  .parse()
  .opts<{ exams: number; workers: number; troubles: number; workMs: number; seed: number }>();
const missing = postgresMissing();
if (missing !== undefined) {
  console.error(missing);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
console.log(`${exams} exams shared by ${workers} processes with --seed ${seed}`);
const server = await postgresServer();
const { seconds, kills, cuts, failures, broken } = await shareWork({
  server,
  url: await server.makeDatabase(),
  seed,
  exams,
  workers,
  troubles,
  workMs,
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
