import {
  AdminError,
  type ExamAnswer,
  type ExamDesk,
  type ExamFilter,
  type ExamWork,
  type ObjectStatus,
} from '../admin/index.js';
import { asUid, type StudyInstanceUID } from '../dicom/index.js';
import {
  EXAM_STATES,
  type ExamRecord,
  type ExamState,
  isServed,
  type Ledger,
  type MadeObject,
  RETRIABLE_STATES,
  type ServedModel,
  waysFor,
} from '../ledger/index.js';
import type { Log } from '../poller/index.js';
import { inTime } from './inTime.js';
import type { LedgerView } from './ledgerView.js';
import { handedEnd, type Order } from './orders.js';
import { LEDGER_MS, nameOf, orderLate, PageOrders } from './pageOrders.js';
import { presentAnswer } from './presentAnswer.js';
import type { Service } from './service.js';
import { StoredResults } from './storedResults.js';

/** A study has a work for each version of each model; nobody looks at more. */
const MOST_WORKS = 20;

/** Kinds of object that are a picture in colours. */
const PICTURES: ReadonlySet<string> = new Set(['secondary-capture', 'overview']);

export interface DeskParts {
  service: Pick<Service, 'ledger' | 'pacs' | 'poller' | 'audit' | 'reprocess'>;
  served: ServedModel;
  view: LedgerView;
  log: Log;
  /** How long somebody waits for the PACS, unless it is as long as people do. */
  patienceMs?: number;
}

/** What administrators ask about single exams, and order. */
export function examDesk({ service, served, view, log, patienceMs }: DeskParts): ExamDesk {
  const { ledger } = service;
  const results = new StoredResults(service, patienceMs);
  const orders = new PageOrders({ trail: service.audit.trail, view, log });
  const present = (study: string, which: (object: MadeObject) => boolean) =>
    presentObject({ ledger, served, study }, which);
  return {
    find: async ({ studies, states, codes }, limit) => {
      const asked = { codes, limit, ...(states && { states: states.filter(isState) }) };
      if (studies === undefined) return soon(ledger.list(asked));
      const found = studies.map((studyInstanceUID) => ledger.list({ ...asked, studyInstanceUID }));
      return (await soon(Promise.all(found))).flat();
    },
    works: async (study) => {
      const exams = sorted(await soon(ledger.list({ studyInstanceUID: study, limit: MOST_WORKS })), served);
      const works: ExamWork[] = [];
      for (const exam of exams) works.push(await soon(workOf(exam, ledger, served)));
      return works;
    },
    answer: async (study) => {
      const report = await present(study, ({ kind }) => kind === 'tid1500');
      if (report === undefined)
        throw new AdminError(
          'object-unknown',
          `No report about study ${study} is in the PACS that can be shown.`,
        );
      const { sopInstanceUID, revision } = report;
      const said: Omit<ExamAnswer, 'sopInstanceUID' | 'revision'> = await results.answer(study, report);
      return { sopInstanceUID, revision, ...said };
    },
    picture: async (study, sopInstanceUID) => {
      const picture = await present(
        study,
        (object) => object.sopInstanceUID === sopInstanceUID && PICTURES.has(object.kind),
      );
      if (picture === undefined)
        throw new AdminError(
          'object-unknown',
          `Study ${study} has no picture ${sopInstanceUID} in the PACS.`,
        );
      return results.picture(study, picture);
    },
    retry: async (filter, by) => {
      const which = retryOf(filter);
      const { studies, ...said } = filter;
      const retried = await orders.carryOut(by, {
        what: 'retry',
        studies,
        said,
        work: () => ledger.retry({ ...which, served }),
        endOf: ({ length }) => handedEnd(length, 'nothing to try again'),
      });
      // The order has taken effect: that the rest cannot be told of now must not read as if it had not.
      const left = await soon(ledger.countRetriable({ ...which, served })).catch(() => []);
      const earlier = left.filter(({ ways }) => !ways.retry && (ways.reprocess || ways.adopt));
      return { exams: retried.length, earlier: earlier.reduce((sum, { exams }) => sum + exams, 0) };
    },
    reprocess: async (study, by) => {
      const order: Order<Awaited<ReturnType<Service['reprocess']>>> = {
        what: 'reprocess',
        studies: [study],
        work: () => results.inTurn(() => service.reprocess(asUid<StudyInstanceUID>(study))),
        endOf: (end) =>
          end === 'taken-up' || end === 'under-way'
            ? { detail: `done: ${end}` }
            : { failure: `refused: ${end}` },
      };
      const outcome = await orders.carryOut(by, order, (carried) =>
        results.inTime(carried, () => orderLate('pacs-away')),
      );
      if (outcome === 'unknown')
        throw new AdminError('exam-unknown', `The ledger knows no exam of study ${study}.`);
      return outcome;
    },
    // Why stands in the ledger and on the page alone: whatever somebody wrote there, it leaves them by no log.
    pause: (by, why) => orders.carryOut(by, { what: 'pause', work: () => ledger.pause(nameOf(by), why) }),
    goOn: (by) => orders.carryOut(by, { what: 'go-on', work: () => ledger.goOn() }),
  };
}

