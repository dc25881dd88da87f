import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packTar } from 'modern-tar';
import { systemCode } from '../systemCode.js';
import { SupportError } from './errors.js';

/** A file in the bundle. */
export interface BundlePart {
  name: string;
  text: string;
}

/**
 * Writes the parts into one .tar.gz, for this account only.
 *
 * @throws SupportError `support-unwritable`, also where there is a file of that name
 */
export async function writeBundleFile(file: string, parts: readonly BundlePart[]): Promise<void> {
  const entries = parts.map(({ name, text }) => {
    const body = Buffer.from(text);
    return {
      header: { name: `mamori-support/${name}`, size: body.length, mode: 0o600, mtime: new Date() },
      body,
    };
  });
  const packed = await promisify(gzip)(await packTar(entries));
  try {
    await writeFile(file, packed, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    // Half a bundle would keep a full disk full, and the next try from its name.
    if (code !== 'EEXIST') await rm(file, { force: true }).catch(() => {});
    throw new SupportError(
      'support-unwritable',
      `The bundle cannot be written to ${file} (${systemCode(cause)}).`,
      {
        remedy:
          'Name another file with --out: one that is not there, in a folder that this account may write to.',
        cause,
      },
    );
  }
}
