import {
  type Claim,
  type ExamKey,
  type ExamRecord,
  isOnItsWay,
  isServed,
  type Ledger,
} from '../src/ledger/index.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { SimulatedProcess } from './simulatedProcess.js';
import type { VirtualTime } from './virtualTime.js';

/** While it finds out that it is the archive's fault, a process may take up another exam. */
const FINDING_OUT_MS = 15_000;

/** Then it tries one exam after each pause, the shortest of which is a minute less the fifth by which it is spread. */
const LEAST_BETWEEN_TRIES_MS = 40_000;

export interface ClaimWatchParts {
  time: VirtualTime;
  pacs: ModelledPacs;
  /** As it is, whatever befalls its server. */
  ledger: Pick<Ledger, 'list'>;
  /** Studies that give way to all others. */
  isOld(study: string): boolean;
}

/**
 * Looks at every exam that is taken up, at the moment when it is: none during a pause that somebody ordered, none that
 * a process at work holds, none about which another version's results are on their way, no old one before a new one,
 * and one at a time while the archive gives no images. Where processes are frozen between two steps none of that can be
 * said, but that whoever wakes up does nothing more with an exam that is another's.
 */
export class ClaimWatch {
  readonly broken = new Set<string>();
  readonly #parts: ClaimWatchParts;
  readonly #processes = new Map<string, SimulatedProcess>();
  readonly #tried = new WeakMap<SimulatedProcess, number>();
  /** Of each exam, its claims so far. */
  readonly #numbers = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ClaimWatchParts) {
    this.#parts = parts;
  }

  /** A process's ledger, whose claims are looked at. */
  over(ledger: Ledger, process: SimulatedProcess): Ledger {
    this.#processes.set(process.name, process);
    const claimNext: Ledger['claimNext'] = (served, turn) =>
      this.#oneAfterTheOther(async () => {
        const pausing = await ledger.pausing();
        const now = await ledger.now();
        const before = (await ledger.countDue(served)) === 0 ? [] : await ledger.list();
        const claim = await ledger.claimNext(served, turn);
        if (claim === undefined) return undefined;
        const study = claim.exam.studyInstanceUID;
        const say = (text: string) => this.broken.add(`study ${study} was taken up ${text}`);
        if (pausing !== undefined) say('during a pause');
        const held = before.find(
          (one) => one.studyInstanceUID === study && isServed(one, claim.exam) && isHeld(one),
        );
        if (held?.worker !== undefined && this.#isAtWork(held.worker))
          say('while another process worked on it');
        if (!claim.objectsKept && before.some((one) => isBefore(one, claim.exam)))
          say("while another version's results about it were on their way");
        const { isOld } = this.#parts;
        const isAnyNew = before.some(
          (one) =>
            isServed(one, served) &&
            isReady(one, now) &&
            !isOld(one.studyInstanceUID) &&
            !before.some((other) => isBefore(other, one) || (isOther(other, one) && isHeld(other))),
        );
        if (isOld(study) && isAnyNew) say('before a new one');
        this.#tryInTrouble(process, claim);
        return claim;
      });
    return { ...ledger, claimNext };
  }

  /** A process's ledger, in which nothing is done by a claim that another has taken the place of. */
  fenced(ledger: Ledger): Ledger {
    return new Proxy(ledger, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (name === 'claimNext')
          return async (...args: unknown[]) => {
            const claim = (await value(...args)) as Claim | undefined;
            if (claim === undefined) return undefined;
            this.#numbers.set(keyOf(claim.exam), claim.number);
            await this.#oneAtATime(claim);
            return claim;
          };
        if (!OF_A_HOLDER.has(name)) return value;
        return async (claim: Claim, ...others: unknown[]) => {
          // A step may hold and then wait for a server, until its claim has passed.
          const hasPassed = claim.number < this.#numbers.get(keyOf(claim.exam))!;
          const answer = await value(claim, ...others);
          if (hasPassed)
            this.broken.add(
              `study ${claim.exam.studyInstanceUID}: ${String(name)} by a claim that had passed`,
            );
          return answer;
        };
      },
    });
  }

  /** A process has ended by itself. */
  async ended(process: SimulatedProcess, ledger: Ledger): Promise<void> {
    for (const exam of await ledger.list())
      if (isHeld(exam) && exam.worker?.startsWith(`${process.name}/`))
        this.broken.add(`study ${exam.studyInstanceUID} was left to a process that was stopped`);
  }

  /** A worker that holds what it does not know of keeps everybody off it, and uses up one of its tries. */
  async #oneAtATime({ worker, exam }: Claim): Promise<void> {
    for (const other of await this.#parts.ledger.list({ states: ['claimed', 'delivering'] }))
      if (other.worker === worker && keyOf(other) !== keyOf(exam))
        this.broken.add(`${worker} took up ${exam.studyInstanceUID} and held ${other.studyInstanceUID}`);
  }

  /** What is seen before a claim must be so when it is made. */
  #oneAfterTheOther<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }

  #isAtWork(worker: string): boolean {
    const process = this.#processes.get(worker.slice(0, worker.lastIndexOf('/')));
    return process !== undefined && !process.isOver;
  }

  #tryInTrouble(process: SimulatedProcess, claim: Claim): void {
    const { time, pacs } = this.#parts;
    if (pacs.trouble !== 'images away') return;
    if ((pacs.askers.knownFor(process) ?? 0) < FINDING_OUT_MS) return;
    const since = time.steady - (this.#tried.get(process) ?? 0);
    this.#tried.set(process, time.steady);
    if (since < LEAST_BETWEEN_TRIES_MS)
      this.broken.add(
        `study ${claim.exam.studyInstanceUID} was taken up ${Math.round(since / 1000)} s after another, ` +
          'while the archive gave no images',
      );
  }
}

/** Steps that only the holder of a claim may take. */
const OF_A_HOLDER: ReadonlySet<string | symbol> = new Set([
  ...['renew', 'keepObjects', 'objectsToDeliver', 'sent', 'confirm'],
  ...['close', 'withdraw', 'fail', 'makeAgain', 'giveUp', 'release'],
]);

function keyOf({ studyInstanceUID, settingsDigest }: ExamKey): string {
  return `${studyInstanceUID} ${settingsDigest}`;
}

function isReady({ state, dueAt }: ExamRecord, now: Date): boolean {
  return state === 'waiting' && dueAt !== undefined && dueAt <= now;
}

/** Of the same study, by another version or with other settings. */
function isOther(other: ExamRecord, exam: ExamKey): boolean {
  return other.studyInstanceUID === exam.studyInstanceUID && !isServed(other, exam);
}

function isBefore(other: ExamRecord, exam: ExamKey): boolean {
  return isOther(other, exam) && isOnItsWay(other, exam.modelName);
}

function isHeld({ state }: ExamRecord): boolean {
  return state === 'claimed' || state === 'delivering';
}
