import type { ExamDesk, StatusSource } from '../admin/index.js';
import { installedVersion, type Settings } from '../config/index.js';
import { isPacsErrorCode } from '../dicomweb/index.js';
import type { Log } from '../poller/index.js';
import { LedgerView, type View } from './ledgerView.js';
import { pacsTrouble } from './pacsTrouble.js';
import { isRightlyNotProcessed } from './rightEnds.js';
import { schedulePatience } from './schedulePatience.js';
import { type Service, servedModelOf } from './service.js';
import { examDesk } from './serviceDesk.js';

/** What the status page shows of a running service, and may ask of it. Answers in time even if the ledger does not. */
export function statusOf(
  service: Service,
  settings: Settings,
  log: Log,
): { source: StatusSource; desk: ExamDesk; stopping(): void } {
  const startedAt = new Date();
  const { bundle, engine, poller } = service;
  const served = servedModelOf(bundle, settings);
  const view = new LedgerView(service.ledger, served);
  let isStopping = false;

  const source: StatusSource = async () => {
    const now = new Date();
    const told = await view.look();
    const cycle = poller.latest;
    const { leftAlone } = poller;
    const problem = pacsTrouble(poller);
    const ownProblem = cycle?.problems.find(({ code }) => !isPacsErrorCode(code));
    // A claim alone may be another's, or that of a process that was killed.
    const { claimed = 0, delivering = 0 } = told.reading?.counts ?? {};
    const working = poller.running && claimed + delivering > 0;
    return {
      version: installedVersion(),
      startedAt,
      now,
      service: {
        state: isStopping ? 'stopping' : working ? 'working' : poller.running ? 'looking' : idle(cycle),
        lastSign: poller.lastSign,
        lastStep: poller.lastStep,
        lastCycle: cycle && {
          startedAt: cycle.startedAt,
          endedAt: cycle.endedAt,
          searched: cycle.searched,
          studies: cycle.studies,
          passedOver: cycle.passedOver,
          exams: cycle.exams.length,
        },
        staleAfterSeconds: schedulePatience(settings.poll.schedule, now),
        problem: ownProblem?.reason,
      },
      pacs: {
        url: settings.pacs.qidoUrl,
        reachable: problem !== undefined ? false : cycle?.searched ? true : undefined,
        problem: problem?.reason,
        code: problem?.code,
        since: leftAlone?.since ?? cycle?.unsearchableSince,
        leftAlone: leftAlone && { code: leftAlone.reason.code, until: leftAlone.until },
      },
      model: {
        name: bundle.name,
        version: bundle.version,
        engine: engine.name,
        device: engine.device,
        reason: engine.reason,
      },
      audit: auditStatus(service.audit),
      unencrypted: service.plainWays.map(({ setting, to }) => ({ setting, to })),
      ...ledgerStatus(told),
    };
  };
  return {
    source,
    desk: examDesk({ service, served, view, log }),
    stopping: () => {
      isStopping = true;
    },
  };
}

function auditStatus({ trouble }: Service['audit']) {
  return (
    trouble && {
      problem: trouble.message,
      remedy: trouble.remedy,
      // One that is not sent on holds it all the same.
      refusesOrders: trouble.code === 'audit-unwritable',
    }
  );
}

function ledgerStatus({ reading, toldAt, trouble }: View) {
  return {
    ledger: { toldAt, problem: trouble?.reason, code: trouble?.code, since: trouble?.since },
    pausing: reading?.pausing,
    counts: reading?.counts ?? {},
    queue: reading?.queue,
    backlog: reading?.backlog,
    reasons: (reading?.reasons ?? []).map((reason) => ({
      ...reason,
      isRight: isRightlyNotProcessed(reason.code),
    })),
    day: reading?.day ?? [],
    recent: reading?.recent,
    exams: reading?.exams ?? [],
  };
}

function idle(lastCycle: object | undefined): 'starting' | 'waiting' {
  return lastCycle === undefined ? 'starting' : 'waiting';
}
