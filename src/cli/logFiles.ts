import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { SupportError } from '../support/index.js';
import { systemCode } from '../systemCode.js';

/**
 * The lines of log files, one after the other; `-` is what is piped in.
 *
 * @throws SupportError `support-log-unreadable`
 */
export async function logFiles(files: readonly string[]): Promise<AsyncIterable<string>> {
  for (const file of files.filter((one) => one !== '-'))
    await access(file, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
      throw new SupportError(
        'support-log-unreadable',
        `The log ${file} cannot be read (${systemCode(cause)}).`,
        {
          remedy:
            'Name a file that this account may read, or pipe the log in: journalctl … | mamori … --log -',
          cause,
        },
      );
    });
  return linesOf(files);
}

async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) {
    const input = file === '-' ? process.stdin : createReadStream(file);
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  }
}
