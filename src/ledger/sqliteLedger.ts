import type { Bindings } from './database.js';
import {
  type Claim,
  type ExamKey,
  type ExamState,
  type KeptObject,
  type Ledger,
  LedgerError,
  type ObjectToKeep,
  type Outcome,
  type Reason,
} from './ledger.js';
import { dateOf, type ExamRow, keyOf, type ObjectRow } from './record.js';
import * as claiming from './sql/claim.js';
import * as delivering from './sql/deliver.js';
import * as trouble from './sql/trouble.js';
import { SqliteExams } from './sqliteExams.js';

/** States in which a claim's holder may act. */
const HELD: readonly ExamState[] = ['claimed', 'delivering'];

/**
 * The ledger in one SQLite file, with the objects' bytes in a folder beside it. Here stands what a claim's holder does;
 * `SqliteExams` has what goes without a claim.
 */
export class SqliteLedger extends SqliteExams implements Ledger {
  async claim(exam: ExamKey, worker: string, leaseUntil: Date, now: Date): Promise<Claim | undefined> {
    return this.database.transact(() => {
      const before = this.byKey(exam);
      if (before === undefined) return undefined;
      const asked = { id: before.id, worker, leaseUntil: leaseUntil.getTime(), now: now.getTime() };
      const again = this.database.row(claiming.RECLAIM, asked) !== undefined;
      if (!again) {
        if (this.database.row(claiming.CLAIM, asked) === undefined) return undefined;
        this.note(before.id, 'claimed', now, worker);
      }
      const row = this.byId(before.id);
      return {
        exam: keyOf(row),
        worker,
        number: row.claim_number,
        revision: row.revision,
        attempt: row.attempts,
        fingerprint: row.claimed_fingerprint ?? row.fingerprint,
        objectsKept: row.outcome !== null,
      };
    });
  }

  async renew(claim: Claim, leaseUntil: Date): Promise<void> {
    this.database.transact(() => {
      const { id } = this.held(claim);
      this.database.run(claiming.RENEW, { id, leaseUntil: leaseUntil.getTime() });
    });
  }

  async keepObjects(
    claim: Claim,
    objects: readonly ObjectToKeep[],
    outcome: Outcome,
    now: Date,
  ): Promise<void> {
    if (objects.length === 0) {
      throw new LedgerError('ledger-misuse', 'There is no object to keep; an exam without any is given up.');
    }
    if (this.held(claim).outcome !== null) return;
    const stored = await this.folder.put(
      objects.map(({ bytes }) => bytes),
      claim.exam.studyInstanceUID,
    );
    let kept = false;
    try {
      kept = this.database.transact(() => {
        const { id, revision, outcome: earlier } = this.held(claim);
        if (earlier !== null) return false;
        objects.forEach((object, position) => {
          this.database.run(delivering.KEEP_OBJECT, {
            id,
            revision,
            position,
            kind: object.kind,
            sopClass: object.sopClassUID,
            series: object.seriesInstanceUID,
            sopInstance: object.sopInstanceUID,
            ...stored[position]!,
          });
        });
        const reason = outcome.kind === 'not-processed' ? outcome : { code: null, reason: null };
        this.database.run(delivering.BEGIN_DELIVERY, {
          id,
          outcome: outcome.kind,
          code: reason.code,
          reason: reason.reason,
          now: now.getTime(),
        });
        this.note(id, 'objects-kept', now, claim.worker, reason);
        return true;
      });
    } finally {
      if (!kept) await this.folder.remove(stored.map(({ file }) => file));
    }
  }

  async objectsToDeliver(claim: Claim): Promise<KeptObject[]> {
    const { id, revision } = this.held(claim);
    const rows = this.database.rows<ObjectRow>(delivering.OBJECTS_TO_DELIVER, { id, revision });
    return rows.map((row) => ({
      studyInstanceUID: claim.exam.studyInstanceUID,
      seriesInstanceUID: row.series_instance_uid,
      sopInstanceUID: row.sop_instance_uid,
      sopClassUID: row.sop_class_uid,
      kind: row.kind,
      size: row.size,
      sentAt: dateOf(row.sent_at),
      bytes: () =>
        this.folder.read({ file: row.file ?? '', size: row.size, crc32: row.crc32 }, row.sop_instance_uid),
    }));
  }

