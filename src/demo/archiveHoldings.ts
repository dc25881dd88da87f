import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, isValidUid, readPart10 } from '../dicom/index.js';

/** One instance in the archive: the file as it came, and its data set as views on it. */
export interface HeldInstance {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  transferSyntaxUID: string;
  dataset: Dataset;
  bytes: Uint8Array;
}

/** The file is DICOM, but lacks what an archive files it under. */
export class MissingIdentity extends Error {}

/**
 * What the archive holds: in memory, and in a folder beside that where one is given.
 *
 * Meant for a demonstration: everything stays in memory.
 */
export class ArchiveHoldings {
  readonly #instances = new Map<string, HeldInstance>();
  readonly #folder: string | undefined;

  /** @param folder is made if it is not there; what it holds already is loaded */
  constructor(folder?: string) {
    this.#folder = folder;
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).sort()) {
      if (name.endsWith('.dcm')) this.#hold(read(readFileSync(join(folder, name))));
    }
  }

  get size(): number {
    return this.#instances.size;
  }

  /** In the order in which they came. */
  all(): Iterable<HeldInstance> {
    return this.#instances.values();
  }

  get(sopInstanceUID: string): HeldInstance | undefined {
    return this.#instances.get(sopInstanceUID);
  }

  /** Takes an instance in; one whose UID is there already changes nothing. */
  add(instance: HeldInstance): void {
    if (this.#instances.has(instance.sopInstanceUID)) return;
    if (this.#folder !== undefined) {
      const file = join(this.#folder, `${instance.sopInstanceUID}.dcm`);
      writeFileSync(`${file}.part`, instance.bytes);
      renameSync(`${file}.part`, file);
    }
    this.#hold(instance);
  }

  #hold(instance: HeldInstance): void {
    this.#instances.set(instance.sopInstanceUID, instance);
  }
}

/** Reads what identifies an instance. @throws DicomReadError, or MissingIdentity */
export function read(bytes: Uint8Array): HeldInstance {
  const { dataset, transferSyntaxUID } = readPart10(bytes);
  const uid = (keyword: string) => {
    const value = dataset.string(keyword);
    if (value === undefined || !isValidUid(value))
      throw new MissingIdentity(`${keyword} is missing or no UID`);
    return value;
  };
  return {
    studyInstanceUID: uid('StudyInstanceUID'),
    seriesInstanceUID: uid('SeriesInstanceUID'),
    sopInstanceUID: uid('SOPInstanceUID'),
    sopClassUID: uid('SOPClassUID'),
    transferSyntaxUID,
    dataset,
    bytes,
  };
}
