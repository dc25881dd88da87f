import type { StudyInstanceUID } from '../dicom/index.js';
import type { ExamRecord } from '../ledger/index.js';
import { byStudy, type StandingParts, standingOf } from './takeUpAgain.js';
import { type DateRange, NO_DATE } from './workSource.js';

/** Which exams somebody wants processed again: by name, or all of a range of study dates that the ledger knows. */
export type AskedAgain = { studies: readonly StudyInstanceUID[] } | { range: DateRange };

/** What processing exams again with today's model and settings comes to, as far as it can be told beforehand. */
export interface ReprocessPlan {
  /** Those that are to be processed again, the newest first. */
  studies: StudyInstanceUID[];
  /** Done with exactly today's model and settings; waiting or worked on; never closed with anything. */
  done: number;
  underWay: number;
  unknown: string[];
  /** Exams whose study date the ledger does not know: in no range, they have to be named. */
  undated: number;
  /** Objects that are written, by kind: as many as were written about these exams before, where they were. */
  objects: Record<string, number>;
  bytes: number;
  /** Kinds that are switched on and were never written about these exams: how many there will be is not known. */
  notCounted: string[];
}

export interface PlanParts extends StandingParts {
  /** Kinds of object that are switched on. */
  kinds: readonly string[];
}

/** So many exams are looked at for what they will write; the others will write as much on the average. */
const MOST_SAMPLED = 200;

export async function planReprocess(asked: AskedAgain, parts: PlanParts): Promise<ReprocessPlan> {
  const { ledger } = parts;
  const known =
    'range' in asked
      ? byStudy(await ledger.list({ dates: asked.range }))
      : await Promise.all(
          asked.studies.map(
            async (study): Promise<[StudyInstanceUID, ExamRecord[]]> => [
              study,
              await ledger.list({ studyInstanceUID: study }),
            ],
          ),
        );
  const plan: ReprocessPlan = {
    studies: [],
    done: 0,
    underWay: 0,
    unknown: [],
    undated: 'range' in asked ? byStudy(await ledger.list({ dates: NO_DATE })).length : 0,
    objects: {},
    bytes: 0,
    notCounted: [],
  };
  const again: ExamRecord[][] = [];
  for (const [study, records] of known) {
    const standing = await standingOf(records, parts);
    if (standing === 'done') plan.done++;
    else if (standing === 'under-way') plan.underWay++;
    else if (standing === 'unknown') plan.unknown.push(study);
    else {
      plan.studies.push(study);
      again.push(records);
    }
  }
  return again.length === 0 ? plan : { ...plan, ...(await writing(again, parts)) };
}

/** What is written about them. */
async function writing(
  again: readonly ExamRecord[][],
  { ledger, kinds, reports }: PlanParts,
): Promise<Pick<ReprocessPlan, 'objects' | 'bytes' | 'notCounted'>> {
  const counts = new Map<string, number>();
  let bytes = 0;
  const sample = again.slice(0, MOST_SAMPLED);
  for (const records of sample) {
    const [latest] = records
      .filter(({ answer, closedAt }) => answer !== undefined && closedAt !== undefined)
      .sort((a, b) => b.closedAt!.getTime() - a.closedAt!.getTime());
    if (latest === undefined) continue;
    for (const { kind, revision, size } of await ledger.made(latest)) {
      if (revision !== latest.answer!.revision || !kinds.includes(kind)) continue;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      bytes += size;
    }
  }
  const share = again.length / sample.length;
  const objects: Record<string, number> = {};
  for (const kind of kinds) {
    const count = Math.round((counts.get(kind) ?? 0) * share);
    // A report about each, also where none was written before.
    if (count > 0 || reports.includes(kind)) objects[kind] = reports.includes(kind) ? again.length : count;
  }
  return {
    objects,
    bytes: Math.round(bytes * share),
    notCounted: kinds.filter((kind) => objects[kind] === undefined),
  };
}
