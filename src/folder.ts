import { mkdir, mkdtemp, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Makes a folder, with those above it that are missing; one that is there already is fine. In place of Node's
 * `recursive`, which never ends where a folder that is there takes no other, as /proc does.
 *
 * @param mode of those that are made, less what the account's umask takes; 0o700: only this account can look into them
 * @throws the system's own error (`EACCES`, `ENOENT`, `ENOTDIR`, `EEXIST` for a file of that name, …)
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const folder = resolve(path);
  try {
    await makeFolderWithin(folder, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const above = dirname(folder);
    // Another may have made it in the meantime; where it is there and takes no folder, the second try says so.
    if (!(await isFolder(above))) await makeFolder(above, mode);
    await makeFolderWithin(folder, mode);
  }
}

/**
 * A new folder beside `target`: what is written there can be moved to its place at once. It is hidden, and
 * only this account can read it.
 *
 * @throws the system's own error
 */
export async function makeDraft(target: string): Promise<string> {
  await makeFolder(dirname(target));
  return mkdtemp(join(dirname(target), `.${basename(target)}-`));
}

/**
 * Makes a folder within one that is there: where that is missing, a setting may be mistyped, and what was made at its
 * place would hide that. One that is there already is fine.
 *
 * @throws the system's own error: `ENOENT` where the folder above is missing
 */
export async function makeFolderWithin(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Somebody else may have made it, perhaps just now.
    if (!(await isFolder(folder))) throw error;
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
