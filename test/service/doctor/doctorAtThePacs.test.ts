import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { auditEntries } from '../../../src/audit/index.js';
import { defaultSettings, type Settings } from '../../../src/config/index.js';
import { type Archive, startArchive } from '../../../src/demo/index.js';
import { readPart10, transferSyntax } from '../../../src/dicom/index.js';
import { DicomWeb } from '../../../src/dicomweb/index.js';
import type { Bundle } from '../../../src/model/index.js';
import { makeExam } from '../../../src/phantom/index.js';
import { openLog, openService } from '../../../src/service/index.js';
import type { Handler } from '../../dicomweb/scriptedServer.js';
import { Setting } from '../../dicomweb/setting.js';
import { smallBundle } from '../../model/bundles.js';
import { requireOrthanc } from '../../pacs/orthanc.js';
import { daysAgo, realArchive, type TestArchive, today } from '../../poller/hospital.js';
import { scratchFolder } from '../../scratch.js';
import { namesIn, resultOf, visit } from './surgery.js';

const small = { rows: 128, columns: 104, time: '000100' };
const exam = (seed: string, options: Parameters<typeof makeExam>[0] = {}) =>
  makeExam({ ...small, seed, date: today(), ...options });

async function firstOf<T>(some: AsyncIterable<T>): Promise<T | undefined> {
  for await (const one of some) return one;
  return undefined;
}

