import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { DicomWeb } from '../../src/dicomweb/index.js';
import { makeInstance } from '../../src/phantom/index.js';
import { type Orthanc, type OrthancOptions, requireOrthanc, startOrthanc } from '../pacs/orthanc.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';

/** Asks for studies of a day on which there are none. */
async function none(web: DicomWeb): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const study of web.studies({ from: '19010101', to: '19010101' })) found.push(study);
  return found;
}

describe('Traps of a real Orthanc', () => {
  const running: (() => Promise<void>)[] = [];
  before(function () {
    requireOrthanc(this);
  });
  afterEach(() => Promise.all(running.splice(0).map((end) => end())));

  const started = async (options?: OrthancOptions): Promise<{ orthanc: Orthanc; web: DicomWeb }> => {
    const orthanc = await startOrthanc(options);
    const web = new DicomWeb({ ...orthanc.access, backoffMs: 5 });
    running.push(
      () => web.close(),
      () => orthanc.stop(),
    );
    return { orthanc, web };
  };

  it('what a filter drops is listed as stored: only reading back shows that it is missing', async () => {
    const { web } = await started({ lua: 'function ReceivedInstanceFilter(dicom, origin) return false end' });
    const object = smallObject('dropped');
    const answer = await web.store(asUid(object.studyInstanceUID), [object]);
    expect(answer.instances[0]!.outcome).to.equal('stored');
    expect(await web.confirm(asUid(object.studyInstanceUID), [object.sopInstanceUID])).to.deep.equal({
      present: [],
      missing: [object.sopInstanceUID],
    });
  });

  it('a full storage answers 200 with nothing in it', async () => {
    const { web } = await started({ settings: { MaximumStorageSize: 1, MaximumStorageMode: 'Reject' } });
    const object = smallObject('large', { padding: 2_000_000 });
    const answer = await web.store(asUid(object.studyInstanceUID), [object]);
    expect(answer.instances[0]!.outcome).not.to.equal('stored');
    expect(
      (await web.confirm(asUid(object.studyInstanceUID), [object.sopInstanceUID])).missing,
    ).to.have.length(1);
  });

  for (const overwriteInstances of [false, true]) {
    it(`other bytes under the same UID ${overwriteInstances ? 'replace' : 'do not replace'} the first`, async () => {
      const { web } = await started({ overwriteInstances });
      const first = smallObject('same', { comment: 'first' });
      const second = smallObject('same', { comment: 'second' });
      await web.store(asUid(first.studyInstanceUID), [first]);
      expect((await web.store(asUid(first.studyInstanceUID), [second])).instances[0]!.outcome).to.equal(
        'stored',
      );
      const back = await web.retrieveInstance(
        asUid(first.studyInstanceUID),
        asUid(first.seriesInstanceUID),
        first.sopInstanceUID,
      );
      expect(Buffer.from(back).equals(overwriteInstances ? second.bytes : first.bytes)).to.equal(true);
    });
  }

  it('closes a kept-alive connection after one second, just when the next request comes', async () => {
    const { orthanc } = await started();
    const once = async (pause: number) => {
      const web = new DicomWeb({ ...orthanc.access, retries: 0 });
      await none(web);
      await new Promise((resolve) => setTimeout(resolve, pause));
      expect(await none(web)).to.deep.equal([]);
      await web.close();
    };
    await Promise.all([900, 950, 990, 1000, 1005, 1010, 1050].map(once));
  });

  it('wrong credentials are pacs-unauthorised, a wrong path pacs-not-found', async () => {
    const { orthanc } = await started();
    const wrong = new DicomWeb({
      url: orthanc.url,
      auth: { type: 'basic', username: 'mamori', password: 'no' },
    });
    expect(await caught(none(wrong))).to.include({ code: 'pacs-unauthorised', status: 401 });
    await wrong.close();
    const { auth } = orthanc.access;
    const astray = new DicomWeb({ url: `${orthanc.restUrl}/dicomweb`, auth: auth! });
    expect(await caught(none(astray))).to.include({ code: 'pacs-not-found' });
    await astray.close();
  });

  it('its certificate is not taken on trust', async () => {
    const { orthanc } = await started({ tls: true });
    const web = new DicomWeb({ url: orthanc.url, auth: orthanc.access.auth! });
    expect(await caught(none(web))).to.include({ code: 'pacs-tls', transient: false });
    await web.close();
  });

  it('one that is gone is pacs-unreachable', async () => {
    const { orthanc, web } = await started();
    await none(web);
    running.length = 0;
    await orthanc.stop();
    expect(await caught(none(web))).to.include({ code: 'pacs-unreachable', transient: true });
    await web.close();
  });

  it('a mammogram goes through several at a time, byte for byte', async () => {
    const { web } = await started();
    const large = makeInstance({ rows: 1664, columns: 1280 });
    await web.store(large.studyInstanceUID, [large]);
    const all = await Promise.all(
      Array.from({ length: 4 }, () =>
        web.retrieveInstance(large.studyInstanceUID, large.seriesInstanceUID, large.sopInstanceUID),
      ),
    );
    expect(all.every((bytes) => Buffer.from(bytes).equals(large.bytes))).to.equal(true);
  });
});
