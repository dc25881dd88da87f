import type { ExamRecord } from '../src/ledger/index.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { ModelledExam } from './simulatedHospital.js';

/** Objects of one set. */
const WHOLE_SET = 3;

/** What is not as it was promised: an exam lost, answered twice, partly, or with half a set. */
export function brokenPromises(what: {
  exams: readonly ModelledExam[];
  pacs: ModelledPacs;
  records: readonly Pick<ExamRecord, 'studyInstanceUID' | 'state' | 'code'>[];
  /**
   * With the clock set forward, an exam may seem to have settled to a process that did not see it come: it is answered,
   * and again when more comes.
   */
  clockWasSet: boolean;
}): string[] {
  const { exams, pacs, records, clockWasSet } = what;
  const broken: string[] = [];
  for (const { studyInstanceUID: study, images, isLate } of exams) {
    const say = (text: string) => broken.push(`study ${study}: ${text}`);
    const record = records.find(({ studyInstanceUID }) => studyInstanceUID === study);
    if (record?.state !== 'delivered') say(`lost: ${record?.state ?? 'never seen'} (${record?.code ?? ''})`);
    const results = pacs.of(study).flatMap(({ result }) => result ?? []);
    const sets = new Map<string, typeof results>();
    for (const result of results) sets.set(result.set, [...(sets.get(result.set) ?? []), result]);
    const all = images.map(({ sopInstanceUID }) => sopInstanceUID as string).sort();
    const about = [...sets.values()].map(([first]) => first!.about.join());
    if (!about.includes(all.join())) say('no set about all of its images');
    if (new Set(about).size < about.length) say('two sets about the same images');
    if (!clockWasSet && about.length > (isLate ? 2 : 1)) say(`${about.length} sets`);
    for (const [, objects] of sets) {
      if (objects.length !== WHOLE_SET) say(`${objects.length} objects of a set of ${WHOLE_SET}`);
      if (objects.some(({ lacks }) => lacks.length > 0)) say('an answer lacks an image that could be had');
    }
  }
  for (const uid of pacs.differing) broken.push(`object ${uid} was sent with other bytes`);
  return broken;
}
