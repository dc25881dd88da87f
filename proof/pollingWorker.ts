import { once } from 'node:events';
import { DicomWeb } from '../src/dicomweb/index.js';
import type { Workbench } from '../src/exam/index.js';
import { type Ledger, openLedger } from '../src/ledger/index.js';
import { Poller } from '../src/poller/index.js';
import { ALGORITHM, SETTINGS, SILENT } from '../test/poller/hospital.js';

/** All polls together. */
export interface PolledCosts {
  polls: number;
  cpuMs: number;
  ledgerQuestions: number;
}

const WARM_UP = 10;
const POLLS = 40;

// Polls as the schedule does, with nothing to work on: node pollingWorker.js DICOMWEB-URL LEDGER-FILE LOOKBACK-DAYS
const [url, file, lookbackDays] = process.argv.slice(2) as [string, string, string];
let ledgerQuestions = 0;
const ledger = await openLedger(`sqlite:${file}`);
const counted = new Proxy(ledger, {
  get(target, name: keyof Ledger) {
    ledgerQuestions++;
    return (target[name] as (...args: unknown[]) => unknown).bind(target);
  },
});
const poller = new Poller({
  pacs: new DicomWeb({ url }),
  ledger: counted,
  // No exam is due, so that none is worked on.
  bench: {} as Workbench,
  served: ALGORITHM,
  settings: { ...SETTINGS, lookbackDays: Number(lookbackDays) },
  workerName: 'polling',
  log: SILENT,
});
process.on('disconnect', () => process.exit());
for (let poll = 0; poll < WARM_UP; poll++) await poller.cycle({ whole: false });
const go = once(process, 'message');
process.send!('warm');
await go;
ledgerQuestions = 0;
const before = process.cpuUsage();
for (let poll = 0; poll < POLLS; poll++) await poller.cycle({ whole: false });
const { user, system } = process.cpuUsage(before);
const costs: PolledCosts = { polls: POLLS, cpuMs: (user + system) / 1000, ledgerQuestions };
process.send!(costs);
