import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import type { DicomWeb } from '../../src/dicomweb/index.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';
import { json } from './scriptedServer.js';
import { IMPATIENT, Setting } from './setting.js';

const object = smallObject('retrieved', { padding: 300_000 });
const retrieved = (web: DicomWeb) => web.retrieveInstance(asUid('1.2'), asUid('1.3'), object.sopInstanceUID);
const MULTIPART = 'multipart/related; type="application/dicom"; boundary=b-1';
const framed = (...pieces: (string | Uint8Array)[]) =>
  Buffer.concat(pieces.map((p) => Buffer.from(p as string)));
const whole = framed('--b-1\r\nContent-Type: application/dicom\r\n\r\n', object.bytes, '\r\n--b-1--\r\n');

describe('Repeats', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  /** Answers with each status in turn, the last one forever. */
  const statuses = (list: number[], headers: Record<string, string> = {}) => {
    let n = 0;
    return setting.pair((_seen, response) => {
      const status = list[Math.min(n++, list.length - 1)]!;
      if (status === 200) json(response, []);
      else response.writeHead(status, headers).end();
    });
  };

  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    it(`come after ${status}`, async () => {
      const { web, server } = await statuses([status, status, 200]);
      expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
      expect(server.seen).to.have.length(3);
    });
  }

  for (const [status, code] of [
    [401, 'pacs-unauthorised'],
    [403, 'pacs-unauthorised'],
    [404, 'pacs-not-found'],
    [406, 'pacs-refused'],
    [409, 'pacs-refused'],
    [410, 'pacs-not-found'],
    [415, 'pacs-refused'],
    [501, 'pacs-server-error'],
  ] as const) {
    it(`never come after ${status}: ${code}`, async () => {
      const { web, server } = await statuses([status]);
      expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code, status, transient: false });
      expect(server.seen).to.have.length(1);
    });
  }

  it('end, and the error says that it may pass', async () => {
    const { web, server } = await statuses([500]);
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({
      code: 'pacs-server-error',
      status: 500,
      transient: true,
    });
    expect(server.seen).to.have.length(3);
  });

  it('wait as long as the server asks', async () => {
    const { web, server } = await statuses([429, 200], { 'retry-after': '1' });
    const before = performance.now();
    await web.metadata(asUid('1.2.3'));
    expect(performance.now() - before).to.be.greaterThan(990);
    expect(server.seen).to.have.length(2);
  });

  it('are left to the caller when the server asks for a long pause, in seconds or as a date', async () => {
    for (const [value, least] of [
      ['120', 120_000],
      [new Date(Date.now() + 600_000).toUTCString(), 590_000],
    ] as const) {
      const { web, server } = await statuses([503], { 'retry-after': value });
      const error = await caught(web.metadata(asUid('1.2.3')));
      expect(error).to.include({ code: 'pacs-busy', transient: true });
      expect(error.retryAfterMs).to.be.within(least, 600_000);
      expect(server.seen).to.have.length(1);
    }
  });

  it('are not put off forever by a server whose clock or date is far off', async () => {
    for (const asked of ['Fri, 31 Dec 9999 23:59:59 GMT', '99999999']) {
      const { web } = await statuses([503], { 'retry-after': asked });
      expect(await caught(web.metadata(asUid('1.2.3')))).to.have.property('retryAfterMs', 86_400_000);
    }
  });

  it('take no notice of a Retry-After that cannot be read', async () => {
    const { web, server } = await statuses([503, 200], { 'retry-after': 'soon' });
    await web.metadata(asUid('1.2.3'));
    expect(server.seen).to.have.length(2);
  });

  it('come at once when a kept-alive connection was closed, even where none are wanted', async () => {
    const server = await setting.server((_seen, response, request) => {
      json(response, []);
      // Says keep-alive and closes all the same, just before the next request arrives.
      response.on('finish', () => setTimeout(() => request.socket.destroy(), 30));
    });
    const web = setting.client({ url: server.url, retries: 0 });
    for (let i = 0; i < 8; i++) {
      expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
      await new Promise((resolve) => setTimeout(resolve, 22 + i * 2));
    }
  });
});

