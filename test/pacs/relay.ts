import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What becomes of one request on its way: through, answered with a status, or worse. */
export type Fate =
  | 'pass'
  | { status: number; page?: string }
  /** The request arrives and is carried out; its answer never comes back. */
  | 'lose-answer'
  /** The answer breaks off in the middle of its body. */
  | 'cut-answer'
  /** Nothing is ever answered. */
  | 'hang'
  /** The connection is closed without a word. */
  | 'refuse';

/** Stands between Mamori and an archive, counts what is asked, and goes wrong where a test wants it to. */
export interface Relay {
  url: string;
  /** Method and path of every request, in order. */
  readonly asked: string[];
  /** Decides about each request from now on; everything passes at first. */
  fate: (asked: string) => Fate;
  close(): Promise<void>;
}

/** @param target root of the archive's DICOMweb service */
export async function startRelay(target: string): Promise<Relay> {
  const { origin } = new URL(target);
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    asked.push(line);
    const fate = relay.fate(line);
    if (fate === 'refuse') incoming.socket.destroy();
    else if (fate === 'hang') incoming.resume();
    else if (typeof fate === 'object') {
      incoming.resume();
      const { status, page } = fate;
      outgoing.writeHead(status, page === undefined ? {} : { 'content-type': 'text/html' }).end(page);
    } else forward(origin, incoming, outgoing, fate);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay: Relay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(target).pathname}`,
    asked,
    fate: () => 'pass',
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return relay;
}

function forward(
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fate: 'pass' | 'lose-answer' | 'cut-answer',
): void {
  const { host: _, ...headers } = incoming.headers;
  const onward = request(
    `${origin}${incoming.url}`,
    { method: incoming.method, headers, agent: false },
    (answer) => {
      if (fate === 'lose-answer') {
        answer.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fate === 'cut-answer') {
        answer.once('data', (chunk: Buffer) => {
          outgoing.write(chunk.subarray(0, chunk.length / 2), () => incoming.socket.destroy());
          answer.destroy();
        });
      } else answer.pipe(outgoing);
    },
  );
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
