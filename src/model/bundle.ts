import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BundleDocument, bundleSchema } from './bundleSchema.js';
import { ModelError } from './errors.js';
import type { Bundle } from './types.js';

export const BUNDLE_FILE = 'bundle.json';
/** bundle.json is small; a file of another kind by that name is not read whole. */
const MAX_BUNDLE_FILE_BYTES = 1 << 20;

/**
 * Reads and checks a model bundle (docs/model-bundle.md): schema, printable ASCII, and the SHA-256 of every
 * file in the folder. What comes back can be trusted to be what its maker wrote.
 *
 * @param options.leaking also opens a bundle of a split by image: for looking at it and measuring it, never for answers
 *   about patients
 * @throws ModelError `bundle-missing`, `bundle-malformed`, `bundle-file-missing`, `bundle-file-unknown`,
 *   `bundle-hash-mismatch`, `bundle-leaking`
 */
export async function loadBundle(directory: string, options: { leaking?: boolean } = {}): Promise<Bundle> {
  const folder = resolve(directory);
  const bytes = await readBundleFile(folder);
  const document = parseBundleDocument(bytes, folder);
  if (document.training?.protocol === 'by-image' && !options.leaking)
    throw new ModelError(
      'bundle-leaking',
      `${document.name} ${document.version} in ${folder} was split by image (protocol by-image): it was measured on ` +
        'copies of what it learnt from, and nobody knows what it is worth on a patient',
      {
        remedy:
          'Name a bundle that was split by patient, as mamori train makes it unless told otherwise (model.bundle in ' +
          'the settings, --model on the command line). This one is for `mamori evaluate --protocol by-image` only.',
      },
    );
  await checkFiles(folder, document.files);
  return { directory: folder, ...document, digest: sha256(bytes) };
}

async function readBundleFile(folder: string): Promise<Buffer> {
  const remedy =
    'Name the folder that holds bundle.json (model.bundle in the settings, --model on the command line), ' +
    'e.g. models/breast-cancer.';
  const file = join(folder, BUNDLE_FILE);
  let bytes: Buffer | undefined;
  try {
    const { size } = await stat(file);
    if (size <= MAX_BUNDLE_FILE_BYTES) bytes = await readFile(file);
  } catch (cause) {
    throw new ModelError('bundle-missing', `There is no readable ${BUNDLE_FILE} in ${folder}`, {
      cause,
      remedy,
    });
  }
  if (bytes !== undefined) return bytes;
  throw new ModelError('bundle-malformed', `${file} is too large to be one`, { remedy });
}

function parseBundleDocument(bytes: Buffer, folder: string): BundleDocument {
  const remedy = 'Compare it with docs/model-bundle.md, or fetch the bundle again from its maker.';
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new ModelError('bundle-malformed', `${folder}/${BUNDLE_FILE} is not JSON`, { cause, remedy });
  }
  const result = bundleSchema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'bundle'}: ${issue.message}`,
  );
  throw new ModelError('bundle-malformed', `${folder}/${BUNDLE_FILE}: ${problems.join('; ')}`, { remedy });
}

async function checkFiles(folder: string, files: Record<string, string>): Promise<void> {
  const again = 'Copy the whole bundle again from its maker; a changed bundle is not run.';
  const present = await readdir(folder, { withFileTypes: true });
  const names = new Set(present.filter((entry) => entry.isFile()).map((entry) => entry.name));
  for (const entry of present) {
    // Files that begin with a dot are the file system's and the archive tools' own.
    if (entry.name === BUNDLE_FILE || entry.name.startsWith('.') || Object.hasOwn(files, entry.name))
      continue;
    throw new ModelError(
      'bundle-file-unknown',
      `${folder} holds ${entry.name}, which ${BUNDLE_FILE} does not name`,
      {
        remedy: 'Move it out of the bundle, or name it with its SHA-256 under files.',
      },
    );
  }
  for (const [name, expected] of Object.entries(files)) {
    if (!names.has(name))
      throw new ModelError('bundle-file-missing', `${folder} lacks ${name}, which ${BUNDLE_FILE} names`, {
        remedy: again,
      });
    const found = await sha256OfFile(join(folder, name));
    if (found !== expected)
      throw new ModelError(
        'bundle-hash-mismatch',
        `${folder}/${name} has SHA-256 ${found}, but ${BUNDLE_FILE} says ${expected}`,
        { remedy: again },
      );
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
