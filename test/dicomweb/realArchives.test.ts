import { expect } from 'chai';
import { startArchive } from '../../src/demo/index.js';
import { asUid, readPart10, type SOPInstanceUID, transferSyntax } from '../../src/dicom/index.js';
import { DicomWeb, type DicomWebOptions, type StudyRecord } from '../../src/dicomweb/index.js';
import { makeExam, makeInstance } from '../../src/phantom/index.js';
import { requireOrthanc, startOrthanc } from '../pacs/orthanc.js';
import { needs } from '../parts.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';

interface RunningPacs {
  access: Pick<DicomWebOptions, 'url' | 'auth' | 'tls'>;
  stop(): Promise<void>;
}

/** What users rely on with every archive: the same for the one of the demo and for a real Orthanc. */
function worksWith(
  name: string,
  start: () => Promise<RunningPacs>,
  require: (context: Mocha.Context) => void,
) {
  describe(`DICOMweb with ${name}`, () => {
    let pacs: RunningPacs;
    let web: DicomWeb;
    const exam = makeExam({ rows: 128, columns: 96 });
    const study = exam[0]!.studyInstanceUID;

    before(async function () {
      require(this);
      pacs = await start();
      web = new DicomWeb({ ...pacs.access, backoffMs: 5 });
    });
    after(async () => {
      await web?.close();
      await pacs?.stop();
    });

    it('stores an exam and says so for each instance', async () => {
      const answer = await web.store(study, exam);
      expect(answer.status).to.equal(200);
      expect(answer.instances).to.deep.equal(
        exam.map(({ sopInstanceUID }) => ({ sopInstanceUID, outcome: 'stored' })),
      );
    });

    it('finds studies by the time of day at which they began', async () => {
      const { dataset } = readPart10(exam[0]!.bytes);
      const [date, time] = [dataset.string('StudyDate')!, dataset.string('StudyTime')!.slice(0, 6)];
      const since = async (moment: string) => {
        const found: string[] = [];
        for await (const { studyInstanceUID } of web.studies({
          from: date,
          to: date,
          modality: 'MG',
          since: moment,
        }))
          found.push(studyInstanceUID);
        return found;
      };
      expect(await since(time)).to.deep.equal([study]);
      expect(await since('000000')).to.deep.equal([study]);
      expect(await since('235959')).to.deep.equal([]);
    });

    it('goes through all studies, those without a date among them', async () => {
      const dateless = makeInstance({
        rows: 128,
        columns: 96,
        seed: 'dateless',
        override: { StudyDate: '' },
      });
      await web.store(dateless.studyInstanceUID, [dateless]);
      const all = new Map<string, string | undefined>();
      for await (const page of web.allStudies('MG'))
        for (const { studyInstanceUID, studyDate } of page) all.set(studyInstanceUID, studyDate);
      expect(all.get(study)).to.match(/^\d{8}$/);
      expect(all.has(dateless.studyInstanceUID)).to.equal(true);
      expect(all.get(dateless.studyInstanceUID) ?? '').to.equal('');
    });

    it('lists the instances with what tells them apart', async () => {
      const instances = await web.instances(study);
      expect(instances.map((i) => i.sopInstanceUID)).to.have.members(exam.map((i) => i.sopInstanceUID));
      for (const instance of instances) {
        const made = exam.find((i) => i.sopInstanceUID === instance.sopInstanceUID)!;
        expect(instance).to.include({
          studyInstanceUID: study,
          seriesInstanceUID: made.seriesInstanceUID,
          sopClassUID: made.sopClassUID,
          modality: 'MG',
        });
      }
    });

    it('gives back exactly the bytes that were stored, in memory that can be handed on', async () => {
      const back = await Promise.all(
        exam.map((i) => web.retrieveInstance(study, i.seriesInstanceUID, i.sopInstanceUID)),
      );
      for (const [i, bytes] of back.entries()) {
        expect(Buffer.from(bytes).equals(exam[i]!.bytes)).to.equal(true);
        const moved = structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
        expect(moved.length).to.equal(exam[i]!.bytes.length);
      }
    });

    it('gives an instance as Explicit VR Little Endian on demand', async () => {
      const { seriesInstanceUID, sopInstanceUID, bytes } = exam[0]!;
      const back = await web.retrieveInstance(study, seriesInstanceUID, sopInstanceUID, {
        transferSyntax: transferSyntax.ExplicitVRLittleEndian,
      });
      expect(back.length).to.be.closeTo(bytes.length, 1000);
    });

    it('keeps a stored transfer syntax when the stored one is asked for', async () => {
      const implicit = makeInstance({
        rows: 64,
        columns: 64,
        seed: 'implicit',
        transferSyntaxUID: transferSyntax.ImplicitVRLittleEndian,
      });
      await web.store(implicit.studyInstanceUID, [implicit]);
      const back = await web.retrieveInstance(
        implicit.studyInstanceUID,
        implicit.seriesInstanceUID,
        implicit.sopInstanceUID,
      );
      expect(Buffer.from(back).equals(implicit.bytes)).to.equal(true);
    });

    it('takes the same instance a second time without harm', async () => {
      const answer = await web.store(study, [exam[0]!]);
      expect(answer.instances[0]!.outcome).to.equal('stored');
      expect(await web.instances(study)).to.have.length(exam.length);
    });

    it('reads back what is there and names what is not', async () => {
      const uids = exam.map((i) => i.sopInstanceUID);
      expect(await web.confirm(study, uids)).to.deep.equal({ present: uids, missing: [] });
      expect(await web.confirm(study, [uids[1]!, asUid('1.2.3')])).to.deep.equal({
        present: [uids[1]],
        missing: ['1.2.3'],
      });
      expect(await web.confirm(asUid('1.2.99'), [asUid('1.2.3')])).to.deep.equal({
        present: [],
        missing: ['1.2.3'],
      });
    });

    it('tells the good instance from the bad one in one request', async () => {
      const good = smallObject('good', { study: 'mixed' });
      const bad = {
        sopInstanceUID: asUid<SOPInstanceUID>('1.2.3.4'),
        sopClassUID: good.sopClassUID,
        bytes: Buffer.alloc(2000, 'x'),
      };
      const answer = await web.store(asUid(good.studyInstanceUID), [good, bad]);
      expect(answer.instances[0]).to.deep.equal({ sopInstanceUID: good.sopInstanceUID, outcome: 'stored' });
      expect(answer.instances[1]!.outcome).not.to.equal('stored');
      const { present, missing } = await web.confirm(asUid(good.studyInstanceUID), [
        good.sopInstanceUID,
        bad.sopInstanceUID,
      ]);
      expect(present).to.deep.equal([good.sopInstanceUID]);
      expect(missing).to.deep.equal(['1.2.3.4']);
    });

    it('refuses, with the reason, an instance of another study than the one in the address', async () => {
      const stray = smallObject('stray');
      const answer = await web.store(asUid('1.2.77'), [stray]);
      expect(answer.status).to.equal(409);
      expect(answer.instances[0]!.outcome).to.equal('refused');
      expect(answer.instances[0]!.reason!.code).to.be.greaterThan(0);
      expect(answer.instances[0]!.reason!.meaning).to.be.a('string');
    });

    it('says pacs-not-found for an instance that is not there', async () => {
      const error = await caught(web.retrieveInstance(study, exam[0]!.seriesInstanceUID, asUid('1.2.3')));
      expect(error).to.include({ code: 'pacs-not-found', status: 404, transient: false });
      expect(error.message).to.contain('/instances/1.2.3');
    });

    it('finds nothing where there is nothing', async () => {
      expect(
        await collected(web.studies({ from: '19010101', to: '19010102', modality: 'MG' })),
      ).to.deep.equal([]);
    });

    describe('with many studies of several days and modalities', () => {
      const objects = Array.from({ length: 45 }, (_, i) =>
        smallObject(`many-${i}`, {
          modality: i % 3 === 0 ? 'CT' : 'MG',
          date: `202607${String(10 + (i % 4)).padStart(2, '0')}`,
        }),
      );
      const mammograms = objects.filter((_, i) => i % 3 !== 0).map((o) => o.studyInstanceUID);

      before(async () => {
        for (const object of objects) await web.store(asUid(object.studyInstanceUID), [object]);
      });

      for (const pageSize of [1, 3, 5, 30, 200]) {
        it(`finds each mammography study once, ${pageSize} to a page`, async () => {
          const paged = new DicomWeb({ ...pacs.access, pageSize });
          const found = await collected(paged.studies({ from: '20260701', to: '20260731', modality: 'MG' }));
          await paged.close();
          expect(found.map((s) => s.studyInstanceUID)).to.have.members(mammograms);
          expect(found).to.have.length(mammograms.length);
        });
      }

      it('keeps to the dates, both included', async () => {
        const found = await collected(web.studies({ from: '20260711', to: '20260712', modality: 'MG' }));
        const wanted = objects.filter((_, i) => i % 3 !== 0 && (i % 4 === 1 || i % 4 === 2));
        expect(found.map((s) => s.studyInstanceUID)).to.have.members(wanted.map((o) => o.studyInstanceUID));
      });

      it('finds every modality when none is named', async () => {
        const found = await collected(web.studies({ from: '20260710', to: '20260713' }));
        expect(found).to.have.length(objects.length);
      });

      it('finds a study of several modalities by one of them', async () => {
        const mixed = ['MG', 'SR', 'OT'].map((modality) =>
          smallObject(`three-${modality}`, { study: 'three', series: modality, modality, date: '20260801' }),
        );
        await web.store(asUid(mixed[0]!.studyInstanceUID), mixed);
        const [found, ...more] = await collected(
          web.studies({ from: '20260801', to: '20260801', modality: 'MG' }),
        );
        expect(more).to.deep.equal([]);
        expect(found!.modalities).to.have.members(['MG', 'SR', 'OT']);
        expect(found!.numberOfInstances).to.equal(3);
      });
    });

    it('lists the instances of a large study page by page', async () => {
      const large = Array.from({ length: 23 }, (_, i) =>
        smallObject(`large-${i}`, { study: 'large', series: String(i % 3) }),
      );
      await web.store(asUid(large[0]!.studyInstanceUID), large);
      const paged = new DicomWeb({ ...pacs.access, pageSize: 5 });
      const listed = await paged.instances(asUid(large[0]!.studyInstanceUID));
      await paged.close();
      expect(listed.map((i) => i.sopInstanceUID)).to.have.members(large.map((o) => o.sopInstanceUID));
      expect(listed).to.have.length(23);
    });

    it('serves many requests at once over few connections', async () => {
      const narrow = new DicomWeb({ ...pacs.access, connections: 2 });
      const { seriesInstanceUID, sopInstanceUID, bytes } = exam[1]!;
      const back = await Promise.all(
        Array.from({ length: 30 }, () => narrow.retrieveInstance(study, seriesInstanceUID, sopInstanceUID)),
      );
      await narrow.close();
      expect(back.every((one) => Buffer.from(one).equals(bytes))).to.equal(true);
    });
  });
}

async function collected(studies: AsyncIterable<StudyRecord>): Promise<StudyRecord[]> {
  const found: StudyRecord[] = [];
  for await (const study of studies) found.push(study);
  return found;
}

worksWith(
  'the archive of the demo',
  async () => {
    const archive = await startArchive();
    return { access: { url: archive.url }, stop: () => archive.close() };
  },
  () => {},
);
worksWith('a real Orthanc', () => startOrthanc(), requireOrthanc);
worksWith(
  'a real Orthanc over HTTPS',
  () => startOrthanc({ tls: true }),
  (context) => {
    requireOrthanc(context);
    needs(context, 'openssl');
  },
);
