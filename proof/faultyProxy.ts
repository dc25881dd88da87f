import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What can go wrong with one request, and by which kind of request. */
const FAULTS = {
  any: ['refused', 'stalled', 'busy', 'failed', 'login-page', 'redirect', 'wrong-type', 'trickle'],
  search: ['truncated', 'doubled-and-reordered'],
  retrieval: ['truncated', 'reset', 'not-found'],
  store: ['answer-lost', 'answer-stalled', 'nothing-stored', 'accepted-nothing', 'conflict', 'accepted'],
} as const;

export type Fault = (typeof FAULTS)[keyof typeof FAULTS][number];

/** Every kind once. */
export const FAULT_KINDS: readonly Fault[] = [...new Set(Object.values(FAULTS).flat())];

/** How the archive is at a time: sound, with faults here and there, or not there at all. */
export type Weather = 'calm' | 'storm' | 'outage';

/** How many of the requests go wrong in a storm. An exam needs few stores, so that more of them have to. */
const STORM = { search: 0.2, retrieval: 0.2, store: 0.5 };

export interface FaultyProxy {
  url: string;
  weather: Weather;
  /** Requests so far, stores among them, and faults by kind. */
  readonly requests: { count: number; stores: number };
  readonly faults: Map<Fault, number>;
  close(): Promise<void>;
}

/**
 * Stands before an archive and goes wrong at random.
 *
 * @param target root of its DICOMweb service. @param random 0 to 1, seeded
 */
export async function startFaultyProxy(target: string, random: () => number): Promise<FaultyProxy> {
  const { origin, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const faultOf = (incoming: IncomingMessage): Fault | undefined => {
    if (proxy.weather === 'outage') return pick(['refused', 'busy'] as const);
    const kind = kindOf(incoming);
    if (proxy.weather === 'calm' || random() >= STORM[kind]) return undefined;
    return pick<Fault>([...FAULTS.any, ...FAULTS[kind]]);
  };
  const server = createServer((incoming, outgoing) => {
    proxy.requests.count++;
    if (kindOf(incoming) === 'store') proxy.requests.stores++;
    const fault = faultOf(incoming);
    if (fault !== undefined) proxy.faults.set(fault, (proxy.faults.get(fault) ?? 0) + 1);
    serve({ origin, incoming, outgoing, random }, fault).catch(() => incoming.socket.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    weather: 'calm',
    requests: { count: 0, stores: 0 },
    faults: new Map(),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}

function kindOf({ method, url = '' }: IncomingMessage): 'search' | 'retrieval' | 'store' {
  if (method === 'POST') return 'store';
  return /\/instances\/[\d.]+$/.test(url) ? 'retrieval' : 'search';
}

interface Exchange {
  origin: string;
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  random: () => number;
}

const HTML = { 'content-type': 'text/html' };
const DICOM_JSON = { 'content-type': 'application/dicom+json' };

/** Answers a request, rightly or with the fault. */
async function serve(exchange: Exchange, fault: Fault | undefined): Promise<void> {
  const { incoming, outgoing, random } = exchange;
  const unheard = (status: number, headers: Record<string, string> = {}, body = '') => {
    incoming.resume();
    outgoing.writeHead(status, headers).end(body);
  };
  switch (fault) {
    case 'refused':
      incoming.socket.destroy();
      return;
    case 'stalled':
      incoming.resume();
      return;
    case 'busy':
      return unheard(random() < 0.5 ? 503 : 429, random() < 0.5 ? { 'retry-after': '0' } : {});
    case 'failed':
      return unheard(random() < 0.5 ? 500 : 502);
    case 'not-found':
      return unheard(404);
    case 'login-page':
      return unheard(200, HTML, '<html><form>Password</form></html>');
    case 'redirect':
      return unheard(302, { location: 'http://127.0.0.1:9/login' });
    case 'nothing-stored':
      return unheard(200, DICOM_JSON, '{}');
    case 'accepted-nothing':
      return unheard(202, DICOM_JSON, '{}');
  }
  const answer = await forwarded(exchange);
  switch (fault) {
    case 'answer-lost':
      incoming.socket.destroy();
      return;
    case 'answer-stalled':
      return;
    case 'conflict':
      outgoing.writeHead(409, DICOM_JSON).end('{}');
      return;
    case 'accepted':
      outgoing.writeHead(202, DICOM_JSON).end('{}');
      return;
    case 'wrong-type':
      outgoing.writeHead(answer.status, { 'content-type': 'application/octet-stream' }).end(answer.body);
      return;
    case 'truncated':
      outgoing.writeHead(answer.status, answer.headers);
      outgoing.end(answer.body.subarray(0, Math.floor(random() * answer.body.length)));
      return;
    case 'reset':
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) });
      outgoing.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
        incoming.socket.destroy(),
      );
      return;
    case 'doubled-and-reordered':
      outgoing.writeHead(answer.status, answer.headers).end(doubledAndReordered(answer.body));
      return;
    case 'trickle':
      outgoing.writeHead(answer.status, answer.headers);
      await trickle(outgoing, answer.body);
      return;
    default:
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The archive's own answer, whole. */
function forwarded({ origin, incoming }: Exchange): Promise<Answer> {
  const { host: _, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const onward = request(
      `${origin}${incoming.url}`,
      { method: incoming.method, headers, agent: false },
      async (answer) => {
        const pieces: Buffer[] = [];
        try {
          for await (const piece of answer) pieces.push(piece as Buffer);
        } catch (error) {
          reject(error);
          return;
        }
        const type = answer.headers['content-type'];
        resolve({
          status: answer.statusCode ?? 500,
          headers: type === undefined ? {} : { 'content-type': type },
          body: Buffer.concat(pieces),
        });
      },
    );
    onward.on('error', reject);
    incoming.on('error', reject);
    incoming.pipe(onward);
  });
}

/** As a page is that was turned while the list changed. */
function doubledAndReordered(body: Buffer): Buffer {
  try {
    const list: unknown = JSON.parse(body.toString('utf8'));
    if (!Array.isArray(list)) return body;
    return Buffer.from(JSON.stringify([...list.toReversed(), ...list.slice(0, 2)]));
  } catch {
    return body;
  }
}

const TRICKLES = 5;

async function trickle(outgoing: ServerResponse, body: Buffer): Promise<void> {
  const size = Math.ceil(body.length / TRICKLES);
  for (let at = 0; at < body.length; at += size) {
    outgoing.write(body.subarray(at, at + size));
    await sleep(50);
  }
  outgoing.end();
}
