import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dicomDate, dicomTime, readPart10, sopClass } from '../src/dicom/index.js';
import { boundaryOf, readMultipart } from '../src/dicomweb/index.js';
import type { MadeInstance } from '../src/phantom/index.js';
import { renamedInstance, renamedUid } from '../test/fixtures/index.js';

/** Exams of a day; the archive's days pass with them. */
const PER_DAY = 300;
/** What is older than the look-back is forgotten: no search shows it. */
const KEPT = 5 * PER_DAY;
/** So many of the latest began within the last hour. */
const LATEST = 25;
const DAY_MS = 86_400_000;
const REPORTS: ReadonlySet<string> = new Set([sopClass.Comprehensive3DSR, sopClass.MammographyCADSR]);

interface Held {
  /** How many came before it. */
  place: number;
  images: Named[];
  results: Named[];
}

interface Named {
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
  laterality?: string;
  view?: string;
}

/**
 * A model of a fast archive with one exam of small images under ever new names. Of results it keeps the names alone.
 *
 * Seen from the service the past moves away: the latest 300 exams are of today, the 300 before them of yesterday, and
 * those from before the look-back are gone.
 */
export class SoakArchive {
  readonly #like: readonly MadeInstance[];
  #total: number;
  readonly #ahead: number;
  readonly #studies = new Map<string, Held>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #arrived = 0;
  #answered = 0;
  #stored = 0;
  /** Studies that got a second report of a kind. */
  readonly doubled: string[] = [];

  /** @param total exams in the end. @param ahead as many arrive together, once all before them are answered */
  constructor(like: readonly MadeInstance[], { total, ahead }: { total: number; ahead: number }) {
    this.#like = like;
    this.#total = total;
    this.#ahead = ahead;
  }

