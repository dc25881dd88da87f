import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../src/cli/index.js';

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

/**
 * The same without a process of its own, one at a time: for commands that take less time than a process takes to
 * start. How processes start and end, and what they are told by their surroundings, is for tests with `mamori`.
 */
export async function mamoriHere(...given: string[]): Promise<Ended> {
  const told = { out: '', err: '' };
  const tell = (name: 'out' | 'err') => (text: string) => {
    told[name] += text;
  };
  const streams = { out: process.stdout, err: process.stderr };
  const { argv, exitCode } = process;
  const before = { out: process.stdout.write, err: process.stderr.write, isTTY: process.stdout.isTTY };
  process.argv = [process.execPath, MAIN, ...given];
  process.exitCode = undefined;
  process.stdout.isTTY = false;
  for (const name of ['out', 'err'] as const)
    streams[name].write = (text: string | Uint8Array, ...rest: unknown[]) => {
      tell(name)(typeof text === 'string' ? text : Buffer.from(text).toString());
      const written = rest.find((one) => typeof one === 'function');
      if (written !== undefined) process.nextTick(written as () => void);
      return true;
    };
  try {
    const code = await runProgram(given, { out: tell('out'), err: tell('err') });
    return { code, ...told };
  } finally {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    process.stdout.isTTY = before.isTTY;
    Object.assign(process, { argv, exitCode });
  }
}
