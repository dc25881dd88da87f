import { MamoriError } from '../errors.js';

/** Which work on which study: a study is worked on once for each model, version and result-changing settings. */
export interface ExamKey {
  studyInstanceUID: string;
  modelName: string;
  modelVersion: string;
  /** Names the settings that change what is written (`resultDigest`). */
  settingsDigest: string;
}

/** The key without the study: what a running service stands for. */
export type Algorithm = Omit<ExamKey, 'studyInstanceUID'>;

/**
 * Where an exam stands:
 *
 * ```
 * waiting ──claim──▶ claimed ──keepObjects──▶ delivering ──confirm, close──▶ delivered | not-processed
 *    ▲                  │  ▲                    │  ▲
 *    │ observe:         │  └──── claim ─────────┼──┘     (also when the lease has run out)
 *    │ changed          ▼                       ▼
 *    └── closed      failed (tried again at retryAt)  ──giveUp──▶ not-processed
 * ```
 */
export type ExamState = 'waiting' | 'claimed' | 'delivering' | 'delivered' | 'not-processed' | 'failed';

export const EXAM_STATES: readonly ExamState[] = [
  'waiting',
  'claimed',
  'delivering',
  'failed',
  'delivered',
  'not-processed',
];

/** A stable code and a sentence without patient data. */
export interface Reason {
  code: string;
  reason: string;
}

export interface ExamRecord extends ExamKey {
  state: ExamState;
  /** 1, and one more each time that a closed exam is taken up anew. */
  revision: number;
  /** What the archive held when it was last looked at. */
  fingerprint: string;
  firstSeen: Date;
  lastSeen: Date;
  /** When the fingerprint last became another. */
  lastChange: Date;
  /** Claims of this revision so far. */
  attempts: number;
  worker: string | undefined;
  leaseUntil: Date | undefined;
  retryAt: Date | undefined;
  code: string | undefined;
  reason: string | undefined;
  closedAt: Date | undefined;
  /** Objects of this revision. */
  objects: { kept: number; sent: number; confirmed: number };
}

export interface Observation {
  record: ExamRecord;
  /** `reopened`: the exam was closed, and what it was about has changed since. */
  change: 'new' | 'changed' | 'unchanged' | 'reopened';
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
}

export interface ObjectToKeep {
  /** What it is in the domain's words: `tid1500`, `mammography-cad`, `secondary-capture`. */
  kind: string;
  sopClassUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  /** The whole Part 10 file. */
  bytes: Uint8Array;
}

export interface KeptObject extends Omit<ObjectToKeep, 'bytes'> {
  studyInstanceUID: string;
  size: number;
  sentAt: Date | undefined;
  /** Exactly the bytes that were kept. @throws LedgerError `ledger-object-damaged` */
  bytes(): Promise<Uint8Array>;
}

/** What the objects say about the exam: `close` closes it as that. */
export type Outcome = { kind: 'processed' } | ({ kind: 'not-processed' } & Reason);

/** An object that was written before and stands in the archive. */
export interface WrittenObject {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  kind: string;
  modelVersion: string;
  confirmedAt: Date;
}

export interface LedgerEvent {
  at: Date;
  event: string;
  worker: string | undefined;
  code: string | undefined;
  reason: string | undefined;
}

/**
 * What was seen, done and delivered.
 *
 * Every method is one atomic step and may be repeated: after a lost answer or a restart the same call does no
 * harm. Several processes may use one ledger. It holds UIDs, states and times; patient data only inside the
 * objects that still have to be delivered, whose bytes are deleted once they are confirmed.
 */
