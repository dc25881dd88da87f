import { CommanderError } from 'commander';
import type { AdminError } from '../admin/index.js';
import type { AuditErrorCode } from '../audit/index.js';
import type { SettingsError, SettingsFileError } from '../config/index.js';
import type { PacsErrorCode } from '../dicomweb/index.js';
import { MamoriError } from '../errors.js';
import type { LedgerErrorCode } from '../ledger/index.js';
import type { ModelErrorCode } from '../model/index.js';
import type { SupportErrorCode } from '../support/index.js';
import type { ImportErrorCode } from '../training/index.js';
import type { CommandErrorCode } from './errors.js';

/** What a command tells the shell. */
export const EXIT = {
  /** All went well. */
  well: 0,
  /** Something could not be processed or delivered, and was named. */
  trouble: 1,
  /** Wrong usage or settings. */
  usage: 2,
  /** `mamori status` alone: whether the service works and the PACS answers is not known here. */
  unknown: 3,
  /** `mamori status` alone: nothing is wrong, and no exam is taken up, by somebody's order. */
  paused: 4,
} as const;

type UsageCode =
  | CommandErrorCode
  | ImportErrorCode
  | SettingsFileError['code']
  | SettingsError['code']
  | PacsErrorCode
  | ModelErrorCode
  | LedgerErrorCode
  | AdminError['code']
  | AuditErrorCode
  | SupportErrorCode;

/** Codes that mean that the command line or the settings must be changed. */
const USAGE: ReadonlySet<string> = new Set<UsageCode>([
  'usage-study-uid',
  'usage-import',
  'usage-range',
  'usage-unasked',
  'results-place-taken',
  'usage-preparation',
  'settings-invalid',
  'settings-unreadable',
  'pacs-settings',
  'bundle-missing',
  'ledger-unsupported',
  'ledger-missing',
  'ledger-foreign',
  'ledger-denied',
  'ledger-untrusted',
  'admin-listen',
  'audit-unwritable',
  'audit-missing',
  'support-unwritable',
  'support-log-unreadable',
]);

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.well : EXIT.usage;
  return error instanceof MamoriError && USAGE.has(error.code) ? EXIT.usage : EXIT.trouble;
}

export interface ErrorStreams {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Tells an error that ended a command: what happened, then what can be done. With `json` it is the one object on
 * stdout; the stack comes only with `debug`.
 */
export function tellError(error: unknown, how: { json: boolean; debug: boolean }, to: ErrorStreams): void {
  if (error instanceof CommanderError) {
    // Commander has said it already on stderr, with the usage.
    if (!how.json || error.exitCode === 0) return;
    const message = error.message.replace(/^error: /, '');
    to.out(`${JSON.stringify({ error: { code: 'usage', message } })}\n`);
    return;
  }
  const { code, message, remedy } = described(error);
  if (how.json) to.out(`${JSON.stringify({ error: { code, message, remedy } })}\n`);
  else to.err(`${message}\n${remedy === undefined ? '' : `${remedy}\n`}`);
  if (how.debug && error instanceof Error) to.err(`${stackOf(error)}\n`);
}

function described(error: unknown): { code: string; message: string; remedy?: string | undefined } {
  if (error instanceof MamoriError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'unexpected',
    message: `Unexpected: ${message}`,
    remedy: 'This is a fault in Mamori. Please report it with the output of the same command with --debug.',
  };
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
