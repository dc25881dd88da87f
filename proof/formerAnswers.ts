import type { Ledger } from '../src/ledger/index.js';
import type { Log } from '../src/poller/index.js';
import { modelledMaking } from './modelledExams.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { ModelledExam } from './simulatedHospital.js';
import { servedWith, simulatedPoller } from './simulatedPoller.js';
import type { Living, VirtualTime } from './virtualTime.js';

const AGAIN_MS = 120_000;
/** More than any archive takes to show what it was given. */
const LONGEST_MS = 3_600_000;

/**
 * Has exams answered by earlier settings, or without a kind of object that is switched on today, before the story
 * begins. Answers the names of their sets.
 */
export async function answerFormerly(
  exams: readonly ModelledExam[],
  { time, pacs, ledger, log }: { time: VirtualTime; pacs: ModelledPacs; ledger: Ledger; log: Log },
): Promise<Set<string>> {
  const life: Living = { isOver: false, frozenUntil: 0 };
  const answer = async ({ studyInstanceUID, studyDate, former }: ModelledExam) => {
    const { by: settingsDigest, kinds } = former!;
    const making = modelledMaking(() => time.sleep(1000), settingsDigest, kinds);
    const name = `before ${studyInstanceUID}`;
    const poller = simulatedPoller({ name, pacs, ledger, making, settingsDigest, tries: 100, log });
    const exam = { studyInstanceUID, ...servedWith(settingsDigest) };
    for (;;) {
      await poller.process([studyInstanceUID]);
      const record = (await ledger.find(exam))!;
      // Asked for by name, it was given no date.
      if (record.state === 'delivered')
        return ledger.observe(exam, { fingerprint: record.fingerprint, studyDate });
      await time.sleep(AGAIN_MS);
    }
  };
  time.begin(life, async () => {
    for (const exam of exams) if (exam.former !== undefined) await answer(exam);
    life.isOver = true;
  });
  await time.runUntil(time.steady + LONGEST_MS);
  return new Set([...pacs.held.values()].flatMap(({ result }) => result?.set ?? []));
}
