import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a file into a folder and removes it: that rights allow it says nothing of a disk that may only be read.
 *
 * @returns why that failed, as a code of the system; undefined where it went well
 */
export async function writeTrialFile(folder: string): Promise<string | undefined> {
  const trial = join(folder, `.mamori-doctor-${randomUUID()}`);
  try {
    await writeFile(trial, 'mamori doctor', { mode: 0o600 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    await rm(trial, { force: true }).catch(() => {});
  }
}
