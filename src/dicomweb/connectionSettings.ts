import { readFileSync } from 'node:fs';
import { PacsError } from './errors.js';

/** How Mamori proves to the PACS who it is. */
export type Credentials =
  | { type: 'none' }
  | { type: 'basic'; username: string; password: string }
  | { type: 'bearer'; token: string }
  | ClientCredentials;

/** OAuth 2.0 client credentials grant (RFC 6749 §4.4). */
export interface ClientCredentials {
  type: 'oauth2';
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
  /** Sent as `audience` where the authorisation server asks for it. */
  audience?: string;
  /** Where the client's own credentials go (RFC 6749 §2.3.1). Default `header`. */
  credentialsIn?: 'header' | 'body';
}

/** Each either PEM text or the path of a PEM file. */
export interface TlsSettings {
  ca?: string;
  cert?: string;
  key?: string;
  /** Passphrase of the key. */
  passphrase?: string;
}

export interface Timeouts {
  /** TCP and TLS handshake. */
  connectMs: number;
  /** From the end of the request to the end of the answer's headers. */
  headersMs: number;
  /** Between two pieces of the answer's body. */
  idleBodyMs: number;
  /** One request as a whole, so that an answer that trickles does not last forever. */
  totalMs: number;
}

/** An HTTP proxy, through which connections are tunnelled (CONNECT, RFC 9110 §9.3.6). */
export interface ProxySettings {
  /** `http://HOST:PORT`. */
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  /** What goes through it. */
  for: 'all' | 'pacs' | 'login';
}

export interface DicomWebOptions {
  /** Root of all three services; or give the three roots. */
  url?: string;
  qidoUrl?: string;
  wadoUrl?: string;
  stowUrl?: string;
  auth?: Credentials;
  tls?: TlsSettings;
  proxy?: ProxySettings | undefined;
  timeouts?: Partial<Timeouts>;
  /** Most bytes of one retrieved instance, 512 MiB unless told otherwise. */
  maxInstanceBytes?: number;
  /** Most bytes of any other answer, 64 MiB unless told otherwise. */
  maxAnswerBytes?: number;
  /** How often a request is repeated after a failure that may pass, 3 unless told otherwise. */
  retries?: number;
  /** Pause before the first repeat in ms, doubled for each further one, 250 unless told otherwise. */
  backoffMs?: number;
  /** Longest pause before a repeat; a server that asks for more is left to the caller. 10 s unless told otherwise. */
  maxBackoffMs?: number;
  /** Connections to one host at a time, 6 unless told otherwise. */
  connections?: number;
  /** Pauses in ms before each look for what was stored: 0, 300, 1000, 3000 unless told otherwise. */
  readBackDelaysMs?: readonly number[];
  /** Most results asked for in one answer to a query. More than 200 is refused by some servers. */
  pageSize?: number;
}

/** The settings' own defaults (src/config), for whoever opens an archive without them; a test holds them together. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  headersMs: 120_000,
  idleBodyMs: 60_000,
  totalMs: 900_000,
};

/** Some archives list what they stored a moment later. */
export const DEFAULT_READ_BACK_DELAYS_MS: readonly number[] = [0, 300, 1000, 3000];

const MIB = 1024 * 1024;
export const DEFAULT_MAX_INSTANCE_BYTES = 512 * MIB;
export const DEFAULT_MAX_ANSWER_BYTES = 64 * MIB;
export const DEFAULT_CONNECTIONS = 6;
export const DEFAULT_PAGE_SIZE = 200;

/** The options with PEM files read. @throws PacsError `pacs-settings` if a file cannot be read or is not PEM. */
export function readTls(tls: TlsSettings): TlsSettings {
  const read: TlsSettings = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const value = tls[name];
    if (value !== undefined) read[name] = pem(name, value);
  }
  if ((read.cert === undefined) !== (read.key === undefined)) {
    throw new PacsError('pacs-settings', 'A client certificate needs both tls.cert and tls.key');
  }
  if (tls.passphrase !== undefined) read.passphrase = tls.passphrase;
  return read;
}

function pem(name: string, value: string): string {
  if (value.includes('-----BEGIN ')) return value;
  let text: string;
  try {
    text = readFileSync(value, 'utf8');
  } catch (cause) {
    throw new PacsError('pacs-settings', `The file of tls.${name} cannot be read`, {
      cause,
      remedy: 'Check the path and that the service may read it.',
    });
  }
  if (!text.includes('-----BEGIN ')) {
    throw new PacsError('pacs-settings', `The file of tls.${name} is not PEM`, {
      remedy: 'Convert it: openssl x509 -inform der -in FILE -out FILE.pem.',
    });
  }
  return text;
}
