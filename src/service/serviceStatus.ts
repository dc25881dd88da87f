import { createTask } from 'node-cron';
import type { StatusSource } from '../admin/index.js';
import { installedVersion, type Settings } from '../config/index.js';
import { isPacsErrorCode } from '../dicomweb/index.js';
import { recentExams } from './recentExams.js';
import { type Service, servedModelOf } from './service.js';

const EXAMS_SHOWN = 50;

/** A service may miss so many beats of its schedule before it counts as stuck. */
const BEATS_MISSED = 3;
const LEAST_PATIENCE_SECONDS = 120;

/** What the status page shows of a running service. */
export function statusOf(service: Service, settings: Settings): { source: StatusSource; stopping(): void } {
  const startedAt = new Date();
  const staleAfterSeconds = patience(settings.poll.schedule);
  const { bundle, engine, ledger, poller } = service;
  const served = servedModelOf(bundle, settings);
  let isStopping = false;

  const source: StatusSource = async () => {
    const now = new Date();
    const [counts, exams, queue] = await Promise.all([
      ledger.counts(),
      ledger.list({ limit: EXAMS_SHOWN }),
      ledger.countDue(served),
    ]);
    const cycle = poller.latest;
    const { pause } = poller;
    const problem = pause?.reason ?? cycle?.problems.find(({ code }) => isPacsErrorCode(code));
    const ownProblem = cycle?.problems.find(({ code }) => !isPacsErrorCode(code));
    // A claim alone may be another's, or that of a process that was killed.
    const working = poller.running && counts.claimed + counts.delivering > 0;
    return {
      version: installedVersion(),
      startedAt,
      now,
      service: {
        state: isStopping ? 'stopping' : working ? 'working' : poller.running ? 'looking' : idle(cycle),
        lastSign: poller.lastSign,
        lastCycle: cycle && {
          startedAt: cycle.startedAt,
          endedAt: cycle.endedAt,
          studies: cycle.studies,
          passedOver: cycle.passedOver,
          exams: cycle.exams.length,
        },
        staleAfterSeconds,
        problem: ownProblem?.reason,
      },
      pacs: {
        url: settings.pacs.qidoUrl,
        reachable: problem !== undefined ? false : cycle?.searched ? true : undefined,
        problem: problem?.reason,
        since: pause?.since ?? cycle?.unsearchableSince,
        leftAlone: pause && { code: pause.reason.code, until: pause.until },
      },
      model: {
        name: bundle.name,
        version: bundle.version,
        engine: engine.name,
        device: engine.device,
        reason: engine.reason,
      },
      counts,
      queue,
      recent: recentExams(exams, now),
      exams,
    };
  };
  return {
    source,
    stopping: () => {
      isStopping = true;
    },
  };
}

function idle(lastCycle: object | undefined): 'starting' | 'waiting' {
  return lastCycle === undefined ? 'starting' : 'waiting';
}

function patience(schedule: string): number {
  const task = createTask(schedule, () => {});
  const [first, second] = task.getNextRuns(2);
  void task.destroy();
  const beat = first === undefined || second === undefined ? 0 : (second.getTime() - first.getTime()) / 1000;
  return Math.max(LEAST_PATIENCE_SECONDS, BEATS_MISSED * beat);
}
