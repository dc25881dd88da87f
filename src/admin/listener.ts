import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import {
  createServer as createPlainServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { hostPort } from '../hostPort.js';
import { systemCode } from '../systemCode.js';
import { AdminError } from './errors.js';

export interface TlsFiles {
  /** PEM, with the chain behind it. */
  cert: string;
  key: string;
  /** Told once that a renewed one cannot be read; the one before is shown on. */
  onUnreadable?: ((reason: string) => void) | undefined;
}

export interface AdminServer {
  /** e.g. `http://127.0.0.1:8040/` */
  url: string;
  /** Takes no more requests and ends once those under way are answered. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Port 0 takes any that is free. */
  listen: { host: string; port: number };
  tls?: TlsFiles | undefined;
  /** Whether everybody comes from this address: a proxy's. */
  isShared?: ((address: string) => boolean) | undefined;
  /** How long a request may take to arrive, for tests. */
  patience?: Patience;
}

/** Milliseconds. */
interface Patience {
  /** Until its head is there, and the handshake of TLS before it. */
  head: number;
  /** Until all of it is there: forms and orders are short. */
  request: number;
}

const PATIENCE: Patience = { head: 15_000, request: 30_000 };

/** A browser opens six or so; several hundred of one address are held open to keep others out. */
const MOST_OF_ONE_ADDRESS = 300;
/** What memory and file descriptors stand, of all. */
const MOST_CONNECTIONS = 2000;

/**
 * Listens, by https where there is a certificate. A certificate that is renewed is taken up within a minute. Who holds
 * many connections open, or sends slowly, is cut off.
 *
 * @throws AdminError `admin-listen`, `admin-tls`
 */
export async function listenOn(
  { listen: { host, port }, tls, isShared = () => false, patience = PATIENCE }: ListenOptions,
  answer: RequestListener,
): Promise<AdminServer> {
  const limits: ServerOptions = {
    headersTimeout: patience.head,
    requestTimeout: patience.request,
    connectionsCheckingInterval: Math.min(5000, patience.head),
  };
  const server =
    tls === undefined
      ? createPlainServer(limits, answer)
      : tlsServer(tls, { ...limits, handshakeTimeout: patience.head }, answer);
  server.maxConnections = MOST_CONNECTIONS;
  limitConnections(server, isShared);
  const renewal = tls === undefined ? undefined : watchCertificate(server as TlsServer, tls);
  const connections = watchConnections(server);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    clearInterval(renewal);
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AdminError(
      'admin-listen',
      `The status page cannot listen on ${host}:${port} (${systemCode(cause)}).`,
      {
        remedy:
          code === 'EADDRINUSE'
            ? 'Does Mamori run already? Then leave it to that one, or stop it first. Otherwise another program ' +
              'has the port: set admin.listen to a free address and port, or to off.'
            : 'Set admin.listen to a free address and port, or to off.',
        cause,
      },
    );
  }
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${hostPort(host, (server.address() as AddressInfo).port)}/`,
    close: async () => {
      clearInterval(renewal);
      await closeGently(server, connections);
    },
  };
}

function tlsServer(
  tls: TlsFiles,
  limits: ServerOptions & { handshakeTimeout: number },
  answer: RequestListener,
): TlsServer {
  try {
    return createTlsServer({ ...limits, ...contextOf(tls) }, answer);
  } catch (cause) {
    throw new AdminError(
      'admin-tls',
      `The status page has no certificate to show: ${(cause as Error).message}`,
      {
        remedy: 'Let admin.tls name a certificate and its key, both PEM, that the service may read.',
        cause,
      },
    );
  }
}

/** What the server shows and takes, at its start and with each renewed certificate. */
function contextOf({ cert, key }: TlsFiles): SecureContextOptions {
  return { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.2' };
}

const RENEWAL_MS = 60_000;

/** Takes up a certificate that is renewed. */
export function watchCertificate(
  server: Pick<TlsServer, 'setSecureContext'>,
  tls: TlsFiles,
  everyMs = RENEWAL_MS,
): NodeJS.Timeout {
  const written = () => statSync(tls.cert).mtimeMs + statSync(tls.key).mtimeMs;
  let last = written();
  let failures = 0;
  const look = () => {
    try {
      const now = written();
      if (now === last) return;
      server.setSecureContext(contextOf(tls));
      last = now;
      failures = 0;
    } catch (error) {
      // At first it may be half written, or one of the two still the old one.
      failures++;
      if (failures === 2) tls.onUnreadable?.((error as Error).message);
    }
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return timer;
}

/** Closes connections of an address that has many, before anything is read from them. */
function limitConnections(server: Server, isShared: (address: string) => boolean): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > MOST_OF_ONE_ADDRESS && !isShared(address)) return void socket.destroy();
    open.set(address, count);
    socket.once('close', () => {
      const left = open.get(address)! - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

/** Longer than any answer takes; after that, open connections are cut off. */
const CLOSING_MS = 5000;

/** What is connected, and which of it waits for an answer. */
interface Connections {
  open: Set<Socket>;
  answering: WeakSet<Socket>;
}

async function closeGently(server: Server, { open, answering }: Connections): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // `close` leaves connections open on which no request has come yet; browsers open some in advance.
  for (const socket of open) {
    if (!answering.has(socket)) socket.destroy();
  }
  const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
  await closed;
  clearTimeout(impatience);
}

function watchConnections(server: Server): Connections {
  const open = new Set<Socket>();
  const answering = new WeakSet<Socket>();
  for (const event of ['connection', 'secureConnection'])
    server.on(event, (socket: Socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  return { open, answering };
}
