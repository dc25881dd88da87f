import { parseArgs } from 'node:util';
import { postgresMissing, postgresServer } from '../test/ledger/postgresServer.js';
import { orthancMissing } from '../test/pacs/orthanc.js';
import { type TorturedLedger, torture } from './index.js';

/**
 * npm run torture -- [--kills 60] [--exams 30] [--seed 1] [--ledger sqlite|postgres] [--workers 3]. Ends with 1
 * where a promise was broken.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    exams: { type: 'string' },
    seed: { type: 'string' },
    ledger: { type: 'string', default: 'sqlite' },
    workers: { type: 'string', default: '3' },
  },
});
const onServer = values.ledger === 'postgres';
const missing = orthancMissing() ?? (onServer ? postgresMissing() : undefined);
if (missing !== undefined) {
  console.error(missing);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const kills = Number(values.kills);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`Torture with --seed ${seed} --ledger ${values.ledger}: ${kills} kills`);
const start = performance.now();
const server = onServer ? await postgresServer() : undefined;
const ledger = server && (await torturedLedger());
const report = await torture({
  seed,
  kills,
  ledger,
  exams: Number(values.exams ?? Math.ceil(kills / 2)),
  say: (text) => console.log(text),
});
const faults = [...report.faults].sort(([a], [b]) => (a < b ? -1 : 1));
const total = faults.reduce((sum, [, count]) => sum + count, 0);
console.log(
  `${report.kills} kills, ${report.exams} exams, ${report.requests} requests, ${total} of them went wrong ` +
    `(${faults.map(([fault, count]) => `${fault} ${count}`).join(', ')}), ` +
    `${Math.round((performance.now() - start) / 1000)} s`,
);
for (const what of report.broken) console.log(`BROKEN: ${what}`);
if (report.broken.length === 0) console.log('Every exam has exactly one whole set of results.');
await server?.stop();
process.exit(report.broken.length === 0 ? 0 : 1);

async function torturedLedger(): Promise<TorturedLedger> {
  const url = await server!.makeDatabase();
  const hurt = async (random: () => number) => {
    if (random() < 0.7) return server!.cut(url);
    await server!.stop();
    await server!.start();
  };
  return { url, workers: Number(values.workers), hurt };
}
