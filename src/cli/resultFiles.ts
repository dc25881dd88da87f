import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MamoriError } from '../errors.js';
import type { ExamOutcome } from '../exam/index.js';
import { makeFolder } from '../folder.js';
import { overlayPng } from '../gradcam/index.js';

/** What a disk with any room at all takes. */
const PROBE = new Uint8Array(4096);

/**
 * Makes the folder if it is not there, and tries it out; to be asked before long work, not after it.
 *
 * @throws MamoriError `results-unwritable`
 */
export async function makeResultFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    const probe = join(folder, `.mamori-${randomUUID()}`);
    try {
      await writeFile(probe, PROBE);
    } finally {
      await rm(probe, { force: true });
    }
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function unwritable(folder: string, cause: unknown): MamoriError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return new MamoriError('results-unwritable', `The results cannot be written to ${folder} (${code}).`, {
    remedy: 'Name a folder that this account may write to, on a disk with room.',
    cause,
  });
}

/**
 * Writes an exam's objects as DICOM files and their pictures as PNG: `tid1500.dcm`, `LCC-1.dcm`, `LCC-1.png`, …
 * Names come from views, never from the patient. They appear only once all of them are written: half an exam's results
 * could be taken for the whole.
 *
 * @returns the names of the files in `folder`
 * @throws MamoriError `results-unwritable`
 */
export async function writeResultFiles(outcome: ExamOutcome, folder: string): Promise<string[]> {
  if (outcome.objects.length + outcome.previews.length === 0) return [];
  await makeResultFolder(folder);
  const names = new Map(outcome.previews.map((preview) => [preview.sopInstanceUID, preview.name]));
  let draft: string | undefined;
  try {
    draft = await mkdtemp(join(folder, '.mamori-'));
    const written: string[] = [];
    for (const { kind, sopInstanceUID, bytes } of outcome.objects) {
      const name = `${names.get(sopInstanceUID) ?? kind}.dcm`;
      await writeFile(join(draft, name), bytes);
      written.push(name);
    }
    for (const { name, image } of outcome.previews) {
      await writeFile(join(draft, `${name}.png`), await overlayPng(image));
      written.push(`${name}.png`);
    }
    for (const name of written) await rename(join(draft, name), join(folder, name));
    return written;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unwritable(folder, error);
  } finally {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true });
  }
}
