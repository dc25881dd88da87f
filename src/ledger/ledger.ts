import type { Reason, StandardView } from '../dicom/index.js';
import type { ObjectKind } from '../exam/index.js';
import type { ShortAnswer } from '../findings/index.js';
import type { ExamImage, LedgerEvent, LedgerOverview } from './allExams.js';
import type { ExamKey, ServedModel } from './examKey.js';
import type { Answer, Outcome, SetPlace } from './examOutcome.js';
import type { ClosedState, ExamState } from './examState.js';
import type { Glance, Sighting } from './sighting.js';
import type { RetryFilter } from './ways.js';

export type { Answer, ExamKey, Glance, Outcome, Reason, RetryFilter, ServedModel, SetPlace, Sighting };

export interface ExamRecord extends ExamKey {
  /** DA, as the archive has it; undefined where it told none. */
  studyDate: string | undefined;
  state: ExamState;
  /** 1, and one more each time that a closed exam is taken up again. */
  revision: number;
  /** What the archive held when it was last looked at. */
  fingerprint: string;
  firstSeen: Date;
  lastSeen: Date;
  /** When the fingerprint last became another. */
  lastChange: Date;
  /** When the state last became another. */
  updatedAt: Date;
  /** When a waiting exam counts as complete; undefined where that is not known yet. */
  dueAt: Date | undefined;
  /** Claims of this revision so far. */
  attempts: number;
  worker: string | undefined;
  leaseUntil: Date | undefined;
  retryAt: Date | undefined;
  code: string | undefined;
  reason: string | undefined;
  closedAt: Date | undefined;
  /** How it was answered by what the archive holds, and by which revision; undefined where it was not. */
  answer: { state: ClosedState; revision: number } | undefined;
  /**
   * What it is delivered or partial with, in short: what the objects of `answer` say. Undefined in every other state,
   * and where a version closed it that kept none.
   */
  shortAnswer: ShortAnswer | undefined;
  /** As the objects that were made last tell; undefined where none were, or by an earlier version. */
  images: readonly ExamImage[] | undefined;
  /** Objects of the answer, or of this revision where it has none yet. */
  objects: { kept: number; sent: number; confirmed: number };
}

/** What a look at the archive means for an exam. */
export type Change = 'new' | 'changed' | 'unchanged' | 'reopened';

/** Which exams may be taken: those that are due, or those whose worker has ended or given no sign for its lease. */
export type Among = 'due' | 'left-behind';

export interface Observation {
  record: ExamRecord;
  /** `reopened`: the exam was closed, and what it was about has changed since. */
  change: Change;
}

/** The right to work on one exam. It ends with `close`, `fail`, `giveUp`, `release`, or another worker's claim. */
export interface Claim {
  readonly exam: ExamKey;
  readonly worker: string;
  /** Rises with every claim of this exam; a claim whose number has passed is refused. */
  readonly number: number;
  readonly revision: number;
  /** 1 for the first try. Counted when the claim is made, so that work that kills its process counts too. */
  readonly attempt: number;
  /** What the archive held when the work began. */
  readonly fingerprint: string;
  /** Objects were made by an earlier claim: deliver those, make none. */
  readonly objectsKept: boolean;
  /** What the archive holds of an earlier revision; undefined where it holds nothing, or all is wanted once more. */
  readonly answer: Answer | undefined;
}

export interface ObjectToKeep {
  kind: ObjectKind;
  sopClassUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  /** Of the image that it is about; left out where it is about several. */
  view?: StandardView | undefined;
  /** The whole Part 10 file. */
  bytes: Uint8Array;
}

export interface KeptObject extends Omit<ObjectToKeep, 'kind' | 'view' | 'bytes'> {
  /** As it was kept, perhaps by a version that knew other kinds. */
  kind: string;
  studyInstanceUID: string;
  size: number;
  sentAt: Date | undefined;
  /** Exactly the bytes that were kept. @throws LedgerError `ledger-object-damaged` */
  bytes(): Promise<Uint8Array>;
}

/** An object that was written before and stands in the archive. */
export interface WrittenObject {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  /** As in `KeptObject`. */
  kind: string;
  modelVersion: string;
  confirmedAt: Date;
}

