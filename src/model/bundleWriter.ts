import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeDraft } from '../folder.js';
import { BUNDLE_FILE, loadBundle, sha256 } from './bundle.js';
import { type BundleDocument, bundleSchema } from './bundleSchema.js';
import { ModelError } from './errors.js';
import type { Bundle } from './types.js';

/** bundle.json without what follows from the files. */
export type BundleDescription = Omit<BundleDocument, 'files' | 'format'>;

/**
 * Writes a bundle and loads it again as a check. It is made beside its place and moved there whole, so that
 * nothing half-written stays behind; a bundle that was there is replaced, a folder with anything else in it is not.
 *
 * @param files every file of the bundle except bundle.json, by name
 * @throws ModelError `bundle-place-taken`, or as `loadBundle` does when the description is not a valid bundle
 */
export async function writeBundle(
  directory: string,
  description: BundleDescription,
  files: Record<string, Uint8Array>,
): Promise<Bundle> {
  const target = resolve(directory);
  const draft = await draftFor(target);
  try {
    const hashes: Record<string, string> = {};
    for (const name of Object.keys(files).sort()) {
      const bytes = files[name]!;
      await writeFile(join(draft, name), bytes);
      hashes[name] = sha256(bytes);
    }
    const document: BundleDocument = { format: 1, ...description, files: hashes };
    await writeFile(join(draft, BUNDLE_FILE), `${JSON.stringify(document, undefined, 2)}\n`);
    await loadBundle(draft, { leaking: true });
    // mkdtemp keeps others out; the service may run as another user.
    await chmod(draft, 0o755);
    await removeOldBundle(target);
    await rename(draft, target);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unwritable(target, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return loadBundle(target, { leaking: true });
}

/**
 * Writes into a bundle whether its heat maps passed their checks. The network stays as it is, and so do the hashes of
 * its files; bundle.json is replaced in one step, and the bundle's digest is another.
 *
 * @throws ModelError `bundle-place-taken` where it cannot be written, or as `loadBundle` does
 */
export async function recordHeatMaps(
  { directory }: Pick<Bundle, 'directory'>,
  heatMaps: NonNullable<BundleDescription['heatMaps']>,
): Promise<Bundle> {
  const file = join(directory, BUNDLE_FILE);
  const { files, ...rest } = JSON.parse(await readFile(file, 'utf8')) as BundleDocument;
  const draft = join(directory, `.${BUNDLE_FILE}`);
  try {
    await writeFile(draft, `${JSON.stringify({ ...rest, heatMaps, files }, undefined, 2)}\n`);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritable(directory, error);
  }
  return loadBundle(directory, { leaking: true });
}

function draftFor(target: string): Promise<string> {
  return makeDraft(target).catch((cause) => {
    throw unwritable(target, cause);
  });
}

function unwritable(target: string, cause: unknown): ModelError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return new ModelError('bundle-place-taken', `${target} cannot be written (${code})`, {
    cause,
    remedy: 'Name a folder that this account may write to, on a disk with room.',
  });
}

/**
 * So that what a bundle is to say of itself is not refused at the end of a long training.
 *
 * @throws ModelError `bundle-malformed`
 */
export function checkDescription(description: BundleDescription): void {
  const files = { 'model.onnx': '0'.repeat(64), 'MODEL_CARD.md': '0'.repeat(64) };
  const result = bundleSchema.safeParse({ format: 1, ...description, files });
  if (result.success) return;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ModelError('bundle-malformed', `the bundle would not be valid: ${problems.join('; ')}`, {
    remedy:
      'Change --name, --model-version, --manufacturer, the --about file, or the labels: they go into the bundle.',
  });
}

/** @throws ModelError `bundle-place-taken` when something other than a bundle stands at `target` */
async function removeOldBundle(target: string): Promise<void> {
  await checkPlaceForBundle(target);
  await rm(target, { recursive: true, force: true });
}

/** So that a long training is not refused its place at the end. */
export async function checkPlaceForBundle(target: string): Promise<void> {
  let present: string[];
  try {
    present = await readdir(target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new ModelError('bundle-place-taken', `${target} cannot be a bundle's folder`, {
      cause: error,
      remedy: 'Name a folder that does not exist yet.',
    });
  }
  if (present.length === 0 || present.includes(BUNDLE_FILE)) return;
  throw new ModelError('bundle-place-taken', `${target} holds files that are no bundle`, {
    remedy: 'Name a folder that does not exist yet; nothing was changed.',
  });
}
