import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { accountName } from '../../accountName.js';
import { LedgerError } from '../errors.js';

/** What is wrong with a file that SQLite cannot open or write, and what to do about it. */
interface OpeningTrouble {
  what: string;
  remedy: string;
}

/** SQLite says no more than that it cannot: the file system knows why. */
export function cannotBeUsed(file: string, cause: unknown): LedgerError {
  const { what, remedy } = placeTrouble(dirname(file)) ?? fileTrouble(file) ?? takesNone(file);
  return new LedgerError('ledger-unreadable', `The ledger ${file} cannot be used: ${what}.`, {
    remedy,
    cause,
  });
}

/** What is wrong with the folder that the file is in, or is to be made in. */
function placeTrouble(folder: string): OpeningTrouble | undefined {
  const found = statOf(folder);
  if ('trouble' in found) {
    if (found.trouble === 'EACCES') return notLet(`may not look into ${above(folder)}`);
    if (found.trouble === 'ENOTDIR') return noFolder(above(folder));
    if (found.trouble !== 'ENOENT')
      return { what: `${folder} cannot be reached (${found.trouble})`, remedy: OTHER_PLACE };
    return {
      what: `there is no folder ${folder}`,
      remedy:
        'Check ledger.url, which counts from the folder of the settings file; or make that folder, for the account ' +
        'that Mamori runs as.',
    };
  }
  if (!found.stats.isDirectory()) return noFolder(folder);
  return rightsTrouble(
    folder,
    constants.R_OK | constants.W_OK | constants.X_OK,
    `may not write into the folder ${folder}`,
  );
}

/** What is wrong with a file that is there, or with those that SQLite keeps beside it. */
function fileTrouble(file: string): OpeningTrouble | undefined {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    const found = statOf(name);
    if ('trouble' in found) continue;
    if (found.stats.isDirectory())
      return {
        what: `${name} is a folder`,
        remedy: 'Name a file in ledger.url, such as sqlite:FOLDER/mamori.db.',
      };
    const trouble = rightsTrouble(name, constants.R_OK | constants.W_OK, `may not read and write ${name}`);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** A folder such as /proc takes no file from anybody. */
function takesNone(file: string): OpeningTrouble {
  const isThere = existsSync(file);
  const code = isThere ? undefined : codeOf(() => rmSync(made(file)));
  if (code === 'EROFS') return readOnly(dirname(file));
  const why = code === undefined ? '' : ` (${code})`;
  return isThere || code === undefined
    ? {
        what: 'SQLite cannot open it',
        remedy: 'Look for a full disk, or too many open files, in the log of the system.',
      }
    : { what: `the folder ${dirname(file)} takes no file${why}`, remedy: OTHER_PLACE };
}

const OTHER_PLACE = 'Name a file in another folder in ledger.url.';

function made(file: string): string {
  closeSync(openSync(file, 'wx', 0o600));
  return file;
}

/** @param what not: the account's name stands before it */
function rightsTrouble(path: string, rights: number, what: string): OpeningTrouble | undefined {
  const code = codeOf(() => accessSync(path, rights));
  if (code === undefined) return undefined;
  return code === 'EROFS' ? readOnly(path) : notLet(what);
}

function readOnly(path: string): OpeningTrouble {
  return {
    what: `${path} lies on a disk that is mounted read-only`,
    remedy:
      'Mount it writable; a system does that to a disk with errors, which its log names then. In a container or ' +
      'under systemd: let that folder be written (a volume, ReadWritePaths).',
  };
}

function notLet(what: string): OpeningTrouble {
  const account = accountName();
  return {
    what: `the account ${account} ${what}`,
    remedy: 'Give folder and file to the account that Mamori runs as, or run this as that account.',
  };
}

function noFolder(path: string): OpeningTrouble {
  return {
    what: `${path} is a file and no folder`,
    remedy: 'Check ledger.url: all before its last / is to be a folder.',
  };
}

/** The lowest part of a path that can be seen. */
function above(path: string): string {
  let seen = path;
  while ('trouble' in statOf(seen) && dirname(seen) !== seen) seen = dirname(seen);
  return seen;
}

function statOf(path: string): { stats: Stats } | { trouble: string } {
  try {
    return { stats: statSync(path) };
  } catch (error) {
    return { trouble: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
}

/** The system's code; undefined where nothing failed. */
function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
