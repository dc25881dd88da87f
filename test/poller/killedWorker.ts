import { loadBundle } from '../../src/model/index.js';
import { openBench } from '../exam/openBench.js';
import { Station } from './hospital.js';

/*
 * A worker of its own process, for tests that end it in the middle of its work:
 * node killedWorker.js BUNDLE LEDGER-FILE DICOMWEB-ACCESS-AS-JSON
 */
const [directory, file, access] = process.argv.slice(2) as [string, string, string];
const bench = await openBench(await loadBundle(directory));
const station = await Station.open(JSON.parse(access), {
  bench,
  file,
  settings: { leaseSeconds: 1, settleSeconds: 0 },
});
await station.poller.cycle();
