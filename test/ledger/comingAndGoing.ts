import { openExistingLedger, openLedger, openLedgerToRead } from '../../src/ledger/index.js';
import { EXAM } from './exams.js';

// A process that opens and closes the ledger again and again, as a service that is started and stopped, and as `status`
// and the dry run do beside it: node --expose-gc comingAndGoing.js LEDGER-URL NUMBER ROUNDS. It begins at a message; an
// even number with a look, an odd one as a service.
const [url, number, rounds] = process.argv.slice(2) as [string, string, string];
// SQLite lets go of a closed file only when its statements are collected.
const collect = () => (globalThis as { gc?: () => void }).gc!();

await new Promise((resolve) => {
  process.once('message', resolve);
  process.send?.('ready');
});
for (let round = 0; round < Number(rounds); round++) {
  const exam = { ...EXAM, studyInstanceUID: `2.25.${number}.${round}` };
  if (round > 0 || Number(number) % 2 === 0) {
    const reader = await openLedgerToRead(url);
    await reader?.find(exam);
    await reader?.disconnect();
  }
  const service = await openLedger(url);
  await service.observe(exam, { fingerprint: 'x' });
  await service.disconnect();
  collect();
  const status = await openExistingLedger(url);
  await status.counts();
  await status.disconnect();
  collect();
}
process.disconnect?.();
