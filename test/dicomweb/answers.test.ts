import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import type { DicomWeb } from '../../src/dicomweb/index.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';
import { dataset, json } from './scriptedServer.js';
import { Setting } from './setting.js';

const object = smallObject('retrieved', { padding: 300_000 });
const retrieved = (web: DicomWeb) => web.retrieveInstance(asUid('1.2'), asUid('1.3'), object.sopInstanceUID);
const MULTIPART = 'multipart/related; type="application/dicom"; boundary=b-1';
const framed = (...pieces: (string | Uint8Array)[]) =>
  Buffer.concat(pieces.map((p) => Buffer.from(p as string)));
const whole = framed('--b-1\r\nContent-Type: application/dicom\r\n\r\n', object.bytes, '\r\n--b-1--\r\n');

describe('An answer with an instance', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  const answered = async (
    type: string | undefined,
    body: Uint8Array,
    headers: Record<string, string> = {},
  ) => {
    const { web } = await setting.pair((_seen, response) => {
      response
        .writeHead(200, { ...(type === undefined ? {} : { 'content-type': type }), ...headers })
        .end(body);
    });
    return retrieved(web);
  };
  const gives = async (type: string | undefined, body: Uint8Array, headers?: Record<string, string>) =>
    expect(Buffer.from(await answered(type, body, headers)).equals(object.bytes)).to.equal(true);

  it('is asked for as it is stored', async () => {
    const { web, server } = await setting.pair(
      (_s, response) => void response.writeHead(200, { 'content-type': MULTIPART }).end(whole),
    );
    await retrieved(web);
    expect(server.seen[0]!.headers.accept).to.equal(
      'multipart/related; type="application/dicom"; transfer-syntax=*',
    );
  });

  it('may be multipart, with the boundary quoted or not', async () => {
    await gives(MULTIPART, whole);
    await gives('Multipart/Related;boundary="b-1";type="application/dicom"', whole);
  });
  it('may have a preamble, an epilogue and padding behind delimiters', () =>
    gives(
      MULTIPART,
      framed(
        'hello\r\n--b-1 \t\r\ncontent-type:application/dicom\r\n\r\n',
        object.bytes,
        '\r\n--b-1-- \r\nbye',
      ),
    ));
  it('may have parts without header fields', () =>
    gives(MULTIPART, framed('--b-1\r\n\r\n', object.bytes, '\r\n--b-1--')));
  it('may have a Content-Length per part, right or wrong', async () => {
    for (const length of [object.bytes.length, 5, object.bytes.length + 900]) {
      await gives(
        MULTIPART,
        framed(`--b-1\r\nContent-Length: ${length}\r\n\r\n`, object.bytes, '\r\n--b-1--\r\n'),
      );
    }
  });
  it('is not cut where the boundary only begins another word', async () => {
    const bytes = framed(
      object.bytes,
      '\r\n--b-12\r\n',
      object.bytes.subarray(0, 100),
      '\r\n--b-1-',
      '\r\n--b-1x',
      'end',
    );
    const back = await answered(MULTIPART, framed('--b-1\r\n\r\n', bytes, '\r\n--b-1--'));
    expect(Buffer.from(back).equals(bytes)).to.equal(true);
  });
  it('may stand behind a part that is empty, with or without a line break of its own', async () => {
    for (const end of ['', '\r\n'])
      await gives(MULTIPART, framed(`--b-1\r\nContent-Type: application/dicom\r\n\r\n${end}`, whole));
  });
  it('may be bare application/dicom, or any type if it is DICOM', async () => {
    await gives('application/dicom', object.bytes);
    await gives('application/octet-stream', object.bytes);
    await gives(undefined, object.bytes);
  });
  it('may be compressed although that was not asked for', async () => {
    await gives(MULTIPART, gzipSync(whole), { 'content-encoding': 'gzip' });
    await gives(MULTIPART, deflateSync(whole), { 'content-encoding': 'deflate' });
    await gives(MULTIPART, brotliCompressSync(whole), { 'content-encoding': 'br' });
  });

  for (const [what, type, body, headers] of [
    ['without a boundary', 'multipart/related; type="application/dicom"', whole, {}],
    ['with another boundary', 'multipart/related; boundary=other', whole, {}],
    ['without the closing delimiter', MULTIPART, whole.subarray(0, whole.length - 12), {}],
    ['cut short within the instance', MULTIPART, whole.subarray(0, 1000), {}],
    ['cut short within the header fields', MULTIPART, whole.subarray(0, 20), {}],
    ['empty', MULTIPART, Buffer.alloc(0), {}],
    ['with no parts', MULTIPART, Buffer.from('--b-1--\r\n'), {}],
    [
      'with an empty part',
      MULTIPART,
      Buffer.from('--b-1\r\nContent-Type: application/dicom\r\n\r\n\r\n--b-1--'),
      {},
    ],
    ['that is a web page', 'text/html; charset=utf-8', Buffer.from('<html>log in</html>'), {}],
    ['with a rendered picture', 'image/jpeg', Buffer.from('\xff\xd8\xff\xe0'), {}],
    [
      'with a part that is a picture',
      MULTIPART,
      framed('--b-1\r\nContent-Type: image/jpeg\r\n\r\nJFIF\r\n--b-1--'),
      {},
    ],
    ['that is not gzip', MULTIPART, whole, { 'content-encoding': 'gzip' }],
    ['whose gzip is cut short', MULTIPART, gzipSync(whole).subarray(0, 200), { 'content-encoding': 'gzip' }],
    ['in an encoding that is not known', MULTIPART, whole, { 'content-encoding': 'zstd-or-so' }],
  ] as [string, string, Buffer, Record<string, string>][]) {
    it(`${what} is pacs-answer-malformed`, async () => {
      expect(await caught(answered(type, body, headers))).to.include({ code: 'pacs-answer-malformed' });
    });
  }

  it('that breaks off on the way is asked for again, then malformed', async () => {
    let tries = 0;
    const { web } = await setting.pair((_seen, response, request) => {
      tries += 1;
      response.writeHead(200, { 'content-type': MULTIPART, 'content-length': whole.length });
      response.write(whole.subarray(0, 2000), () => setTimeout(() => request.socket.destroy(), 5));
    });
    expect(await caught(retrieved(web))).to.include({ code: 'pacs-answer-malformed', transient: true });
    expect(tries).to.equal(3);
  });

  it('that breaks off once is complete the next time', async () => {
    let tries = 0;
    const { web } = await setting.pair((_seen, response, request) => {
      tries += 1;
      response.writeHead(200, { 'content-type': MULTIPART });
      if (tries > 1) response.end(whole);
      else response.write(whole.subarray(0, 2000), () => setTimeout(() => request.socket.destroy(), 5));
    });
    expect(Buffer.from(await retrieved(web)).equals(object.bytes)).to.equal(true);
  });

  describe('that is too large is refused', () => {
    const limits = { maxInstanceBytes: 400_000, maxAnswerBytes: 50_000 };

    it('by its announced length, before a byte of it is read', async () => {
      const { web, server } = await setting.pair(
        (_seen, response) =>
          void response
            .writeHead(200, { 'content-type': MULTIPART, 'content-length': '500000000000' })
            .write('x'),
        limits,
      );
      expect(await caught(retrieved(web))).to.include({ code: 'pacs-answer-too-large', transient: false });
      expect(server.seen).to.have.length(1);
    });
    it('when it never ends', async () => {
      const { web } = await setting.pair((_seen, response) => {
        response.writeHead(200, { 'content-type': MULTIPART });
        const more = () => {
          if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
        };
        more();
      }, limits);
      expect(await caught(retrieved(web))).to.include({ code: 'pacs-answer-too-large' });
    });
    it('when it is small only while compressed', async () => {
      const { web } = await setting.pair(
        (_seen, response) =>
          void response
            .writeHead(200, { 'content-type': MULTIPART, 'content-encoding': 'gzip' })
            .end(gzipSync(Buffer.alloc(5_000_000))),
        limits,
      );
      expect(await caught(retrieved(web))).to.include({ code: 'pacs-answer-too-large' });
    });
    it('in answers to queries, under their own limit', async () => {
      const { web } = await setting.pair(
        (_seen, response) =>
          json(
            response,
            Array.from({ length: 5000 }, () => dataset({ '0020000D': '1.2.3' })),
          ),
        limits,
      );
      expect(await caught(web.instances(asUid('1.2')))).to.include({ code: 'pacs-answer-too-large' });
    });
    it('but not because of the room that its framing takes', async () => {
      const { web } = await setting.pair(
        (_seen, response) => void response.writeHead(200, { 'content-type': MULTIPART }).end(whole),
        { maxInstanceBytes: object.bytes.length },
      );
      expect((await retrieved(web)).length).to.equal(object.bytes.length);
    });
  });
});

