import type { Pausing } from '../ledger/index.js';
import type { ExamReport } from './examReport.js';
import { emptyLook, type Look } from './workSource.js';

/** One look at the archive and all the work that followed from it. */
export interface CycleReport extends Omit<Look, 'workable'> {
  startedAt: Date;
  endedAt: Date;
  /** Complete exams that were worked on. */
  exams: ExamReport[];
  /** Complete exams left for the next cycle (`maxExamsPerCycle`). */
  postponed: number;
  /** No exam was taken up, by somebody's order. The look went on, so that nothing is missed. */
  pausing?: Pausing | undefined;
}

/** A cycle that has just begun. */
export function emptyCycle(startedAt: Date): CycleReport {
  const { workable: _, ...look } = emptyLook();
  return { ...look, startedAt, endedAt: startedAt, exams: [], postponed: 0 };
}

/**
 * What several sources saw, as one: the archive is searched where every source could. Exams may be worked on where one
 * of them says so: trouble with old exams does not hold back the new ones.
 */
export function joinLooks(looks: readonly Look[]): Look {
  const dates = (key: 'unsearchableSince' | 'nextCompleteAt') =>
    looks
      .flatMap((look) => look[key] ?? [])
      .sort((a, b) => a.getTime() - b.getTime())
      .at(0);
  return {
    searched: looks.every((look) => look.searched),
    workable: looks.some((look) => look.workable),
    unsearchableSince: dates('unsearchableSince'),
    studies: looks.reduce((sum, { studies }) => sum + studies, 0),
    passedOver: added(looks.map(({ passedOver }) => passedOver)),
    arriving: looks.reduce((sum, { arriving }) => sum + arriving, 0),
    nextCompleteAt: dates('nextCompleteAt'),
    problems: looks.flatMap(({ problems }) => problems),
  };
}

function added(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, count] of counts.flatMap(Object.entries<number>)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
