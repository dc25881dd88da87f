import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Claim, LedgerError, openLedger } from '../src/ledger/index.js';
import { EXAM } from '../test/ledger/exams.js';

// One of several workers on one ledger, to be killed and cut off: node sharingWorker.js LEDGER-URL FOLDER MS
// Its archive is a folder that takes an instance once, and says `differs` where other bytes come under the same UID.
const [url, archive, workMs] = process.argv.slice(2) as [string, string, string];
const ledger = await openLedger(url);
const worker = `worker ${process.pid}`;

function store(uid: string, bytes: Uint8Array): void {
  const file = join(archive, uid);
  if (existsSync(file)) {
    if (!readFileSync(file).equals(bytes)) writeFileSync(join(archive, `${uid} differs`), '');
    return;
  }
  writeFileSync(`${file}.${process.pid}.part`, bytes);
  renameSync(`${file}.${process.pid}.part`, file);
}

async function workOn(claim: Claim): Promise<void> {
  const { studyInstanceUID: study } = claim.exam;
  if (!claim.objectsKept) {
    await sleep(Number(workMs));
    const made = [0, 1, 2].map((index) => ({
      kind: index === 0 ? ('tid1500' as const) : ('secondary-capture' as const),
      sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
      seriesInstanceUID: `${study}.0`,
      // Each making has names of its own: a second one would be seen in the archive.
      sopInstanceUID: `${study}.${claim.number}.${index}`,
      bytes: new Uint8Array(1_200_000 + index).fill(claim.number),
    }));
    await ledger.keepObjects(claim, made, { kind: 'processed' });
  }
  for (const object of await ledger.objectsToDeliver(claim)) {
    await ledger.sent(claim, [object.sopInstanceUID]);
    store(object.sopInstanceUID, await object.bytes());
    await ledger.confirm(claim, [object.sopInstanceUID]);
  }
  await ledger.close(claim);
}

process.on('disconnect', () => process.exit());
process.send?.('at work');
for (;;) {
  try {
    const turn = { worker, leaseMs: 3000, dueBy: await ledger.now() };
    const claim =
      (await ledger.claimNext(EXAM, { ...turn, among: 'due' })) ??
      (await ledger.claimNext(EXAM, { ...turn, among: 'left-behind' }));
    if (claim === undefined) await sleep(50);
    else await workOn(claim);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    if (error.code !== 'ledger-claim-lost') process.send?.(error.code);
  }
}
