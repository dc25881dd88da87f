import type { Claim, ExamKey, Ledger, ObjectToKeep } from '../../src/ledger/index.js';

export const EXAM: ExamKey = {
  studyInstanceUID: '2.25.1',
  modelName: 'ddsm-mass',
  modelVersion: '1.0.0',
  settingsDigest: '0123456789abcdef',
};

/** Seconds after an arbitrary beginning. */
export const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);

/** A report and some captures; `make` tells one making from another. */
export function objects(make = 1, captures = 2): ObjectToKeep[] {
  return Array.from({ length: captures + 1 }, (_, index) => ({
    kind: index === 0 ? 'tid1500' : 'secondary-capture',
    sopClassUID: index === 0 ? '1.2.840.10008.5.1.4.1.1.88.34' : '1.2.840.10008.5.1.4.1.1.7',
    seriesInstanceUID: `2.25.7${index === 0 ? 0 : 1}`,
    sopInstanceUID: `2.25.9${make}${index}`,
    bytes: new Uint8Array(1000 + index).fill(make),
  }));
}

export async function claimed(ledger: Ledger, exam = EXAM, now = at(0)): Promise<Claim> {
  await ledger.observe(exam, 'four images', now);
  const claim = await ledger.claim(exam, 'worker', new Date(now.getTime() + 60_000), now);
  if (claim === undefined) throw new Error('the exam is not available');
  return claim;
}

export async function delivered(ledger: Ledger, exam = EXAM, make = 1, now = at(0)): Promise<Claim> {
  const claim = await claimed(ledger, exam, now);
  await ledger.keepObjects(claim, objects(make), { kind: 'processed' }, now);
  const uids = objects(make).map(({ sopInstanceUID }) => sopInstanceUID);
  await ledger.sent(claim, uids, now);
  await ledger.confirm(claim, uids, now);
  await ledger.close(claim, now);
  return claim;
}