describe('mamori doctor, at the PACS', () => {
  const setting = new Setting();
  let bundle: Bundle;
  let archive: Archive;

  before(async () => {
    bundle = await smallBundle();
  });
  beforeEach(async () => {
    archive = await startArchive();
  });
  afterEach(async () => {
    await setting.endAll();
    await archive.close();
  });

  const fill = (...exams: { bytes: Uint8Array }[][]) => {
    for (const { bytes } of exams.flat()) archive.add(bytes);
  };

  /** The archive behind a server that does something else with a question or its answer. */
  async function misbehaving(twist: {
    ask?: (query: URLSearchParams) => void;
    /** Of a search, with the path of the question. */
    answer?: (records: Record<string, { Value?: unknown[] }>[], path: string) => void;
    /** `cut` for no answer at all. */
    status?: (path: string, query: string) => number | 'cut' | undefined;
  }): Promise<string> {
    const handler: Handler = async (seen, response) => {
      const [path = '', query = ''] = seen.path.replace('/dicom-web', '').split('?');
      const status = twist.status?.(path, query);
      if (status === 'cut') return void response.destroy();
      if (status !== undefined) return void response.writeHead(status).end();
      const parameters = new URLSearchParams(query);
      twist.ask?.(parameters);
      const { accept = '*/*', 'content-type': type = '' } = seen.headers;
      const answer = await fetch(`${archive.url}${path}?${parameters}`, {
        method: seen.method,
        headers: { accept, ...(type === '' ? {} : { 'content-type': type }) },
        ...(seen.method === 'POST' ? { body: seen.body } : {}),
      });
      let body = Buffer.from(await answer.arrayBuffer());
      if (answer.headers.get('content-type')?.includes('json') && answer.status === 200) {
        const records = JSON.parse(body.toString());
        twist.answer?.(records, path);
        body = Buffer.from(JSON.stringify(records));
      }
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
      });
      response.end(answer.status === 204 ? undefined : body);
    };
    return (await setting.server(handler)).url;
  }

  it('finds nothing to complain of', async () => {
    fill(exam('a'), exam('b', { date: daysAgo(1) }));
    const results = await visit(bundle, { url: archive.url });
    expect(namesIn(results, 'failure')).to.deep.equal([]);
    expect(namesIn(results, 'warning')).to.deep.equal([]);
    expect(resultOf(results, 'search').says).to.include('2 studies');
    expect(resultOf(results, 'retrieve').says).to.include('1.2.840.10008.1.2.1');
  });

  it('warns of a PACS without mammograms, and of one that has none for Mamori to do', async () => {
    const none = await visit(bundle, { url: archive.url });
    expect(resultOf(none, 'search')).to.include({ state: 'warning' });
    expect(namesIn(none, 'failure')).to.deep.equal([]);
    fill(exam('old', { date: daysAgo(20) }));
    const old = await visit(bundle, { url: archive.url });
    expect(resultOf(old, 'search').remedy).to.include('lookbackDays');
    expect(resultOf(old, 'retrieve')).to.include({ state: 'ok' });
  });

  it('complains of no PACS that refuses to be asked for fields by name: the service asks without them', async () => {
    fill(exam('a'));
    const status = (_path: string, query: string) => (query.includes('includefield') ? 400 : undefined);
    const results = await visit(bundle, { url: await misbehaving({ status }) });
    expect(namesIn(results, 'failure')).to.deep.equal([]);
    expect(resultOf(results, 'time-zone')).to.include({ state: 'ok' });
  });

  it('finds search keys that are not heeded', async () => {
    fill(exam('a'));
    const url = await misbehaving({
      ask: (query) => {
        query.delete('StudyDate');
        query.delete('ModalitiesInStudy');
      },
    });
    const results = await visit(bundle, { url });
    expect(resultOf(results, 'filters')).to.include({ state: 'warning' });
    expect(resultOf(results, 'filters').says).to.include('StudyDate and ModalitiesInStudy');
  });

  it('finds an offset that is not heeded', async () => {
    fill(exam('a'), exam('b'));
    const results = await visit(bundle, {
      url: await misbehaving({ ask: (query) => query.delete('offset') }),
    });
    expect(resultOf(results, 'paging')).to.include({ state: 'warning' });
  });

  it('finds that nothing comes after the first page, with a modality or without', async () => {
    fill(exam('a'), exam('b'));
    const url = await misbehaving({
      ask: (query) => {
        if (Number(query.get('offset')) > 0) query.set('StudyDate', '19000101');
      },
    });
    const { state, says } = resultOf(await visit(bundle, { url }), 'paging');
    expect(state).to.equal('warning');
    expect(says).to.include('none after it');
  });

  it('finds a study of which only a part is listed', async () => {
    const made = exam('a');
    fill(made);
    const shown = new Set<unknown>(made.slice(0, 2).map(({ sopInstanceUID }) => sopInstanceUID));
    const url = await misbehaving({
      answer: (records, path) => {
        if (!path.endsWith('/instances')) return;
        const part = records.filter((record) => shown.has(record['00080018']?.Value?.[0]));
        records.splice(0, records.length, ...part);
      },
    });
    const results = await visit(bundle, { url });
    expect(resultOf(results, 'images').says).to.include('4 images of a study and lists 2');
  });

  it('finds that images are listed without saying what they are', async () => {
    fill(exam('a'));
    const url = await misbehaving({
      answer: (records, path) => {
        if (!path.endsWith('/instances')) return;
        for (const record of records) for (const tag of ['00080060', '00080016']) delete record[tag];
      },
    });
    expect(resultOf(await visit(bundle, { url }), 'images')).to.include({ state: 'warning' });
  });

  it('finds UIDs whose case is changed', async () => {
    const [made] = exam('a', { views: ['LCC'] });
    const uid = `${made!.sopInstanceUID.slice(0, -6)}ABCDEF`;
    archive.add(made!.bytes);
    // In the file in capitals, in lists in small letters, found by either.
    const forgiving = await setting.server(async (seen, response) => {
      const path = seen.path.replace('/dicom-web', '').replace(uid.toLowerCase(), made!.sopInstanceUID);
      const answer = await fetch(`${archive.url}${path}`, {
        headers: { accept: String(seen.headers.accept) },
      });
      const type = answer.headers.get('content-type') ?? 'text/plain';
      const body = Buffer.from(await answer.arrayBuffer()).toString('latin1');
      const spelling = type.includes('json') ? uid.toLowerCase() : uid;
      response.writeHead(answer.status, { 'content-type': type });
      response.end(Buffer.from(body.replaceAll(made!.sopInstanceUID, spelling), 'latin1'));
    });
    const results = await visit(bundle, { url: forgiving.url });
    expect(resultOf(results, 'uids')).to.include({ state: 'failure' });
    expect(resultOf(results, 'uids').says).to.include('upper and lower case');
  });

  it('finds studies of the future, as of another time zone', async () => {
    fill(exam('a', { date: daysAgo(-1), time: '120000' }));
    expect(resultOf(await visit(bundle, { url: archive.url }), 'time-zone')).to.include({ state: 'warning' });
  });

  it('finds images that may not be fetched, or cannot be read', async () => {
    fill(exam('a'));
    const url = await misbehaving({ status: (path) => (/\/instances\/\d/.test(path) ? 403 : undefined) });
    const refused = await visit(bundle, { url });
    expect(resultOf(refused, 'retrieve')).to.include({ state: 'failure' });
    expect(resultOf(refused, 'retrieve').remedy).to.include('retrieve');
    expect(namesIn(refused, 'skipped')).to.include('uids');
  });

  it('finds images of which two attributes contradict each other, so that they would get no answer', async () => {
    fill(exam('a', { override: { PresentationIntentType: 'FOR PROCESSING' } }));
    const result = resultOf(await visit(bundle, { url: archive.url }), 'retrieve');
    expect(result).to.include({ state: 'warning' });
    expect(result.says).to.include('Presentation Intent Type says FOR PROCESSING');
  });

  it('finds pixels that cannot be read here', async () => {
    fill(exam('a', { kind: 'missing-pixels' }));
    expect(resultOf(await visit(bundle, { url: archive.url }), 'retrieve')).to.include({ state: 'warning' });
  });

  it('says what the settings would pass over', async () => {
    fill(exam('a'), exam('b', { override: { StudyDescription: 'MG BIOPSY L' } }));
    const url = archive.url;
    const some = await visit(bundle, { url, more: 'poll: { exclude: { StudyDescription: "*biopsy*" } }' });
    expect(resultOf(some, 'exams')).to.include({ state: 'ok' });
    expect(resultOf(some, 'exams').says).to.include(
      '1 taken, passed over 1 by poll.exclude.StudyDescription',
    );
    const none = await visit(bundle, { url, more: 'poll: { include: { StationName: Elsewhere } }' });
    expect(resultOf(none, 'exams')).to.include({ state: 'warning' });
    const silent = await visit(bundle, { url, more: 'poll: { exclude: { StationAETitle: X } }' });
    expect(resultOf(silent, 'exams').says).to.include('none has a value of StationAETitle');
  });

  it('says how many closed exams another model or other settings would answer once more', async () => {
    const undated = exam('undated', { date: '' });
    fill(exam('one'), exam('two', { date: daysAgo(1) }), exam('old', { date: daysAgo(40) }), undated);
    const folder = scratchFolder('closed');
    const usual = defaultSettings(archive.url);
    const settings: Settings = {
      ...usual,
      model: { ...usual.model, bundle: bundle.directory, engine: 'onnxruntime', device: 'cpu' },
      ledger: { ...usual.ledger, url: `sqlite:${join(folder, 'mamori.db')}` },
      audit: { ...usual.audit, folder: join(folder, 'audit') },
      poll: { ...usual.poll, settleSeconds: 0, views: [], lookbackDays: 60 },
      log: { level: 'silent', format: 'json' },
    };
    const service = await openService(settings, openLog(settings));
    try {
      for (let closed = 0; closed < 4; ) closed += (await service.poller.cycle({ whole: true })).exams.length;
    } finally {
      await service.close();
    }
    const ledger = join(folder, 'mamori.db');
    const same = await visit(bundle, { url: archive.url, ledger });
    expect(resultOf(same, 'closed')).to.deep.include({ state: 'ok' });
    const other = 'explain: { method: integrated-grad-cam }';
    const { state, says } = resultOf(
      await visit(bundle, { url: archive.url, ledger, more: other }),
      'closed',
    );
    expect(state).to.equal('warning');
    expect(says).to.match(/^3 exams of the last 3 days, or without a date, .*: they are answered once more$/);
    expect(resultOf(await visit(bundle, { url: archive.url, more: other }), 'closed')).to.deep.include({
      state: 'ok',
    });
  });

  it('stores nothing unless it is told to', async () => {
    fill(exam('a'));
    const before = archive.size;
    const results = await visit(bundle, { url: archive.url });
    for (const check of ['store', 'pictures']) {
      expect(resultOf(results, check), check).to.include({ state: 'skipped' });
      expect(resultOf(results, check).says, check).to.include('only with --write');
    }
    expect(archive.size).to.equal(before);
  });

  it('names the study of its test objects where trouble comes in between, and notes it', async () => {
    for (const [what, status] of [
      ['reading back', (path: string) => (/\/instances\/[\d.]+$/.test(path) ? 500 : undefined)],
      [
        'looking for it',
        (path: string) => (/^\/studies\/2\.25\..*(instances|metadata)$/.test(path) ? 403 : undefined),
      ],
    ] as const) {
      const trail = join(scratchFolder('doctor-trail'), 'audit');
      const more = `audit: { folder: ${JSON.stringify(trail)} }`;
      const before = archive.size;
      const url = await misbehaving({ status });
      const { state, remedy } = resultOf(await visit(bundle, { url, write: true, more }), 'store');
      expect(state, what).to.equal('failure');
      expect(archive.size, what).to.be.greaterThan(before);
      expect(remedy, what).to.match(/Delete test study 2\.25\.\d+ in the PACS by hand/);
      const noted = (await auditEntries(trail, { limit: 9 })).map(({ types, failure }) => [
        types.at(-1),
        failure,
      ]);
      expect(noted, what).to.have.lengthOf(3);
      expect(noted, what).to.deep.include(['delete-test-study', 'it is still in the archive']);
    }
  });

  it('says what was stored, and where, although no picture is drawn because the PACS breaks off', async () => {
    const url = await misbehaving({ status: (path) => (path.endsWith('/rendered') ? 'cut' : undefined) });
    const results = await visit(bundle, { url, write: true });
    expect(resultOf(results, 'store').says).to.match(/stored and read back; .* they stay: study 2\.25\.\d+/);
    expect(resultOf(results, 'pictures')).to.include({ state: 'failure' });
    expect(resultOf(results, 'pictures').says).to.include('cannot be reached');
  });

  it('says nothing of a patient', async () => {
    fill(exam('a', { override: { PatientID: 'SECRET-PATIENT', AccessionNumber: 'SECRET-NUMBER' } }));
    const said = JSON.stringify(await visit(bundle, { url: archive.url }));
    for (const word of ['SECRET', 'Phantom', 'Mamori^', '19640229']) expect(said).not.to.include(word);
  });

  describe('that is an Orthanc', () => {
    let orthanc: TestArchive;
    before(async function () {
      requireOrthanc(this);
      orthanc = await realArchive();
    });
    afterEach(() => orthanc?.clear());
    after(() => orthanc?.stop());

    it('finds nothing that would not work, and that pages end early where a modality is asked for', async () => {
      await orthanc.add(...exam('a'), ...exam('b', { date: daysAgo(1) }));
      const { url = '', auth } = orthanc.access;
      const pacs = `  auth: ${JSON.stringify(auth)}`;
      const results = await visit(bundle, { url, pacs });
      expect(namesIn(results, 'failure')).to.deep.equal([]);
      expect(namesIn(results, 'warning')).to.deep.equal([]);
      expect(resultOf(results, 'paging').says).to.include('modality');
      expect(resultOf(results, 'images').says).to.include('4 objects');
      const wrong = await visit(bundle, {
        url,
        pacs: pacs.replace(JSON.stringify(auth), JSON.stringify({ ...auth, password: 'another-word' })),
      });
      expect(resultOf(wrong, 'login')).to.include({ state: 'failure' });
      expect(JSON.stringify(wrong)).not.to.include('another-word');
    });

    const pacsOf = ({ access }: TestArchive) => `  auth: ${JSON.stringify(access.auth)}`;
    /** What a person would see of the study in a list, and of each object. */
    async function testObjects(): Promise<Record<string, string>[]> {
      const { url = '', auth } = orthanc.access;
      const pacs = new DicomWeb({ url, auth: auth! });
      try {
        const study = await firstOf(pacs.studies({ from: '19010101', to: '19010101' }));
        if (study === undefined) return [];
        const files = (await pacs.instances(study.studyInstanceUID)).map((one) =>
          pacs.retrieveInstance(one.studyInstanceUID, one.seriesInstanceUID, one.sopInstanceUID),
        );
        return (await Promise.all(files)).map((bytes) => {
          const { dataset } = readPart10(bytes);
          const keywords = ['PatientName', 'PatientID', 'StudyDescription', 'Modality', 'SOPClassUID'];
          return Object.fromEntries(keywords.map((keyword) => [keyword, dataset.string(keyword) ?? '']));
        });
      } finally {
        await pacs.close();
      }
    }

    /** Orthanc's DICOMweb alone, as behind most web servers. */
    async function dicomwebOnly(): Promise<string> {
      const { url = '', auth } = orthanc.access;
      const { username, password } = auth as { username: string; password: string };
      const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      const front = await setting.server(async (seen, response) => {
        const { accept = '*/*', 'content-type': type = '' } = seen.headers;
        if (!seen.path.startsWith('/dicom-web/')) return void response.writeHead(404).end();
        const answer = await fetch(`${url}${seen.path.replace('/dicom-web', '')}`, {
          method: seen.method,
          headers: { accept, authorization, ...(type === '' ? {} : { 'content-type': type }) },
          ...(seen.method === 'POST' ? { body: seen.body } : {}),
        });
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'text/plain',
        });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
      return `${new URL(front.url).origin}/dicom-web`;
    }

    it('stores every kind that the settings write, marked as tests, and says that they stay', async () => {
      const url = await dicomwebOnly();
      const more = 'outputs: { reports: [tid1500, mammography-cad], secondaryCapture: { longEdge: 512 } }';
      const results = await visit(bundle, { url, more, write: true });
      const { state, says, remedy } = resultOf(results, 'store');
      expect(state).to.equal('warning');
      expect(says).to.include('Comprehensive 3D SR').and.include('Mammography CAD SR');
      expect(says).to.match(/they stay: study 2\.25\.\d+/);
      // Also where the test exam is not positive: its marks are switched on with all others.
      expect(says)
        .to.match(/softcopy presentation state/i)
        .and.to.not.include('NOT TRIED');
      expect(remedy).to.include('MAMORI-TEST');
      expect(resultOf(results, 'pictures')).to.include({ state: 'ok' });
      expect(resultOf(results, 'pictures').says).to.include(
        '4 heat map pictures: taken and kept in RLE Lossless, the same pixel by pixel, and drawn for people',
      );
      const stored = await testObjects();
      expect(stored.length).to.be.greaterThan(2);
      for (const object of stored) {
        expect(object.PatientName).to.equal('TEST OBJECT^NOT A PATIENT');
        expect(object.PatientID).to.equal('MAMORI-TEST');
        expect(object.StudyDescription).to.equal('TEST OBJECT, NOT A PATIENT');
        expect(object.SOPClassUID).not.to.match(/\.1\.1\.1\.2/);
      }
      // A service that runs beside it must find nothing to analyse.
      expect(namesIn(await visit(bundle, { url }), 'failure')).to.deep.equal([]);
    });

    it('removes the test study by its own interface, where that is beside its DICOMweb, and nothing else', async () => {
      const { url = '' } = orthanc.access;
      await orthanc.add(...exam('a'));
      const results = await visit(bundle, { url, pacs: pacsOf(orthanc), write: true });
      expect(resultOf(results, 'store').says).to.include('the test study is removed again');
      expect(resultOf(results, 'store')).to.include({ state: 'ok' });
      expect(await testObjects()).to.deep.equal([]);
      const after = await visit(bundle, { url, pacs: pacsOf(orthanc) });
      expect(resultOf(after, 'images').says).to.include('4 objects');
    });

    for (const [name, lua] of [
      ['refuses', `return info["TransferSyntaxUID"] ~= "${transferSyntax.RLELossless}"`],
    ] as const)
      it(`finds that a PACS ${name} compressed pictures, and that they get there uncompressed`, async () => {
        const picky = await realArchive({
          lua: `function ReceivedInstanceFilter(dicom, origin, info) ${lua} end`,
        });
        try {
          const { url = '' } = picky.access;
          const results = await visit(bundle, { url, pacs: pacsOf(picky), write: true });
          expect(resultOf(results, 'store')).to.include({ state: 'ok' });
          const { state, says } = resultOf(results, 'pictures');
          expect(says).to.include('4 of them held uncompressed').and.include('the same pixel by pixel');
          expect(state).to.equal('ok');
        } finally {
          await picky.stop();
        }
      });

    it('names each kind that is switched on and could not be tried', async () => {
      const { url = '' } = orthanc.access;
      const withheld = await smallBundle();
      const path = join(withheld.directory, 'bundle.json');
      const heatMaps = { passed: false, found: 'Nothing.' };
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), heatMaps }));
      const results = await visit(withheld, { url, pacs: pacsOf(orthanc), write: true });
      const { state, says } = resultOf(results, 'store');
      expect(state).to.equal('warning');
      expect(says).to.match(/NOT TRIED.*: secondary-capture$/);
    });

    it('finds a PACS that says yes and stores nothing', async () => {
      const lua = 'function ReceivedInstanceFilter(dicom, origin, info) return false end';
      const filtering = await realArchive({ lua });
      try {
        const { url = '' } = filtering.access;
        const results = await visit(bundle, { url, pacs: pacsOf(filtering), write: true });
        expect(resultOf(results, 'store')).to.include({ state: 'failure' });
        expect(resultOf(results, 'store').says).to.include('does not show');
      } finally {
        await filtering.stop();
      }
    });

    it('removes the test study where the PACS deletes, and nothing else', async () => {
      const { url = '', auth } = orthanc.access;
      await orthanc.add(...exam('a'));
      const basic = auth as { username: string; password: string };
      const authorization = `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
      const deleted: string[] = [];
      // Orthanc deletes, though not over DICOMweb: the rest of the way is its own.
      const deleting = await setting.server(async (seen, response) => {
        const path = seen.path.replace('/dicom-web', '');
        if (seen.method === 'DELETE') {
          const uid = path.replace('/studies/', '');
          deleted.push(uid);
          const rest = url.replace('/dicom-web', '');
          const [id] = (await (
            await fetch(`${rest}/tools/lookup`, { method: 'POST', body: uid, headers: { authorization } })
          ).json()) as { ID: string }[];
          await fetch(`${rest}/studies/${id!.ID}`, { method: 'DELETE', headers: { authorization } });
          return void response.writeHead(204).end();
        }
        const { accept = '*/*', 'content-type': type = '' } = seen.headers;
        const answer = await fetch(`${url}${path}`, {
          method: seen.method,
          headers: { accept, authorization, ...(type === '' ? {} : { 'content-type': type }) },
          ...(seen.method === 'POST' ? { body: seen.body } : {}),
        });
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'text/plain',
        });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
      const trail = join(scratchFolder('doctor-trail'), 'audit');
      const more = `audit: { folder: ${JSON.stringify(trail)} }`;
      const results = await visit(bundle, { url: deleting.url, write: true, more });
      expect(resultOf(results, 'store')).to.include({ state: 'ok' });
      const noted = (await auditEntries(trail, { limit: 9 })).map(({ types, failure }) => [
        types.at(-1),
        failure,
      ]);
      expect(noted, 'begun, stored, deleted').to.have.lengthOf(3);
      expect(noted).to.deep.include(['delete-test-study', undefined]);
      expect(deleted).to.have.length(1);
      expect(await testObjects()).to.deep.equal([]);
      const after = await visit(bundle, { url, pacs: pacsOf(orthanc) });
      expect(resultOf(after, 'images').says).to.include('4 objects');
    });
  });
});
