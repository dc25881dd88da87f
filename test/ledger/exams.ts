import type { ShortAnswer } from '../../src/findings/index.js';
import type { Claim, Clock, ExamKey, Ledger, ObjectToKeep } from '../../src/ledger/index.js';

export const EXAM: ExamKey = {
  studyInstanceUID: '2.25.1',
  modelName: 'ddsm-mass',
  modelVersion: '1.0.0',
  settingsDigest: '0123456789abcdef',
};

/** Seconds after an arbitrary beginning. */
export const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);

let moment = at(0);

/** The clock of ledgers under test: it stands still until `on` sets it. */
export const clock: Clock = { now: () => moment, steady: () => moment.getTime() };

/** The ledger at so many seconds after the beginning. */
export function on(seconds: number, ledger: Ledger): Ledger {
  moment = at(seconds);
  return ledger;
}

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

/** What the objects of one making answer. */
export function answerOf(make: number): ShortAnswer {
  return {
    operatingPoint: 0.5,
    probabilityName: 'Probability of cancer ("malignant")',
    notExcluded: 'cancer',
    breasts: [
      { laterality: 'R', answered: true, probability: make / 100, positive: false, views: ['CC', 'MLO'] },
      { laterality: 'L', answered: false, code: 'views-not-in-study' },
    ],
  };
}

export async function claimed(ledger: Ledger, exam = EXAM, now = 0): Promise<Claim> {
  await on(now, ledger).observe(exam, { fingerprint: 'four images' });
  const claim = await ledger.claim(exam, 'worker', 60_000);
  if (claim === undefined) throw new Error('the exam cannot be claimed');
  return claim;
}

export async function delivered(ledger: Ledger, exam = EXAM, make = 1, now = 0): Promise<Claim> {
  const claim = await claimed(ledger, exam, now);
  await ledger.keepObjects(claim, objects(make), { kind: 'processed' });
  const uids = objects(make).map(({ sopInstanceUID }) => sopInstanceUID);
  await ledger.sent(claim, uids);
  await ledger.confirm(claim, uids);
  await ledger.close(claim);
  return claim;
}