export interface Ledger {
  /**
   * Notes what the archive holds of a study now. `fingerprint` stands for the set of its instances, without the
   * ones that Mamori wrote (`isOwn`); a closed exam whose fingerprint is another than when it was claimed is opened
   * again.
   */
  observe(exam: ExamKey, fingerprint: string, now: Date): Promise<Observation>;
  /**
   * Takes an exam that waits, whose retry is due, or whose lease has run out; undefined if it is not to be had.
   * Worker names must be unique among all that use the ledger. The same worker asking again gets its claim again.
   */
  claim(exam: ExamKey, worker: string, leaseUntil: Date, now: Date): Promise<Claim | undefined>;
  /** Puts the end of the lease off. @throws LedgerError `ledger-claim-lost`, as do all that follow with a claim. */
  renew(claim: Claim, leaseUntil: Date): Promise<void>;
  /**
   * Keeps the finished objects until they are confirmed: all of them or none. Once objects are kept, later ones are not
   * taken. @throws LedgerError `ledger-disk-full`, `ledger-unwritable`
   */
  keepObjects(claim: Claim, objects: readonly ObjectToKeep[], outcome: Outcome, now: Date): Promise<void>;
  /** Objects that are not confirmed yet, in the order in which they were kept. */
  objectsToDeliver(claim: Claim): Promise<KeptObject[]>;
  /** Notes that objects were handed to the archive, which proves nothing yet. */
  sent(claim: Claim, sopInstanceUIDs: readonly string[], now: Date): Promise<void>;
  /** Notes that objects were read back from the archive, and deletes their bytes. */
  confirm(claim: Claim, sopInstanceUIDs: readonly string[], now: Date): Promise<void>;
  /** Closes the exam with its outcome. @throws LedgerError `ledger-unconfirmed` unless every object is confirmed. */
  close(claim: Claim, now: Date): Promise<'delivered' | 'not-processed'>;
  /** Ends the claim after trouble that may pass. `counts: false`: the try is not counted, as it was not the exam's fault. */
  fail(claim: Claim, reason: Reason, retryAt: Date, now: Date, options?: { counts: boolean }): Promise<void>;
  /** Closes the exam as not processed. Objects that were made and never confirmed stay, for `retry`. */
  giveUp(claim: Claim, reason: Reason, now: Date): Promise<void>;
  /** Hands the exam back untouched, when a service is stopped. The try does not count. */
  release(claim: Claim, now: Date): Promise<void>;

  /**
   * Another try, at once, for what failed or was given up: of the studies named, else of all. A study that was
   * closed with a delivered "not processed" report is taken up anew only when it is named. Answers what it put back.
   */
  retry(studyInstanceUIDs: readonly string[] | undefined, now: Date): Promise<ExamKey[]>;
  /** Takes a closed exam up anew, whatever its outcome. False if it is not closed. */
  reopen(exam: ExamKey, now: Date): Promise<boolean>;
  /**
   * Hands unfinished exams of the same model in another version or with other settings over to this algorithm, unless
   * their objects exist already. To be called when a service starts. Answers how many.
   */
  adopt(algorithm: Algorithm, now: Date): Promise<number>;
  /**
   * Exams that somebody has to take up: waiting, due for a retry, or left behind by a worker whose lease ran out;
   * of this algorithm, and of any other where only the delivery is left. Oldest first.
   */
  unfinished(algorithm: Algorithm, now: Date): Promise<ExamRecord[]>;

  /** Latest change first. */
  list(filter?: {
    states?: readonly ExamState[];
    studyInstanceUID?: string;
    limit?: number;
  }): Promise<ExamRecord[]>;
  find(exam: ExamKey): Promise<ExamRecord | undefined>;
  counts(): Promise<Record<ExamState, number>>;
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

  /** Lets go of the database. Claims stay. */
  disconnect(): Promise<void>;
}

/** A ledger that is only looked at. */
export type LedgerReader = Pick<Ledger, 'find' | 'isOwn' | 'predecessors' | 'disconnect'>;

/**
 * Codes: `ledger-unreadable`, `ledger-unwritable`, `ledger-disk-full`, `ledger-newer`, `ledger-older`, `ledger-unsupported`, `ledger-busy`, `ledger-claim-lost`,
 * `ledger-unconfirmed`, `ledger-object-damaged`, `ledger-misuse`. Every call that writes may throw `ledger-disk-full`.
 */
export class LedgerError extends MamoriError {}
