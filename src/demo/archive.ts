import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { ArchiveHoldings, type HeldInstance, read } from './archiveHoldings.js';
import { type Level, readQuery, runQuery } from './archiveQuery.js';
import {
  type AnswerPart,
  acceptsStored,
  frames,
  instancePart,
  metadata,
  multipartAnswer,
  wantsSinglePart,
} from './archiveRetrieval.js';
import { storeInstances } from './archiveStorage.js';

export interface ArchiveOptions {
  /** 0, or left out: any free one. */
  port?: number;
  /** Where instances are kept; in memory only without one. */
  folder?: string;
  /** Largest STOW-RS request, 1 GiB unless told otherwise. */
  maxRequestBytes?: number;
}

/** A small DICOMweb archive (QIDO-RS, WADO-RS, STOW-RS) on the loopback interface. */
export interface Archive {
  /** Root of the DICOMweb service. */
  url: string;
  /** Number of instances. */
  readonly size: number;
  /** Puts a DICOM file in without going through HTTP. @throws DicomReadError */
  add(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const ROOT = '/dicom-web';
const GIB = 1024 ** 3;
const JSON_TYPE = 'application/dicom+json';

/**
 * Starts the archive that `mamori demo` shows itself with. It listens on 127.0.0.1 only, knows no accounts and does not
 * transcode.
 */
export async function startArchive(options: ArchiveOptions = {}): Promise<Archive> {
  const holdings = new ArchiveHoldings(options.folder);
  const server = createServer(application(holdings, options.maxRequestBytes ?? GIB));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${ROOT}`,
    get size() {
      return holdings.size;
    },
    add: (bytes) => holdings.add(read(bytes)),
    close: () => closed(server),
  };
}

function application(holdings: ArchiveHoldings, maxRequestBytes: number): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(loopbackNamesOnly);
  const dicomweb = express.Router();
  app.use(ROOT, dicomweb);

  const search = (level: Level) => (req: Request, res: Response) => {
    const query = readQuery(level, new URL(req.originalUrl, 'http://localhost').searchParams);
    const { results, remaining } = runQuery(selected(holdings, req), query, (instance, of) =>
      address(req, instance, of),
    );
    if (remaining > 0) {
      res.set('Warning', `299 mamori-demo "There are ${remaining} additional results that can be requested"`);
    }
    if (results.length === 0) res.status(204).end();
    else res.type(JSON_TYPE).send(JSON.stringify(results));
  };
  dicomweb.get('/studies', search('study'));
  dicomweb.get(['/series', '/studies/:study/series'], search('series'));
  dicomweb.get(
    ['/instances', '/studies/:study/instances', '/studies/:study/series/:series/instances'],
    search('instance'),
  );

  const STUDY = '/studies/:study';
  const SERIES = `${STUDY}/series/:series`;
  const INSTANCE = `${SERIES}/instances/:instance`;
  dicomweb.get([`${STUDY}/metadata`, `${SERIES}/metadata`, `${INSTANCE}/metadata`], (req, res) => {
    const found = foundOr404(holdings, req, res);
    if (found === undefined) return;
    res
      .type(JSON_TYPE)
      .send(JSON.stringify(found.map((one) => metadata(one, address(req, one, 'instance')))));
  });
  dicomweb.get([STUDY, SERIES, INSTANCE], (req, res) => {
    const found = foundOr404(holdings, req, res);
    if (found === undefined) return;
    const accept = req.get('accept') ?? '*/*';
    if (!found.every((instance) => acceptsStored(accept, instance))) {
      res.status(406).end();
    } else if (found.length === 1 && wantsSinglePart(accept)) {
      res.type('application/dicom').send(Buffer.from(found[0]!.bytes));
    } else {
      sendMultipart(res, found.map(instancePart), 'application/dicom');
    }
  });
  dicomweb.get(`${INSTANCE}/frames/:frames`, (req, res) => {
    const instance = foundOr404(holdings, req, res)?.[0];
    if (instance === undefined) return;
    const all = frames(instance);
    const wanted = String(req.params.frames)
      .split(',')
      .map((n) => all?.[Number(n) - 1]);
    if (wanted.some((part) => part === undefined)) res.status(404).end();
    else sendMultipart(res, wanted as AnswerPart[], 'application/octet-stream');
  });
  dicomweb.get(`${INSTANCE}/bulkdata/7FE00010`, (req, res) => {
    const instance = foundOr404(holdings, req, res)?.[0];
    if (instance === undefined) return;
    const all = frames(instance);
    if (all === undefined) res.status(404).end();
    else sendMultipart(res, all, 'application/octet-stream');
  });

  dicomweb.post(['/studies', STUDY], async (req, res) => {
    if (req.get('content-encoding') !== undefined) return void res.status(415).end();
    const body = await receivedBody(req, maxRequestBytes);
    if (body === undefined) return void res.status(413).set('Connection', 'close').end();
    const study = typeof req.params.study === 'string' ? req.params.study : undefined;
    const answer = storeInstances(holdings, req.get('content-type') ?? '', body, study, (instance) =>
      address(req, instance, 'instance'),
    );
    res.status(answer.status);
    if (answer.body === undefined) res.end();
    else res.type(JSON_TYPE).send(JSON.stringify(answer.body));
  });
  return app;
}

/** A web page elsewhere can have its host name resolve to 127.0.0.1: such requests carry that name. */
function loopbackNamesOnly(req: Request, res: Response, next: () => void): void {
  if (/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(req.get('host') ?? '')) next();
  else res.status(403).end();
}

function selected(holdings: ArchiveHoldings, req: Request): HeldInstance[] {
  const { study, series, instance } = req.params;
  return [...holdings.all()].filter(
    (held) =>
      (study === undefined || held.studyInstanceUID === study) &&
      (series === undefined || held.seriesInstanceUID === series) &&
      (instance === undefined || held.sopInstanceUID === instance),
  );
}

function foundOr404(holdings: ArchiveHoldings, req: Request, res: Response): HeldInstance[] | undefined {
  const found = selected(holdings, req);
  if (found.length > 0) return found;
  res.status(404).end();
  return undefined;
}

function address(req: Request, instance: HeldInstance, level: Level): string {
  const study = `http://${req.get('host')}${ROOT}/studies/${instance.studyInstanceUID}`;
  if (level === 'study') return study;
  const series = `${study}/series/${instance.seriesInstanceUID}`;
  return level === 'series' ? series : `${series}/instances/${instance.sopInstanceUID}`;
}

function sendMultipart(res: Response, parts: readonly AnswerPart[], type: string): void {
  const { contentType, pieces } = multipartAnswer(parts, type);
  res.set('Content-Type', contentType);
  res.set('Content-Length', String(pieces.reduce((sum, piece) => sum + piece.length, 0)));
  for (const piece of pieces) res.write(piece);
  res.end();
}

/** Undefined once the body grows too large. */
async function receivedBody(req: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

async function closed(server: Server): Promise<void> {
  const done = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await done;
}
