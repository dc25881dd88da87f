import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { LedgerError, ledgerClosed } from '../errors.js';
import { isOlder } from '../olderLedger.js';
import { bringUpToDate } from './earlierFormat.js';
import { MIGRATIONS } from './migrations.js';
import { cannotBeUsed } from './openingTrouble.js';

/** Values by name: texts, numbers and NULL. */
export type Bindings = object;

/** SQLite's name for a database that ends with its connection; for simulations. */
const IN_MEMORY = ':memory:';

/** How long a statement waits for another process's transaction, which takes a few milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * A SQLite file with the ledger's tables, brought up to date.
 *
 * Write-ahead log, and every commit on the disk before it is answered: what the ledger has said holds after a power
 * cut.
 */
export class Database {
  readonly #statements = new Map<string, Libsql.Statement<unknown[]>>();

  readonly file: string;
  readonly #connection: Libsql.Database;

  private constructor(connection: Libsql.Database, file: string) {
    this.#connection = connection;
    this.file = file;
  }

  /**
   * @throws LedgerError `ledger-unreadable`, `ledger-foreign`, `ledger-damaged`, `ledger-newer`, `ledger-in-use`,
   * `ledger-busy`, `ledger-disk-full`
   */
  static open(file: string): Database {
    let connection: Libsql.Database | undefined;
    try {
      if (file !== IN_MEMORY) {
        keepPrivate(file);
        bringUpToDate(file, BUSY_TIMEOUT_MS);
      }
      connection = new Libsql(file, { timeout: BUSY_TIMEOUT_MS });
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      refuseForeign(connection, file);
      const database = new Database(connection, file);
      database.#version();
      connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = FULL');
      connection.pragma('foreign_keys = OFF');
      database.#make();
      connection.pragma('foreign_keys = ON');
      return database;
    } catch (error) {
      connection?.close();
      throw named(error, file);
    }
  }

  /**
   * Opens what is there without writing anything. Undefined where a ledger is only being made: the file has no tables.
   *
   * @throws LedgerError `ledger-unreadable`, `ledger-foreign`, `ledger-newer`, `ledger-older`, `ledger-busy`
   */
  static openToRead(file: string): Database | undefined {
    try {
      return Database.#openQueryOnly(file, file);
    } catch (error) {
      // Even reading wants a `-shm` file to share, which an account without rights cannot make. Where there is no log
      // either, nobody has the file open and all is in it.
      const { code } = error as { code?: unknown };
      const isAlone = code === 'SQLITE_CANTOPEN' && existsSync(file) && !existsSync(`${file}-wal`);
      if (!isAlone) throw named(error, file);
    }
    try {
      return Database.#openQueryOnly(`${pathToFileURL(file).href}?immutable=1`, file);
    } catch (error) {
      throw named(error, file);
    }
  }

  static #openQueryOnly(location: string, file: string): Database | undefined {
    const connection = new Libsql(location, { timeout: BUSY_TIMEOUT_MS });
    try {
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      connection.pragma('query_only = ON');
      const tables = refuseForeign(connection, file);
      const database = new Database(connection, file);
      const version = database.#version();
      if (version === MIGRATIONS.length) return database;
      if (version === 0 && tables === 0) {
        connection.close();
        return undefined;
      }
      throw isOlder(`The ledger ${file}`);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * Runs a piece of work as one transaction that keeps other writers out from its start. It waits for nothing but
   * statements, which answer at once; nothing else may be asked of this connection meanwhile.
   */
  async transact<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseClosed();
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      const result = await work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw named(error, this.file);
    }
  }

  /** Every row that a statement answers, `RETURNING` included. */
  rows<Row>(sql: string, bindings: Bindings = {}): Row[] {
    try {
      return this.#statement(sql).all(bindings) as Row[];
    } catch (error) {
      throw named(error, this.file);
    }
  }

  row<Row>(sql: string, bindings: Bindings = {}): Row | undefined {
    return this.rows<Row>(sql, bindings)[0];
  }

  /** Runs a statement; answers how many rows it changed. */
  run(sql: string, bindings: Bindings): number {
    try {
      return this.#statement(sql).run(bindings).changes;
    } catch (error) {
      throw named(error, this.file);
    }
  }

  /** As often as one likes. */
  close(): void {
    this.#statements.clear();
    if (this.#connection.open) this.#connection.close();
  }

  /** The library does not refuse: what is asked of a closed connection ends the whole process. */
  #refuseClosed(): void {
    if (!this.#connection.open) throw ledgerClosed(this.file);
  }

  #statement(sql: string): Libsql.Statement<unknown[]> {
    this.#refuseClosed();
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql) as Libsql.Statement<unknown[]>;
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** The tables, where there are none yet. */
  #make(): void {
    this.#connection.exec('BEGIN IMMEDIATE');
    try {
      if (this.#version() === 0) {
        for (const step of MIGRATIONS) this.#connection.exec(step);
        this.#connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
      }
      this.#connection.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #version(): number {
    const [{ user_version: version }] = this.#connection.pragma('user_version') as [{ user_version: number }];
    if (version <= MIGRATIONS.length) return version;
    throw new LedgerError(
      'ledger-newer',
      `The ledger ${this.file} was written by a later version of Mamori: ` +
        `its format is ${version}, this version knows ${MIGRATIONS.length}.`,
      { remedy: 'Install that version again, or name another ledger.url.' },
    );
  }

  #rollBack(): void {
    // A full disk has rolled it back already; a second time would be an error that hides the first.
    if (this.#connection.open && this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
  }
}

