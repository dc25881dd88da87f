import { type ExamRecord, type ExamState, isOnItsWay } from '../src/ledger/index.js';
import type { ModelledResult } from './modelledExams.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { ModelledExam } from './simulatedHospital.js';

/** Objects of an answer; a "not processed" report is one. */
const WHOLE_SET = 3;

/** What becomes of an exam, whatever goes wrong on its way. */
interface Promised {
  state: ExamState;
  /** What the set that was stored last is about, lacks and says. */
  about: readonly string[];
  lacks: readonly string[];
  code: string | undefined;
  mostSets: number;
}

/** What is not as it was promised: an exam lost, answered twice, partly, in silence, or with half a set. */
export function brokenPromises(what: {
  exams: readonly ModelledExam[];
  pacs: ModelledPacs;
  records: readonly ExamRecord[];
  /** Digests of the settings of all services: each answers each exam, but the first alone those of long ago. */
  services: readonly string[];
  /**
   * With the clock set forward, an exam may seem to have settled to a process that did not see it come: it is answered,
   * and again when more comes.
   */
  clockWasSet: boolean;
  /** Names of sets from before the story. */
  formerSets: ReadonlySet<string>;
  /** Digest of the settings of a version whose place another took. */
  upgraded: string | undefined;
}): string[] {
  const { exams, pacs, services, records, clockWasSet, formerSets, upgraded } = what;
  const broken: string[] = [];
  for (const exam of exams)
    for (const service of exam.isOld ? services.slice(0, 1) : services) {
      const study = exam.studyInstanceUID;
      const say = (text: string) => broken.push(`study ${study} by ${service}: ${text}`);
      const record = records.find((one) => one.studyInstanceUID === study && one.settingsDigest === service);
      const promised = promisedFor(exam, pacs);
      if (record?.state !== promised.state)
        say(`${record?.state ?? 'never seen'} (${record?.code ?? ''}) in place of ${promised.state}`);
      const results = pacs.of(study).flatMap(({ result }) => result ?? []);
      const sets = setsOf(results.filter(({ by, set }) => by === service && !formerSets.has(set)));
      for (const text of brokenBy(sets, promised, exam)) say(text);
      const told = record?.shortAnswer?.notExcluded;
      const isAnswered = record?.state === 'delivered' || record?.state === 'partial';
      if (told !== (isAnswered ? sets.at(-1)?.[0]?.set : undefined))
        say('the ledger tells another answer than the set that was stored last');
      const toReplace = exam.former === undefined ? sets.slice(1) : sets;
      if (toReplace.some(([first]) => !first!.replaces.some((uid) => pacs.held.has(uid))))
        say('a further set names no predecessor');
      if (!clockWasSet && sets.length > promised.mostSets) say(`${sets.length} sets`);
    }
  for (const { studyInstanceUID: study } of exams) {
    for (const text of brokenChain(study, pacs)) broken.push(`study ${study}: ${text}`);
    const record = records.find((one) => one.studyInstanceUID === study && one.settingsDigest === upgraded);
    for (const text of leftByUpgrade(study, pacs, record)) broken.push(`study ${study}: ${text}`);
  }
  for (const uid of pacs.differing) broken.push(`object ${uid} was sent with other bytes`);
  return broken;
}

/** What the earlier version had made is in the archive, as a whole. What it had only begun with is the next one's. */
function leftByUpgrade(study: string, pacs: ModelledPacs, record: ExamRecord | undefined): string[] {
  if (record === undefined) return [];
  const results = pacs.of(study).flatMap(({ result }) => result ?? []);
  const isHalf = (objects: readonly ModelledResult[]) => objects.length !== wholeOf(objects);
  return [
    ...(isOnItsWay(record, record.modelName) ? ['results of the earlier version are left undelivered'] : []),
    ...(setsOf(results.filter(({ by }) => by === record.settingsDigest)).some(isHalf)
      ? ['half a set of the earlier version']
      : []),
  ];
}

function wholeOf([first]: readonly ModelledResult[]): number {
  return first!.code === undefined ? WHOLE_SET : 1;
}

/** Each set about a study has a higher number than the one before, and names all of its objects. */
function brokenChain(study: string, pacs: ModelledPacs): string[] {
  const broken: string[] = [];
  const held = pacs.of(study);
  const namesOf = (set: string) =>
    held.filter(({ result }) => result?.set === set).map(({ sopInstanceUID }) => sopInstanceUID as string);
  const firsts = setsOf(held.flatMap(({ result }) => result ?? [])).map(([first]) => first!);
  for (const [place, { edition, replaces }] of firsts.entries()) {
    const before = firsts[place - 1];
    if (before === undefined) continue;
    if (edition <= before.edition) broken.push(`set ${edition} came after set ${before.edition}`);
    if (namesOf(before.set).some((uid) => !replaces.includes(uid)))
      broken.push(`set ${edition} does not name all of set ${before.edition}`);
  }
  return broken;
}

function brokenBy(
  sets: readonly ModelledResult[][],
  promised: Promised,
  { foreign, oddity }: ModelledExam,
): string[] {
  const broken: string[] = [];
  const last = sets.at(-1)?.[0];
  if (last?.about.join() !== promised.about.join())
    broken.push('the last set is not about all of its images');
  if (last?.lacks.join() !== promised.lacks.join())
    broken.push('the last set tells of other images that it lacks');
  if (last?.code !== promised.code) broken.push(`the last set says ${last?.code ?? 'an answer'}`);
  const told = sets.map(([first]) => `${first!.about} ${first!.lacks} ${first!.code ?? ''}`);
  if (told.length - new Set(told).size > (foreign ? 1 : 0)) broken.push('two sets about the same images');
  for (const objects of sets) {
    const whole = wholeOf(objects);
    if (objects.length !== whole) broken.push(`${objects.length} objects of a set of ${whole}`);
    if (oddity !== 'lost image' && objects.some(({ lacks }) => lacks.length > 0))
      broken.push('an answer lacks an image that could be had');
  }
  return broken;
}

function promisedFor({ images, oddity, foreign }: ModelledExam, pacs: ModelledPacs): Promised {
  const own = images.map(({ sopInstanceUID }) => sopInstanceUID as string).sort();
  const lacks = own.filter((uid) => pacs.lost.has(uid));
  const whole = { state: 'delivered', about: own, lacks: [], code: undefined, mostSets: 1 } as const;
  switch (oddity) {
    case undefined:
      return whole;
    case 'late':
      return { ...whole, mostSets: 2 };
    case 'lost image':
      if (lacks.length === 0) return { ...whole, mostSets: 3 };
      return {
        ...whole,
        state: 'partial',
        about: own.filter((uid) => !pacs.lost.has(uid)),
        lacks,
        // Where it came late, after an answer about the others.
        mostSets: 2,
      };
    case 'second patient': {
      // The answer, which is taken back, and the answer again.
      if (foreign!.until !== undefined) return { ...whole, mostSets: 3 };
      const about = [...own, foreign!.image.sopInstanceUID as string].sort();
      return { ...whole, state: 'not-processed', about, code: 'contradictory-patient', mostSets: 2 };
    }
  }
}

/** In the order in which their first object was stored. */
function setsOf(results: readonly ModelledResult[]): ModelledResult[][] {
  const sets = new Map<string, ModelledResult[]>();
  for (const result of results) sets.set(result.set, [...(sets.get(result.set) ?? []), result]);
  return [...sets.values()];
}
