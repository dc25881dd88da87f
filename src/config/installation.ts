import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this installation of Mamori: the one with its package.json, `models/` and `config/`. */
export function installationFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/** This installation's version, as in its package.json. */
export function installedVersion(): string {
  const text = readFileSync(join(installationFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * A model bundle's folder: beside the settings file (or wherever `folder` is) if it is there, else among the
 * models that come with Mamori, so that `models/breast-cancer` works wherever the settings lie.
 */
export function bundleFolder(bundle: string, folder: string): string {
  const own = resolve(folder, bundle);
  if (existsSync(own)) return own;
  const shipped = resolve(installationFolder(), bundle);
  return existsSync(shipped) ? shipped : own;
}