  async sent(claim: Claim, sopInstanceUIDs: readonly string[], now: Date): Promise<void> {
    this.database.transact(() => {
      const { id } = this.held(claim);
      this.mark(delivering.MARK_SENT, claim, id, sopInstanceUIDs, now);
      this.note(id, 'sent', now, claim.worker);
    });
  }

  async confirm(claim: Claim, sopInstanceUIDs: readonly string[], now: Date): Promise<void> {
    const files = this.database.transact(() => {
      const { id, revision } = this.held(claim);
      const waiting = this.database.rows<ObjectRow>(delivering.OBJECTS_TO_DELIVER, { id, revision });
      this.mark(delivering.CONFIRM, claim, id, sopInstanceUIDs, now);
      const confirmed = waiting.filter((row) => sopInstanceUIDs.includes(row.sop_instance_uid));
      if (confirmed.length > 0) this.note(id, 'confirmed', now, claim.worker);
      return confirmed.map(({ file }) => file).filter((file) => file !== null);
    });
    await this.folder.remove(files);
  }

  async close(claim: Claim, now: Date): Promise<'delivered' | 'not-processed'> {
    return this.database.transact(() => {
      const row = this.held(claim, ['delivered', 'not-processed']);
      if (row.state === 'delivered' || row.state === 'not-processed') return row.state;
      if (row.kept === 0 || row.confirmed < row.kept) {
        throw new LedgerError(
          'ledger-unconfirmed',
          `Exam ${claim.exam.studyInstanceUID} cannot be closed: ${row.confirmed} of ${row.kept} objects are confirmed.`,
        );
      }
      const closed = this.database.row<{ state: 'delivered' | 'not-processed' }>(delivering.CLOSE, {
        id: row.id,
        now: now.getTime(),
      })!;
      this.note(row.id, closed.state, now, claim.worker, this.byId(row.id));
      return closed.state;
    });
  }

  async fail(
    claim: Claim,
    reason: Reason,
    retryAt: Date,
    now: Date,
    { counts }: { counts: boolean } = { counts: true },
  ): Promise<void> {
    const bindings = { retryAt: retryAt.getTime(), uncounted: counts ? 0 : 1 };
    this.end(claim, 'failed', trouble.FAIL, reason, bindings, now);
  }

  async giveUp(claim: Claim, reason: Reason, now: Date): Promise<void> {
    this.end(claim, 'not-processed', trouble.GIVE_UP, reason, {}, now);
  }

  async release(claim: Claim, now: Date): Promise<void> {
    this.database.transact(() => {
      const row = this.held(claim, ['waiting', 'failed']);
      if (!HELD.includes(row.state)) return;
      this.database.run(claiming.RELEASE, { id: row.id, now: now.getTime() });
      this.note(row.id, 'released', now, claim.worker);
    });
  }

  /** The exam of a claim that still holds, or that ended in one of the states named: then by this very call before. */
  private held(claim: Claim, ended: readonly ExamState[] = []): ExamRow {
    const row = this.byKey(claim.exam);
    const holds =
      row !== undefined &&
      row.claim_number === claim.number &&
      row.revision === claim.revision &&
      (HELD.includes(row.state) || ended.includes(row.state));
    if (holds) return row;
    throw new LedgerError(
      'ledger-claim-lost',
      `Worker ${claim.worker} no longer holds exam ${claim.exam.studyInstanceUID}.`,
    );
  }

  private end(
    claim: Claim,
    state: 'failed' | 'not-processed',
    sql: string,
    reason: Reason,
    more: Bindings,
    now: Date,
  ): void {
    this.database.transact(() => {
      const row = this.held(claim, [state]);
      if (row.state === state) return;
      this.database.run(sql, {
        id: row.id,
        code: reason.code,
        reason: reason.reason,
        ...more,
        now: now.getTime(),
      });
      this.note(row.id, state === 'failed' ? 'failed' : 'given-up', now, claim.worker, reason);
    });
  }

  private mark(sql: string, claim: Claim, id: number, sopInstanceUIDs: readonly string[], now: Date): void {
    for (const sopInstance of sopInstanceUIDs) {
      const found = this.database.run(sql, { id, revision: claim.revision, sopInstance, now: now.getTime() });
      if (found === 0) {
        throw new LedgerError(
          'ledger-misuse',
          `Object ${sopInstance} is none of those kept for exam ${claim.exam.studyInstanceUID}.`,
        );
      }
    }
  }
}
