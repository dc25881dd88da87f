import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
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

/**
 * Listens, by https where there is a certificate. A certificate that is renewed is taken up within a minute.
 *
 * @param port 0 takes any that is free
 * @throws AdminError `admin-listen`, `admin-tls`
 */
export async function listenOn(
  { host, port }: { host: string; port: number },
  tls: TlsFiles | undefined,
  answer: RequestListener,
): Promise<AdminServer> {
  const server = tls === undefined ? createPlainServer(answer) : tlsServer(tls, answer);
  const renewal = tls === undefined ? undefined : watchCertificate(server as TlsServer, tls);
  const connections = watchConnections(server);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    clearInterval(renewal);
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AdminError('admin-listen', `The status page cannot listen on ${host}:${port} (${code}).`, {
      remedy:
        code === 'EADDRINUSE'
          ? 'Does Mamori run already? Then leave it to that one, or stop it first. Otherwise another program has the ' +
            'port: set admin.listen to a free address and port, or to off.'
          : 'Set admin.listen to a free address and port, or to off.',
      cause,
    });
  }
  const name = host.includes(':') ? `[${host}]` : host;
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${name}:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      clearInterval(renewal);
      await closeGently(server, connections);
    },
  };
}

function tlsServer(tls: TlsFiles, answer: RequestListener): TlsServer {
  try {
    return createTlsServer(contextOf(tls), answer);
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
