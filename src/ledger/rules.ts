import type { LedgerErrorCode } from './errors.js';
import { isServed, type ServedModel } from './examKey.js';
import { type ClosedState, type ExamState, RETRIABLE_STATES } from './examState.js';
import type { Among, Answer, Change, Claim, ExamRecord, Outcome } from './ledger.js';
import type { RetryFilter, Ways } from './ways.js';

/*
 * What the ledger allows, whatever database keeps it: pure functions of states and numbers. A database's statements
 * do what these say; its tests hold them to it.
 */

/** States in which a claim's holder may act. */
export const HELD: readonly ExamState[] = ['claimed', 'delivering'];

/** States in which an exam is at its end, until its images change or somebody asks for more. */
export const CLOSED: readonly ExamState[] = ['delivered', 'partial', 'not-processed'];

export function isClosed(state: ExamState): state is ClosedState {
  return CLOSED.includes(state);
}

/** Whether what the archive holds answers the exam as it is now. */
export function isAnswered(state: ExamState): boolean {
  return isClosed(state) && state !== 'not-processed';
}

/** Which state may follow which; the drawing is over `ExamState`. A new claim of a lapsed lease keeps the state. */
const FOLLOWS: Record<ExamState, readonly ExamState[]> = {
  waiting: ['claimed'],
  claimed: ['claimed', 'waiting', 'delivering', 'failed', 'delivered', 'partial', 'not-processed'],
  delivering: ['delivering', 'failed', 'delivered', 'partial', 'not-processed'],
  failed: ['waiting', 'claimed', 'delivering', 'failed'],
  delivered: ['waiting'],
  partial: ['waiting'],
  'not-processed': ['waiting', 'failed'],
};

/** Whether an exam may go from one state to the other in one step. */
export function mayFollow(from: ExamState, to: ExamState): boolean {
  return FOLLOWS[from].includes(to);
}

/** What stands in the ledger about an exam, as far as a claim's right depends on it. */
export interface Holding {
  state: ExamState;
  claimNumber: number;
  revision: number;
}

/**
 * Whether a claim still holds, or ended in one of the states named: then by this very call, whose answer was lost.
 * A lease that has run out takes no right away; only another worker's claim does, whose number is higher.
 */
export function holds(
  exam: Holding,
  claim: Pick<Claim, 'number' | 'revision'>,
  ended: readonly ExamState[] = [],
): boolean {
  return (
    exam.claimNumber === claim.number &&
    exam.revision === claim.revision &&
    (HELD.includes(exam.state) || ended.includes(exam.state))
  );
}

/** When an exam may be taken, by the database's clock. Undefined where it is not set. */
export interface Dates {
  state: ExamState;
  /** When a waiting exam counts as complete. */
  dueAt: Date | undefined;
  retryAt: Date | undefined;
  leaseUntil: Date | undefined;
}

/**
 * `due`: it waits and is complete, or its retry is due. `left-behind`: a worker held it and its lease has run out;
 * perhaps the exam ended that worker. Undefined: nobody may take it now.
 */
export function takeable({ state, dueAt, retryAt, leaseUntil }: Dates, now: Date): Among | undefined {
  const reached = (date: Date | undefined) => date !== undefined && date <= now;
  if (state === 'waiting') return reached(dueAt) ? 'due' : undefined;
  if (state === 'failed') return reached(retryAt) ? 'due' : undefined;
  return HELD.includes(state) && reached(leaseUntil) ? 'left-behind' : undefined;
}

/**
 * Which try this is. Tries that end with an error end with the `last` one allowed. A claim after that means that the
 * last one took its process along: `lost`, and the exam is answered without being analysed. Where even that ended the
 * process, it is `over`: nothing is tried any more.
 *
 * @param attempt 1 for the first. @param allowed by the settings
 */
export function whichTry(attempt: number, allowed: number): 'usual' | 'last' | 'lost' | 'over' {
  if (attempt < allowed) return 'usual';
  if (attempt === allowed) return 'last';
  return attempt === allowed + 1 ? 'lost' : 'over';
}

/** @param before undefined where the exam was never seen */
export function changeOf(
  before: { state: ExamState; fingerprint: string; claimedFingerprint: string | undefined } | undefined,
  fingerprint: string,
): Change {
  if (before === undefined) return 'new';
  if (CLOSED.includes(before.state) && before.claimedFingerprint !== fingerprint) return 'reopened';
  return before.fingerprint === fingerprint ? 'unchanged' : 'changed';
}

/** Closed with an answer: it counts only once every object that tells it is in the archive. */
export function isConfirmed({ kept, confirmed }: { kept: number; confirmed: number }): boolean {
  return kept > 0 && confirmed >= kept;
}

/** Whether views have come to an exam since it was answered that got no answer now either. */
export function lacksViewsSince(before: Answer, { lacks = [] }: Outcome): boolean {
  return lacks.some((uid) => !before.restsOn.includes(uid));
}

/**
 * Whether a further set of objects would say more than the answer that the archive holds: it rests on an image that the
 * other does not, lacks nothing where the other is partial, names a view that the other, which passes for whole, knows
 * nothing of, or takes an answer back. One that says the same or less is not written, so that images that change
 * nothing (a spot view that came late, a view that was taken away) lead to no second report.
 */
export function saysMore(before: Answer, outcome: Outcome): boolean {
  const { kind, restsOn = [] } = outcome;
  if (kind === 'not-processed' && outcome.takesBack) return before.state !== 'not-processed';
  if (restsOn.some((uid) => !before.restsOn.includes(uid))) return true;
  if (kind === 'partial') return before.state === 'delivered' && lacksViewsSince(before, outcome);
  return kind === 'processed' && before.state === 'partial';
}

