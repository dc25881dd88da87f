import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A study as the archive lists it; nothing of it can be fetched. */
export interface ListedStudy {
  uid: string;
  /** DA; undefined for a study that has none. */
  date: string | undefined;
  /** TM. */
  time: string;
  images: number;
}

/** Kinds of request, counted. */
export interface Asked {
  studies: number;
  instances: number;
  metadata: number;
  fetched: number;
  /** Of all answers to searches. */
  bytes: number;
}

/**
 * A model of an archive that holds many studies and answers each request after the same delay. It honours ranges of
 * dates and times, limit and offset; it lists in its own order, which is none by date.
 */
export class BusyArchive {
  readonly studies = new Map<string, ListedStudy>();
  readonly asked: Asked = { studies: 0, instances: 0, metadata: 0, fetched: 0, bytes: 0 };
  /** Dates of the studies whose images were asked for, in that order. */
  readonly fetchedDates: (string | undefined)[] = [];
  readonly #server = createServer();
  #delayMs = 0;

  static async start(delayMs = 0): Promise<BusyArchive> {
    const archive = new BusyArchive();
    archive.#delayMs = delayMs;
    archive.#server.on('request', async (request, response) => {
      if (archive.#delayMs > 0) await sleep(archive.#delayMs);
      const answer = archive.#answer(new URL(request.url!, 'http://archive'));
      if (answer === undefined) return void response.writeHead(404).end();
      const text = JSON.stringify(answer);
      archive.asked.bytes += text.length;
      response.writeHead(200, { 'Content-Type': 'application/dicom+json' }).end(text);
    });
    archive.#server.listen(0, '127.0.0.1');
    await once(archive.#server, 'listening');
    return archive;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/dicom-web`;
  }

  add(...studies: ListedStudy[]): void {
    for (const study of studies) this.studies.set(study.uid, study);
  }

  /** What was asked since the last time. */
  counted(): Asked {
    const counted = { ...this.asked };
    Object.assign(this.asked, { studies: 0, instances: 0, metadata: 0, fetched: 0, bytes: 0 });
    return counted;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ pathname, searchParams }: URL): object[] | undefined {
    const [, study, what, , rest] =
      /^\/dicom-web\/studies(?:\/([\d.]+)(?:\/(instances|metadata|series)(\/([\d.]+)\/instances\/.*)?)?)?$/.exec(
        pathname,
      ) ?? [];
    if (study === undefined) {
      this.asked.studies++;
      return this.#search(searchParams);
    }
    const held = this.studies.get(study);
    if (held === undefined) return undefined;
    if (what === 'instances') {
      this.asked.instances++;
      const offset = Number(searchParams.get('offset') ?? 0);
      return images(held).slice(offset);
    }
    if (what === 'metadata') {
      this.asked.metadata++;
      return images(held);
    }
    if (rest !== undefined) {
      this.asked.fetched++;
      this.fetchedDates.push(held.date);
    }
    return undefined;
  }

  #search(keys: URLSearchParams): object[] {
    const [from = '', to = from] = (keys.get('StudyDate') ?? '').split('-');
    const since = keys.get('StudyTime')?.replace('-', '') ?? '';
    const found: ListedStudy[] = [];
    for (const study of this.studies.values()) {
      const { date = '', time } = study;
      if (from !== '' && (date < from || date > to || date === '')) continue;
      if (time >= since) found.push(study);
    }
    const offset = Number(keys.get('offset') ?? 0);
    return found
      .slice(offset, offset + Number(keys.get('limit') ?? 100))
      .map(({ uid, date, time, images }) => ({
        ...attribute('0020000D', 'UI', uid),
        ...(date === undefined ? {} : attribute('00080020', 'DA', date)),
        ...attribute('00080030', 'TM', time),
        ...attribute('00080061', 'CS', 'MG'),
        ...attribute('00201208', 'IS', images),
      }));
  }
}

const VIEWS = [
  ['L', 'CC'],
  ['R', 'CC'],
  ['L', 'MLO'],
  ['R', 'MLO'],
] as const;

function images({ uid, images }: ListedStudy): object[] {
  return Array.from({ length: images }, (_, i) => ({
    ...attribute('0020000D', 'UI', uid),
    ...attribute('0020000E', 'UI', `${uid}.1`),
    ...attribute('00080018', 'UI', `${uid}.1.${i + 1}`),
    ...attribute('00080016', 'UI', '1.2.840.10008.5.1.4.1.1.1.2'),
    ...attribute('00080060', 'CS', 'MG'),
    ...attribute('00200062', 'CS', VIEWS[i % 4]![0]),
    ...attribute('00185101', 'CS', VIEWS[i % 4]![1]),
  }));
}

function attribute(tag: string, vr: string, value: string | number): object {
  return { [tag]: { vr, Value: [value] } };
}
