import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import { LedgerError } from '../errors.js';
import type { LedgerPlace, TlsFiles } from '../place.js';

/** How a server is reached: what the driver wants to know, and the same for people, without secrets. */
export interface ServerAddress {
  config: ClientConfig;
  text: string;
}

/** As in libpq. `verify-full` holds the certificate to the host's name, `verify-ca` only to who has signed it. */
const SSL_MODES = ['verify-full', 'verify-ca', 'disable'] as const;
type SslMode = (typeof SSL_MODES)[number];

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE?sslmode=…&host=…`. Over a network, TLS with a certificate that is checked
 * is the rule, and anything less has to be asked for by `sslmode=verify-ca` or `disable`; `host=/FOLDER` is the folder
 * of a Unix socket.
 *
 * @throws LedgerError `ledger-unsupported`, `ledger-untrusted` for a TLS file that cannot be read
 */
export function serverAddress({ url, password, tls }: LedgerPlace): ServerAddress {
  const parsed = parse(url);
  const { searchParams } = parsed;
  const unknown = [...searchParams.keys()].find((key) => key !== 'sslmode' && key !== 'host');
  if (unknown !== undefined) throw unsupported(`has a part ?${unknown}= that Mamori does not know`);
  if (parsed.password !== '') throw unsupported('holds a password, which belongs into ledger.password');
  const host = searchParams.get('host') ?? decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1');
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (database === '') throw unsupported('names no database');
  const local = host === '' || host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
  const config: ClientConfig = {
    host: host === '' ? 'localhost' : host,
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    database,
    user: decodeURIComponent(parsed.username) || process.env.PGUSER || userInfo().username,
    ssl: sslOptions(sslMode(searchParams.get('sslmode'), local && tls?.ca === undefined), tls),
    ...(password === undefined ? {} : { password }),
  };
  const where = host.startsWith('/') ? `socket in ${host}` : `${config.host}:${config.port}`;
  return { config, text: `PostgreSQL (${where}, database ${database})` };
}

/** Whether what is sent may be read on its way: another machine's server without TLS. */
export function isInTheClear(place: LedgerPlace): boolean {
  const { host, ssl } = serverAddress({ url: place.url }).config;
  return ssl === false && !/^(\/|localhost$|127\.|::1$)/.test(host ?? '');
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw unsupported('is none; one is postgres://USER@HOST:PORT/DATABASE');
  }
}

function sslMode(asked: string | null, local: boolean): SslMode {
  if (asked === null) return local ? 'disable' : 'verify-full';
  const mode = SSL_MODES.find((known) => known === asked);
  if (mode !== undefined) return mode;
  throw unsupported(
    `asks for sslmode=${asked}, which takes any server for the right one; it is one of ${SSL_MODES.join(', ')}`,
  );
}

function sslOptions(mode: SslMode, tls: TlsFiles = {}): false | ConnectionOptions {
  if (mode === 'disable') return false;
  return {
    rejectUnauthorized: true,
    ca: pem(tls.ca),
    cert: pem(tls.cert),
    key: pem(tls.key),
    passphrase: tls.passphrase,
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}

function pem(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LedgerError('ledger-untrusted', `The TLS file ${file} cannot be read (${code}).`, {
      remedy: 'Check ledger.tls and the rights of the file.',
      cause,
    });
  }
}

/** Not the URL itself: it could hold a password. */
function unsupported(what: string): LedgerError {
  return new LedgerError('ledger-unsupported', `The URL of the ledger ${what}.`, {
    remedy: 'Set ledger.url to sqlite:FILE or postgres://USER@HOST:PORT/DATABASE.',
  });
}
