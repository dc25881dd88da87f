import { stat } from 'node:fs/promises';
import { type AuditEntry, entryOf } from './auditEntry.js';
import { type Anchor, storedLines, trailFiles, type Verification, verifyTrail } from './chain/index.js';
import { AuditError } from './errors.js';

/**
 * Goes through the trail in a folder; see `verifyTrail`.
 *
 * @throws AuditError `audit-missing`, `audit-unreadable`
 */
export async function verifyAudit(folder: string, anchor?: Anchor): Promise<Verification> {
  return reading(folder, () => verifyTrail(folder, anchor));
}

export interface EntryFilter {
  since?: Date | undefined;
  /** So many, the latest. */
  limit: number;
}

/** The latest entries of the trail in a folder, oldest first. @throws AuditError as `verifyAudit` */
export async function auditEntries(folder: string, { since, limit }: EntryFilter): Promise<AuditEntry[]> {
  return reading(folder, async () => {
    const entries: AuditEntry[] = [];
    for await (const { link } of storedLines(folder, await trailFiles(folder))) {
      if (link === undefined) continue;
      const entry = entryOf(link);
      if (since !== undefined && new Date(entry.at) < since) continue;
      entries.push(entry);
      if (entries.length > limit) entries.shift();
    }
    return entries;
  });
}

async function reading<T>(folder: string, read: () => Promise<T>): Promise<T> {
  try {
    await stat(folder);
    return await read();
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new AuditError('audit-missing', `There is no audit trail in ${folder}.`, {
        remedy: 'It is made when the service first starts; audit.folder names its place.',
        cause,
      });
    throw new AuditError('audit-unreadable', `The audit trail in ${folder} cannot be read (${code}).`, {
      remedy: 'Run this as an account that may read that folder.',
      cause,
    });
  }
}
