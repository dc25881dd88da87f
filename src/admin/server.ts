import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { orderRoutes, readRoutes } from './api/index.js';
import { type AdminAuth, admits } from './basicCredentials.js';
import { AdminError } from './errors.js';
import type { ExamDesk } from './examDesk.js';
import { ailments, hindrances, isStuck } from './health.js';
import { Metrics } from './metrics.js';
import { STYLE } from './pageStyle.js';
import type { StatusSource } from './serviceState.js';
import { statusPage } from './statusPage.js';

export interface AdminOptions {
  /** Port 0 takes any that is free. */
  listen: { host: string; port: number };
  auth: AdminAuth;
  /** Answers about single exams, and takes orders; without one there is neither. */
  desk?: ExamDesk | undefined;
}

export interface AdminServer {
  /** Where the status page is, e.g. `http://127.0.0.1:8040/`. */
  url: string;
  /** Takes no more requests and ends once those under way are answered. */
  close(): Promise<void>;
}

/**
 * Serves the status page at `/`, `/health` for supervisors, `/metrics` for Prometheus, and the API under `/api/v1`.
 *
 * `/health` asks for no password, so that any supervisor can use it; it then says only whether the service is well.
 * `/health/live` is 503 only where a new start can help, `/health/ready` where exams cannot be worked on now; `/health`
 * also where most of them fail.
 *
 * @param metrics told of each exam by whoever runs the service
 * @throws AdminError `admin-listen` when the address cannot be used
 */
export async function startAdmin(
  { listen, auth, desk }: AdminOptions,
  status: StatusSource,
  metrics = new Metrics(),
): Promise<AdminServer> {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(safeHeaders);
  app.use((request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    if (request.method === 'POST' && request.path.startsWith(`${API}/`) && isOwnPage(request)) return next();
    response.setHeader('Allow', 'GET, HEAD');
    plain(response, 405, 'Method not allowed');
  });
  app.get('/health', async (request, response) => {
    const known = admits(auth, request.headers.authorization);
    const snapshot = await status().catch(() => undefined);
    const problems = snapshot === undefined ? ['The service cannot tell its state.'] : ailments(snapshot);
    const well = problems.length === 0;
    const detail = known
      ? { problems, version: snapshot?.version, state: snapshot?.service.state, counts: snapshot?.counts }
      : {};
    response.status(well ? 200 : 503).json({ status: well ? 'ok' : 'unwell', ...detail });
  });
  app.get('/health/live', async (_, response) => {
    const snapshot = await status().catch(() => undefined);
    // A state that cannot be told (the ledger's disk, say) does not get better by a new start.
    const isLive = snapshot === undefined || !isStuck(snapshot);
    response.status(isLive ? 200 : 503).json({ status: isLive ? 'live' : 'stuck' });
  });
  app.get('/health/ready', async (request, response) => {
    const known = admits(auth, request.headers.authorization);
    const snapshot = await status().catch(() => undefined);
    const problems = snapshot === undefined ? ['The service cannot tell its state.'] : hindrances(snapshot);
    const isReady = problems.length === 0;
    const told = { status: isReady ? 'ready' : 'not ready', ...(known && { problems }) };
    response.status(isReady ? 200 : 503).json(told);
  });
  app.use((request, response, next) => {
    if (admits(auth, request.headers.authorization)) return next();
    response.setHeader('WWW-Authenticate', 'Basic realm="Mamori", charset="UTF-8"');
    plain(response, 401, 'User and password are needed');
  });
  app.get('/', async (_, response) => {
    response.type('html').send(statusPage(await status()));
  });
  app.get('/metrics', async (_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(await metrics.text(await status()));
  });
  if (desk !== undefined) {
    const orderedBy = () => (auth.type === 'basic' ? auth.username : 'somebody on this machine');
    app.use(API, orderRoutes(desk, orderedBy), readRoutes(status, desk));
  }
  app.use((_, response) => plain(response, 404, 'Not found'));
  app.use(unable);

  const server = app.listen(listen.port, listen.host);
  watchConnections(server);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AdminError(
      'admin-listen',
      `The status page cannot listen on ${listen.host}:${listen.port} (${code}).`,
      { remedy: 'Set admin.listen to a free address and port, or to off.', cause },
    );
  }
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return {
    url: `http://${host}:${port}/`,
    close: () => closeGently(server),
  };
}

const API = '/api/v1';

/** Browsers name the page that sends a request: none but ours may give orders. Programs name none. */
function isOwnPage({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return headers.origin === undefined || headers.origin.replace(/^https?:\/\//, '') === headers.host;
}

/** Longer than any answer takes; after that, open connections are cut off. */
const CLOSING_MS = 5000;

async function closeGently(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // `close` leaves connections open on which no request has come yet; browsers open some in advance.
  for (const socket of connections.get(server) ?? []) {
    if (!answering.has(socket)) socket.destroy();
  }
  const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
  await closed;
  clearTimeout(impatience);
}

const connections = new WeakMap<Server, Set<Socket>>();
const answering = new WeakSet<Socket>();

function watchConnections(server: Server): void {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
}

/** The page may use its own style and load nothing at all. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const safeHeaders: RequestHandler = (_, response, next) => {
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** Says nothing about the error: more people may see the page than the log. */
const unable: ErrorRequestHandler = (_error, _request, response, next) => {
  if (response.headersSent) return next(_error);
  plain(response, 503, 'The service cannot tell its state; see the log');
};

function plain(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}
