import { openLedger } from '../../src/ledger/index.js';
import { setClockAhead } from '../steppedClock.js';
import { EXAM } from './exams.js';

// A process that takes exams for an hour, all at once, and then does nothing, to be killed:
// node holding.js LEDGER-URL [EXAM-KEY or several] [MILLISECONDS by which its clock is ahead]
const [url, keys = JSON.stringify(EXAM), aheadMs = '0'] = process.argv.slice(2) as [string, string?, string?];
setClockAhead(Number(aheadMs));
const ledger = await openLedger(url);
const claims = await Promise.all(
  [JSON.parse(keys)].flat().map(async (exam) => {
    await ledger.observe(exam, { fingerprint: 'four images' });
    return ledger.claim(exam, `held by ${process.pid}`, 3_600_000);
  }),
);
process.send?.(claims.includes(undefined) ? 'refused' : 'holds');
setInterval(() => {}, 1000);
