import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { AlarmBook } from './alarmBook.js';
import type { Parcel } from './outbox.js';

/** What is kept across restarts. */
export interface Notices {
  book: AlarmBook;
  parcels: readonly Parcel[];
}

/** Another one is not read: what it means may have changed. */
const FORMAT = 1;

/** @returns undefined where there is none; `unreadable` where it is damaged or of another version */
export async function readNotices(file: string): Promise<Notices | 'unreadable' | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unreadable';
  }
  try {
    const { format, book, parcels } = JSON.parse(text) as { format: number } & Notices;
    const isWhole = format === FORMAT && Array.isArray(book.entries) && Array.isArray(parcels);
    return isWhole ? { book, parcels } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** Whole or not at all, and for this account only. @throws the system's own error */
export async function writeNotices(file: string, notices: Notices): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await writeFile(draft, JSON.stringify({ format: FORMAT, ...notices }), { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}