/** What another exam of the same study is to one whose results are made now. */
type Neighbour = Pick<ExamRecord, 'modelName' | 'state' | 'objects'>;

/**
 * Whether another version's results about a study are on their way to the archive, or somebody is making them: those
 * of this one come after them. What a worker made and left behind is delivered by any other, what it had only begun
 * with is nobody's until it is handed over.
 */
export function isInTheWay(other: Neighbour, modelName: string, isLeftBehind: boolean): boolean {
  if (HELD.includes(other.state) && !isLeftBehind) return true;
  return isOnItsWay(other, modelName);
}

/** Results of the same model that are made, and go to the archive without anybody's order. */
export function isOnItsWay({ modelName, state, objects }: Neighbour, model: string): boolean {
  return modelName === model && objects.kept > 0 && (state === 'delivering' || state === 'failed');
}

/** Results of the same model that only an order would bring to the archive any more. */
export function isGivenUp({ modelName, state, objects }: Neighbour, model: string): boolean {
  return modelName === model && state === 'not-processed' && objects.kept > objects.confirmed;
}

/**
 * How many numbers an exam has taken so far of those that the sets of results about its study have: one with each
 * revision. What was given up before any of it was sent has none.
 */
function numbersTaken({ state, revision, answer, objects }: ExamRecord): number {
  if (isAnswered(state)) return answer?.revision ?? revision;
  const isSent = state === 'not-processed' ? objects.sent > 0 : objects.kept > 0;
  return isSent ? revision : revision - 1;
}

/**
 * Which set of results about the study an exam's is, from 1: it rises with every set that is written, by whatever
 * model, in whatever version and with whatever settings, so that the newest can be told from the others by its title.
 *
 * @param records all of the study
 */
export function editionOf(exam: ServedModel, revision: number, records: readonly ExamRecord[]): number {
  const others = records.filter((other) => !isServed(other, exam));
  return others.reduce((sum, other) => sum + numbersTaken(other), revision);
}

/** Whether somebody means the very exams, and not just all that are in trouble. */
export function isNamed({ studies, states, codes }: RetryFilter): boolean {
  return studies !== undefined || codes !== undefined || (states?.includes('not-processed') ?? false);
}

/**
 * Code of an exam about which, or about all that it lacks, the model gives no answer: the next try would end alike. It
 * has to be asked for by study or by this code.
 */
export const REFUSED = 'images-refused';

/** Code of an exam whose kept results are lost or changed on the disk: they can only be made once more. */
export const DAMAGED: LedgerErrorCode = 'ledger-object-damaged';

/** What a retry looks at in an exam. */
export interface RetriedExam {
  state: ExamState;
  code: string | undefined;
  /** What is said about it is made. */
  answered: boolean;
  /** Of that, something is not in the archive. */
  undelivered: boolean;
}

/**
 * What an administrator's retry does with an exam: `again` goes on where it stopped, `reopen` makes it a new revision,
 * since what it said stands in the archive, or is lost before it came there. A "not processed" report was an answer and
 * no failure: it has to be named.
 */
export function retryOf(
  { state, code, answered, undelivered }: RetriedExam,
  which: RetryFilter,
): 'again' | 'reopen' | undefined {
  if (code === 'superseded') return undefined;
  if (state === 'failed') return code === DAMAGED && answered ? 'reopen' : 'again';
  if (state !== 'partial' && state !== 'not-processed') return undefined;
  if (undelivered) return code === DAMAGED ? 'reopen' : 'again';
  if (code === REFUSED && which.studies === undefined && which.codes === undefined) return undefined;
  if (state === 'partial') return 'reopen';
  if (!answered) return 'again';
  return isNamed(which) ? 'reopen' : undefined;
}

/** The same for the page, the command line, and whoever takes an exam up again. */
export function waysFor(exam: ExamRecord, served: ServedModel): Ways {
  const { kept, confirmed } = exam.objects;
  return waysOf({
    state: exam.state,
    code: exam.code,
    isServed: isServed(exam, served),
    isOfSameModel: exam.modelName === served.modelName,
    isMade: kept > 0,
    isUndelivered: kept > confirmed,
  });
}

/** What the ways of an exam depend on. */
export interface ExamStanding {
  state: ExamState;
  code: string | undefined;
  isServed: boolean;
  /** In whatever version, with whatever settings. */
  isOfSameModel: boolean;
  /** It has objects, in its present revision. */
  isMade: boolean;
  /** Of these, something is not in the archive. */
  isUndelivered: boolean;
}

export function waysOf({ state, code, ...exam }: ExamStanding): Ways {
  const isOver = code === 'superseded';
  const isRetriable = !isOver && RETRIABLE_STATES.some((one) => one === state);
  const isUnfinished = state === 'waiting' || state === 'failed';
  const isLost = code === DAMAGED;
  // Its objects are made, and it is not closed with them.
  const isOnlyToDeliver =
    !isLost && (state === 'failed' ? exam.isMade : state === 'not-processed' && exam.isUndelivered);
  return {
    retry: isRetriable && (exam.isServed || isOnlyToDeliver),
    reprocess: !exam.isServed && !isOver && isClosed(state),
    adopt: !exam.isServed && !isOver && isUnfinished && (!exam.isMade || isLost) && exam.isOfSameModel,
  };
}
