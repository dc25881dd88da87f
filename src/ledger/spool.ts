import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LedgerError } from './errors.js';

/** Where an object's bytes lie, and how to know them again. */
export interface StoredBytes {
  file: string;
  size: number;
  crc32: number;
}

/** Where the bytes of objects are kept on their way to the archive. */
export interface ByteStore {
  /**
   * Keeps the bytes for good, all or none.
   *
   * @param study whose results they are, for the error
   * @throws LedgerError `ledger-disk-full`, `ledger-unwritable`
   */
  put(all: readonly Uint8Array[], study: string): Promise<StoredBytes[]>;
  /** @throws LedgerError `ledger-object-damaged` when the bytes are not the ones that were put there. */
  read(stored: StoredBytes, sopInstanceUID: string): Promise<Uint8Array>;
  remove(files: readonly string[]): Promise<void>;
}

/** Files of a crashed process that no row names; younger ones may belong to a process that is about to name them. */
const ORPHAN_AGE_MS = 3_600_000;

/**
 * Bytes of objects on their way to the archive: a file each, in a folder beside the database.
 *
 * Files and not BLOBs, for three reasons: tens of megabytes for an exam would pass through the write-ahead log and
 * the event loop; a deleted file is gone, while a deleted row's patient data stay in the database's free pages; and
 * the database stays small. A row names a file only after the file is on the disk.
 */
export class Spool implements ByteStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the bytes through to the disk. Each call makes files of its own: workers cannot overwrite each other's. */
  async put(all: readonly Uint8Array[], study: string): Promise<StoredBytes[]> {
    try {
      return await this.#write(all);
    } catch (error) {
      throw unwritten(error, this.#folder, study);
    }
  }

  async #write(all: readonly Uint8Array[]): Promise<StoredBytes[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const files = all.map(() => `${randomUUID()}.dcm`);
    const ends = await Promise.allSettled(all.map((bytes, i) => this.#writeOne(files[i]!, bytes)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) {
      // On a full disk, halves of files would keep it full.
      await this.remove(files);
      throw failed.reason;
    }
    await flush(this.#folder);
    return ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
  }

  async read({ file, size, crc32: expected }: StoredBytes, sopInstanceUID: string): Promise<Uint8Array> {
    let bytes: Buffer;
    try {
      bytes = await readFile(join(this.#folder, file));
    } catch (cause) {
      throw damaged(sopInstanceUID, 'cannot be read', cause);
    }
    if (bytes.length !== size || crc32(bytes) !== expected) throw damaged(sopInstanceUID, 'have changed');
    return bytes;
  }

  async remove(files: readonly string[]): Promise<void> {
    await Promise.all(files.map((file) => rm(join(this.#folder, file), { force: true })));
  }

  /** Deletes what a crash has left behind. */
  async sweep(isNamed: (file: string) => boolean): Promise<void> {
    const files = await readdir(this.#folder).catch(() => [] as string[]);
    for (const file of files) {
      if (isNamed(file)) continue;
      const age = await stat(join(this.#folder, file)).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > ORPHAN_AGE_MS) await this.remove([file]);
    }
  }

  async #writeOne(file: string, bytes: Uint8Array): Promise<StoredBytes> {
    const handle = await open(join(this.#folder, file), 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { file, size: bytes.length, crc32: crc32(bytes) };
  }
}

/** A new file's name is safe only when its folder is on the disk too. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unwritten(error: unknown, folder: string, study: string): unknown {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  const what = `The results for study ${study} cannot be kept in ${folder}`;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LedgerError('ledger-disk-full', `${what}: the disk is full (${code}).`, {
      remedy: 'Make room on that disk; the exam is tried again by itself.',
      cause: error,
    });
  }
  return new LedgerError('ledger-unwritable', `${what} (${code}).`, {
    remedy: 'Check the rights and the disk of that folder.',
    cause: error,
  });
}

function damaged(sopInstanceUID: string, what: string, cause?: unknown): LedgerError {
  return new LedgerError('ledger-object-damaged', `The kept bytes of object ${sopInstanceUID} ${what}.`, {
    remedy: 'Check the disk under the ledger. What the PACS lacks is made once more from the images.',
    cause,
  });
}
