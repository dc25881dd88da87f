import { getSystemErrorMap } from 'node:util';

/** What the system calls each of its codes. */
const MEANINGS = new Map(getSystemErrorMap().values());

/** An error of the system by its code and what that means, such as `ENOENT: no such file or directory`. */
export function systemCode(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  const meaning = MEANINGS.get(code);
  return meaning === undefined ? code : `${code}: ${meaning}`;
}