/** For the owner's eyes only, before there is anything in it; SQLite gives its other files the same rights. */
function keepPrivate(file: string): void {
  try {
    // Never opened if it is there: closing it would let go of the locks that this process has on it.
    if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
    else if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  } catch {
    // Another process was faster, or it is another account's. Whether it can be used, SQLite says.
  }
}

/** Another program's database must not get our tables because of a mistyped name. Answers how many tables there are. */
function refuseForeign(connection: Libsql.Database, file: string): number {
  const tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
    name: string;
  }[];
  if (tables.length === 0 || tables.some(({ name }) => name === 'exams')) return tables.length;
  throw new LedgerError('ledger-foreign', `${file} is another program's database and no ledger.`, {
    remedy: 'Nothing was written to it. Name the ledger in ledger.url, or a file that is not there yet.',
  });
}

/** SQLite cannot open the file, or may not write it. */
const CANNOT_OPEN = /^SQLITE_(CANTOPEN|READONLY|PERM)/;

function named(error: unknown, file: string): unknown {
  if (error instanceof LedgerError) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  const message = error instanceof Error ? error.message : String(error);
  if (code.startsWith('SQLITE_BUSY')) {
    return new LedgerError('ledger-busy', `The ledger ${file} is held by another process.`, {
      remedy: 'Close whatever else has the file open (a database browser, a backup).',
      cause: error,
    });
  }
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new LedgerError('ledger-disk-full', `The ledger ${file} cannot be written: its disk is full.`, {
      remedy:
        'Make room on that disk. Nothing that was written is lost; a running service goes on by itself, ' +
        'otherwise run the command again.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_IOERR_SHORT_READ') {
    return new LedgerError('ledger-damaged', `The ledger ${file} is damaged: ${message || code}.`, {
      remedy:
        'Stop the service, check the disk, and copy the file with its -wal. Then restore the latest backup, or ' +
        `save what can be read: sqlite3 ${file} .recover | sqlite3 mended.db`,
      cause: error,
    });
  }
  if (code === 'SQLITE_NOTADB') {
    return new LedgerError(
      'ledger-unreadable',
      `The ledger ${file} cannot be used: it is none, or its beginning is gone.`,
      {
        remedy:
          'Nothing was written to it. Check ledger.url; if that was a ledger, restore its latest backup.',
        cause: error,
      },
    );
  }
  if (CANNOT_OPEN.test(code) || (code === '' && message.includes('Unable to open')))
    return cannotBeUsed(file, error);
  if (code === '') return error;
  if (code.startsWith('SQLITE_CONSTRAINT') || code === 'SQLITE_ERROR') return error;
  return new LedgerError('ledger-unreadable', `The ledger ${file} cannot be used: ${message || code}.`, {
    remedy: 'Check that ledger.url names a file in a folder that is there and may be written.',
    cause: error,
  });
}
