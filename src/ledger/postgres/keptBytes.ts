import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { LedgerError } from '../errors.js';
import type { ByteStore, StoredBytes } from '../spool.js';
import type { Server } from './ledgerServer.js';

/** A piece is written or read at a time. */
const PIECE_BYTES = 1024 * 1024;

/** What no object names so long after it was written was left by a process that ended in between. */
const ORPHAN_AGE_MS = 3_600_000;

/** SQLSTATE for a reference that would point to nothing. */
const STILL_NAMED = '23503';

/**
 * Bytes of objects on their way to the archive, in the database.
 *
 * In the database and not in a shared folder: they are there wherever the ledger is, with its rights and its backup,
 * and there is no second thing to set up, to mount and to lose. Not made a second time either: a machine with another
 * processor would compute other bytes under the same UIDs. The price is that an exam's tens of megabytes pass through
 * the write-ahead log.
 */
export class KeptBytes implements ByteStore {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async put(all: readonly Uint8Array[], _study: string): Promise<StoredBytes[]> {
    const stored = all.map((bytes) => ({ file: randomUUID(), size: bytes.length, crc32: crc32(bytes) }));
    await this.#server.transact(async (transaction) => {
      // Written already, if it is only the answer that was lost.
      for (const [index, { file: name }] of stored.entries()) {
        await transaction.run(
          /* sql */ `INSERT INTO mamori.kept_bytes (name, stored_at) VALUES (:name, :now) ON CONFLICT DO NOTHING`,
          { name, now: transaction.now },
        );
        for (const [piece, bytes] of piecesOf(all[index]!).entries())
          await transaction.run(
            /* sql */ `
              INSERT INTO mamori.byte_pieces (name, piece, bytes) VALUES (:name, :piece, :bytes)
              ON CONFLICT DO NOTHING`,
            { name, piece, bytes },
          );
      }
    });
    return stored;
  }

  async read(
    { file: name, size, crc32: expected }: StoredBytes,
    sopInstanceUID: string,
  ): Promise<Uint8Array> {
    const pieces: Buffer[] = [];
    await this.#server.look(async (transaction) => {
      pieces.length = 0;
      for (let piece = 0; piece * PIECE_BYTES < size; piece++) {
        const row = await transaction.row<{ bytes: Buffer }>(
          /* sql */ `SELECT bytes FROM mamori.byte_pieces WHERE name = :name AND piece = :piece`,
          { name, piece },
        );
        if (row === undefined) throw damaged(sopInstanceUID, 'are not all there');
        pieces.push(row.bytes);
      }
    });
    const bytes = Buffer.concat(pieces);
    if (bytes.length !== size || crc32(bytes) !== expected) throw damaged(sopInstanceUID, 'have changed');
    return bytes;
  }

  /** Removes what no object names. Named bytes go in the transaction that stops naming them. */
  async remove(files: readonly string[]): Promise<void> {
    if (files.length === 0) return;
    const sql = /* sql */ `
      DELETE FROM mamori.kept_bytes k
      WHERE name IN (SELECT json_array_elements_text(:files::text::json))
        AND NOT EXISTS (SELECT FROM mamori.objects o WHERE o.file = k.name)`;
    await this.#unlessNamed(sql, { files: JSON.stringify(files) });
  }

  /** Removes what a process has left behind that ended between writing bytes and naming them. */
  async sweep(): Promise<void> {
    const sql = /* sql */ `
      DELETE FROM mamori.kept_bytes k
      WHERE stored_at < floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - :age
        AND NOT EXISTS (SELECT FROM mamori.objects o WHERE o.file = k.name)`;
    await this.#unlessNamed(sql, { age: ORPHAN_AGE_MS });
  }

  async #unlessNamed(sql: string, bindings: object): Promise<void> {
    try {
      await this.#server.transact((transaction) => transaction.run(sql, bindings));
    } catch (error) {
      // A transaction that was thought lost has come to its end after all, and names them.
      if ((error as { code?: unknown }).code !== STILL_NAMED) throw error;
    }
  }
}

function piecesOf(bytes: Uint8Array): Buffer[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.ceil(whole.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, i) => whole.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES));
}

function damaged(sopInstanceUID: string, what: string): LedgerError {
  return new LedgerError('ledger-object-damaged', `The kept bytes of object ${sopInstanceUID} ${what}.`, {
    remedy: "Check the database server's disk. What the PACS lacks is made once more from the images.",
  });
}
