import { userInfo } from 'node:os';

/** The account of the operating system that this process runs as; in a container it may have a number and no name. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
