import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isValidUid, ownMark, readPart10 } from '../dicom/index.js';
import type { ExamOutcome } from '../exam/index.js';
import { makeFolder } from '../folder.js';
import { overlayPng } from '../pictures/index.js';
import { systemCode } from '../systemCode.js';
import { CommandError } from './errors.js';

/** Fits on any disk that has room left at all. */
const PROBE = new Uint8Array(4096);

/**
 * Makes the folder if it is not there, and tries it out: before long work, not after it. Results hold patient data, so
 * a folder that is made is for this account alone.
 *
 * @throws CommandError `results-unwritable`
 */
export async function makeResultFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
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

function unwritable(folder: string, cause: unknown): CommandError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return new CommandError(
      'results-place-taken',
      `${folder}, or what is above it, is a file and no folder.`,
      {
        remedy: 'Name a folder for the results, new or empty.',
        cause,
      },
    );
  const what = `The results cannot be written to ${folder} (${systemCode(cause)}).`;
  return new CommandError('results-unwritable', what, {
    remedy: 'Name a folder that this account may write to, on a disk with room.',
    cause,
  });
}

/** A file that is written under its name once all of them are there. */
export interface ResultFile {
  name: string;
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** What a killed run leaves behind; also the trial of a folder. */
const isDraft = (name: string) => name.startsWith('.mamori-');

/**
 * Refuses a folder that holds anything but Mamori's results of the study, for file names do not tell whose they are.
 *
 * @returns the names of the study's earlier results in `folder`
 * @throws CommandError `results-place-taken`, `results-unwritable`
 */
export async function checkResultPlace(folder: string, studyInstanceUID: string): Promise<string[]> {
  const present = await entriesOf(folder);
  const own = new Set<string>();
  for (const { name } of present.filter((entry) => entry.isFile() && entry.name.endsWith('.dcm'))) {
    if (await isResultOf(join(folder, name), studyInstanceUID)) own.add(name);
  }
  const isOwn = (name: string) => own.has(name) || own.has(name.replace(/\.png$/, '.dcm'));
  const foreign = present.find((entry) => !entry.isFile() || !isOwn(entry.name));
  if (foreign !== undefined) throw taken(folder, foreign.name, `not a result of study ${studyInstanceUID}`);
  return present.map(({ name }) => name);
}

/**
 * The same for a folder with a folder for each study.
 *
 * @throws CommandError `results-place-taken`, `results-unwritable`
 */
export async function checkResultPlaces(folder: string, studyInstanceUIDs: string[]): Promise<void> {
  const foreign = (await entriesOf(folder)).find((entry) => !entry.isDirectory() || !isValidUid(entry.name));
  if (foreign !== undefined) throw taken(folder, foreign.name, 'not a folder of a study');
  for (const study of studyInstanceUIDs) await checkResultPlace(join(folder, study), study);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !isDraft(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unwritable(folder, error);
  }
}

/** An image of the study is none of its results: it would be lost when those are replaced. */
async function isResultOf(file: string, studyInstanceUID: string): Promise<boolean> {
  try {
    const { dataset } = readPart10(await readFile(file));
    return (
      dataset.string('InstanceCreatorUID') === ownMark.InstanceCreatorUID &&
      dataset.string('StudyInstanceUID') === studyInstanceUID
    );
  } catch {
    return false;
  }
}

function taken(folder: string, name: string, what: string): CommandError {
  return new CommandError('results-place-taken', `${folder} holds ${name}, which is ${what}.`, {
    remedy: 'Name another folder, new or empty; nothing in this one was changed.',
  });
}

/**
 * Writes an exam's objects as DICOM files and their pictures as PNG: `tid1500.dcm`, `LCC-1.dcm`, `LCC-1.png`, …
 * Names come from views, never from the patient.
 *
 * @returns the names of the files in `folder`
 * @throws CommandError `results-unwritable`, `results-place-taken`
 */
export async function writeResultFiles(
  studyInstanceUID: string,
  outcome: ExamOutcome,
  folder: string,
): Promise<string[]> {
  const files = [
    ...outcome.objects.map(({ name, bytes }) => ({ name: `${name}.dcm`, bytes: () => bytes })),
    ...outcome.previews.map(({ name, image }) => ({ name: `${name}.png`, bytes: () => overlayPng(image) })),
  ];
  if (files.length > 0) await writeAll(studyInstanceUID, files, folder);
  return files.map(({ name }) => name);
}

/**
 * Puts a study's results into a folder, in place of all earlier ones. They appear only once all of them are written:
 * half an exam's results could be taken for the whole.
 *
 * @throws CommandError `results-unwritable`, `results-place-taken`
 */
export async function writeAll(studyInstanceUID: string, files: ResultFile[], folder: string): Promise<void> {
  await makeResultFolder(folder);
  let draft: string | undefined;
  try {
    draft = await mkdtemp(join(folder, '.mamori-'));
    for (const { name, bytes } of files) await writeFile(join(draft, name), await bytes());
    // Earlier ones go first: a run that is killed here leaves too few files, never two runs' together.
    for (const name of await checkResultPlace(folder, studyInstanceUID)) await rm(join(folder, name));
    for (const { name } of files) await rename(join(draft, name), join(folder, name));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unwritable(folder, error);
  } finally {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true });
  }
}
