import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemCode } from '../systemCode.js';

/** Whether a file is there, and this account may not read it. */
export function isDenied(code: string): boolean {
  return code === 'EACCES' || code === 'EPERM';
}

/** The commands that let the service's account read a file of secrets, and nobody else. */
export function howToLetRead(file: string): string {
  return `let this account read it and its folder: chgrp GROUP ${file} && chmod 640 ${file}`;
}

/** What a setting that names a file does wrong, and what can be done; undefined where the file can be read. */
export function whyUnreadable(file: unknown, folder: string): string | undefined {
  if (typeof file !== 'string' || file === '') return undefined;
  try {
    closeSync(openSync(resolve(folder, file), 'r'));
    return undefined;
  } catch (error) {
    return unreadable(error);
  }
}

/** @param error of the file system */
export function unreadable(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return `names a file that cannot be read (${systemCode(error)})${isDenied(code) ? `: ${howToLetRead('FILE')}` : ''}`;
}