/** What tells the exam's answer now. @throws AdminError `answer-outdated` for what does not any more */
async function presentObject(
  { ledger, served, study }: { ledger: Ledger; served: ServedModel; study: string },
  which: (object: MadeObject) => boolean,
): Promise<MadeObject | undefined> {
  const [exam] = sorted(await soon(ledger.list({ studyInstanceUID: study, limit: MOST_WORKS })), served);
  if (exam === undefined) throw new AdminError('exam-unknown', `The ledger knows no exam of study ${study}.`);
  const made = await soon(ledger.made(exam));
  const answer = presentAnswer(exam, made);
  const found = made.filter((object) => object.confirmedAt !== undefined && which(object));
  if (found.length === 0 || answer === undefined) return undefined;
  if ('outdated' in answer) throw new AdminError('answer-outdated', answer.outdated);
  const { revision } = answer;
  const object = found.find((one) => one.revision === revision);
  if (object !== undefined) return object;
  const what = `It is of revision ${found[0]!.revision}; the exam's answer is now that of revision ${revision}.`;
  throw new AdminError('answer-outdated', what);
}

/** What this service works with before what others do; among each the latest first. */
function sorted(exams: readonly ExamRecord[], served: ServedModel): ExamRecord[] {
  return [...exams].sort((a, b) => Number(isServed(b, served)) - Number(isServed(a, served)));
}

async function workOf(exam: ExamRecord, ledger: Ledger, served: ServedModel): Promise<ExamWork> {
  const steps = await ledger.history(exam);
  const made = await ledger.made(exam);
  const { modelName: name, modelVersion: version, settingsDigest: settings } = exam;
  return {
    ...exam,
    model: { name, version, settings },
    isServed: isServed(exam, served),
    ways: waysFor(exam, served),
    presentAnswer: presentAnswer(exam, made),
    objects: made.map(objectOf),
    steps,
  };
}

function objectOf({ size: bytes, ...object }: MadeObject): ObjectStatus {
  return { ...object, bytes, isPicture: PICTURES.has(object.kind) };
}

function isState(text: string): text is ExamState {
  return (EXAM_STATES as readonly string[]).includes(text);
}

function retryOf({ studies, states, codes }: ExamFilter) {
  return { studies, codes, states: states && RETRIABLE_STATES.filter((state) => states.includes(state)) };
}

function soon<T>(work: Promise<T>): Promise<T> {
  return inTime(work, LEDGER_MS, ledgerAway);
}

function ledgerAway(): AdminError {
  return new AdminError('ledger-away', 'The ledger does not answer in time.', {
    remedy: 'Check its database or disk. Nothing is lost.',
  });
}