describe('Connections', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  it('are used again', async () => {
    const { web, server } = await setting.pair((_seen, response) => json(response, []));
    for (let i = 0; i < 8; i++) await web.metadata(asUid('1.2.3'));
    expect(Math.max(...server.seen.map((s) => s.connection))).to.be.lessThan(3);
  });

  it('are used again where the server keeps them for one second, as Orthanc does', async () => {
    const { web, server } = await setting.pair((_seen, response) =>
      json(response, [], 200, { 'keep-alive': 'timeout=1' }),
    );
    for (let i = 0; i < 8; i++) await web.metadata(asUid('1.2.3'));
    expect(Math.max(...server.seen.map((s) => s.connection))).to.be.lessThan(3);
  });

  it('that are refused are pacs-unreachable', async () => {
    const server = await setting.server(() => {});
    await server.close();
    const web = setting.client({ url: server.url });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({
      code: 'pacs-unreachable',
      transient: true,
      status: undefined,
    });
  });

  it('to a name that does not exist are pacs-unreachable', async () => {
    const web = setting.client({ url: 'http://pacs.invalid/dicom-web', retries: 0 });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({
      code: 'pacs-unreachable',
      transient: true,
    });
  });

  it('that never come about are pacs-timed-out', async () => {
    // Accepts, and never says a word of TLS.
    const port = await setting.rawServer(() => {});
    const web = setting.client({ url: `https://127.0.0.1:${port}/`, retries: 0, timeouts: IMPATIENT });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({
      code: 'pacs-timed-out',
      transient: true,
    });
  });

  it('on which no answer begins are pacs-timed-out', async () => {
    const { web, server } = await setting.pair(() => {}, { retries: 1, timeouts: IMPATIENT });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({
      code: 'pacs-timed-out',
      transient: true,
    });
    expect(server.seen).to.have.length(2);
  });

  it('on which a large object is still on its way wait for its end, however slow the line', async () => {
    const bytesPerMs = 2500;
    const port = await setting.rawServer((socket) => {
      let [head, came] = ['', 0];
      socket.on('data', (chunk: Buffer) => {
        if (!head.includes('\r\n\r\n')) head += chunk.toString('latin1');
        came += chunk.length;
        const announced = Number(/content-length: (\d+)/i.exec(head)?.[1]);
        if (came >= head.indexOf('\r\n\r\n') + 4 + announced)
          return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
        socket.pause();
        setTimeout(() => socket.resume(), chunk.length / bytesPerMs);
      });
    });
    const timeouts = { headersMs: 2500, totalMs: 60_000 };
    const web = setting.client({ url: `http://127.0.0.1:${port}/`, retries: 0, timeouts });
    const large = { ...object, bytes: new Uint8Array(15_000_000) };
    const { status } = await web.store(asUid('1.2.3'), [large]);
    expect(status).to.equal(200);
  });

  it('on which an answer stops in its middle are pacs-timed-out', async () => {
    const { web } = await setting.pair(
      (_seen, response) =>
        void response.writeHead(200, { 'content-type': MULTIPART }).write(whole.subarray(0, 500)),
      { retries: 0, timeouts: IMPATIENT },
    );
    expect(await caught(retrieved(web))).to.include({ code: 'pacs-timed-out', transient: true });
  });

  it('on which an answer trickles without end are pacs-timed-out', async () => {
    const { web } = await setting.pair(
      (_seen, response) => {
        response.writeHead(200, { 'content-type': MULTIPART });
        const timer = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(timer));
      },
      { retries: 0, timeouts: { totalMs: 400 } },
    );
    expect(await caught(retrieved(web))).to.include({ code: 'pacs-timed-out', transient: true });
  });

  it('that speak something else than HTTP are pacs-answer-malformed', async () => {
    const port = await setting.rawServer((socket) => {
      socket.on('data', () => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    });
    const web = setting.client({ url: `http://127.0.0.1:${port}/`, retries: 0 });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-answer-malformed' });
  });

  it('end with close(), and with them what is under way', async () => {
    const { web } = await setting.pair(() => {});
    const waiting = caught(web.metadata(asUid('1.2.3')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await web.close();
    expect(await waiting).to.include({ code: 'pacs-closed' });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-closed' });
  });

  it('end with close() in the pause before a repeat, too', async () => {
    const { web } = await setting.pair(
      (_seen, response) => void response.writeHead(503, { 'retry-after': '1' }).end(),
    );
    const waiting = caught(web.metadata(asUid('1.2.3')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await web.close();
    expect(await waiting).to.include({ code: 'pacs-closed' });
  });
});
