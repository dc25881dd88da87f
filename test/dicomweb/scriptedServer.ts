import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it, with its body. */
export interface Seen {
  method: string;
  /** Path and query, as they came. */
  path: string;
  parameters: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Number of the connection, from 1. */
  connection: number;
}

export type Handler = (
  seen: Seen,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

export interface ScriptedServer {
  url: string;
  port: number;
  /** Every request so far. */
  seen: Seen[];
  close(): Promise<void>;
}

/** A server on loopback that answers as the test says: the misbehaviour of archives that are not at hand. */
export async function scriptedServer(handler: Handler, tls?: ServerOptions): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const connections = new Map<unknown, number>();
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    if (!connections.has(request.socket)) connections.set(request.socket, connections.size + 1);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const one: Seen = {
      method: request.method!,
      path: request.url!,
      parameters: new URL(request.url!, 'http://localhost').searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks),
      connection: connections.get(request.socket)!,
    };
    seen.push(one);
    await handler(one, response, request);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}/dicom-web`,
    port,
    seen,
    close: async () => {
      const done = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await done;
    },
  };
}

export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/dicom+json', ...headers })
    .end(JSON.stringify(value));
}

/** A study or instance in the DICOM JSON Model, by tag. */
export function dataset(values: Record<string, string | number | string[]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([tag, value]) => [
      tag,
      { vr: 'UN', Value: Array.isArray(value) ? value : [value] },
    ]),
  );
}

/** Items of a STOW-RS answer's sequence. */
export function sequence(...items: Record<string, unknown>[]): { vr: string; Value?: unknown[] } {
  return items.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value: items };
}
