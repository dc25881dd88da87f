import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExamOutcome } from '../exam/index.js';
import { overlayPng } from '../gradcam/index.js';

/**
 * Writes an exam's objects as DICOM files and their pictures as PNG: `tid1500.dcm`, `LCC-1.dcm`, `LCC-1.png`, …
 * Names come from views, never from the patient.
 *
 * @returns the names of the files in `folder`
 */
export async function writeResultFiles(outcome: ExamOutcome, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const names = new Map(outcome.previews.map((preview) => [preview.sopInstanceUID, preview.name]));
  const written: string[] = [];
  const write = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    written.push(name);
  };
  for (const { kind, sopInstanceUID, bytes } of outcome.objects) {
    await write(`${names.get(sopInstanceUID) ?? kind}.dcm`, bytes);
  }
  for (const { name, image } of outcome.previews) await write(`${name}.png`, await overlayPng(image));
  return written;
}
