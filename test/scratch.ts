import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** A new folder `mamori-NAME-…` that goes when the tests end. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mamori-${name}-`));
  if (folders.push(folder) === 1)
    process.once('exit', () => {
      for (const one of folders) rmSync(one, { recursive: true, force: true });
    });
  return folder;
}
