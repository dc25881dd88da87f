import { openLedger } from '../../src/ledger/index.js';
import { EXAM } from './exams.js';

// A process that takes an exam for an hour and then does nothing, to be killed: node holding.js LEDGER-URL
const ledger = await openLedger(process.argv[2]!);
await ledger.observe(EXAM, { fingerprint: 'four images' });
const claim = await ledger.claim(EXAM, `held by ${process.pid}`, 3_600_000);
process.send?.(claim === undefined ? 'refused' : 'holds');
setInterval(() => {}, 1000);
