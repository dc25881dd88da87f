import { Command, Option } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { postgresMissing, postgresServer } from '../test/ledger/postgresServer.js';
import { orthancMissing } from '../test/pacs/orthanc.js';
import { FAULT_KINDS, type TorturedLedger, type Trouble, torture } from './index.js';

const LONG_RUN = 300;

const { kills, exams, seed, ledger, workers } = new Command('npm run torture --')
  .description('Puts faults before a real Orthanc and kills. Ends with 1 where a promise was broken.')
  .option('--kills <number>', '', wholeNumber, 60)
  .option('--exams <number>', 'one for two kills, unless said', wholeNumber)
  .option('--seed <number>', 'any, unless said', numberFromZero, Math.floor(Math.random() * 2 ** 31))
  .addOption(new Option('--ledger <kind>').choices(['sqlite', 'postgres']).default('sqlite'))
  .option('--workers <number>', '1, or 3 on a server', wholeNumber)
  .parse()
  .opts<{ kills: number; exams?: number; seed: number; ledger: string; workers?: number }>();
const onServer = ledger === 'postgres';
const missing = orthancMissing() ?? (onServer ? postgresMissing() : undefined);
if (missing !== undefined) {
  console.error(missing);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
console.log(`Torture with --seed ${seed} --ledger ${ledger}: ${kills} kills`);
const start = performance.now();
const server = onServer ? await postgresServer() : undefined;
const report = await torture({
  seed,
  kills,
  ledger: server && (await torturedLedger()),
  workers: workers ?? (onServer ? 3 : 1),
  exams: exams ?? Math.ceil(kills / 2),
  say: (text) => console.log(text),
});
const troubles: Trouble[] = ['clock set back', 'clock set forward'];
if (onServer) troubles.push('connections cut', 'server failed');
const table = [
  ...FAULT_KINDS.map((fault) => [fault, report.faults.get(fault) ?? 0] as const),
  ...troubles.map((trouble) => [trouble, report.troubles.get(trouble) ?? 0] as const),
];
for (const [name, count] of table) console.log(`${String(count).padStart(6)}  ${name}`);
const wrong = [...report.faults.values()].reduce((sum, count) => sum + count, 0);
console.log(
  `${report.kills} kills, ${report.exams} exams, ${report.requests} requests, ${wrong} of them went wrong, ` +
    `${Math.round((performance.now() - start) / 1000)} s`,
);
const broken = [...report.broken];
// A short run may miss one; a long one that does has not tried what it says.
if (kills >= LONG_RUN)
  for (const [name, count] of table)
    if (count === 0) broken.push(`no fault of the kind ${name} ever happened`);
for (const what of broken) console.log(`BROKEN: ${what}`);
if (broken.length === 0) console.log('Every exam has exactly one whole set of results.');
await server?.stop();
process.exit(broken.length === 0 ? 0 : 1);

async function torturedLedger(): Promise<TorturedLedger> {
  const url = await server!.makeDatabase();
  return {
    url,
    cut: () => server!.cut(url),
    failServer: async () => {
      await server!.stop();
      await server!.start();
    },
  };
}
