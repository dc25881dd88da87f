import { chownSync, createReadStream, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Link, readLink } from './link.js';

const NAME = /^audit-(\d{12})\.log$/;

/** A file is named by the number of its first line, so that names in order are lines in order. */
export function fileName(firstSequence: number): string {
  return `audit-${String(firstSequence).padStart(12, '0')}.log`;
}

/** The trail's files, the oldest first. Throws the system's own error. */
export async function trailFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => NAME.test(name)).sort();
}

export function firstSequenceOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

/** A line as it stands in a file, and what it says if it is one of ours. */
export interface StoredLine {
  file: string;
  /** 1 for the first of its file. */
  line: number;
  link: Link | undefined;
}

/** Every line of these files. Throws the system's own error. */
export async function* storedLines(folder: string, names: readonly string[]): AsyncGenerator<StoredLine> {
  for (const file of names) {
    let line = 0;
    // A line separator within a message was taken out before it was written: lines end at \n alone.
    const input = createReadStream(join(folder, file), 'utf8');
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      yield { file, line: ++line, link: readLink(text) };
  }
}

/** What root makes must be writable for the account that the service has. */
export function giveToOwner(folder: string, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  const now = statSync(path);
  if (now.uid !== uid || now.gid !== gid) chownSync(path, uid, gid);
}