/** Whose turn `claimNext` asks for. */
export interface Turn {
  /** Unique among all that use the ledger. */
  worker: string;
  leaseMs: number;
  among: Among;
  /** No retry that is due later than this moment of the database's clock: an exam is tried once in a cycle. */
  dueBy: Date;
}

/** The time by which the ledger goes. A database of its own has its own clock; SQLite has its machine's. */
export interface Clock {
  /** What people and the archive go by. It may be set, forth and back. */
  now(): Date;
  /** Milliseconds since the machine's start, the same for all its processes. Nobody can set it. */
  steady(): number;
}

/**
 * What was seen, done and delivered.
 *
 * Every method is one atomic step and may be repeated: after a lost answer or a restart the same call does no harm.
 * Several processes may use one ledger: all times are by its database's clock, not by theirs. It holds UIDs, states,
 * times, and what each exam was answered with in short: beside a study's UID that is health data. Who the patient is
 * stands only inside the objects that still have to be delivered, whose bytes are deleted once they are confirmed.
 */
export interface Ledger extends LedgerOverview {
  /** The time by the database's clock. */
  now(): Promise<Date>;
  /**
   * Notes what the archive holds of a study now. A closed exam whose fingerprint is another than when it was claimed is
   * opened again.
   */
  observe(exam: ExamKey, seen: Sighting): Promise<Observation>;
  /** What is remembered of these studies, as far as they were seen. Writes nothing. */
  glance(served: ServedModel, studyInstanceUIDs: readonly string[]): Promise<Map<string, Glance>>;
  /**
   * Says when a waiting exam counts as complete; undefined: not known, and one that failed before it had objects waits
   * again. Does nothing for any other exam, or one whose fingerprint has become another.
   */
  due(exam: ExamKey, fingerprint: string, at: Date | undefined): Promise<void>;
  /**
   * Takes the next exam of this model, or of any other where only the delivery is left, in one statement: by
   * priority, the newest study first, those left behind by the fewest tries first. None about whose study another
   * version's results are being made, or are on their way: one set of results comes after the other.
   */
  claimNext(served: ServedModel, turn: Turn): Promise<Claim | undefined>;
  /**
   * Takes this exam, complete or not, unless it is closed, failed and not due, in another worker's hands, or behind
   * another version's results. The same worker asking again gets its claim again.
   */
  claim(exam: ExamKey, worker: string, leaseMs: number): Promise<Claim | undefined>;
  /** Puts the end of the lease off. @throws LedgerError `ledger-claim-lost`, as do all that follow with a claim. */
  renew(claim: Claim, leaseMs: number): Promise<void>;
  /** Notes that the archive holds other images than when the exam was last looked at: the work is about these. */
  claimedWith(claim: Claim, fingerprint: string): Promise<Claim>;
  /**
   * Keeps the finished objects until they are confirmed: all of them or none. Once objects are kept, later ones are not
   * taken. What an earlier version made and could not deliver is not delivered after them any more.
   *
   * @throws LedgerError `ledger-disk-full`, `ledger-unwritable`; `ledger-overtaken` where other results about the study
   * have come between, so that these have another place than they say, or are still on their way
   */
  keepObjects(claim: Claim, objects: readonly ObjectToKeep[], outcome: Outcome): Promise<void>;
  /** Objects that are not confirmed yet, in the order in which they were kept. */
  objectsToDeliver(claim: Claim): Promise<KeptObject[]>;
  /** Notes that objects were handed to the archive, which proves nothing yet. */
  sent(claim: Claim, sopInstanceUIDs: readonly string[]): Promise<void>;
  /** Notes that objects were read back from the archive, and deletes their bytes. */
  confirm(claim: Claim, sopInstanceUIDs: readonly string[]): Promise<void>;
  /** Closes the exam with its outcome. @throws LedgerError `ledger-unconfirmed` unless every object is confirmed. */
  close(claim: Claim): Promise<ClosedState>;
  /**
   * Ends a claim whose work says nothing that `claim.answer` does not say, for the reason `why`: nothing is written,
   * and the exam is closed as it was before it was taken up again.
   *
   * @param as `partial` where views have come of which that answer, though whole, knows nothing
   */
  withdraw(claim: Claim, why: Reason, as?: 'partial'): Promise<ClosedState>;
  /**
   * Ends the claim after trouble that may pass. `counts: false`: the try is not counted, as it was not the exam's
   * fault.
   *
   * @param retryInMs from now on, by the database's clock
   * @returns when the exam is tried again
   */
  fail(claim: Claim, reason: Reason, retryInMs: number, options?: { counts: boolean }): Promise<Date>;
  /**
   * Ends the claim of an exam whose kept results are lost (`ledger-object-damaged`): they are made once more, with all
   * tries left. Where nothing of them was ever sent, under the same names; else as a new revision, which names what the
   * archive confirmed of them as its predecessor, since one name must not stand for two contents.
   *
   * @param inMs from now on, by the database's clock
   * @returns when
   */
  makeAgain(claim: Claim, reason: Reason, inMs: number): Promise<Date>;
  /** Closes the exam as not processed. Objects that were made and never confirmed stay, for `retry`. */
  giveUp(claim: Claim, reason: Reason): Promise<void>;
  /** Hands the exam back untouched, when a service is stopped. The try does not count. */
  release(claim: Claim): Promise<void>;
  /**
   * The same for whatever these workers hold, who work on nothing: how a claim ended, or that it was made, could not be
   * told while the ledger was away. Answers how many exams that were.
   */
  handBack(workers: readonly string[]): Promise<number>;

