import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program that a shell starts. */
export const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

/** How a command ended, and what it told. */
export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** The command line as a user has it, in a process of its own. */
export function mamori(...given: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...given], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
