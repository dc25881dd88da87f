import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type Archive, startArchive } from '../../src/demo/index.js';
import { DicomReadError, fromDicomJson, transferSyntax } from '../../src/dicom/index.js';
import { boundaryOf, readMultipart } from '../../src/dicomweb/index.js';
import { type MadeInstance, makeExam, makeInstance } from '../../src/phantom/index.js';

describe('The archive of the demo', () => {
  let archive: Archive;
  const exam = makeExam({ rows: 96, columns: 64, nameScript: 'japanese' });
  const [first] = exam as [MadeInstance];
  const study = `/studies/${first.studyInstanceUID}`;
  const instancePath = `${study}/series/${first.seriesInstanceUID}/instances/${first.sopInstanceUID}`;

  before(async () => {
    archive = await startArchive();
    for (const { bytes } of exam) archive.add(bytes);
  });
  after(() => archive.close());

  const request = (path: string, init?: RequestInit) => fetch(`${archive.url}${path}`, init);
  const found = async (path: string) => {
    const response = await request(path);
    return response.status === 204 ? [] : ((await response.json()) as unknown[]).map(fromDicomJson);
  };
  const partsOf = async (response: Response) =>
    readMultipart(
      new Uint8Array(await response.arrayBuffer()),
      boundaryOf(response.headers.get('content-type')!)!,
    );
  const post = (bytes: Uint8Array, path = '/studies', headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'multipart/related; type="application/dicom"; boundary=x', ...headers },
      body: Buffer.concat([
        Buffer.from('--x\r\nContent-Type: application/dicom\r\n\r\n'),
        bytes,
        Buffer.from('\r\n--x--'),
      ]),
    });

  describe('finds', () => {
    for (const [query, number] of [
      ['/studies', 1],
      ['/studies?StudyDate=20260302', 1],
      ['/studies?00080020=20260301-20260303', 1],
      ['/studies?StudyDate=20260303-', 0],
      ['/studies?StudyDate=-20260302', 1],
      ['/studies?ModalitiesInStudy=CT,MG', 1],
      ['/studies?ModalitiesInStudy=CT', 0],
      ['/studies?PatientID=nobody', 0],
      ['/studies?PatientID=*', 1],
      ['/studies?PatientID=(', 0],
      ['/studies?unknown=1&fuzzymatching=true', 1],
      [`/studies?StudyInstanceUID=1.2,${first.studyInstanceUID}`, 1],
      [`${study}/instances`, 4],
      [`${study}/instances?limit=3`, 3],
      [`${study}/instances?limit=3&offset=3`, 1],
      [`${study}/instances?offset=4`, 0],
      ['/instances?Modality=MG', 4],
      ['/series', new Set(exam.map((i) => i.seriesInstanceUID)).size],
    ] as const) {
      it(`${number} by ${query.replace(study, '/studies/UID')}`, async () => {
        expect(await found(query)).to.have.length(number);
      });
    }

    it('what QIDO-RS asks for at each level, in Unicode', async () => {
      const [one] = await found('/studies');
      expect(one!.strings('ModalitiesInStudy')).to.deep.equal(['MG']);
      expect(one!.number('NumberOfStudyRelatedInstances')).to.equal(4);
      expect(one!.string('SpecificCharacterSet')).to.equal('ISO_IR 192');
      expect(one!.string('PatientName')).to.match(/\p{Script=Han}/u);
      expect(one!.string('RetrieveURL')).to.equal(`${archive.url}${study}`);
    });

    it('and warns when it has more', async () => {
      expect((await request(`${study}/instances?limit=1`)).headers.get('warning')).to.match(/^299 .*\b3\b/);
      expect((await request(`${study}/instances`)).headers.get('warning')).to.equal(null);
    });
  });

  describe('gives back', () => {
    it('a study, a series or an instance in parts', async () => {
      for (const [path, number] of [
        [study, 4],
        [instancePath, 1],
      ] as const) {
        const parts = await partsOf(await request(path));
        expect(parts).to.have.length(number);
        expect(exam.some(({ bytes }) => Buffer.from(bytes).equals(parts[0]!.bytes))).to.equal(true);
      }
    });

    it('one instance without parts', async () => {
      const response = await request(instancePath, {
        headers: { accept: 'application/dicom; transfer-syntax=*' },
      });
      expect(response.headers.get('content-type')).to.equal('application/dicom');
      expect(Buffer.from(await response.arrayBuffer()).equals(first.bytes)).to.equal(true);
    });

    it('nothing in a transfer syntax that it would have to make', async () => {
      const accept = (uid: string) => ({
        headers: { accept: `multipart/related; type="application/dicom"; transfer-syntax=${uid}` },
      });
      expect((await request(instancePath, accept('1.2.840.10008.1.2.4.90'))).status).to.equal(406);
      expect((await request(instancePath, accept(transferSyntax.ExplicitVRLittleEndian))).status).to.equal(
        200,
      );
      expect((await request(instancePath, { headers: { accept: 'image/jpeg' } })).status).to.equal(406);
    });

    it('metadata with the pixels as a reference that leads to them', async () => {
      const [json] = (await (await request(`${study}/metadata`)).json()) as Record<
        string,
        { BulkDataURI: string }
      >[];
      expect(fromDicomJson(json).number('Rows')).to.equal(96);
      const uri = json!['7FE00010']!.BulkDataURI;
      const [part] = await partsOf(await fetch(uri));
      expect(part!.bytes.length).to.equal(96 * 64 * 2);
    });

    it('frames as viewers ask for them', async () => {
      const [part] = await partsOf(await request(`${instancePath}/frames/1`));
      expect(part!.bytes.length).to.equal(96 * 64 * 2);
      expect(part!.headers.get('content-type')).to.contain('transfer-syntax=1.2.840.10008.1.2.1');
      expect((await request(`${instancePath}/frames/2`)).status).to.equal(404);
      expect((await request(`${instancePath}/frames/x`)).status).to.equal(404);
    });

    it('404 for what it does not have', async () => {
      for (const path of [
        '/studies/1.2',
        `${study}/series/1.2`,
        `${study}/metadata/x`,
        '/studies/1.2/metadata',
      ]) {
        expect((await request(path)).status).to.equal(404);
      }
    });
  });

  describe('takes in', () => {
    it('other bytes under a UID that it has: not', async () => {
      const changed = Uint8Array.from(first.bytes);
      changed[changed.length - 10]! ^= 1;
      const response = await post(changed);
      expect(response.status).to.equal(409);
      const [failed] = fromDicomJson(await response.json()).items('FailedSOPSequence');
      expect(failed!.number('FailureReason')).to.equal(0x0111);
      const back = await request(instancePath, {
        headers: { accept: 'application/dicom; transfer-syntax=*' },
      });
      expect(Buffer.from(await back.arrayBuffer()).equals(first.bytes)).to.equal(true);
    });

    it('garbage and cut-off files: not', async () => {
      const { size } = archive;
      for (const bytes of [Buffer.from('hello'), first.bytes.subarray(0, 400)]) {
        const response = await post(bytes);
        expect(response.status).to.equal(409);
        expect(fromDicomJson(await response.json()).items('OtherFailuresSequence')).to.have.length(1);
      }
      expect(archive.size).to.equal(size);
      expect(() => archive.add(Buffer.from('hello'))).to.throw(DicomReadError);
    });

    it('what is not multipart DICOM: not', async () => {
      const json = await request('/studies', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(json.status).to.equal(415);
      expect((await post(gzipSync(first.bytes), '/studies', { 'content-encoding': 'gzip' })).status).to.equal(
        415,
      );
      const bodiless = await request('/studies', {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; type="application/dicom"; boundary=x' },
        body: 'nothing',
      });
      expect(bodiless.status).to.equal(400);
    });

    it('requests beyond its limit: not', async () => {
      const small = await startArchive({ maxRequestBytes: 1000 });
      const response = await fetch(`${small.url}/studies`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; type="application/dicom"; boundary=x' },
        body: new Uint8Array(2000),
      });
      expect(response.status).to.equal(413);
      await small.close();
    });
  });

  it('keeps what it has in a folder, where one is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mamori-archive-'));
    try {
      const once = await startArchive({ folder });
      once.add(first.bytes);
      once.add(makeInstance({ rows: 64, columns: 64, seed: 'other' }).bytes);
      await once.close();
      expect(readdirSync(folder)).to.have.length(2);
      const again = await startArchive({ folder });
      expect(again.size).to.equal(2);
      await again.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('listens on loopback only, and answers to no other name', async () => {
    expect(archive.url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/dicom-web$/);
    const status = await new Promise((resolve) =>
      get(`${archive.url}/studies`, { headers: { host: 'pacs.evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    expect(status).to.equal(403);
  });
});
