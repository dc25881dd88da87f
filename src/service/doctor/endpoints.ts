import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import {
  type DetailedPeerCertificate,
  rootCertificates,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import type { Settings } from '../../config/index.js';

/** One host and port that the settings lead to. */
export interface Endpoint {
  host: string;
  port: number;
  /** https. */
  secure: boolean;
  /** The setting that names it. */
  key: string;
  /** The PACS itself, which alone sees the client certificate. */
  isPacs: boolean;
  /** Through which it is reached. */
  proxy?: { host: string; port: number; authorization: string | undefined } | undefined;
}

/** Every one of them once. */
export function endpointsOf({ pacs }: Settings): Endpoint[] {
  const { auth } = pacs;
  const addresses: [key: string, url: string][] = [
    [pacs.url === undefined ? 'pacs.qidoUrl' : 'pacs.url', pacs.qidoUrl],
    ['pacs.wadoUrl', pacs.wadoUrl],
    ['pacs.stowUrl', pacs.stowUrl],
  ];
  if (auth.type === 'oauth2') addresses.push(['pacs.auth.tokenUrl', auth.tokenUrl]);
  const found = new Map<string, Endpoint>();
  for (const [key, address] of addresses) {
    const { origin, protocol, hostname, port } = new URL(address);
    if (found.has(origin)) continue;
    const secure = protocol === 'https:';
    found.set(origin, {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      secure,
      key,
      isPacs: key !== 'pacs.auth.tokenUrl',
      proxy: proxyFor(key === 'pacs.auth.tokenUrl' ? 'login' : 'pacs', pacs),
    });
  }
  return [...found.values()];
}

function proxyFor(what: 'pacs' | 'login', { proxy }: Settings['pacs']): Endpoint['proxy'] {
  if (proxy === undefined || !['all', what].includes(proxy.for)) return undefined;
  const { url, username, password = '' } = proxy;
  const { hostname, port } = new URL(url);
  const pair = Buffer.from(`${username ?? ''}:${password}`).toString('base64');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 80 : Number(port),
    authorization: username === undefined ? undefined : `Basic ${pair}`,
  };
}

/**
 * A connection.
 *
 * @throws the system's own error, `ETIMEDOUT` after `patienceMs`, `PROXY_407` (or another status) where a proxy refuses
 */
export async function reach({ host, port, proxy }: Endpoint, patienceMs: number): Promise<Socket> {
  if (proxy === undefined) return connected(host, port, patienceMs);
  const socket = await connected(proxy.host, proxy.port, patienceMs);
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const credentials =
    proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
  return new Promise((resolve, reject) => {
    let answer = '';
    const read = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (!answer.includes('\r\n\r\n')) return;
      socket.off('data', read);
      socket.setTimeout(0);
      const [, status = '???'] = /^HTTP\/1\.\d (\d{3})/.exec(answer) ?? [];
      if (status === '200') return resolve(socket);
      socket.destroy();
      reject(Object.assign(new Error('refused'), { code: `PROXY_${status}` }));
    };
    socket.on('data', read);
    socket.on('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.setTimeout(patienceMs, () => socket.destroy(timedOut()));
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`);
  });
}

function connected(host: string, port: number, patienceMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    // An error after the end is nobody's business any more.
    socket.on('error', reject);
    socket.setTimeout(patienceMs, () => socket.destroy(timedOut()));
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

export interface TlsIdentity {
  ca?: string | string[] | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  passphrase?: string | undefined;
}

/** The PACS sees what is set under pacs.tls; an authorisation server no client certificate, as in the service. */
export async function identityFor(endpoint: Endpoint, { pacs }: Settings): Promise<TlsIdentity> {
  const { ca, cert, key, passphrase } = pacs.tls;
  const read = async (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'));
  const [caText, certText, keyText] = await Promise.all([read(ca), read(cert), read(key)]);
  if (!endpoint.isPacs) return { ca: caText === undefined ? undefined : [...rootCertificates, caText] };
  return { ca: caText, cert: certText, key: keyText, passphrase };
}

/**
 * A TLS handshake that goes on whatever the certificate: what is wrong with it, as Node's or OpenSSL's code, and the
 * chain up to where it is known.
 *
 * @throws the system's own error where there is no handshake
 */
export async function shakeHands(
  endpoint: Endpoint,
  identity: TlsIdentity,
  patienceMs: number,
): Promise<{ problem: string | undefined; chain: DetailedPeerCertificate[] }> {
  const socket = await secured(endpoint, identity, patienceMs);
  try {
    // Node types it as an error; it is the error's code.
    const problem = socket.authorizationError as unknown as string | null;
    return { problem: problem ?? undefined, chain: chainOf(socket.getPeerCertificate(true)) };
  } finally {
    socket.destroy();
  }
}

/** Whether the other side answers a TLS handshake, well or with an alert. */
export async function speaksTls(endpoint: Endpoint, patienceMs: number): Promise<boolean> {
  try {
    (await secured(endpoint, {}, patienceMs)).destroy();
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return /ALERT|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|DH_KEY_TOO_SMALL/.test(code);
  }
}

/** Whether the other side answers plain HTTP, and not with what servers say to plain HTTP on a port for https. */
export async function speaksHttp(endpoint: Endpoint, patienceMs: number): Promise<boolean> {
  let socket: Socket;
  try {
    socket = await reach(endpoint, patienceMs);
  } catch {
    return false;
  }
  const host = isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host;
  return new Promise((resolve) => {
    let answer = '';
    const done = (speaks: boolean) => {
      socket.destroy();
      resolve(speaks);
    };
    const judge = () => done(answer.startsWith('HTTP/') && !/^HTTP\/\S+ 400 [\s\S]*https/i.test(answer));
    socket.on('error', judge);
    socket.on('close', judge);
    socket.setTimeout(patienceMs, judge);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      // A refusal explains itself in the body.
      if (!/^HTTP\/\S+ 400/.test(answer) && answer.length >= 12) judge();
    });
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
}

async function secured(endpoint: Endpoint, identity: TlsIdentity, patienceMs: number): Promise<TLSSocket> {
  const { host } = endpoint;
  const way = await reach(endpoint, patienceMs);
  return new Promise((resolve, reject) => {
    const given = Object.entries(identity).filter(([, value]) => value !== undefined);
    const socket = tlsConnect({
      socket: way,
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...Object.fromEntries(given),
      // Only to look at it: nothing is sent over this connection.
      rejectUnauthorized: false,
    });
    socket.on('error', reject);
    socket.setTimeout(patienceMs, () => socket.destroy(timedOut()));
    socket.once('secureConnect', () => resolve(socket));
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
}

/** From the server's own certificate upwards; the last one of a complete chain names itself as its issuer. */
function chainOf(first: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (let one = first; one?.fingerprint256 !== undefined; one = one.issuerCertificate) {
    if (chain.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256)) break;
    chain.push(one);
  }
  return chain;
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
}
