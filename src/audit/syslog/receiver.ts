import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AuditError } from '../errors.js';
import { framed } from './syslogMessage.js';

export interface SyslogOptions {
  /** `tls://HOST:PORT`, `tcp://HOST:PORT` or `udp://HOST:PORT`; ports 6514, 601 and 514 unless said. */
  url: string;
  /** PEM files. */
  tls?: {
    ca?: string | undefined;
    cert?: string | undefined;
    key?: string | undefined;
    passphrase?: string | undefined;
  };
}

/** A way to the receiver that stands. */
export interface Connection {
  /** Comes back once the system has taken the message. That it arrived, syslog never says. */
  send(message: Buffer): Promise<void>;
  /** Why the way broke off; undefined while it stands. */
  readonly broken: Error | undefined;
  close(): void;
}

const PORTS: Record<string, number> = { 'tls:': 6514, 'tcp:': 601, 'udp:': 514 };
const PATIENCE_MS = 10_000;

/** Finds out whether the receiver can be reached; by UDP nobody can tell. @throws AuditError `audit-syslog` */
export async function checkSyslog(options: SyslogOptions): Promise<void> {
  (await openConnection(options)).close();
}

/** @throws AuditError `audit-syslog` */
export async function openConnection({ url, tls = {} }: SyslogOptions): Promise<Connection> {
  const { protocol, hostname, port: given } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const port = given === '' ? (PORTS[protocol] ?? 514) : Number(given);
  try {
    if (protocol === 'udp:') return datagrams(host, port);
    const pem = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
    const socket =
      protocol === 'tls:'
        ? connectTls({
            host,
            port,
            ca: pem(tls.ca),
            cert: pem(tls.cert),
            key: pem(tls.key),
            passphrase: tls.passphrase,
            minVersion: 'TLSv1.2',
            ...(isIP(host) === 0 && { servername: host }),
          })
        : connect({ host, port });
    return await stream(socket, protocol === 'tls:' ? 'secureConnect' : 'connect');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new AuditError(
      'audit-syslog',
      `The syslog receiver ${url} cannot be reached (${code ?? message}).`,
      {
        remedy: 'audit.syslog names it. What it has not been given is sent once it is back.',
        cause,
      },
    );
  }
}

async function stream(socket: Socket, ready: 'connect' | 'secureConnect'): Promise<Connection> {
  let broken: Error | undefined;
  const isOver = (error?: Error) => {
    broken ??= error ?? new Error('closed by the receiver');
  };
  try {
    await once(socket, ready, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error;
  }
  socket
    .on('error', isOver)
    .on('end', () => isOver())
    .on('close', () => isOver());
  // A receiver has nothing to say; what is not read would hide its end.
  socket.resume();
  // It must not keep a process alive that is done.
  socket.unref();
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => socket.destroy(new Error('took nothing for 10 seconds')), PATIENCE_MS);
        socket.write(framed(message), (error) => {
          clearTimeout(timer);
          if (error || broken !== undefined) reject(error ?? broken);
          else resolve();
        });
      }),
    get broken() {
      return broken;
    },
    close: () => void socket.end(),
  };
}

function datagrams(host: string, port: number): Connection {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  let broken: Error | undefined;
  socket.on('error', (error) => {
    broken ??= error;
  });
  socket.unref();
  return {
    send: (message) =>
      new Promise((resolve, reject) =>
        socket.send(message, port, host, (error) => (error ? reject(error) : resolve())),
      ),
    get broken() {
      return broken;
    },
    close: () => socket.close(),
  };
}