  async start(): Promise<string> {
    this.#arrive();
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/dicom-web`;
  }

  /** No further exam arrives. */
  close(): void {
    this.#total = this.#arrived;
  }

  /** Exams that will have come in the end. */
  get total(): number {
    return this.#total;
  }

  /** Exams with a report. */
  get answered(): number {
    return this.#answered;
  }

  /** Objects that were stored. */
  get stored(): number {
    return this.#stored;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #arrive(): void {
    // All are answered first: the newest is worked on first, and the oldest would never come to its turn.
    if (this.#answered < this.#arrived) return;
    const arrived = Math.min(this.#total, this.#arrived + this.#ahead);
    while (this.#arrived < arrived) {
      const place = this.#arrived++;
      const images = this.#like.map((image) => ({
        seriesInstanceUID: renamedUid(image.seriesInstanceUID, place),
        sopInstanceUID: renamedUid(image.sopInstanceUID, place),
        sopClassUID: image.sopClassUID,
        laterality: image.view.slice(0, 1),
        view: image.view.slice(1),
      }));
      this.#studies.set(renamedUid(this.#like[0]!.studyInstanceUID, place), { place, images, results: [] });
      if (this.#studies.size <= KEPT) continue;
      const [oldest] = this.#studies.keys();
      this.#studies.delete(oldest!);
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://archive');
    const [, study, what, instance] =
      /^\/dicom-web\/studies(?:\/([\d.]+)(?:\/(instances|metadata|series)(?:\/[\d.]+\/instances\/([\d.]+))?)?)?$/.exec(
        pathname,
      ) ?? [];
    const held = study === undefined ? undefined : this.#studies.get(study);
    if (request.method === 'POST') return this.#store(request, response, held);
    if (study === undefined) return json(response, this.#search(searchParams));
    if (held === undefined) return void response.writeHead(404).end();
    if (instance !== undefined) return this.#give(response, held, instance);
    if (what === 'instances')
      return json(response, described(study, held).slice(Number(searchParams.get('offset') ?? 0)));
    response.writeHead(404).end();
  }

  #search(keys: URLSearchParams): object[] {
    const [from = '', to = from] = (keys.get('StudyDate') ?? '').split('-');
    const since = keys.get('StudyTime')?.replace('-', '') ?? '';
    const now = new Date();
    const found: object[] = [];
    for (const [uid, { place, images, results }] of this.#studies) {
      const age = this.#arrived - 1 - place;
      const date = dicomDate(new Date(now.getTime() - Math.floor(age / PER_DAY) * DAY_MS));
      const time = age < LATEST ? dicomTime(now) : '000000';
      if ((from !== '' && (date < from || date > to)) || time < since) continue;
      found.push({
        ...attribute('0020000D', 'UI', uid),
        ...attribute('00080020', 'DA', date),
        ...attribute('00080061', 'CS', 'MG'),
        ...attribute('00201208', 'IS', images.length + results.length),
      });
    }
    const offset = Number(keys.get('offset') ?? 0);
    return found.slice(offset, offset + Number(keys.get('limit') ?? 100));
  }

  #give(response: ServerResponse, { place, images }: Held, sopInstanceUID: string): void {
    const index = images.findIndex((image) => image.sopInstanceUID === sopInstanceUID);
    if (index < 0) return void response.writeHead(404).end();
    const { bytes } = renamedInstance(this.#like[index]!, place);
    const head = Buffer.from('--soak\r\nContent-Type: application/dicom\r\n\r\n');
    const tail = Buffer.from('\r\n--soak--\r\n');
    response.writeHead(200, {
      'Content-Type': 'multipart/related; type="application/dicom"; boundary=soak',
      'Content-Length': head.length + bytes.length + tail.length,
    });
    response.write(head);
    response.write(bytes);
    response.end(tail);
  }

  async #store(request: IncomingMessage, response: ServerResponse, held: Held | undefined): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const boundary = boundaryOf(request.headers['content-type'] ?? '') ?? '';
    const parts = readMultipart(Buffer.concat(chunks), boundary);
    if (held === undefined) return void response.writeHead(409).end();
    const stored = parts.map(({ bytes }) => nameOf(bytes));
    for (const result of stored) {
      const { sopInstanceUID, sopClassUID } = result;
      if (held.results.some((other) => other.sopInstanceUID === sopInstanceUID)) continue;
      if (REPORTS.has(sopClassUID)) {
        if (held.results.some((other) => other.sopClassUID === sopClassUID))
          this.doubled.push(sopInstanceUID);
        else this.#answered++;
      }
      held.results.push(result);
      this.#stored++;
    }
    this.#arrive();
    json(response, {
      '00081199': {
        vr: 'SQ',
        Value: stored.map(({ sopClassUID, sopInstanceUID }) => ({
          ...attribute('00081150', 'UI', sopClassUID),
          ...attribute('00081155', 'UI', sopInstanceUID),
        })),
      },
    });
  }
}

function nameOf(bytes: Uint8Array): Named {
  const { dataset } = readPart10(bytes);
  return {
    seriesInstanceUID: dataset.string('SeriesInstanceUID')!,
    sopInstanceUID: dataset.string('SOPInstanceUID')!,
    sopClassUID: dataset.string('SOPClassUID')!,
  };
}

function described(study: string, { images, results }: Held): object[] {
  return [...images, ...results].map(
    ({ seriesInstanceUID, sopInstanceUID, sopClassUID, laterality, view }) => ({
      ...attribute('0020000D', 'UI', study),
      ...attribute('0020000E', 'UI', seriesInstanceUID),
      ...attribute('00080018', 'UI', sopInstanceUID),
      ...attribute('00080016', 'UI', sopClassUID),
      ...attribute('00080060', 'CS', laterality === undefined ? 'OT' : 'MG'),
      ...(laterality === undefined ? {} : attribute('00200062', 'CS', laterality)),
      ...(view === undefined ? {} : attribute('00185101', 'CS', view)),
    }),
  );
}

function attribute(tag: string, vr: string, value: string | number): object {
  return { [tag]: { vr, Value: [value] } };
}

function json(response: ServerResponse, answer: object): void {
  response.writeHead(200, { 'Content-Type': 'application/dicom+json' }).end(JSON.stringify(answer));
}
