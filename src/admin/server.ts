import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { isLoopback } from '../loopback.js';
import {
  type AccessListener,
  Door,
  hasSession,
  isSentHere,
  limitAddresses,
  limitPersons,
  type Person,
  type ProviderSettings,
  personOf,
  type User,
} from './access/index.js';
import { orderRoutes, readRoutes } from './api/index.js';
import { ASSETS } from './assets/index.js';
import type { ExamDesk } from './examDesk.js';
import { ailments, hindrances, isStuck, readinessOf } from './health.js';
import { type AdminServer, listenOn, type TlsFiles } from './listener.js';
import { Metrics } from './metrics.js';
import { pageRoutes, type Viewer } from './page/index.js';
import { sendText } from './sendText.js';
import type { StatusSource } from './serviceState.js';
import { deskWithoutAnswers, sourceWithoutAnswers } from './withoutAnswers.js';

export interface AdminOptions {
  /** Port 0 takes any that is free. */
  listen: { host: string; port: number };
  users?: readonly User[] | undefined;
  oidc?: ProviderSettings | undefined;
  tls?: TlsFiles | undefined;
  /** Addresses of a proxy that people come through by https: it is believed what it says of them. */
  proxy?: { addresses: readonly string[] } | undefined;
  /** Browsers come by https alone for so many seconds, to every port of this host name; true: a year (RFC 6797). */
  hsts?: boolean | number | undefined;
  /** Answers about single exams, and takes orders; without one there is neither. */
  desk?: ExamDesk | undefined;
  /** Whether what exams were answered with is shown: health data. Left out: it is. */
  answers?: boolean | undefined;
  /** How many requests an address, orders and searches a person may send in a minute. More are answered by 429. */
  perMinute?: { requests: number; orders: number; searches: number } | undefined;
  /** Told of who comes in, and who does not. */
  onAccess?: AccessListener | undefined;
}

/**
 * Serves the pages, the health, the metrics and the API.
 *
 * `/health/live` is 503 only where a new start can help, `/health/ready` where exams cannot be worked on now; `/health`
 * also where most of them fail. Where others than this machine can ask, all but `/health/live` wants to know who asks;
 * accounts of this machine are told by `/health/ready`, in kinds alone, whether it works.
 *
 * @param metrics told of each exam by whoever runs the service
 * @throws AdminError `admin-listen` when the address cannot be used, `admin-tls`
 */
