import { createTask } from 'node-cron';

/** So many beats of a schedule may be missed before somebody counts as silent. */
const BEATS_MISSED = 3;
const LEAST_SECONDS = 120;

/** For how many seconds there may be no sign of whoever works by `poll.schedule`. */
export function schedulePatience(schedule: string): number {
  const task = createTask(schedule, () => {});
  const [first, second] = task.getNextRuns(2);
  void task.destroy();
  const beat = first === undefined || second === undefined ? 0 : (second.getTime() - first.getTime()) / 1000;
  return Math.max(LEAST_SECONDS, BEATS_MISSED * beat);
}
