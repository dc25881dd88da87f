import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bundle } from '../model/index.js';
import { ModelError } from '../model/index.js';
import { DatasetError } from './errors.js';
import type { LabelledImage } from './labels.js';
import { countCases, PARTS, type Part, SHARES, type Split, splitByCase } from './split.js';

/** The bundle's file that says which cases it was made from. */
export const SPLIT_FILE = 'split.json';

const hashes = z.array(z.string().regex(/^[0-9a-f]{20}$/));
const splitSchema = z.strictObject({
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  cases: z.strictObject({ training: hashes, validation: hashes, test: hashes }),
  /** SHA-256 of the labels, where copies of the images were split: they are made again from the same images only. */
  images: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** What a bundle's maker did with each case. */
export interface CaseParts {
  /** How it is known: named by the bundle, worked out from its seed, or not at all. */
  known: 'recorded' | 'from-seed' | 'unknown';
  /** Undefined for a case that the bundle's maker never had, and for all where nothing is known. */
  partOf(name: string): Part | undefined;
  /** As `digestOfImages` gives it, where the bundle names it. */
  images?: string | undefined;
}

/** Names a set of labelled images, in whatever order. */
export function digestOfImages(images: readonly LabelledImage[]): string {
  return sha256(
    images
      .map(({ label, file, case: patient }) => `${label}/${file}/${patient}`)
      .sort()
      .join('\n'),
  );
}

/**
 * Which case went into which part, as salted hashes: whoever holds the data can tell which cases the model has
 * seen, and a reader of the bundle does not learn their names by looking. Names that can be guessed can be found
 * out, so patients' numbers are better replaced before training.
 *
 * @param copied the images, where copies of them were split
 */
export function encodeSplit(split: Split, copied?: readonly LabelledImage[]): string {
  const everybody = PARTS.flatMap((part) => split[part].map((image) => image.case));
  // Drawn from the data and not at random: the same training makes the same bundle.
  const salt = sha256([...new Set(everybody)].sort().join('\n')).slice(0, 32);
  const cases = Object.fromEntries(
    PARTS.map((part) => {
      const names = new Set(split[part].map((image) => image.case));
      return [part, [...names].map((name) => caseHash(salt, name)).sort()];
    }),
  );
  const record = { salt, cases, ...(copied !== undefined && { images: digestOfImages(copied) }) };
  return `${JSON.stringify(record, undefined, 1)}\n`;
}

/**
 * What the bundle's maker did with the cases of these images. A bundle without the record is older than it: then the
 * split is repeated from the bundle's seed, and believed if it gives the numbers of cases that the bundle names.
 *
 * @param images all of the labels file, since a split from a seed depends on the whole set
 * @throws ModelError `bundle-malformed`; DatasetError `split-patient-on-both-sides` when the record has a case in
 *   two parts
 */
export async function casePartsOf(bundle: Bundle, images: LabelledImage[]): Promise<CaseParts> {
  if (SPLIT_FILE in bundle.files) return recordedParts(bundle);
  const parts = partsFromSeed(bundle, images);
  if (parts === undefined) return { known: 'unknown', partOf: () => undefined };
  return { known: 'from-seed', partOf: (name) => parts.get(name) };
}

async function recordedParts(bundle: Bundle): Promise<CaseParts> {
  const file = join(bundle.directory, SPLIT_FILE);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw malformed(file, 'it is not JSON', cause);
  }
  const record = splitSchema.safeParse(json);
  if (!record.success) throw malformed(file, record.error.issues[0]!.message);
  const { salt, cases, images } = record.data;
  const partByHash = new Map<string, Part>();
  for (const part of PARTS)
    for (const hash of cases[part]) {
      const other = partByHash.get(hash);
      if (other !== undefined && other !== part)
        throw new DatasetError(
          'split-patient-on-both-sides',
          `${file} has one patient's images both for ${other} and for ${part}`,
          { remedy: 'Train again with a split by patient; figures of this bundle mean nothing.' },
        );
      partByHash.set(hash, part);
    }
  return { known: 'recorded', partOf: (name) => partByHash.get(caseHash(salt, name)), images };
}

function partsFromSeed(bundle: Bundle, images: LabelledImage[]): Map<string, Part> | undefined {
  const { training, classes } = bundle;
  if (training === undefined) return undefined;
  let split: Split;
  try {
    split = splitByCase(images, classes[1], SHARES, training.seed);
  } catch (error) {
    // Too few cases to be split: they are not the set that the bundle was made from.
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
  if (PARTS.some((part) => countCases(split[part]) !== training.cases[part])) return undefined;
  return new Map(PARTS.flatMap((part) => split[part].map((image) => [image.case, part] as const)));
}

function caseHash(salt: string, name: string): string {
  return sha256(`${salt}\n${name}`).slice(0, 20);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function malformed(file: string, what: string, cause?: unknown): ModelError {
  return new ModelError('bundle-malformed', `${file} is no record of a split: ${what}`, {
    cause,
    remedy: 'Fetch the bundle again from its maker.',
  });
}
