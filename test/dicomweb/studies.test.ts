import { expect } from 'chai';
import fc from 'fast-check';
import type { StudyInstanceUID } from '../../src/dicom/index.js';
import type { DicomWeb, StudyRecord } from '../../src/dicomweb/index.js';
import { caught } from './caught.js';
import { dataset, json, type Seen } from './scriptedServer.js';
import { Setting } from './setting.js';

interface Study {
  uid: string;
  date: string;
  modalities: string[];
}

const studyJson = ({ uid, date, modalities }: Study) =>
  dataset({ '0020000D': uid, '00080020': date, '00080061': modalities });

const made = (count: number, day = (_i: number) => '20260901'): Study[] =>
  Array.from({ length: count }, (_, i) => ({
    uid: `1.2.${i + 1}`,
    date: day(i),
    modalities: i % 3 === 2 ? ['CT'] : ['MG'],
  }));

/** How an archive may answer, by the ways in which real ones differ. */
interface Habits {
  /** Most records in one answer, silently. */
  cap?: number;
  ignoresOffset?: boolean;
  ignoresModality?: boolean;
  ignoresDates?: boolean;
  /** The offset counts, with a modality in the question, against the limit, as in Orthanc. */
  brokenModalityPaging?: boolean;
  /** 413 for more matches than this. */
  refusesAbove?: number;
  /** Warning 299 where more remain. */
  warns?: boolean;
  rejectsIncludeField?: boolean;
  rejectsModality?: boolean;
  omitsModalities?: boolean;
}

const search = (studies: Study[], habits: Habits) => (seen: Seen, response: Parameters<typeof json>[0]) => {
  const p = seen.parameters;
  if (habits.rejectsIncludeField && p.has('includefield')) return void response.writeHead(400).end();
  const modality = p.get('ModalitiesInStudy');
  if (habits.rejectsModality && modality !== null) return void response.writeHead(400).end();
  const [from = '', to = from] = (p.get('StudyDate') ?? '').split('-');
  const matching = studies.filter(
    (s) =>
      (habits.ignoresDates || (s.date >= from && s.date <= to)) &&
      (habits.ignoresModality || modality === null || s.modalities.includes(modality)),
  );
  const offset = habits.ignoresOffset ? 0 : Number(p.get('offset') ?? 0);
  const limit = Math.min(
    Number(p.get('limit') ?? Number.POSITIVE_INFINITY),
    habits.cap ?? Number.POSITIVE_INFINITY,
  );
  if (habits.refusesAbove !== undefined && Math.min(matching.length, limit) > habits.refusesAbove) {
    return void response.writeHead(413).end();
  }
  const end = habits.brokenModalityPaging && modality !== null ? limit : offset + limit;
  const page = matching.slice(offset, Math.max(offset, end));
  const remaining = matching.length - offset - page.length;
  const warning: Record<string, string> =
    habits.warns && remaining > 0 ? { warning: `299 pacs "${remaining} more"` } : {};
  if (page.length === 0) return void response.writeHead(204, warning).end();
  json(
    response,
    page.map((s) => studyJson(habits.omitsModalities ? { ...s, modalities: [] } : s)),
    200,
    warning,
  );
};

async function found(web: DicomWeb, range = { from: '20260901', to: '20260930' }): Promise<string[]> {
  const uids: string[] = [];
  for await (const study of web.studies({ ...range, modality: 'MG' })) uids.push(study.studyInstanceUID);
  return uids;
}

const mg = (studies: Study[]) => studies.filter((s) => s.modalities.includes('MG')).map((s) => s.uid);

