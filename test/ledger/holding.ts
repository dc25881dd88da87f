import { openLedger } from '../../src/ledger/index.js';
import { EXAM } from './exams.js';

// A process that takes an exam for an hour and then does nothing, to be killed: node holding.js LEDGER-URL [EXAM-KEY]
const ledger = await openLedger(process.argv[2]!);
const exam = process.argv[3] === undefined ? EXAM : JSON.parse(process.argv[3]);
await ledger.observe(exam, { fingerprint: 'four images' });
const claim = await ledger.claim(exam, `held by ${process.pid}`, 3_600_000);
process.send?.(claim === undefined ? 'refused' : 'holds');
setInterval(() => {}, 1000);
