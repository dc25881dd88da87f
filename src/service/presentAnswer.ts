import type { PresentAnswer } from '../admin/index.js';
import { type ExamRecord, isAnswered, type MadeObject } from '../ledger/index.js';

/**
 * Which objects in the archive tell an exam's answer now: those that it was closed with as delivered or partial, and no
 * others. What was written earlier may have been taken back without a further report, or be about other images than the
 * exam has; then it is said in words that it no longer holds.
 */
export function presentAnswer(record: ExamRecord, made: readonly MadeObject[]): PresentAnswer | undefined {
  const { state, revision, answer, reason } = record;
  // One that was taken up again, and of which nothing new came, is answered by an earlier revision.
  if (isAnswered(state)) return { revision: answer?.revision ?? revision };
  const isClosed = state === 'not-processed';
  // The report that it was not processed says what the exam's state says.
  const isOwnWord = (object: MadeObject) =>
    isClosed && answer?.state === 'not-processed' && object.revision === answer.revision;
  const [latest] = made.filter(
    (object) =>
      object.confirmedAt !== undefined && !isOwnWord(object) && (isClosed || object.revision < revision),
  );
  if (latest === undefined) return undefined;
  const what = `The earlier answer in the PACS (revision ${latest.revision}) no longer holds`;
  const why = isClosed
    ? 'the exam was closed as not processed'
    : 'the exam has been taken up again, and that has not come to its end yet';
  return { outdated: `${what}: ${why}. ${reason ?? ''}`.trimEnd() };
}
