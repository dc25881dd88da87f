import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Libsql from 'libsql';
import {
  type ExamState,
  type Ledger,
  LedgerError,
  openLedger,
  openLedgerToRead,
} from '../../src/ledger/index.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { at, claimed, delivered, EXAM, objects } from './exams.js';

const LEDGER = new URL('../../src/ledger/index.js', import.meta.url).href;

describe('ledger', () => {
  let folder: string;
  let url: string;
  let ledger: Ledger;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mamori-ledger-'));
    url = `sqlite:${join(folder, 'mamori.db')}`;
    ledger = await openLedger(url);
  });
  afterEach(async () => {
    await ledger.disconnect();
    rmSync(folder, { recursive: true });
  });

  const state = async (exam = EXAM): Promise<ExamState | undefined> => (await ledger.find(exam))?.state;
  const keptFiles = () =>
    readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.dcm'));
  const refused = async (work: Promise<unknown>, code: string): Promise<void> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, `expected ${code}`).instanceOf(LedgerError).with.property('code', code);
  };
  const uids = objects().map(({ sopInstanceUID }) => sopInstanceUID);
  const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };

  describe('an exam that arrives', () => {
    it('waits, and settles from its last change on', async () => {
      expect((await ledger.observe(EXAM, 'one image', at(0))).change).to.equal('new');
      expect((await ledger.observe(EXAM, 'two images', at(10))).change).to.equal('changed');
      const { change, record } = await ledger.observe(EXAM, 'two images', at(99));
      expect(change).to.equal('unchanged');
      expect(record).to.deep.include({
        state: 'waiting',
        firstSeen: at(0),
        lastChange: at(10),
        lastSeen: at(99),
      });
    });

    it('is another one for another model, version or settings', async () => {
      await delivered(ledger);
      for (const other of [{ modelName: 'other' }, { modelVersion: '2' }, { settingsDigest: 'f' }]) {
        expect((await ledger.observe({ ...EXAM, ...other }, 'four images', at(1))).change).to.equal('new');
      }
    });

    it('keeps its times over a restart', async () => {
      await ledger.observe(EXAM, 'one image', at(0));
      await ledger.disconnect();
      ledger = await openLedger(url);
      expect((await ledger.observe(EXAM, 'one image', at(200))).record.lastChange).to.deep.equal(at(0));
    });
  });

  describe('a claim', () => {
    it('goes to one of two workers on two connections', async () => {
      const other = await openLedger(url);
      await ledger.observe(EXAM, 'x', at(0));
      const claims = await Promise.all([
        ledger.claim(EXAM, 'a', at(60), at(0)),
        other.claim(EXAM, 'b', at(60), at(0)),
        ledger.claim(EXAM, 'c', at(60), at(0)),
      ]);
      await other.disconnect();
      expect(claims.filter((claim) => claim !== undefined)).to.have.lengthOf(1);
    });

    it('is given again to the worker that lost the answer, and counts as one try', async () => {
      const claim = await claimed(ledger);
      const again = await ledger.claim(EXAM, 'worker', at(120), at(30));
      expect(again).to.deep.equal(claim);
      expect(await ledger.find(EXAM)).to.deep.include({ attempts: 1, leaseUntil: at(120) });
    });

    it('is not given for an exam that nobody has seen, or that is closed', async () => {
      expect(await ledger.claim(EXAM, 'worker', at(60), at(0))).to.equal(undefined);
      await delivered(ledger);
      expect(await ledger.claim(EXAM, 'worker', at(999), at(900))).to.equal(undefined);
    });

    it('passes on when its lease has run out, and then the late worker is refused everything', async () => {
      const late = await claimed(ledger);
      expect(await ledger.claim(EXAM, 'other', at(119), at(59))).to.equal(undefined);
      const next = await ledger.claim(EXAM, 'other', at(120), at(60));
      expect(next).to.include({ worker: 'other', attempt: 2, objectsKept: false });
      await refused(ledger.renew(late, at(500)), 'ledger-claim-lost');
      await refused(ledger.keepObjects(late, objects(), { kind: 'processed' }, at(61)), 'ledger-claim-lost');
      await refused(ledger.objectsToDeliver(late), 'ledger-claim-lost');
      await refused(ledger.sent(late, uids, at(61)), 'ledger-claim-lost');
      await refused(ledger.confirm(late, uids, at(61)), 'ledger-claim-lost');
      await refused(ledger.close(late, at(61)), 'ledger-claim-lost');
      await refused(ledger.fail(late, TROUBLE, at(70), at(61)), 'ledger-claim-lost');
      await refused(ledger.giveUp(late, TROUBLE, at(61)), 'ledger-claim-lost');
      await refused(ledger.release(late, at(61)), 'ledger-claim-lost');
      expect(keptFiles()).to.deep.equal([]);
      await ledger.keepObjects(next!, objects(2), { kind: 'processed' }, at(62));
      expect((await ledger.objectsToDeliver(next!)).map((object) => object.sopInstanceUID)).to.deep.equal(
        objects(2).map((object) => object.sopInstanceUID),
      );
    });

    it('lasts longer when it is renewed', async () => {
      const claim = await claimed(ledger);
      await ledger.renew(claim, at(600));
      expect(await ledger.claim(EXAM, 'other', at(700), at(599))).to.equal(undefined);
    });

    it('handed back leaves the exam as it was, and does not count as a try', async () => {
      const claim = await claimed(ledger);
      await ledger.release(claim, at(1));
      await ledger.release(claim, at(1));
      expect(await ledger.find(EXAM)).to.include({ state: 'waiting', attempts: 0 });
      const next = await ledger.claim(EXAM, 'other', at(60), at(2));
      await ledger.keepObjects(next!, objects(), { kind: 'processed' }, at(3));
      await ledger.release(next!, at(4));
      expect(await ledger.claim(EXAM, 'third', at(60), at(4))).to.include({ objectsKept: true, attempt: 1 });
    });
  });

  describe('objects', () => {
    it('are kept byte for byte, readable by the service alone, and deleted when confirmed', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      const kept = await ledger.objectsToDeliver(claim);
      expect(kept.map(({ kind, size }) => [kind, size])).to.deep.equal([
        ['tid1500', 1000],
        ['secondary-capture', 1001],
        ['secondary-capture', 1002],
      ]);
      for (const [index, object] of kept.entries()) {
        expect(Buffer.compare(await object.bytes(), objects()[index]!.bytes)).to.equal(0);
      }
      for (const file of keptFiles()) expect(statSync(join(folder, String(file))).mode & 0o077).to.equal(0);

      await ledger.confirm(claim, [uids[1]!], at(2));
      expect((await ledger.objectsToDeliver(claim)).map((object) => object.sopInstanceUID)).to.deep.equal([
        uids[0],
        uids[2],
      ]);
      expect(keptFiles()).to.have.lengthOf(2);
      await ledger.confirm(claim, uids, at(3));
      expect(keptFiles()).to.have.lengthOf(0);
    });

    it('are made once: what is made again is not taken', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(1), { kind: 'processed' }, at(1));
      await ledger.keepObjects(claim, objects(2), { kind: 'processed' }, at(2));
      expect(keptFiles()).to.have.lengthOf(3);
      const [report] = await ledger.objectsToDeliver(claim);
      expect(report!.sopInstanceUID).to.equal(objects(1)[0]!.sopInstanceUID);
      expect((await report!.bytes())[0]).to.equal(1);
    });

    it('that changed on the disk are never sent', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      const [first, second] = keptFiles().map((name) => join(folder, String(name)));
      const bytes = readFileSync(first!);
      bytes[500] = 99;
      writeFileSync(first!, bytes);
      rmSync(second!);
      const kept = await ledger.objectsToDeliver(claim);
      const results = await Promise.allSettled(kept.map((object) => object.bytes()));
      const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'fine'));
      expect(codes.sort()).to.deep.equal(['fine', 'ledger-object-damaged', 'ledger-object-damaged']);
    });

    it('must be some, and only those are confirmed', async () => {
      const claim = await claimed(ledger);
      await refused(ledger.keepObjects(claim, [], { kind: 'processed' }, at(1)), 'ledger-misuse');
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      await refused(ledger.confirm(claim, [uids[0]!, '2.25.404'], at(2)), 'ledger-misuse');
      // All or nothing.
      expect(await ledger.objectsToDeliver(claim)).to.have.lengthOf(3);
      const twice = [objects()[0]!, objects()[0]!];
      const other = await claimed(ledger, { ...EXAM, studyInstanceUID: '2.25.2' });
      await ledger.keepObjects(other, twice, { kind: 'processed' }, at(2)).then(
        () => expect.fail('one UID was kept twice'),
        () => {},
      );
      expect(keptFiles()).to.have.lengthOf(3);
    });

    it('are known as our own from then on, and for good', async () => {
      expect(await ledger.isOwn(uids[0]!)).to.equal(false);
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      expect(await ledger.isOwn(uids[0]!)).to.equal(true);
      await ledger.confirm(claim, uids, at(2));
      await ledger.close(claim, at(2));
      expect(await ledger.isOwn(uids[0]!)).to.equal(true);
    });

    it('leave no file behind when one of them cannot be written', async () => {
      const claim = await claimed(ledger);
      const unwritable = { ...objects()[0]!, bytes: undefined as unknown as Uint8Array };
      const kept = ledger.keepObjects(claim, [...objects(), unwritable], { kind: 'processed' }, at(1));
      expect(await kept.catch((error: unknown) => error)).to.be.instanceOf(Error);
      expect(readdirSync(join(folder, 'mamori.db-objects'))).to.deep.equal([]);
    });

    it('are kept all or none on a full disk, named with the study, and kept once there is room', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 400, this);
      try {
        const small = await openLedger(`sqlite:${join(disk.folder, 'small.db')}`);
        const claim = await claimed(small);
        const empty = disk.fill(30_000);
        const large = objects().map((object) => ({ ...object, bytes: new Uint8Array(20_000) }));
        const error = await small
          .keepObjects(claim, large, { kind: 'processed' }, at(1))
          .catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(LedgerError).with.property('code', 'ledger-disk-full');
        expect(error).to.have.property('message').that.includes(EXAM.studyInstanceUID);
        expect(keptFiles()).to.deep.equal([]);
        await small.fail(claim, TROUBLE, at(2), at(1), { counts: false });
        expect(await small.find(EXAM)).to.include({ state: 'failed', attempts: 0 });
        empty();
        const again = await small.claim(EXAM, 'worker', at(60), at(2));
        await small.keepObjects(again!, large, { kind: 'processed' }, at(2));
        expect(keptFiles()).to.have.length(large.length);
        await small.disconnect();
      } finally {
        disk.unmount();
      }
    });

    it('that a crash left without a record are cleared away, once they are old', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      const store = join(folder, 'mamori.db-objects');
      for (const name of ['old.dcm', 'young.dcm']) writeFileSync(join(store, name), 'x');
      utimesSync(join(store, 'old.dcm'), 1, 1);
      for (const file of keptFiles()) {
        if (!/old|young/.test(String(file))) utimesSync(join(folder, String(file)), 1, 1);
      }
      await ledger.disconnect();
      ledger = await openLedger(url);
      const left = readdirSync(store);
      expect(left).to.have.lengthOf(4).and.include('young.dcm');
    });
  });

  describe('closing', () => {
    it('wants every object confirmed', async () => {
      const claim = await claimed(ledger);
      await refused(ledger.close(claim, at(1)), 'ledger-unconfirmed');
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      await ledger.sent(claim, uids, at(1));
      await refused(ledger.close(claim, at(2)), 'ledger-unconfirmed');
      await ledger.confirm(claim, uids.slice(1), at(2));
      await refused(ledger.close(claim, at(2)), 'ledger-unconfirmed');
      await ledger.confirm(claim, uids, at(3));
      expect(await ledger.close(claim, at(4))).to.equal('delivered');
      expect(await ledger.close(claim, at(5))).to.equal('delivered');
      expect(await ledger.find(EXAM)).to.deep.include({
        closedAt: at(4),
        objects: { kept: 3, sent: 3, confirmed: 3 },
      });
    });

    it('is refused by the database itself, whoever asks', async () => {
      const claim = await claimed(ledger);
      const direct = new Libsql(join(folder, 'mamori.db'));
      const close = () =>
        direct.exec(
          "UPDATE exams SET state = 'delivered', closed_at = 1, lease_until = NULL, retry_at = NULL",
        );
      expect(close).to.throw(/only after every object is confirmed/);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      await ledger.confirm(claim, uids.slice(1), at(1));
      expect(close).to.throw(/only after every object is confirmed/);
      direct.close();
    });

    it('with a "not processed" report keeps the reason, also when others deliver it', async () => {
      const claim = await claimed(ledger);
      const outcome = {
        kind: 'not-processed',
        code: 'no-mammogram',
        reason: 'No image could be read.',
      } as const;
      await ledger.keepObjects(claim, objects(), outcome, at(1));
      await ledger.fail(claim, TROUBLE, at(10), at(2));
      expect(await ledger.find(EXAM)).to.include({ state: 'failed', code: 'pacs-unreachable' });
      const next = await ledger.claim(EXAM, 'other', at(90), at(10));
      await ledger.confirm(next!, uids, at(11));
      expect(await ledger.close(next!, at(11))).to.equal('not-processed');
      expect(await ledger.find(EXAM)).to.include({ state: 'not-processed', code: 'no-mammogram' });
    });
  });

  describe('trouble', () => {
    it('brings the exam back when its time has come, and not before', async () => {
      const claim = await claimed(ledger);
      await ledger.fail(claim, TROUBLE, at(100), at(1));
      await ledger.fail(claim, TROUBLE, at(900), at(2));
      expect(await ledger.find(EXAM)).to.deep.include({ state: 'failed', retryAt: at(100), ...TROUBLE });
      expect(await ledger.claim(EXAM, 'worker', at(160), at(99))).to.equal(undefined);
      expect(await ledger.claim(EXAM, 'worker', at(160), at(100))).to.include({ attempt: 2 });
    });

    it('in the delivery keeps the objects, and what they were made from', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      await ledger.confirm(claim, uids.slice(0, 1), at(1));
      await ledger.fail(claim, TROUBLE, at(10), at(2));
      await ledger.observe(EXAM, 'five images', at(3));
      const next = await ledger.claim(EXAM, 'worker', at(70), at(10));
      expect(next).to.include({ objectsKept: true, fingerprint: 'four images' });
      expect(await ledger.objectsToDeliver(next!)).to.have.lengthOf(2);
      await ledger.confirm(next!, uids, at(11));
      await ledger.close(next!, at(12));
      expect(await ledger.find(EXAM)).to.include({ state: 'delivered', code: undefined, reason: undefined });
      // The fifth image is not forgotten.
      expect((await ledger.observe(EXAM, 'five images', at(13))).change).to.equal('reopened');
    });

    it('that lasts gives the exam up, with the reason; a retry has all its tries again', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      await ledger.giveUp(claim, TROUBLE, at(2));
      await ledger.giveUp(claim, TROUBLE, at(2));
      expect(await ledger.find(EXAM)).to.deep.include({
        state: 'not-processed',
        closedAt: at(2),
        ...TROUBLE,
      });
      expect((await ledger.observe(EXAM, 'four images', at(3))).change).to.equal('unchanged');
      expect(await ledger.claim(EXAM, 'worker', at(99), at(9))).to.equal(undefined);
      expect(await ledger.retry(undefined, at(10))).to.deep.equal([EXAM]);
      expect(await ledger.claim(EXAM, 'worker', at(99), at(10))).to.include({
        attempt: 1,
        objectsKept: true,
      });
    });

    it('is retried for the studies named, or for all, and never for what was answered', async () => {
      const exams = ['2.25.11', '2.25.12', '2.25.13', '2.25.14'].map((study) => ({
        ...EXAM,
        studyInstanceUID: study,
      }));
      const [failed, givenUp, answered, waiting] = exams as [
        typeof EXAM,
        typeof EXAM,
        typeof EXAM,
        typeof EXAM,
      ];
      await ledger.fail(await claimed(ledger, failed), TROUBLE, at(999), at(1));
      await ledger.giveUp(await claimed(ledger, givenUp), TROUBLE, at(1));
      const claim = await claimed(ledger, answered);
      await ledger.keepObjects(claim, objects(), { kind: 'not-processed', code: 'x', reason: 'x' }, at(1));
      await ledger.confirm(claim, uids, at(1));
      await ledger.close(claim, at(1));
      await ledger.observe(waiting, 'x', at(1));
      await delivered(ledger, EXAM, 2);

      expect(await ledger.retry(['2.25.11', '2.25.404'], at(2))).to.deep.equal([failed]);
      expect(await ledger.retry(undefined, at(3))).to.have.deep.members([failed, givenUp]);
      expect(await ledger.retry([EXAM.studyInstanceUID, '2.25.14'], at(4))).to.deep.equal([]);
      expect(await ledger.retry(['2.25.13'], at(5))).to.deep.equal([answered]);
      expect(await ledger.find(answered)).to.include({ state: 'waiting', revision: 2 });
    });
  });

  describe('an exam taken up again', () => {
    it('is a new revision when images came after it was closed, and names its predecessors', async () => {
      await delivered(ledger);
      const { change, record } = await ledger.observe(EXAM, 'five images', at(5));
      expect(change).to.equal('reopened');
      expect(record).to.deep.include({ state: 'waiting', revision: 2, attempts: 0, lastChange: at(5) });
      const claim = await ledger.claim(EXAM, 'worker', at(99), at(6));
      expect(claim).to.include({ revision: 2, objectsKept: false, fingerprint: 'five images' });
      expect((await ledger.predecessors(EXAM)).map((object) => object.sopInstanceUID)).to.deep.equal(uids);
      await ledger.keepObjects(claim!, objects(2), { kind: 'processed' }, at(7));
      await ledger.confirm(
        claim!,
        objects(2).map((object) => object.sopInstanceUID),
        at(8),
      );
      await ledger.close(claim!, at(8));
      expect(await ledger.isOwn(uids[0]!)).to.equal(true);
      expect((await ledger.predecessors(EXAM)).map((object) => object.sopInstanceUID)).to.deep.equal(uids);
    });

    it('drops bytes that were never delivered and are out of date', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(), { kind: 'processed' }, at(1));
      await ledger.giveUp(claim, TROUBLE, at(2));
      expect(keptFiles()).to.have.lengthOf(3);
      await ledger.observe(EXAM, 'five images', at(3));
      expect(keptFiles()).to.have.lengthOf(0);
      expect(await ledger.claim(EXAM, 'worker', at(99), at(4))).to.include({ objectsKept: false });
    });

    it('by force is one that was closed', async () => {
      const claim = await claimed(ledger);
      expect(await ledger.reopen(EXAM, at(1))).to.equal(false);
      await ledger.giveUp(claim, TROUBLE, at(2));
      expect(await ledger.reopen(EXAM, at(3))).to.equal(true);
      expect(await ledger.reopen({ ...EXAM, modelVersion: '9' }, at(3))).to.equal(false);
      expect(await state()).to.equal('waiting');
    });
  });

  describe('a new version of the model', () => {
    const NEXT = { ...EXAM, modelVersion: '2.0.0' };

    it('has the present work as its predecessor, if it is asked about the revision after it', async () => {
      await delivered(ledger);
      expect(await ledger.predecessors(EXAM)).to.deep.equal([]);
      const ahead = await ledger.predecessors(EXAM, 2);
      expect(ahead.map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal(uids);
      await ledger.reopen(EXAM, at(9));
      expect(await ledger.predecessors(EXAM)).to.deep.equal(ahead);
    });

    it('finds what the one before it wrote, and only what arrived', async () => {
      await delivered(ledger);
      await delivered(ledger, { ...EXAM, modelName: 'other-model' }, 3);
      const latest = { ...EXAM, modelVersion: '1.5.0' };
      expect((await ledger.predecessors(latest)).map((object) => object.modelVersion)).to.deep.equal(
        Array(3).fill('1.0.0'),
      );
      const claim = await claimed(ledger, latest, at(10));
      await ledger.keepObjects(claim, objects(2), { kind: 'processed' }, at(11));
      await ledger.confirm(claim, ['2.25.921'], at(12));
      expect((await ledger.predecessors(NEXT)).map((object) => object.sopInstanceUID)).to.deep.equal([
        '2.25.921',
      ]);
      expect(await ledger.predecessors({ ...EXAM, studyInstanceUID: '2.25.404' })).to.deep.equal([]);
    });

    it('takes over what is unfinished, and delivers what is made', async () => {
      const exams = ['2.25.21', '2.25.22', '2.25.23', '2.25.24'].map((study) => ({
        ...EXAM,
        studyInstanceUID: study,
      }));
      const [waiting, failed, made, both] = exams as [typeof EXAM, typeof EXAM, typeof EXAM, typeof EXAM];
      await ledger.observe(waiting, 'x', at(0));
      await ledger.fail(await claimed(ledger, failed), TROUBLE, at(1), at(0));
      await ledger.keepObjects(await claimed(ledger, made), objects(), { kind: 'processed' }, at(0));
      await ledger.observe(both, 'x', at(0));
      await ledger.observe({ ...both, modelVersion: '2.0.0' }, 'x', at(0));
      await delivered(ledger, EXAM, 2);
      await ledger.observe({ ...EXAM, modelName: 'other-model' }, 'x', at(0));

      expect(await ledger.adopt(NEXT, at(5))).to.equal(2);
      expect(await ledger.adopt(NEXT, at(5))).to.equal(0);
      const unfinished = await ledger.unfinished(NEXT, at(99));
      expect(
        unfinished.map((exam) => [exam.studyInstanceUID, exam.modelVersion, exam.state]),
      ).to.have.deep.members([
        ['2.25.21', '2.0.0', 'waiting'],
        ['2.25.22', '2.0.0', 'waiting'],
        ['2.25.23', '1.0.0', 'delivering'],
        ['2.25.24', '2.0.0', 'waiting'],
      ]);
      expect(await ledger.find(both)).to.include({ state: 'not-processed', code: 'superseded' });
      expect(await ledger.retry(undefined, at(6))).to.deep.equal([]);
    });

    it('leaves alone what a worker of the old one is busy with', async () => {
      await claimed(ledger);
      expect(await ledger.adopt(NEXT, at(59))).to.equal(0);
      expect(await ledger.unfinished(EXAM, at(59))).to.deep.equal([]);
      expect(await ledger.adopt(NEXT, at(60))).to.equal(1);
    });
  });

  describe('a look at it', () => {
    it('lists and counts by state, latest change first', async () => {
      await delivered(ledger);
      const other = { ...EXAM, studyInstanceUID: '2.25.2' };
      await ledger.observe(other, 'x', at(50));
      expect((await ledger.list()).map((exam) => exam.studyInstanceUID)).to.deep.equal(['2.25.2', '2.25.1']);
      expect(await ledger.list({ limit: 1 })).to.have.lengthOf(1);
      expect(
        (await ledger.list({ states: ['delivered', 'failed'] })).map((exam) => exam.state),
      ).to.deep.equal(['delivered']);
      expect(await ledger.list({ studyInstanceUID: '2.25.2' })).to.have.lengthOf(1);
      expect(await ledger.counts()).to.deep.equal({
        waiting: 1,
        claimed: 0,
        delivering: 0,
        delivered: 1,
        failed: 0,
        'not-processed': 0,
      });
    });

    it('tells an exam’s story', async () => {
      const claim = await claimed(ledger);
      await ledger.fail(claim, { code: 'x', reason: 'y'.repeat(9999) }, at(2), at(1));
      await delivered(ledger, EXAM, 1, at(2));
      const history = await ledger.history(EXAM);
      expect(history.map(({ event }) => event)).to.deep.equal([
        'seen',
        'claimed',
        'failed',
        'claimed',
        'objects-kept',
        'sent',
        'confirmed',
        'delivered',
      ]);
      expect(history[2]).to.deep.include({ at: at(1), worker: 'worker', code: 'x' });
      expect(history[2]!.reason).to.have.lengthOf(500);
      expect(await ledger.history({ ...EXAM, modelName: 'none' })).to.deep.equal([]);
    });
  });

  describe('what it remembers of the way', () => {
    const rows = () => {
      const direct = new Libsql(join(folder, 'mamori.db'));
      const [{ count }] = direct.prepare('SELECT COUNT(*) AS count FROM events').all() as [{ count: number }];
      direct.close();
      return count;
    };

    it('is the latest of an exam that fails for weeks, and no more', async () => {
      await ledger.observe(EXAM, 'x', at(0));
      for (let time = 1; time <= 80; time++) {
        const claim = await ledger.claim(EXAM, 'worker', at(60 * time + 30), at(60 * time));
        await ledger.fail(claim!, { code: `try-${time}`, reason: 'No.' }, at(60 * time + 1), at(60 * time));
      }
      const history = await ledger.history(EXAM);
      expect(history).to.have.length(100);
      expect(history.at(-1)).to.include({ event: 'failed', code: 'try-80' });
      expect(history[1]).to.include({ event: 'failed', code: 'try-31' });
      expect(rows()).to.equal(100);
    });

    it('is a year at the most, whatever became of the exams since', async () => {
      const day = 86_400;
      for (let study = 1; study <= 30; study++) {
        await ledger.observe({ ...EXAM, studyInstanceUID: `2.25.${study}` }, 'x', at(study));
      }
      expect(rows()).to.equal(30);
      for (let study = 31; study <= 40; study++) {
        await ledger.observe({ ...EXAM, studyInstanceUID: `2.25.${study}` }, 'x', at(366 * day));
      }
      expect(rows()).to.equal(10);
      expect(await ledger.history(EXAM)).to.deep.equal([]);
      expect(await ledger.find(EXAM)).to.deep.include({ state: 'waiting', firstSeen: at(1) });
      expect(await ledger.counts()).to.include({ waiting: 40 });
    });
  });

  describe('a file', () => {
    const codeOf = (target: string) =>
      openLedger(target).then(
        () => 'opened',
        (error: LedgerError) => error.code,
      );

    it('is looked at without being written, made or brought up to date', async () => {
      await delivered(ledger);
      const reader = openLedgerToRead(url)!;
      expect(await reader.find(EXAM)).to.include({ state: 'delivered' });
      expect(await reader.isOwn(uids[0]!)).to.equal(true);
      const writing = (reader as Ledger).observe;
      expect(writing).to.equal(undefined);
      await reader.disconnect();
      const none = join(folder, 'none.db');
      expect(openLedgerToRead(`sqlite:${none}`)).to.equal(undefined);
      expect(existsSync(none)).to.equal(false);
      const old = new Libsql(join(folder, 'old.db'));
      old.exec('CREATE TABLE exams (id)');
      old.close();
      expect(() => openLedgerToRead(`sqlite:${join(folder, 'old.db')}`))
        .to.throw(LedgerError)
        .with.property('code', 'ledger-older');
    });

    it('can be looked at where nothing can be written, once its last writer has closed it', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 800, this);
      try {
        // Written by a process of its own: SQLite lets go of a closed file only when its statements are collected.
        const target = `sqlite:${join(disk.folder, 'small.db')}`;
        const write = `const { openLedger } = await import(${JSON.stringify(LEDGER)});
          const ledger = await openLedger(${JSON.stringify(target)});
          await ledger.observe(${JSON.stringify(EXAM)}, 'one image', new Date());
          await ledger.disconnect();`;
        execFileSync(process.execPath, ['--input-type=module', '-e', write]);
        disk.makeReadOnly();
        const reader = openLedgerToRead(target)!;
        expect(await reader.find(EXAM)).to.include({ state: 'waiting', fingerprint: 'one image' });
        await reader.disconnect();
      } finally {
        disk.unmount();
      }
    });

    it('that is not a ledger is refused, and stays as it is', async () => {
      const file = join(folder, 'letter.txt');
      writeFileSync(file, 'Dear colleague, this is not a database. '.repeat(100));
      expect(await codeOf(`sqlite:${file}`)).to.equal('ledger-unreadable');
      expect(readFileSync(file, 'utf8')).to.match(/^Dear colleague/);
      expect(await codeOf(`sqlite:${join(folder, 'no', 'folder.db')}`)).to.equal('ledger-unreadable');
    });

    it('on a full disk is named, as is what cannot be written, and all goes on once there is room', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 400, this);
      try {
        const target = `sqlite:${join(disk.folder, 'small.db')}`;
        // With nothing for the file, and with room for the file alone.
        for (const leaving of [0, 12_288]) {
          const empty = disk.fill(leaving);
          expect(await codeOf(target)).to.equal('ledger-disk-full');
          empty();
        }
        const small = await openLedger(target);
        await small.observe(EXAM, 'one image', at(0));
        const empty = disk.fill(0);
        await refused(small.observe(EXAM, 'two images', at(1)), 'ledger-disk-full');
        await refused(small.claim(EXAM, 'worker', at(60), at(1)), 'ledger-disk-full');
        expect(await small.find(EXAM)).to.include({
          state: 'waiting',
          fingerprint: 'one image',
          attempts: 0,
        });
        empty();
        expect((await small.observe(EXAM, 'two images', at(2))).change).to.equal('changed');
        await small.disconnect();
      } finally {
        disk.unmount();
      }
    });

    it('of a later version is refused', async () => {
      const direct = new Libsql(join(folder, 'mamori.db'));
      direct.exec('PRAGMA user_version = 99');
      direct.close();
      expect(await codeOf(url)).to.equal('ledger-newer');
    });

    it('is SQLite; another URL is not repeated in the message', async () => {
      expect(await codeOf('postgres://u:hunter2@h/db')).to.equal('ledger-unsupported');
      await openLedger('postgres://u:hunter2@h/db').catch((error: Error) => {
        expect(error.message).not.to.contain('hunter2');
      });
    });

    it('is opened by several at once, also for the first time', async () => {
      const fresh = `sqlite:${join(folder, 'fresh.db')}`;
      const all = await Promise.all([openLedger(fresh), openLedger(fresh), openLedger(fresh)]);
      await all[0]!.observe(EXAM, 'x', at(0));
      expect(await all[2]!.counts()).to.include({ waiting: 1 });
      for (const one of all) await one.disconnect();
    });

    it('writes every commit through to the disk, ahead of the database', async () => {
      const direct = new Libsql(join(folder, 'mamori.db'));
      expect(direct.pragma('journal_mode')).to.deep.equal([{ journal_mode: 'wal' }]);
      direct.close();
    });
  });
});
