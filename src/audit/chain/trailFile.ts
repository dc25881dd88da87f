import { existsSync, fstatSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_FILE, type Head, HeadStore } from './head.js';
import { type Anchor, GENESIS, hashOf, lineOf, linkAfter, readLink } from './link.js';
import { fileName, giveToOwner, storedLines, trailFiles } from './trailFiles.js';

export interface TrailFileOptions {
  folder: string;
  /** A file that has become as long as this is followed by another. */
  fileBytes: number;
  /** Puts into a message that the trail was not as it was left. */
  disturbed(what: string): string;
}

/** What the end of the trail is like. */
interface Found {
  head: Head;
  disturbances: string[];
  /** Messages in the file that the head did not know of. */
  caughtUp: string[];
}

/**
 * The trail's files, written by any number of processes on one machine, one at a time. A line counts once it is on the
 * disk; half a line that a crash left behind is taken away before the next is written.
 */
export class TrailFile {
  readonly #options: TrailFileOptions;
  readonly store: HeadStore;
  /** Whether the last lines may be in the file and not in the head: a disk can be full in between. */
  #isUnsure = false;

  private constructor(options: TrailFileOptions, store: HeadStore) {
    this.#options = options;
    this.store = store;
  }

  /** The folder must be there. Throws the system's or SQLite's own error. */
  static async open(options: TrailFileOptions): Promise<TrailFile> {
    const file = join(options.folder, HEAD_FILE);
    // Not opened if it is there: closing it would let go of the locks that this process has on it.
    if (!existsSync(file)) await (await open(file, 'a', 0o600)).close();
    giveToOwner(options.folder, file);
    const trail = new TrailFile(options, HeadStore.open(file));
    await trail.store.exclusively(async () => {
      const isNew = trail.store.head === undefined && (await trailFiles(options.folder)).length === 0;
      if (isNew) trail.store.head = { ...GENESIS, file: fileName(1), bytes: 0 };
    });
    return trail;
  }

  /**
   * Adds messages to the chain, all of them or none. Throws the system's or SQLite's own error.
   *
   * @param ended orders that come to their end with these messages
   */
  async append(messages: readonly string[], ended: readonly string[] = []): Promise<Anchor> {
    const written = await this.store.exclusively(async () => {
      const { head, handle, alerts, caughtUp } = await this.#openEnd();
      try {
        const left = this.#isUnsure ? messages.filter((message) => !caughtUp.includes(message)) : messages;
        this.#isUnsure = true;
        const written = await writeLinks(handle, head, [...alerts, ...left]);
        this.store.head = written;
        for (const id of ended) this.store.forgetOrder(id);
        return written;
      } finally {
        await handle.close();
      }
    });
    this.#isUnsure = false;
    return written;
  }

  close(): void {
    this.store.close();
  }

  /** The file to write, at its end, and what has to be said of the state that it was found in. */
  async #openEnd(): Promise<Found & { handle: FileHandle; alerts: string[] }> {
    const { folder, fileBytes, disturbed } = this.#options;
    const known = this.store.head;
    let { head, disturbances, caughtUp } =
      known === undefined ? await this.#headOfFiles() : await this.#caughtUp(known);
    const following = fileName(head.sequence + 1);
    // It is there already where a process was killed while it began it, perhaps with another limit.
    if (head.bytes >= fileBytes || (await sizeOf(join(folder, following))) > 0) {
      const next = await this.#caughtUp({ ...head, file: following, bytes: 0 });
      head = next.head;
      disturbances = [...disturbances, ...next.disturbances];
      caughtUp = [...caughtUp, ...next.caughtUp];
    }
    const path = join(folder, head.file);
    const handle = await open(path, 'a+', 0o600);
    giveToOwner(folder, path);
    return { head, disturbances, caughtUp, handle, alerts: disturbances.map(disturbed) };
  }

  /** Without a head: it was taken away. */
  async #headOfFiles(): Promise<Found> {
    const { folder } = this.#options;
    const names = await trailFiles(folder);
    const file = names.at(-1) ?? fileName(1);
    let last: Anchor = GENESIS;
    for await (const { link } of storedLines(folder, names.slice(-1))) if (link !== undefined) last = link;
    const size = await sizeOf(join(folder, file));
    return {
      head: { sequence: last.sequence, hash: last.hash, file, bytes: size },
      disturbances: [
        `What says how far the trail reaches (${HEAD_FILE}) was gone: lines after ${last.sequence} may be missing.`,
      ],
      caughtUp: [],
    };
  }

  /** The head as it is now: a process that was killed may have written lines that it did not come to note. */
  async #caughtUp(known: Head): Promise<Found> {
    const size = await sizeOf(join(this.#options.folder, known.file));
    if (size === known.bytes) return { head: known, disturbances: [], caughtUp: [] };
    if (size < known.bytes)
      return {
        head: { ...known, bytes: size },
        disturbances: [
          `${known.file} had ${known.bytes} bytes up to line ${known.sequence}, now ${size}: lines were removed.`,
        ],
        caughtUp: [],
      };
    return this.#afterCrash(known, size);
  }

  async #afterCrash(known: Head, size: number): Promise<Found> {
    const handle = await open(join(this.#options.folder, known.file), 'r+');
    try {
      const rest = Buffer.alloc(size - known.bytes);
      await handle.read(rest, 0, rest.length, known.bytes);
      const lines = rest.toString('utf8').split('\n');
      const torn = lines.pop() ?? '';
      let head = known;
      const caughtUp: string[] = [];
      for (const line of lines) {
        const link = readLink(line);
        const follows =
          link?.sequence === head.sequence + 1 && link.previous === head.hash && hashOf(link) === link.hash;
        if (link === undefined || !follows) {
          return {
            head: { ...head, bytes: size },
            disturbances: [`${known.file} was written after line ${head.sequence} by somebody else.`],
            caughtUp,
          };
        }
        const bytes = head.bytes + Buffer.byteLength(line, 'utf8') + 1;
        head = { ...head, sequence: link.sequence, hash: link.hash, bytes };
        caughtUp.push(link.message);
      }
      if (torn !== '') await handle.truncate(head.bytes);
      return { head, disturbances: [], caughtUp };
    } finally {
      await handle.close();
    }
  }
}

/** Adds links at the file's end and waits for the disk. What was written of them goes again if that fails. */
async function writeLinks(handle: FileHandle, head: Head, messages: readonly string[]): Promise<Head> {
  let last: Anchor = head;
  let text = '';
  for (const message of messages) {
    const link = linkAfter(last, message);
    text += lineOf(link);
    last = link;
  }
  const { size } = fstatSync(handle.fd);
  // Where lines were cut off, or somebody wrote, the last one may have no end.
  if (size > 0 && !(await endsALine(handle, size))) text = `\n${text}`;
  try {
    await handle.appendFile(text, 'utf8');
    await handle.sync();
  } catch (error) {
    await handle.truncate(size).catch(() => {});
    throw error;
  }
  return { ...head, sequence: last.sequence, hash: last.hash, bytes: size + Buffer.byteLength(text, 'utf8') };
}

/** 0 for a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );
}

async function endsALine(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
