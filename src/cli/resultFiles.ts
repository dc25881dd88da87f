import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MamoriError } from '../errors.js';
import type { ExamOutcome } from '../exam/index.js';
import { overlayPng } from '../gradcam/index.js';

/**
 * Makes the folder if it is not there; to be asked before long work, not after it.
 *
 * @throws MamoriError `results-unwritable`
 */
export async function makeResultFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
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
 * Names come from views, never from the patient.
 *
 * @returns the names of the files in `folder`
 * @throws MamoriError `results-unwritable`
 */
export async function writeResultFiles(outcome: ExamOutcome, folder: string): Promise<string[]> {
  if (outcome.objects.length + outcome.previews.length > 0) await makeResultFolder(folder);
  const names = new Map(outcome.previews.map((preview) => [preview.sopInstanceUID, preview.name]));
  const written: string[] = [];
  const write = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes).catch((error: unknown) => {
      throw unwritable(folder, error);
    });
    written.push(name);
  };
  for (const { kind, sopInstanceUID, bytes } of outcome.objects) {
    await write(`${names.get(sopInstanceUID) ?? kind}.dcm`, bytes);
  }
  for (const { name, image } of outcome.previews) await write(`${name}.png`, await overlayPng(image));
  return written;
}