describe('An answer to a query', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  for (const [what, type, body] of [
    ['a web page at 200', 'text/html', '<html><title>Sign in</title>'],
    ['JSON that is cut short', 'application/dicom+json', '[{"0020000D":'],
    ['JSON of another kind', 'application/json', '{"message":"hello"}'],
    ['an array of something else', 'application/json', '["1.2.3"]'],
    ['XML', 'application/dicom+xml', '<NativeDicomModel/>'],
    ['nothing at all', 'application/dicom+json', ''],
  ] as const) {
    it(`that is ${what} is pacs-answer-malformed, and is not repeated`, async () => {
      const { web, server } = await setting.pair(
        (_seen, response) => void response.writeHead(200, { 'content-type': type }).end(body),
      );
      const error = await caught(web.instances(asUid('1.2.3')));
      expect(error).to.include({ code: 'pacs-answer-malformed', status: 200 });
      expect(error.remedy).to.be.a('string');
      expect(server.seen).to.have.length(1);
    });
  }

  for (const status of [202, 206])
    it(`of which only a part may have come, with status ${status}, is no answer`, async () => {
      const { web } = await setting.pair((_seen, response) => json(response, [], status));
      expect(await caught(web.instances(asUid('1.2.3')))).to.include({ code: 'pacs-refused', status });
    });

  const described = (study: string, instance: string) =>
    dataset({ '0020000D': study, '00080018': instance, '00081030': `of ${study}` });

  it('about one study is that study alone, whatever else the server lists', async () => {
    const { web } = await setting.pair((_seen, response) =>
      json(response, [described('1.2.4', '1.9.1'), described('1.2.3', '1.9.2')]),
    );
    const found = await web.listedStudy(asUid('1.2.3'), ['StudyDescription']);
    expect(found?.string('StudyDescription')).to.equal('of 1.2.3');
    expect(await web.listedStudy(asUid('1.2.5'), ['StudyDescription'])).to.equal(undefined);
  });

  it('about one instance is about that one, of that study', async () => {
    const { web } = await setting.pair((_seen, response) =>
      json(response, [described('1.2.3', '1.9.1'), described('1.2.4', '1.9.2')]),
    );
    const asked = (study: string, instance: string) =>
      web.instanceMetadata(asUid(study), asUid('1.5'), asUid(instance));
    expect((await asked('1.2.3', '1.9.1')).string('StudyDescription')).to.equal('of 1.2.3');
    for (const [study, instance] of [
      ['1.2.3', '1.9.2'],
      ['1.2.4', '1.9.1'],
      ['1.2.3', '1.9.3'],
    ] as const)
      expect(await caught(asked(study, instance))).to.include({ code: 'pacs-answer-malformed' });
  });

  it('may begin with a byte order mark', async () => {
    const study = [{ '00080018': { vr: 'UI', Value: ['1.2.3'] } }];
    const { web } = await setting.pair(
      (_seen, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/dicom+json' })
          .end(`\uFEFF${JSON.stringify(study)}`),
    );
    const [described] = await web.metadata(asUid('1.2.3'));
    expect(described?.string('SOPInstanceUID')).to.equal('1.2.3');
  });
});