describe('Finding studies', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  const finds = async (studies: Study[], habits: Habits, pageSize = 10) => {
    const { web, server } = await setting.pair(search(studies, habits), { pageSize });
    const uids = await found(web);
    expect(uids).to.have.length(new Set(uids).size);
    return { uids, server };
  };

  const month = made(70, (i) => `202609${String(1 + (i % 28)).padStart(2, '0')}`);
  const oneDay = made(64);

  for (const [what, habits] of [
    ['that pages as it should', {}],
    ['that lowers the limit without a word', { cap: 4 }],
    ['that warns of more', { cap: 4, warns: true }],
    ['whose paging breaks with a modality', { brokenModalityPaging: true }],
    ['that ignores the modality', { ignoresModality: true }],
    ['that ignores the dates', { ignoresDates: true }],
    ['that refuses unknown includefields', { rejectsIncludeField: true }],
    ['that cannot search for modalities', { rejectsModality: true }],
    ['that refuses long answers', { refusesAbove: 3 }],
  ] as [string, Habits][]) {
    it(`works with a server ${what}`, async () => {
      expect((await finds(month, habits)).uids).to.have.members(mg(month));
      await setting.endAll();
      expect((await finds(oneDay, habits)).uids).to.have.members(mg(oneDay));
    });
  }

  it('leaves out what a server lists of other days and other modalities', async () => {
    const others = made(6, () => '20260831').map((study) => ({ ...study, uid: `${study.uid}.8` }));
    const habits = { ignoresDates: true, ignoresModality: true };
    expect((await finds([...others, ...month], habits)).uids).to.have.members(mg(month));
  });

  it('works with a server that ignores the offset, by days', async () => {
    expect((await finds(month, { ignoresOffset: true })).uids).to.have.members(mg(month));
  });

  it('works with a server that ignores the offset, by one long answer for a busy day', async () => {
    expect((await finds(oneDay, { ignoresOffset: true })).uids).to.have.members(mg(oneDay));
  });

  it('gives what it can find and then says that there is more', async () => {
    const { web, server } = await setting.pair(search(oneDay, { ignoresOffset: true, cap: 10 }), {
      pageSize: 10,
    });
    const uids: string[] = [];
    const error = await caught(
      (async () => {
        for await (const study of web.studies({ from: '20260901', to: '20260901', modality: 'MG' })) {
          uids.push(study.studyInstanceUID);
        }
      })(),
    );
    expect(error).to.include({ code: 'pacs-listing-incomplete', transient: false });
    expect(error.message).to.contain('20260901');
    expect(uids).to.have.length.greaterThan(6);
    expect(server.seen).to.have.length.lessThan(20);
  });

  it('finds every day that can be listed, and then says which cannot', async () => {
    const busy = made(40, () => '20260930').map((study) => ({ ...study, uid: `${study.uid}.9` }));
    const others = made(12, (i) => `202609${String(1 + 2 * i).padStart(2, '0')}`);
    const { web } = await setting.pair(search([...busy, ...others], { ignoresOffset: true, cap: 10 }), {
      pageSize: 10,
    });
    const uids: string[] = [];
    const error = await caught(
      (async () => {
        for await (const study of web.studies({ from: '20260901', to: '20260930', modality: 'MG' }))
          uids.push(study.studyInstanceUID);
      })(),
    );
    expect(error).to.include({ code: 'pacs-listing-incomplete' });
    expect(error.message).to.contain('20260930');
    expect(uids).to.include.members(mg(others));
  });

  for (const [what, habits] of [
    ['loses its place when a modality is asked for', { brokenModalityPaging: true }],
    ['ignores the offset', { ignoresOffset: true }],
  ] as [string, Habits][])
    it(`comes to the end of the whole archive of a server that ${what}`, async () => {
      const { web, server } = await setting.pair(
        (seen, response) => {
          // A search without a date is one for every date.
          const dated = new URLSearchParams(seen.parameters);
          if (!dated.has('StudyDate')) dated.set('StudyDate', '19000101-99991231');
          search(oneDay, habits)({ ...seen, parameters: dated }, response);
        },
        { pageSize: 10 },
      );
      const uids = new Set<string>();
      for await (const page of web.allStudies('MG')) {
        for (const { studyInstanceUID } of page) uids.add(studyInstanceUID);
        expect(server.seen.length).to.be.lessThan(40);
      }
      if (habits.brokenModalityPaging) expect([...uids]).to.have.members(mg(oneDay));
      else expect([...uids]).to.include.members(mg(oneDay.slice(0, 10)));
    });

  it('asks by dates as before where the server refuses a search without one', async () => {
    const asDated = search(oneDay, {});
    const { web, server } = await setting.pair((seen, response) =>
      seen.parameters.has('StudyDate') ? asDated(seen, response) : void response.writeHead(400).end(),
    );
    expect(await caught(web.allStudies('MG').next())).to.include({ code: 'pacs-refused', status: 400 });
    await found(web);
    const asked = server.seen.at(-1)!.parameters;
    expect(asked.get('ModalitiesInStudy')).to.equal('MG');
    expect(asked.has('includefield')).to.equal(true);
  });

  it('asks as before once a server has refused everything for a while', async () => {
    let refuses = true;
    const answers = search(oneDay, {});
    const { web, server } = await setting.pair((seen, response) =>
      refuses ? void response.writeHead(400).end() : answers(seen, response),
    );
    expect(await caught(found(web))).to.include({ code: 'pacs-refused', status: 400 });
    refuses = false;
    expect(await found(web)).to.have.members(mg(oneDay));
    const asked = server.seen.at(-1)!.parameters;
    expect(asked.get('ModalitiesInStudy')).to.equal('MG');
    expect(asked.has('includefield')).to.equal(true);
  });

  it('asks for nothing less where it is refused for another reason', async () => {
    for (const status of [403, 409, 500]) {
      const { web, server } = await setting.pair((_seen, response) => void response.writeHead(status).end(), {
        retries: 0,
      });
      expect(await caught(found(web))).to.include({ status });
      expect(server.seen).to.have.length(1);
    }
  });

  it('finds all there is, whatever the habits of the server', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          cap: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
          ignoresModality: fc.boolean(),
          brokenModalityPaging: fc.boolean(),
          warns: fc.boolean(),
          rejectsIncludeField: fc.boolean(),
          rejectsModality: fc.boolean(),
        }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 15 }),
        async (habits, count, dates, pageSize) => {
          // A cap below the page size together with broken paging cannot be seen from outside.
          if (habits.brokenModalityPaging && habits.cap !== undefined && habits.cap < pageSize) return;
          const studies = made(count, (i) => `2026090${1 + (i % dates)}`);
          const one = new Setting();
          try {
            const { web } = await one.pair(search(studies, habits), { pageSize });
            expect((await found(web)).sort()).to.deep.equal(mg(studies).sort());
          } finally {
            await one.endAll();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('asks for dates and UIDs in characters that need no percent-encoding', async () => {
    const { server } = await finds(month, {});
    for (const { path } of server.seen) {
      expect(path.replaceAll('%2C', '')).not.to.match(/[%+\s]/);
      expect(path).to.match(/StudyDate=20260901-20260930&|StudyDate=202609\d\d/);
    }
  });

  it('never asks for more than 200 at a time unless the offset is ignored', async () => {
    const { web, server } = await setting.pair(search(month, {}));
    await found(web);
    expect(server.seen.map((s) => Number(s.parameters.get('limit'))).every((limit) => limit <= 200)).to.equal(
      true,
    );
  });

  it('keeps a study whose modalities the server does not tell', async () => {
    const { web } = await setting.pair(search(made(2), { omitsModalities: true }));
    const records: StudyRecord[] = [];
    for await (const study of web.studies({ from: '20260901', to: '20260901', modality: 'MG' }))
      records.push(study);
    expect(records.map((r) => r.modalities)).to.deep.equal([[], []]);
  });

  it('ends with a server that makes up new studies forever, when the reader ends', async () => {
    let n = 0;
    const { web } = await setting.pair((_seen, response) =>
      json(response, [studyJson({ uid: `1.2.${++n}`, date: '20260901', modalities: ['MG'] })]),
    );
    let read = 0;
    for await (const _ of web.studies({ from: '20260901', to: '20260901', modality: 'MG' }))
      if (++read === 50) break;
    expect(n).to.be.lessThan(60);
  });

  for (const range of [
    { from: '2026-09-01', to: '20260901' },
    { from: '20260231', to: '20260301' },
    { from: '20260902', to: '20260901' },
  ]) {
    it(`refuses the range ${range.from} to ${range.to}`, async () => {
      const { web, server } = await setting.pair(search([], {}));
      expect(await caught(found(web, range))).to.include({ code: 'pacs-settings' });
      expect(server.seen).to.have.length(0);
    });
  }

  it('passes over records whose UIDs would change the address', async () => {
    const { web } = await setting.pair((_seen, response) =>
      json(response, [
        dataset({ '0020000D': '../../admin' }),
        dataset({ '0020000D': '..' }),
        studyJson(made(1)[0]!),
      ]),
    );
    expect(await found(web)).to.deep.equal(['1.2.1']);
    expect(await caught(web.instances('../../admin' as StudyInstanceUID))).to.include({
      code: 'pacs-refused',
    });
  });
});
