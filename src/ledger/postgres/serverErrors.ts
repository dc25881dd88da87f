import { LedgerError } from '../errors.js';

/** What a connection, or the way to it, ends with. */
const LOST_ON_THE_WAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
]);

/**
 * SQLSTATE (PostgreSQL, appendix A): 08 connection exceptions, 57P01 to 57P05 server or session ended, 53300 too many
 * connections, 25P03 idle in a transaction, 25006 a standby that has not become the primary yet.
 */
const LOST_ON_THE_SERVER = /^(08...|57P0[1-5]|53300|25P03|25006)$/;

/** The driver's own words for a lost connection have no code. */
const LOST_BY_THE_DRIVER =
  /^(Connection terminated|timeout exceeded when trying|Query read timeout|Client (has encountered|was closed))/;

/** Another transaction was in the way: serialization, deadlock, a lock or a statement that took too long. */
const IN_THE_WAY = new Set(['40001', '40P01', '55P03', '57014']);

const NOT_TRUSTED =
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)|certificate|SSL/;

interface Thrown {
  code: string;
  message: string;
}

/** Whether the connection is gone: nothing more can be asked of it. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message } = thrown(error);
  if (error instanceof LedgerError) return false;
  return LOST_ON_THE_WAY.has(code) || LOST_ON_THE_SERVER.test(code) || LOST_BY_THE_DRIVER.test(message);
}

/** Whether the same may succeed a little later. */
export function mayPass(error: unknown): boolean {
  return isConnectionLost(error) || (!(error instanceof LedgerError) && IN_THE_WAY.has(thrown(error).code));
}

/** @param server as `ServerAddress` has it */
export function namedServerError(error: unknown, server: string): unknown {
  if (error instanceof LedgerError) return error;
  const { code, message } = thrown(error);
  const named = (name: LedgerError['code'], what: string, remedy: string) =>
    new LedgerError(name, `The ledger in ${server} ${what} (${code || message}).`, { remedy, cause: error });
  if (isConnectionLost(error))
    return named(
      'ledger-unreachable',
      'cannot be reached',
      'Check the server and the way to it. Nothing is lost: a running service goes on by itself once it is back.',
    );
  if (IN_THE_WAY.has(code))
    return named(
      'ledger-busy',
      'is held by another transaction',
      'Look for long transactions in pg_stat_activity (a backup, an open console).',
    );
  if (/^(28...|42501)$/.test(code) || /password|SASL|authentication/i.test(message))
    return named(
      'ledger-denied',
      'does not let this user in',
      "Check the user in ledger.url, ledger.password and the server's pg_hba.conf; the user must own the schema " +
        'mamori, or may create it.',
    );
  if (code === '3D000')
    return named('ledger-missing', 'is not there: no such database', 'Make it: createdb -O USER DATABASE.');
  if (code === '42P01' || code === '3F000')
    return named(
      'ledger-missing',
      'is not there: the database has no tables of Mamori',
      'Check ledger.url; run, once, process and backfill make a new ledger.',
    );
  if (code.startsWith('53'))
    return named(
      'ledger-disk-full',
      'cannot be written: the server has no room',
      'Make room on its disk. Nothing that was written is lost; a running service goes on by itself.',
    );
  if (/^(XX00[12]|58...)$/.test(code))
    return named(
      'ledger-damaged',
      'is damaged, or its disk is',
      "Stop the services, check the server's log and disk, and restore the latest backup.",
    );
  if (NOT_TRUSTED.test(code) || /certificate|SSL|TLS/.test(message))
    return new LedgerError(
      'ledger-untrusted',
      `No trusted connection to the ledger in ${server}: ${message}.`,
      {
        remedy:
          'Over a network the server needs TLS and a certificate for its name; ledger.tls.ca names who signed it. ' +
          'sslmode=disable in ledger.url does without, for a network that nobody else is in.',
        cause: error,
      },
    );
  return error;
}

function thrown(error: unknown): Thrown {
  // A host with several addresses: one error for each.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code, message } = (first ?? {}) as Partial<Thrown>;
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' };
}
