import type { LedgerEvent } from './allExams.js';
import type { ClosedState, ExamState } from './examState.js';
import type { Among, ExamKey, Outcome, ServedModel } from './ledger.js';
import type { Retriable, RetriableCountRow, RetriableRow } from './retriable.js';
import type { ExamRow, ObjectRow } from './rows.js';

/*
 * What the ledger asks of a database: single statements that know no rules. Each database says them in its own SQL
 * (`sqlite/statements/`, `postgres/statements/`), with the reason for its shape. Times are milliseconds since 1970.
 */

/** SQLite answers at once, a server when it has. */
export type Answered<T> = T | Promise<T>;

/** A model as the statements name its parts. */
export interface ModelBindings {
  model: string;
  version: string;
  digest: string;
}

/** An exam's key as the statements name its parts. */
export interface KeyBindings extends ModelBindings {
  study: string;
}

export function boundModel({ modelName, modelVersion, settingsDigest }: ServedModel): ModelBindings {
  return { model: modelName, version: modelVersion, digest: settingsDigest };
}

export function boundKey(exam: ExamKey): KeyBindings {
  return { ...boundModel(exam), study: exam.studyInstanceUID };
}

/** What holds a claim, and until when: by the clock and by the steady clock of the owner's machine. */
export interface Grant {
  owner: string;
  leaseUntil: number;
  leaseSteady: number;
  leaseMs: number;
}

/**
 * Exams that nobody holds any more, as JSON, since no statement can see processes: each with its claim and the end of
 * its lease, as they were when this was found out. One that was renewed or taken since is not meant.
 */
export interface LeftBehind {
  /** `[{ "id": 1, "claim": 2, "until": 3 }, …]` */
  leftBehind: string;
}

/** Who takes an exam. */
export interface Taking extends Grant, LeftBehind {
  worker: string;
  now: number;
}

export interface TakingNext extends ModelBindings, Taking {
  dueBy: number;
  /** Names this very asking, so that one whose answer was lost finds what it took. */
  ticket: string;
}

/** What is new about a sighting; NULL leaves the date that is known. */
export interface Seen {
  fingerprint: string;
  studyDate: string | null;
  priority: number;
  instances: number | null;
  now: number;
}

/** Objects of one exam's revision. */
export interface Revision {
  id: number;
  revision: number;
}

export interface Keeping extends Revision {
  position: number;
  kind: string;
  sopClass: string;
  series: string;
  sopInstance: string;
  imageView: string | null;
  size: number;
  crc32: number;
  file: string;
}

export interface Marking extends Revision {
  sopInstance: string;
  now: number;
}

/** A code and a sentence, or neither. */
interface Why {
  code: string | null;
  reason: string | null;
}

export interface BeginningDelivery extends Why {
  id: number;
  outcome: Outcome['kind'];
  /** JSON arrays. */
  rests: string | null;
  images: string | null;
  /** JSON. */
  shortAnswer: string | null;
  now: number;
}

export interface Withdrawing extends Why {
  id: number;
  state: ClosedState;
  outcome: Outcome['kind'];
  now: number;
}

export interface MakingAgain extends Why {
  id: number;
  /** Revisions more than before. */
  further: 0 | 1;
  retryAt: number;
  now: number;
}

export interface HappenedEvent extends Why {
  id: number;
  event: string;
  worker: string | null;
  now: number;
}

/** NULL: whatever it is. `states` and `codes` are JSON arrays; `limit` −1: all. */
export interface Listing {
  states: string | null;
  study: string | null;
  codes: string | null;
  /** Study dates, both or neither. */
  from: string | null;
  to: string | null;
  model: string | null;
  version: string | null;
  digest: string | null;
  limit: number;
}

export type HeldRow = Pick<
  ExamRow,
  'id' | 'claim_number' | 'lease_until' | 'lease_ms' | 'lease_steady' | 'owner'
>;
export type GlanceRow = Pick<
  ExamRow,
  'study_instance_uid' | 'state' | 'archive_instances' | 'last_seen_at' | 'due_at'
>;
export type PredecessorRow = ObjectRow & { model_version: string };
export type MadeRow = ObjectRow & { revision: number };
export interface ReasonRow {
  state: ExamState;
  code: string | null;
  exams: number;
  latest: number;
  reason: string | null;
}
/** Exams that wait (`waiting`) or failed. `ours`: of the model that is asked about, or only to be delivered. */
export interface BacklogRow {
  state: ExamState;
  ours: 0 | 1;
  due: 0 | 1;
  exams: number;
  next: number | null;
}
/** Stretches are counted from 0. */
export interface Stretches {
  since: number;
  width: number;
}
export interface EndingRow {
  stretch: number;
  state: ExamState;
  code: string | null;
  exams: number;
}
/** Milliseconds. */
export interface LatencyRow {
  stretch: number;
  exams: number;
  median: number;
  most: number;
}
export interface AdoptableRow {
  id: number;
  study: string;
  /** It has objects that are lost. */
  lost: 0 | 1;
}
export interface LookRow {
  at: number;
  code: string | null;
  reason: string | null;
}
export interface PauseRow {
  since: number;
  ordered_by: string;
  why: string | null;
}

