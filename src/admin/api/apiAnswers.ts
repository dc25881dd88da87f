import type { z } from 'zod';
import { adviceOn, mayHelpToRetry } from '../advice.js';
import { conditionOf } from '../condition.js';
import type { ExamWork } from '../examDesk.js';
import type { ExamStatus, StatusSnapshot } from '../serviceState.js';
import type { dayAnswer, exam, examAnswer, queueAnswer, reasonsAnswer, serviceAnswer } from './schemas.js';

/*
 * The answers, out of the service's state. What is undefined is left out by JSON.
 */

type Answer<Schema extends z.ZodType> = z.output<Schema>;

export function serviceOf(snapshot: StatusSnapshot): Answer<typeof serviceAnswer> {
  const { version, startedAt, now, service, pacs, model, ledger, pausing } = snapshot;
  const { level, headline, troubles } = conditionOf(snapshot);
  const { leftAlone, ...reached } = pacs;
  return {
    version,
    startedAt,
    now,
    level,
    headline,
    troubles: [...troubles],
    state: service.state,
    pause: pausing,
    lastLook: service.lastCycle && { ...service.lastCycle, passedOver: service.lastCycle.passedOver ?? {} },
    ledger: { answers: ledger.problem === undefined, ...ledger },
    pacs: { ...reached, leftAloneUntil: leftAlone?.until },
    model,
  };
}

export function queueOf({ counts, backlog }: StatusSnapshot): Answer<typeof queueAnswer> {
  const isKnown = Object.keys(counts).length > 0;
  return {
    counts: isKnown ? (counts as Answer<typeof queueAnswer>['counts']) : undefined,
    ...backlog,
  };
}

export function reasonsOf({ reasons }: StatusSnapshot): Answer<typeof reasonsAnswer> {
  return {
    reasons: reasons.map((reason) => ({
      ...reason,
      state: reason.state as Answer<typeof exam>['state'],
      todo: adviceOn(reason.code),
      mayRetry: mayHelpToRetry(reason.state, reason.code),
    })),
  };
}

export function dayOf({ day }: StatusSnapshot): Answer<typeof dayAnswer> {
  const [first, second] = day;
  const ms = first === undefined || second === undefined ? 0 : second.from.getTime() - first.from.getTime();
  return {
    minutes: Math.round(ms / 60_000),
    stretches: day.map(({ median, most, ...stretch }) => ({
      ...stretch,
      medianSeconds: median,
      p95Seconds: most,
    })),
  };
}

function shortAnswerOf({ shortAnswer }: ExamStatus): Answer<typeof exam>['shortAnswer'] {
  return (
    shortAnswer && {
      ...shortAnswer,
      breasts: shortAnswer.breasts.map((breast) =>
        breast.answered ? { ...breast, views: [...breast.views] } : breast,
      ),
    }
  );
}

/** Only what the description names: the ledger's records hold more. */
export function examOf(status: ExamStatus): Answer<typeof exam> {
  const { studyInstanceUID, state, revision, attempts, code, reason, worker } = status;
  const { firstSeen, lastChange, updatedAt, dueAt, closedAt, retryAt } = status;
  return {
    studyInstanceUID,
    state: state as Answer<typeof exam>['state'],
    revision,
    attempts,
    code,
    reason,
    firstSeen,
    lastChange,
    updatedAt,
    worker,
    dueAt,
    closedAt,
    retryAt,
    shortAnswer: shortAnswerOf(status),
  };
}

export function detailOf(studyInstanceUID: string, works: readonly ExamWork[]): Answer<typeof examAnswer> {
  type Work = Answer<typeof examAnswer>['works'][number];
  return {
    studyInstanceUID,
    works: works.map(
      (work): Work => ({
        ...examOf(work),
        model: work.model,
        isServed: work.isServed,
        ways: work.ways,
        presentAnswer: work.presentAnswer,
        images: work.images?.map(({ sopInstanceUID, view, answered, code, reason }) => ({
          sopInstanceUID,
          view: view as NonNullable<Work['images']>[number]['view'],
          answered,
          code,
          reason,
        })),
        objects: work.objects.map(
          ({ revision, kind, sopInstanceUID, view, bytes, sentAt, confirmedAt, isPicture }) => ({
            revision,
            kind,
            sopInstanceUID,
            view: view as Work['objects'][number]['view'],
            bytes,
            sentAt,
            confirmedAt,
            isPicture,
          }),
        ),
        steps: work.steps.map(({ at, event, worker, code, reason }) => ({ at, event, worker, code, reason })),
      }),
    ),
  };
}
