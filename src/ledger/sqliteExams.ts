import type { Database } from './database.js';
import type { Algorithm, ExamKey, Observation } from './ledger.js';
import type { ObjectFolder } from './objectFolder.js';
import { type ExamRow, keyOf, recordOf } from './record.js';
import * as adopting from './sql/adopt.js';
import * as looking from './sql/look.js';
import * as observing from './sql/observe.js';
import * as trouble from './sql/trouble.js';
import { bound, boundAlgorithm, SqliteRecords } from './sqliteRecords.js';

/** Which exams are there to be worked on: the part of `SqliteLedger` that writes and needs no claim. */
export class SqliteExams extends SqliteRecords {
  constructor(
    database: Database,
    protected readonly folder: ObjectFolder,
  ) {
    super(database);
  }

  async observe(exam: ExamKey, fingerprint: string, now: Date): Promise<Observation> {
    const dropped: string[] = [];
    const observation = this.database.transact((): Observation => {
      const [inserted] = this.database.rows<{ id: number }>(observing.INSERT_SEEN, {
        ...bound(exam),
        fingerprint,
        now: now.getTime(),
      });
      if (inserted !== undefined) {
        this.note(inserted.id, 'seen', now);
        return { record: recordOf(this.byId(inserted.id)), change: 'new' };
      }
      const before = this.byKey(exam)!;
      this.database.run(observing.UPDATE_SEEN, { id: before.id, fingerprint, now: now.getTime() });
      const changed = before.fingerprint !== fingerprint;
      if (changed) this.note(before.id, 'changed', now);
      const reopens = before.closed_at !== null && before.claimed_fingerprint !== fingerprint;
      if (reopens) dropped.push(...this.open(before, now));
      const change = reopens ? 'reopened' : changed ? 'changed' : 'unchanged';
      return { record: recordOf(this.byId(before.id)), change };
    });
    await this.folder.remove(dropped);
    return observation;
  }

  async retry(studyInstanceUIDs: readonly string[] | undefined, now: Date): Promise<ExamKey[]> {
    const dropped: string[] = [];
    const keys = this.database.transact(() =>
      (studyInstanceUIDs ?? [null]).flatMap((study) =>
        this.database
          .rows<Pick<ExamRow, 'id' | 'state' | 'outcome'> & { undelivered: number }>(trouble.RETRIABLE, {
            study,
          })
          .map(({ id, state, outcome, undelivered }) => {
            if (state === 'not-processed' && outcome !== null && !undelivered) {
              dropped.push(...this.open(this.byId(id), now));
            } else {
              this.database.run(trouble.RETRY, { id, now: now.getTime() });
              this.note(id, 'retried', now);
            }
            return keyOf(this.byId(id));
          }),
      ),
    );
    await this.folder.remove(dropped);
    return keys;
  }

  async reopen(exam: ExamKey, now: Date): Promise<boolean> {
    const dropped = this.database.transact(() => {
      const row = this.byKey(exam);
      return row === undefined || row.closed_at === null ? undefined : this.open(row, now);
    });
    await this.folder.remove(dropped ?? []);
    return dropped !== undefined;
  }

  async adopt(algorithm: Algorithm, now: Date): Promise<number> {
    const bindings = { ...boundAlgorithm(algorithm), now: now.getTime() };
    return this.database.transact(() => {
      const ids = this.database.rows<{ id: number }>(adopting.ADOPTABLE, bindings).map(({ id }) => id);
      return ids.filter((id) => {
        const { model: _, ...rest } = bindings;
        if (this.database.row(adopting.ADOPT, { id, ...rest }) !== undefined) {
          this.note(id, 'adopted', now);
          return true;
        }
        const reason = `Taken up by version ${algorithm.modelVersion} of the model instead.`;
        this.database.run(adopting.SUPERSEDE, { id, reason, now: now.getTime() });
        this.note(id, 'superseded', now);
        return false;
      }).length;
    });
  }

  /** Makes a closed exam a new revision that waits. Answers the files that nobody needs any more. */
  private open(row: ExamRow, now: Date): string[] {
    this.database.run(observing.REOPEN, { id: row.id, now: now.getTime() });
    this.note(row.id, 'reopened', now);
    const { id, revision } = this.byId(row.id);
    const files = this.database.rows<{ file: string }>(looking.NAMED_FILES_OF, { id });
    this.database.run(observing.DROP_UNCONFIRMED_BYTES, { id, revision });
    return files.map(({ file }) => file);
  }
}
