import { loadBundle } from '../src/model/index.js';
import { openBench } from '../test/exam/openBench.js';
import { Station } from '../test/poller/hospital.js';
import { setClockAhead } from '../test/steppedClock.js';

/*
 * One worker that is killed sooner or later: node torturedWorker.js BUNDLE LEDGER-URL
 * DICOMWEB-ACCESS-AS-JSON CLOCK-AHEAD-MS. Later steps of its clock come as messages.
 */
const [directory, url, access, ahead] = process.argv.slice(2) as [string, string, string, string];
setClockAhead(Number(ahead));
process.on('message', (message) => setClockAhead((message as { aheadMs: number }).aheadMs));
const bench = await openBench(await loadBundle(directory));
const station = await Station.open(JSON.parse(access), {
  bench,
  url,
  settings: {
    // Both views are there or the exam waits: what arrives bit by bit is not this program's concern.
    views: ['LCC', 'RCC'],
    settleSeconds: 3600,
    workers: 2,
    // A kill counts as a try, and there are as many as somebody likes.
    retry: { attempts: 1000, firstDelaySeconds: 0.05, longestDelaySeconds: 0.2 },
  },
});
station.poller.start('* * * * * *');
process.send?.('at work');
// Whoever started it may be gone without having killed it.
process.on('disconnect', () => process.exit());
