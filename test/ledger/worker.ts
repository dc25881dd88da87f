import { openLedger } from '../../src/ledger/index.js';
import { at, EXAM, objects } from './exams.js';

// A worker in a process of its own, to be killed: takes the exam the whole way, and stands still after as many
// calls as it is told. It says `stands` then, and `done` when it comes to the end.
const [url, name, callsText, secondsText] = process.argv.slice(2) as [string, string, string, string];
const now = at(Number(secondsText));
let left = Number(callsText);

async function call<T>(work: Promise<T>): Promise<T> {
  const result = await work;
  if (left-- === 0) {
    process.send?.('stands');
    await new Promise(() => setInterval(() => {}, 1000));
  }
  return result;
}

const ledger = await call(openLedger(url));
await call(ledger.observe(EXAM, 'four images', now));
const claim = await call(ledger.claim(EXAM, name, new Date(now.getTime() + 60_000), now));
if (claim !== undefined) {
  if (!claim.objectsKept)
    await call(ledger.keepObjects(claim, objects(claim.number), { kind: 'processed' }, now));
  for (const object of await call(ledger.objectsToDeliver(claim))) {
    await object.bytes();
    await call(ledger.sent(claim, [object.sopInstanceUID], now));
    await call(ledger.confirm(claim, [object.sopInstanceUID], now));
  }
  await call(ledger.close(claim, now));
}
process.send?.(claim === undefined ? 'refused' : 'done');
process.disconnect?.();