/** What can be asked without writing. */
export interface ReadStatements {
  findByKey(bindings: KeyBindings): Answered<ExamRow | undefined>;
  /** Latest change first. */
  list(bindings: Listing): Answered<ExamRow[]>;
  /** `studies` is a JSON array. */
  glance(bindings: ModelBindings & { studies: string }): Answered<GlanceRow[]>;
  counts(): Answered<{ state: ExamState; count: number }[]>;
  countRetriable(bindings: Retriable & ModelBindings): Answered<RetriableCountRow[]>;
  reasons(): Answered<ReasonRow[]>;
  backlog(bindings: ModelBindings & { now: number }): Answered<BacklogRow[]>;
  endings(bindings: Stretches): Answered<EndingRow[]>;
  latencies(bindings: Stretches): Answered<LatencyRow[]>;
  /** Of those that do not give way to others. */
  newestExam(): Answered<{ first_seen_at: number } | undefined>;
  /** Among the same. */
  oldestReady(bindings: ModelBindings & { now: number }): Answered<{ since: number | null } | undefined>;
  /** The latest revision first. */
  made(bindings: { id: number }): Answered<MadeRow[]>;
  lastLook(): Answered<LookRow | undefined>;
  pausing(): Answered<PauseRow | undefined>;
  isOwn(sopInstance: string): Answered<boolean>;
  /** Confirmed objects of the latest earlier work of the same model. `revision` NULL: before the exam's own. */
  predecessors(bindings: KeyBindings & { revision: number | null }): Answered<PredecessorRow[]>;
  /** Oldest first. */
  history(bindings: { id: number }): Answered<LedgerEvent[]>;
  /**
   * Unfinished exams of the same model that have no objects yet, or whose objects are lost, under another version or
   * other settings.
   */
  adoptable(bindings: ModelBindings & LeftBehind): Answered<AdoptableRow[]>;
  countDue(bindings: ModelBindings & LeftBehind & { dueBy: number; now: number }): Answered<number>;
  /** All that are in some worker's hands. */
  heldRows(): Answered<HeldRow[]>;
  objectsToDeliver(bindings: Revision): Answered<ObjectRow[]>;
}

/** What is asked within a transaction. */
export interface LedgerStatements extends ReadStatements {
  findById(id: number): Answered<ExamRow>;
  /** As `findByKey`, and keeps other transactions off the exam until this one ends. */
  lockByKey(bindings: KeyBindings): Answered<ExamRow | undefined>;
  /** Keeps other transactions off all exams of a study. */
  lockStudy(study: string): Answered<void>;
  /** As `adoptable`, and keeps other transactions off them. */
  lockAdoptable(bindings: ModelBindings & LeftBehind): Answered<AdoptableRow[]>;
  namedFilesOf(id: number): Answered<string[]>;

  /** Undefined where the study is on record. */
  insertSeen(bindings: KeyBindings & Seen): Answered<number | undefined>;
  updateSeen(bindings: Seen & { id: number }): Answered<void>;
  setDue(bindings: KeyBindings & { fingerprint: string; dueAt: number | null }): Answered<void>;
  /** A closed exam becomes a new revision. `dueAt` NULL: once it is known to be complete. */
  reopen(bindings: { id: number; dueAt: number | null; keepsAnswer: 0 | 1; now: number }): Answered<void>;
  dropUnconfirmedBytes(bindings: Revision): Answered<void>;

  /** Finds and takes in one statement, so that of many workers each gets another exam. */
  claimNext(among: Among, bindings: TakingNext): Answered<number | undefined>;
  /** Takes one exam, complete or not, so that of two workers one wins. */
  claim(bindings: Taking & { id: number }): Answered<number | undefined>;
  /** The same worker asks again: its claim stands, and only the lease moves. */
  reclaim(bindings: Taking & { id: number }): Answered<number | undefined>;
  renew(bindings: Grant & { id: number }): Answered<void>;
  setClaimedFingerprint(bindings: { id: number; fingerprint: string; now: number }): Answered<void>;
  release(bindings: { id: number; now: number }): Answered<void>;

  keepObject(bindings: Keeping): Answered<void>;
  beginDelivery(bindings: BeginningDelivery): Answered<void>;
  /** Whether there is such an object; so do `confirm`. */
  markSent(bindings: Marking): Answered<boolean>;
  confirm(bindings: Marking): Answered<boolean>;
  close(bindings: { id: number; state: ClosedState; answer: string | null; now: number }): Answered<void>;
  withdraw(bindings: Withdrawing): Answered<void>;

  fail(bindings: Why & { id: number; retryAt: number; uncounted: 0 | 1; now: number }): Answered<void>;
  giveUp(bindings: Why & { id: number; now: number }): Answered<void>;
  makeAgain(bindings: MakingAgain): Answered<void>;
  forgetObjects(bindings: Revision): Answered<void>;
  retriable(bindings: Retriable): Answered<RetriableRow[]>;
  retry(bindings: { id: number; now: number }): Answered<void>;
  adopt(bindings: { id: number; version: string; digest: string; now: number }): Answered<void>;
  supersede(bindings: { id: number; reason: string; now: number }): Answered<void>;

  /** In place of the one before. */
  noteLook(bindings: Why & { now: number }): Answered<void>;
  /** One that stands already stays. */
  pause(bindings: { now: number; by: string; why: string | null }): Answered<void>;
  goOn(): Answered<void>;

  insertEvent(bindings: HappenedEvent): Answered<void>;
}