  /**
   * Another try, at once, for what failed, was given up, or is partial. A study that was closed with a delivered "not
   * processed" report is taken up again only when it is asked for by name, state or reason, and one about which the
   * model gives no answer only by name or reason. Answers what it put back.
   */
  retry(which?: RetryFilter): Promise<ExamKey[]>;
  /**
   * Takes a closed exam up again, whatever its outcome, to be written once more. False if it is not closed.
   *
   * @param revision only if it stands at that one: of two that saw it so, one takes it up
   */
  reopen(exam: ExamKey, revision?: number): Promise<boolean>;
  /**
   * Hands unfinished exams of the same model in another version or with other settings over to this one, unless
   * their objects exist already or a worker holds them: the explicit step of an upgrade. Two versions at work on one
   * ledger would take each other's exams away. Answers how many are this one's now.
   */
  adopt(served: ServedModel): Promise<number>;
  /** How many exams `adopt` would hand over. */
  adoptable(served: ServedModel): Promise<number>;
  /** How many exams `claimNext` would find, of either kind. */
  countDue(served: ServedModel, dueBy?: Date): Promise<number>;

  /** Latest change first. */
  list(filter?: {
    states?: readonly ExamState[];
    studyInstanceUID?: string;
    served?: ServedModel;
    /** Codes of their reasons. */
    codes?: readonly string[] | undefined;
    /** First and last study date, as DICOM dates, both included. */
    dates?: { from: string; to: string } | undefined;
    limit?: number;
  }): Promise<ExamRecord[]>;
  find(exam: ExamKey): Promise<ExamRecord | undefined>;
  /** The latest hundred events of an exam, a year old at the most; oldest first. */
  history(exam: ExamKey): Promise<LedgerEvent[]>;
  /** Whether Mamori made the instance, delivered or not. */
  isOwn(sopInstanceUID: string): Promise<boolean>;
  /**
   * What the same model wrote into the study last, by an earlier version, with other settings or in an earlier
   * revision: the predecessors of what is written now.
   *
   * @param revision of what is written, if it is not the one that the exam stands at
   */
  predecessors(exam: ExamKey, revision?: number): Promise<WrittenObject[]>;

  /** Lets go of the database. Claims stay. What is asked of it afterwards is refused (`ledger-closed`). */
  disconnect(): Promise<void>;
}

/** A ledger that is only looked at. */
export type LedgerReader = Pick<
  Ledger,
  | ('now' | 'find' | 'list' | 'history' | 'made' | 'isOwn' | 'predecessors')
  | (
      | 'counts'
      | 'countRetriable'
      | 'reasons'
      | 'endings'
      | 'latencies'
      | 'newestExam'
      | 'lastLook'
      | 'pausing'
    )
  | 'disconnect'
>;