export async function serve(
  {
    listen,
    users = [],
    oidc,
    tls,
    proxy,
    hsts = false,
    desk: wholeDesk,
    answers = true,
    perMinute = PER_MINUTE,
    onAccess,
  }: AdminOptions,
  source: StatusSource,
  metrics = new Metrics(),
): Promise<AdminServer> {
  const status = answers ? source : sourceWithoutAnswers(source);
  const desk = answers || wholeDesk === undefined ? wholeDesk : deskWithoutAnswers(wholeDesk);
  const secure = tls !== undefined || proxy !== undefined;
  const door = new Door({
    users,
    provider: oidc,
    secure,
    onlyThisMachine: isLoopback(listen.host) && proxy === undefined,
    listener: (event) => {
      metrics.observeAccess(event.kind);
      onAccess?.(event);
    },
  });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(safeHeaders);
  if (secure && hsts !== false) app.use(httpsAlone(hsts === true ? YEAR_S : hsts));
  if (proxy !== undefined) app.set('trust proxy', [...proxy.addresses]);
  app.use((request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    if (request.method === 'POST' && /^\/(api\/v1\/|sign-)/.test(request.path)) return next();
    response.setHeader('Allow', 'GET, HEAD');
    sendText(response, 405, 'Method not allowed');
  });
  app.get('/health/live', async (_, response) => {
    const snapshot = await status().catch(() => undefined);
    // A state that cannot be told (the ledger's disk, say) does not get better by a new start.
    const isLive = snapshot === undefined || !isStuck(snapshot);
    response.status(isLive ? 200 : 503).json({ status: isLive ? 'live' : 'stuck' });
  });
  app.use(limitAddresses(perMinute.requests));
  // For `mamori status`, which has no user: accounts of this machine are told whether it works, and not a word more.
  app.get('/health/ready', async (request, response, next) => {
    const { authorization, cookie } = request.headers;
    if (door.isOpen || authorization !== undefined || cookie !== undefined || !isSentHere(request))
      return next();
    const readiness = readinessOf(await status().catch(() => undefined));
    response.status(readiness.status === 'ready' ? 200 : 503).json(readiness);
  });
  if (proxy !== undefined)
    app.use((request, response, next) => {
      if (request.secure) return next();
      sendText(response, 403, 'Come by https, through the proxy');
    });
  // Before the door: whoever signs in sees it.
  app.get('/assets/:name', ({ params: { name } }, response, next) => {
    const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (asset === undefined) return next();
    response.setHeader('Content-Type', asset.type);
    response.end(asset.text);
  });
  app.use(door.routes());
  app.use(door.requires('see'));
  app.use(door.sessionList());
  app.get('/health', async (_, response) => {
    const snapshot = await status().catch(() => undefined);
    const problems = snapshot === undefined ? ['The service cannot tell its state.'] : ailments(snapshot);
    const well = problems.length === 0;
    response.status(well ? 200 : 503).json({
      status: well ? 'ok' : 'unwell',
      problems,
      version: snapshot?.version,
      state: snapshot?.service.state,
      counts: snapshot?.counts,
    });
  });
  app.get('/health/ready', async (_, response) => {
    const snapshot = await status().catch(() => undefined);
    const problems = snapshot === undefined ? ['The service cannot tell its state.'] : hindrances(snapshot);
    const isReady = problems.length === 0;
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready', problems });
  });
  const searches = limitPersons(perMinute.searches);
  // A list may take a look at each of the ledger's exams, but for one study's.
  app.get(['/exams', `${API}/exams`], (request, response, next) =>
    isFilled(request.query.study) ? next() : searches(request, response, next),
  );
  const seen = { canAct: desk !== undefined, seesAnswers: answers };
  app.use(pageRoutes(status, desk, (request) => viewerOf(personOf(request)!, seen)));
  app.get('/metrics', async (_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(await metrics.text(await status()));
  });
  if (desk !== undefined) {
    app.post(`${API}/{*order}`, door.requires('act'), limitPersons(perMinute.orders));
    app.use(
      API,
      orderRoutes(desk, (request) => personOf(request)!),
      readRoutes(status, desk),
    );
  }
  app.use((_, response) => sendText(response, 404, 'Not found'));
  app.use(unable);

  const isProxy = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const isShared = (address: string) => proxy !== undefined && isProxy(address, 0);
  return listenOn({ listen, tls, isShared }, app);
}

const API = '/api/v1';

/** Far above what a ward full of open pages behind one address takes, and below what would keep the service busy. */
const PER_MINUTE = { requests: 3000, orders: 120, searches: 120 };

/** As the page reads its form: an empty field asks for nothing, nor do two of one name. */
function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function viewerOf(
  person: Person,
  { canAct, seesAnswers }: { canAct: boolean; seesAnswers: boolean },
): Viewer {
  const { name, role, by } = person;
  return {
    name: by === 'machine' ? undefined : name,
    mayAct: canAct && role === 'act',
    maySignOut: hasSession(person),
    seesAnswers,
  };
}

/** Pages load what this server has, and nothing that stands in them is run or gives them a look. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
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

const YEAR_S = 31_536_000;

function httpsAlone(seconds: number): RequestHandler {
  return (_, response, next) => {
    response.setHeader('Strict-Transport-Security', `max-age=${seconds}`);
    next();
  };
}

/** Says nothing about the error: more people may see the page than the log. */
const unable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const { status } = error as { status?: unknown };
  // What was sent is too long, or written in a way that nobody reads.
  if (typeof status === 'number' && status >= 400 && status < 500)
    return sendText(response, status, 'The request cannot be read');
  sendText(response, 503, 'The service cannot tell its state; see the log');
};
