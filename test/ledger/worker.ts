import { openLedger } from '../../src/ledger/index.js';
import { answerOf, clock, EXAM, objects, on } from './exams.js';

// A worker in a process of its own, to be killed: takes the exam the whole way, and stands still after as many
// calls as it is told. It says `stands` then, and `done` when it comes to the end.
const [url, name, callsText, secondsText] = process.argv.slice(2) as [string, string, string, string];
let left = Number(callsText);

async function call<T>(work: Promise<T>): Promise<T> {
  const result = await work;
  if (left-- === 0) {
    process.send?.('stands');
    await new Promise(() => setInterval(() => {}, 1000));
  }
  return result;
}

const ledger = await call(openLedger(url, clock));
await call(on(Number(secondsText), ledger).observe(EXAM, { fingerprint: 'four images' }));
const claim = await call(ledger.claim(EXAM, name, 60_000));
if (claim !== undefined) {
  const { number, objectsKept } = claim;
  const said = { kind: 'processed' as const, restsOn: [], shortAnswer: answerOf(number) };
  if (!objectsKept) await call(ledger.keepObjects(claim, objects(number), said));
  for (const object of await call(ledger.objectsToDeliver(claim))) {
    await object.bytes();
    await call(ledger.sent(claim, [object.sopInstanceUID]));
    await call(ledger.confirm(claim, [object.sopInstanceUID]));
  }
  await call(ledger.close(claim));
}
process.send?.(claim === undefined ? 'refused' : 'done');
process.disconnect?.();
