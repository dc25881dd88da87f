import { expect } from 'chai';
import {
  type Claim,
  type ExamState,
  type Ledger,
  LedgerError,
  openLedger,
  openLedgerToRead,
  type RetryFilter,
  takeable,
  waysFor,
} from '../../src/ledger/index.js';
import { onEveryDatabase, type TestDatabase } from './databases.js';
import { answerOf, at, claimed, clock, delivered, EXAM, objects, on } from './exams.js';

onEveryDatabase('ledger', (make) => {
  let database: TestDatabase;
  let url: string;
  let ledger: Ledger;

  beforeEach(async () => {
    database = await make();
    url = database.url;
    ledger = await openLedger(url, clock);
  });
  afterEach(async () => {
    await ledger.disconnect();
    await database.remove();
  });

  const state = async (exam = EXAM): Promise<ExamState | undefined> => (await ledger.find(exam))?.state;
  const refused = async (work: Promise<unknown>, code: string): Promise<void> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, `expected ${code}`).instanceOf(LedgerError).with.property('code', code);
  };
  const uids = objects().map(({ sopInstanceUID }) => sopInstanceUID);
  const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };

  it('that was let go of refuses all that is asked of it, and goes on for whoever else has it', async () => {
    const claim = await claimed(ledger);
    const other = await openLedger(url, clock);
    await other.disconnect();
    await other.disconnect();
    const late = [
      other.counts(),
      other.find(EXAM),
      other.observe(EXAM, { fingerprint: 'other images' }),
      other.renew(claim, 60_000),
      other.keepObjects(claim, objects(), { kind: 'processed' }),
      other.claimNext(EXAM, { worker: 'other', leaseMs: 60_000, among: 'due', dueBy: at(0) }),
      other.pause('somebody'),
    ];
    await Promise.all(late.map((work) => refused(work, 'ledger-closed')));
    expect(await database.keptBytes()).to.equal(0);
    await ledger.keepObjects(claim, objects(), { kind: 'processed' });
    expect(await state()).to.equal('delivering');
    const reader = (await openLedgerToRead(url))!;
    await reader.disconnect();
    await reader.disconnect();
    await refused(reader.find(EXAM), 'ledger-closed');
  });

  describe('an exam that arrives', () => {
    it('waits, and settles from its last change on', async () => {
      expect((await on(0, ledger).observe(EXAM, { fingerprint: 'one image' })).change).to.equal('new');
      expect((await on(10, ledger).observe(EXAM, { fingerprint: 'two images' })).change).to.equal('changed');
      const { change, record } = await on(99, ledger).observe(EXAM, { fingerprint: 'two images' });
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
        expect(
          (await on(1, ledger).observe({ ...EXAM, ...other }, { fingerprint: 'four images' })).change,
        ).to.equal('new');
      }
    });

    it('keeps its times over a restart', async () => {
      await on(0, ledger).observe(EXAM, { fingerprint: 'one image' });
      await ledger.disconnect();
      ledger = await openLedger(url, clock);
      expect(
        (await on(200, ledger).observe(EXAM, { fingerprint: 'one image' })).record.lastChange,
      ).to.deep.equal(at(0));
    });
  });

  describe('a claim', () => {
    it('goes to one of two workers on two connections', async () => {
      const other = await openLedger(url, clock);
      await on(0, ledger).observe(EXAM, { fingerprint: 'x' });
      const claims = await Promise.all([
        on(0, ledger).claim(EXAM, 'a', 60_000),
        on(0, other).claim(EXAM, 'b', 60_000),
        on(0, ledger).claim(EXAM, 'c', 60_000),
      ]);
      await other.disconnect();
      expect(claims.filter((claim) => claim !== undefined)).to.have.lengthOf(1);
    });

    it('is given again to the worker that lost the answer, and counts as one try', async () => {
      const claim = await claimed(ledger);
      const again = await on(30, ledger).claim(EXAM, 'worker', 90_000);
      expect(again).to.deep.equal(claim);
      expect(await ledger.find(EXAM)).to.deep.include({ attempts: 1, leaseUntil: at(120) });
    });

    it('is refused for an exam that nobody has seen, or that is closed', async () => {
      expect(await on(0, ledger).claim(EXAM, 'worker', 60_000)).to.equal(undefined);
      await delivered(ledger);
      expect(await on(900, ledger).claim(EXAM, 'worker', 99_000)).to.equal(undefined);
    });

    it('passes on when its lease has run out, and then the late worker is refused everything', async () => {
      const late = await claimed(ledger);
      expect(await on(59, ledger).claim(EXAM, 'other', 60_000)).to.equal(undefined);
      const next = await on(60, ledger).claim(EXAM, 'other', 60_000);
      expect(next).to.include({ worker: 'other', attempt: 2, objectsKept: false });
      await refused(on(0, ledger).renew(late, 500_000), 'ledger-claim-lost');
      await refused(on(61, ledger).keepObjects(late, objects(), { kind: 'processed' }), 'ledger-claim-lost');
      await refused(ledger.objectsToDeliver(late), 'ledger-claim-lost');
      await refused(on(61, ledger).sent(late, uids), 'ledger-claim-lost');
      await refused(on(61, ledger).confirm(late, uids), 'ledger-claim-lost');
      await refused(on(61, ledger).close(late), 'ledger-claim-lost');
      await refused(on(61, ledger).fail(late, TROUBLE, 9_000), 'ledger-claim-lost');
      await refused(on(61, ledger).giveUp(late, TROUBLE), 'ledger-claim-lost');
      await refused(on(61, ledger).release(late), 'ledger-claim-lost');
      expect(await database.keptBytes()).to.equal(0);
      await on(62, ledger).keepObjects(next!, objects(2), { kind: 'processed' });
      expect((await ledger.objectsToDeliver(next!)).map((object) => object.sopInstanceUID)).to.deep.equal(
        objects(2).map((object) => object.sopInstanceUID),
      );
    });

    it('lasts longer when it is renewed', async () => {
      const claim = await claimed(ledger);
      await on(0, ledger).renew(claim, 600_000);
      expect(await on(599, ledger).claim(EXAM, 'other', 101_000)).to.equal(undefined);
    });

    it('handed back leaves the exam as it was, and does not count as a try', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).release(claim);
      await on(1, ledger).release(claim);
      expect(await ledger.find(EXAM)).to.include({ state: 'waiting', attempts: 0 });
      const next = await on(2, ledger).claim(EXAM, 'other', 58_000);
      await on(3, ledger).keepObjects(next!, objects(), { kind: 'processed' });
      await on(4, ledger).release(next!);
      expect(await on(4, ledger).claim(EXAM, 'third', 56_000)).to.include({ objectsKept: true, attempt: 1 });
    });

    it('is handed back for a worker that does not know of it, and for no other', async () => {
      const claim = await claimed(ledger);
      const OTHER = { ...EXAM, studyInstanceUID: '2.25.77' };
      await on(1, ledger).observe(OTHER, { fingerprint: 'y' });
      const theirs = await on(1, ledger).claim(OTHER, 'worker of theirs', 60_000);
      expect(await on(2, ledger).handBack(['worker', 'nobody'])).to.equal(1);
      expect(await on(2, ledger).handBack(['worker', 'nobody'])).to.equal(0);
      expect(await ledger.find(EXAM)).to.include({ state: 'waiting', attempts: 0 });
      await refused(on(3, ledger).renew(claim, 60_000), 'ledger-claim-lost');
      await on(3, ledger).renew(theirs!, 60_000);
    });
  });

  describe('objects', () => {
    it('are kept byte for byte, and deleted when confirmed', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      const kept = await ledger.objectsToDeliver(claim);
      expect(kept.map(({ kind, size }) => [kind, size])).to.deep.equal([
        ['tid1500', 1000],
        ['secondary-capture', 1001],
        ['secondary-capture', 1002],
      ]);
      for (const [index, object] of kept.entries()) {
        expect(Buffer.compare(await object.bytes(), objects()[index]!.bytes)).to.equal(0);
      }

      await on(2, ledger).confirm(claim, [uids[1]!]);
      expect((await ledger.objectsToDeliver(claim)).map((object) => object.sopInstanceUID)).to.deep.equal([
        uids[0],
        uids[2],
      ]);
      expect(await database.keptBytes()).to.equal(2);
      await on(3, ledger).confirm(claim, uids);
      expect(await database.keptBytes()).to.equal(0);
    });

    it('are made once: what is made again is not taken', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(1), { kind: 'processed' });
      await on(2, ledger).keepObjects(claim, objects(2), { kind: 'processed' });
      expect(await database.keptBytes()).to.equal(3);
      const [report] = await ledger.objectsToDeliver(claim);
      expect(report!.sopInstanceUID).to.equal(objects(1)[0]!.sopInstanceUID);
      expect((await report!.bytes())[0]).to.equal(1);
    });

    it('that were changed or lost are never sent', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await database.damageBytes();
      const kept = await ledger.objectsToDeliver(claim);
      const results = await Promise.allSettled(kept.map((object) => object.bytes()));
      const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'fine'));
      expect(codes.sort()).to.deep.equal(['fine', 'ledger-object-damaged', 'ledger-object-damaged']);
      // Nor do they hold the exam up for good.
      const damaged = { code: 'ledger-object-damaged', reason: 'They have changed.' };
      await on(2, ledger).fail(claim, damaged, 9_000);
      expect(await on(3, ledger).retry({})).to.deep.equal([EXAM]);
      const next = await on(4, ledger).claim(EXAM, 'worker', 95_000);
      expect(next).to.include({ objectsKept: false, revision: 2, attempt: 1 });
      await on(5, ledger).keepObjects(next!, objects(2), { kind: 'processed' });
      await on(6, ledger).confirm(
        next!,
        objects(2).map(({ sopInstanceUID }) => sopInstanceUID),
      );
      await on(7, ledger).close(next!);
      expect(await ledger.find(EXAM)).to.include({ state: 'delivered' });
      expect(await database.keptBytes()).to.equal(0);
    });

    const damaged = { code: 'ledger-object-damaged', reason: 'They have changed.' };

    it('that are lost before any was sent are made once more under the same names, with all tries left', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(1), { kind: 'processed', restsOn: ['2.25.5'] });
      const again = await on(2, ledger).makeAgain(claim, damaged, 9_000);
      expect(again).to.deep.equal(at(11));
      expect(await on(3, ledger).makeAgain(claim, damaged, 9_000), 'its answer was lost').to.deep.equal(
        again,
      );
      expect(await database.keptBytes()).to.equal(0);
      expect(await ledger.find(EXAM)).to.deep.include({
        state: 'failed',
        code: 'ledger-object-damaged',
        revision: 1,
        attempts: 0,
        retryAt: at(11),
        objects: { kept: 0, sent: 0, confirmed: 0 },
      });
      expect(await on(4, ledger).claim(EXAM, 'worker', 60_000)).to.equal(undefined);
      const next = (await on(11, ledger).claim(EXAM, 'worker', 60_000))!;
      expect(next).to.include({ objectsKept: false, revision: 1, attempt: 1 });
      await on(12, ledger).keepObjects(next, objects(1), { kind: 'processed' });
      await on(13, ledger).confirm(next, uids);
      expect(await on(14, ledger).close(next)).to.equal('delivered');
      expect((await ledger.made(EXAM)).map(({ revision }) => revision)).to.deep.equal([1, 1, 1]);
      await refused(on(15, ledger).makeAgain(claim, damaged, 9_000), 'ledger-claim-lost');
    });

    it('that are lost when some were sent become a new revision, which names what was confirmed', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(1), { kind: 'processed' });
      await on(2, ledger).sent(claim, uids.slice(0, 2));
      await on(3, ledger).confirm(claim, uids.slice(0, 1));
      await on(4, ledger).makeAgain(claim, damaged, 1_000);
      expect(await on(5, ledger).makeAgain(claim, damaged, 1_000)).to.deep.equal(at(5));
      expect(await database.keptBytes()).to.equal(0);
      const next = (await on(6, ledger).claim(EXAM, 'worker', 60_000))!;
      expect(next).to.include({ objectsKept: false, revision: 2, attempt: 1 });
      const named = (await ledger.predecessors(EXAM)).map(({ sopInstanceUID }) => sopInstanceUID);
      expect(named).to.deep.equal(uids.slice(0, 1));
      expect(await ledger.isOwn(uids[1]!), 'it may come to light yet').to.equal(true);
      expect((await ledger.history(EXAM)).map(({ event }) => event)).to.include('results-lost');
    });

    it('that are lost of another version are for adopt, before and after they are to be made once more', async () => {
      const served = { ...EXAM, modelVersion: '2.0.0' };
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(1), { kind: 'processed' });
      await on(2, ledger).makeAgain(claim, damaged, 1_000);
      expect(await on(3, ledger).retry({ served })).to.deep.equal([]);
      expect(waysFor((await ledger.find(EXAM))!, served)).to.deep.equal({
        retry: false,
        reprocess: false,
        adopt: true,
      });
      expect(await on(4, ledger).adopt(served)).to.equal(1);
      const own = { ...served, studyInstanceUID: EXAM.studyInstanceUID };
      expect(await on(5, ledger).claim(own, 'new', 60_000)).to.include({ objectsKept: false, revision: 1 });
    });

    it('must be some, and only those are confirmed', async () => {
      const claim = await claimed(ledger);
      await refused(on(1, ledger).keepObjects(claim, [], { kind: 'processed' }), 'ledger-misuse');
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await refused(on(2, ledger).confirm(claim, [uids[0]!, '2.25.404']), 'ledger-misuse');
      // All or nothing.
      expect(await ledger.objectsToDeliver(claim)).to.have.lengthOf(3);
      const twice = [objects()[0]!, objects()[0]!];
      const other = await claimed(ledger, { ...EXAM, studyInstanceUID: '2.25.2' });
      await on(2, ledger)
        .keepObjects(other, twice, { kind: 'processed' })
        .then(
          () => expect.fail('one UID was kept twice'),
          () => {},
        );
      expect(await database.keptBytes()).to.equal(3);
    });

    it('are known as our own from then on, and for good', async () => {
      expect(await ledger.isOwn(uids[0]!)).to.equal(false);
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      expect(await ledger.isOwn(uids[0]!)).to.equal(true);
      await on(2, ledger).confirm(claim, uids);
      await on(2, ledger).close(claim);
      expect(await ledger.isOwn(uids[0]!)).to.equal(true);
    });
  });

  describe('closing', () => {
    it('wants every object confirmed', async () => {
      const claim = await claimed(ledger);
      await refused(on(1, ledger).close(claim), 'ledger-unconfirmed');
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(1, ledger).sent(claim, uids);
      await refused(on(2, ledger).close(claim), 'ledger-unconfirmed');
      await on(2, ledger).confirm(claim, uids.slice(1));
      await refused(on(2, ledger).close(claim), 'ledger-unconfirmed');
      await on(3, ledger).confirm(claim, uids);
      expect(await on(4, ledger).close(claim)).to.equal('delivered');
      expect(await on(5, ledger).close(claim)).to.equal('delivered');
      expect(await ledger.find(EXAM)).to.deep.include({
        closedAt: at(4),
        objects: { kept: 3, sent: 3, confirmed: 3 },
      });
    });

    it('is refused by the database itself, whoever asks', async () => {
      const claim = await claimed(ledger);
      const close = async () => {
        const sql =
          "UPDATE exams SET state = 'delivered', closed_at = 1, lease_until = NULL, answer_revision = revision";
        const error = await database.force(sql).catch((thrown: Error) => thrown);
        expect(error).to.be.instanceOf(Error);
        expect((error as Error).message).to.match(/only after every object is confirmed/);
      };
      await close();
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(1, ledger).confirm(claim, uids.slice(1));
      await close();
    });

    it('with a "not processed" report keeps the reason, also when others deliver it', async () => {
      const claim = await claimed(ledger);
      const outcome = {
        kind: 'not-processed',
        code: 'no-mammogram',
        reason: 'No image could be read.',
      } as const;
      await on(1, ledger).keepObjects(claim, objects(), outcome);
      await on(2, ledger).fail(claim, TROUBLE, 8_000);
      expect(await ledger.find(EXAM)).to.include({ state: 'failed', code: 'pacs-unreachable' });
      const next = await on(10, ledger).claim(EXAM, 'other', 80_000);
      await on(11, ledger).confirm(next!, uids);
      expect(await on(11, ledger).close(next!)).to.equal('not-processed');
      expect(await ledger.find(EXAM)).to.include({ state: 'not-processed', code: 'no-mammogram' });
    });
  });

  describe('trouble', () => {
    it('brings the exam back when its time has come, and not before', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).fail(claim, TROUBLE, 99_000);
      await on(2, ledger).fail(claim, TROUBLE, 898_000);
      expect(await ledger.find(EXAM)).to.deep.include({ state: 'failed', retryAt: at(100), ...TROUBLE });
      expect(await on(99, ledger).claim(EXAM, 'worker', 61_000)).to.equal(undefined);
      expect(await on(100, ledger).claim(EXAM, 'worker', 60_000)).to.include({ attempt: 2 });
    });

    it('in the delivery keeps the objects, and what they were made from', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(1, ledger).confirm(claim, uids.slice(0, 1));
      await on(2, ledger).fail(claim, TROUBLE, 8_000);
      await on(3, ledger).observe(EXAM, { fingerprint: 'five images' });
      const next = await on(10, ledger).claim(EXAM, 'worker', 60_000);
      expect(next).to.include({ objectsKept: true, fingerprint: 'four images' });
      expect(await ledger.objectsToDeliver(next!)).to.have.lengthOf(2);
      await on(11, ledger).confirm(next!, uids);
      await on(12, ledger).close(next!);
      expect(await ledger.find(EXAM)).to.include({ state: 'delivered', code: undefined, reason: undefined });
      // The fifth image is not forgotten.
      expect((await on(13, ledger).observe(EXAM, { fingerprint: 'five images' })).change).to.equal(
        'reopened',
      );
    });

    it('that lasts gives the exam up, with the reason; a retry has all its tries again', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(2, ledger).giveUp(claim, TROUBLE);
      await on(2, ledger).giveUp(claim, TROUBLE);
      expect(await ledger.find(EXAM)).to.deep.include({
        state: 'not-processed',
        closedAt: at(2),
        ...TROUBLE,
      });
      expect((await on(3, ledger).observe(EXAM, { fingerprint: 'four images' })).change).to.equal(
        'unchanged',
      );
      expect(await on(9, ledger).claim(EXAM, 'worker', 90_000)).to.equal(undefined);
      expect(await on(10, ledger).retry()).to.deep.equal([EXAM]);
      expect(await on(10, ledger).claim(EXAM, 'worker', 89_000)).to.include({
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
      await on(1, ledger).fail(await claimed(ledger, failed), TROUBLE, 998_000);
      await on(1, ledger).giveUp(await claimed(ledger, givenUp), TROUBLE);
      const claim = await claimed(ledger, answered);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'not-processed', code: 'x', reason: 'x' });
      await on(1, ledger).confirm(claim, uids);
      await on(1, ledger).close(claim);
      await on(1, ledger).observe(waiting, { fingerprint: 'x' });
      await delivered(ledger, EXAM, 2);

      expect(await on(2, ledger).retry({ studies: ['2.25.11', '2.25.404'] })).to.deep.equal([failed]);
      expect(await on(3, ledger).retry()).to.have.deep.members([failed, givenUp]);
      expect(await on(4, ledger).retry({ studies: [EXAM.studyInstanceUID, '2.25.14'] })).to.deep.equal([]);
      expect(await on(5, ledger).retry({ studies: ['2.25.13'] })).to.deep.equal([answered]);
      expect(await ledger.find(answered)).to.include({ state: 'waiting', revision: 2 });
    });
  });

  describe('a partial answer', () => {
    const LACKING = { code: 'images-missing', reason: 'It lacks 2.25.4.' };
    const RESTS_ON = ['2.25.501', '2.25.502'];
    const partial = async (now: number, exam = EXAM) => {
      const claim = await claimed(ledger, exam, now);
      await ledger.keepObjects(claim, objects(), { kind: 'partial', ...LACKING, restsOn: RESTS_ON });
      await ledger.confirm(claim, uids);
      expect(await ledger.close(claim)).to.equal('partial');
    };

    it('is a state of its own, with what it lacks, and wants every object confirmed as well', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'partial', ...LACKING });
      await refused(on(2, ledger).close(claim), 'ledger-unconfirmed');
      await on(3, ledger).confirm(claim, uids);
      expect(await on(4, ledger).close(claim)).to.equal('partial');
      expect(await ledger.find(EXAM)).to.deep.include({ state: 'partial', closedAt: at(4), ...LACKING });
      expect(await ledger.counts()).to.include({ partial: 1, delivered: 0 });
      expect(await on(9, ledger).claim(EXAM, 'worker', 60_000)).to.equal(undefined);
    });

    it('is tried again on demand, as a new revision that knows what the archive holds', async () => {
      await partial(1);
      expect(await on(5, ledger).retry({ states: ['partial'] })).to.deep.equal([EXAM]);
      const turn = { worker: 'w', leaseMs: 60_000, among: 'due' as const, dueBy: at(5) };
      const claim = await on(5, ledger).claimNext(EXAM, turn);
      expect(claim).to.deep.include({
        revision: 2,
        attempt: 1,
        objectsKept: false,
        answer: { state: 'partial', restsOn: RESTS_ON },
      });
      await on(6, ledger).keepObjects(claim!, objects(2), { kind: 'processed', restsOn: ['2.25.503'] });
      await ledger.confirm(
        claim!,
        objects(2).map((object) => object.sopInstanceUID),
      );
      expect(await ledger.close(claim!)).to.equal('delivered');
      expect((await ledger.predecessors(EXAM)).map((object) => object.sopInstanceUID)).to.deep.equal(uids);
    });

    it('stays as it is where nothing new came of another try, however often', async () => {
      await partial(1);
      for (const [time, revision] of [
        [10, 2],
        [20, 3],
      ] as const) {
        await on(time, ledger).retry();
        const claim = await on(time, ledger).claim(EXAM, 'worker', 60_000);
        expect(claim).to.include({ revision });
        expect(await ledger.withdraw(claim!, TROUBLE)).to.equal('partial');
        expect(await ledger.withdraw(claim!, TROUBLE)).to.equal('partial');
        expect(await ledger.find(EXAM)).to.deep.include({
          state: 'partial',
          ...LACKING,
          closedAt: at(time),
          objects: { kept: 3, sent: 3, confirmed: 3 },
        });
      }
    });

    it('is what a whole one becomes when views have come that get none, until another try says more', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed', restsOn: RESTS_ON });
      await ledger.confirm(claim, uids);
      expect(await ledger.close(claim)).to.equal('delivered');
      await on(2, ledger).observe(EXAM, { fingerprint: 'with a further view' });
      const second = await on(3, ledger).claim(EXAM, 'worker', 60_000);
      expect(await ledger.withdraw(second!, TROUBLE, 'partial')).to.equal('partial');
      expect(await ledger.find(EXAM)).to.deep.include({ state: 'partial', ...TROUBLE });
      expect((await ledger.history(EXAM)).at(-1)).to.include({ event: 'partial', ...TROUBLE });
      await on(4, ledger).retry({ states: ['partial'] });
      const third = await on(5, ledger).claim(EXAM, 'worker', 60_000);
      expect(third!.answer).to.deep.equal({ state: 'delivered', restsOn: RESTS_ON });
      expect(await ledger.withdraw(third!, TROUBLE)).to.equal('delivered');
    });

    it('is not withdrawn to where nothing stands in the archive, nor where all is wanted once more', async () => {
      await refused(ledger.withdraw(await claimed(ledger), TROUBLE), 'ledger-misuse');
      const other = { ...EXAM, studyInstanceUID: '2.25.2' };
      await partial(1, other);
      await on(2, ledger).reopen(other);
      const claim = await on(2, ledger).claim(other, 'worker', 60_000);
      expect(claim!.answer).to.equal(undefined);
    });

    it('is left as it is where another version of the model is asked about', async () => {
      await partial(1);
      const { studyInstanceUID, ...served } = EXAM;
      const studies = [studyInstanceUID];
      for (const other of [{ modelVersion: '2.0.0' }, { modelName: 'other' }, { settingsDigest: 'other' }])
        expect(await on(2, ledger).retry({ studies, served: { ...served, ...other } })).to.deep.equal([]);
      expect(await ledger.find(EXAM)).to.include({ state: 'partial', revision: 1 });
      expect(await on(3, ledger).retry({ studies, served })).to.deep.equal([EXAM]);
    });

    it('is retried for any version where only its delivery is left', async () => {
      const { studyInstanceUID, ...served } = EXAM;
      const which = { studies: [studyInstanceUID], served: { ...served, modelVersion: '2.0.0' } };
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(1, ledger).giveUp(claim, TROUBLE);
      const ways = async () => waysFor((await ledger.find(EXAM))!, which.served);
      expect(await ways()).to.deep.equal({ retry: true, reprocess: true, adopt: false });
      expect(await ledger.countRetriable(which)).to.deep.equal([
        { state: 'not-processed', code: TROUBLE.code, exams: 1, isServed: false, ways: await ways() },
      ]);
      expect(await on(2, ledger).retry(which)).to.deep.equal([EXAM]);
      expect(await ways()).to.deep.equal({ retry: true, reprocess: false, adopt: false });
      const turn = { worker: 'w', leaseMs: 60_000, among: 'due' as const, dueBy: at(3) };
      expect((await on(3, ledger).claimNext(which.served, turn))?.exam).to.deep.equal(EXAM);
    });

    it('is left to adopt or reprocess where another version did not make its objects', async () => {
      const { studyInstanceUID, ...served } = EXAM;
      const which = { studies: [studyInstanceUID], served: { ...served, modelVersion: '2.0.0' } };
      const ways = async () => waysFor((await ledger.find(EXAM))!, which.served);
      const claim = await claimed(ledger);
      expect(await ways()).to.deep.equal({ retry: false, reprocess: false, adopt: false });
      await on(1, ledger).fail(claim, TROUBLE, 1000);
      expect(await ways()).to.deep.equal({ retry: false, reprocess: false, adopt: true });
      expect(await on(2, ledger).retry(which)).to.deep.equal([]);
      const again = await on(5, ledger).claim(EXAM, 'worker', 60_000);
      await on(5, ledger).giveUp(again!, TROUBLE);
      expect(await ways()).to.deep.equal({ retry: false, reprocess: true, adopt: false });
      expect(await on(6, ledger).retry(which)).to.deep.equal([]);
    });

    it('is counted by what can be ordered about it, however many there are', async () => {
      const { studyInstanceUID: _, ...served } = EXAM;
      for (let number = 1; number <= 6; number++) {
        const version = number > 4 ? '0.9.0' : EXAM.modelVersion;
        const exam = { ...EXAM, studyInstanceUID: `2.25.8${number}`, modelVersion: version };
        const claim = await claimed(ledger, exam, number);
        if (number === 1) await on(number, ledger).fail(claim, TROUBLE, 999_000);
        else await on(number, ledger).giveUp(claim, number === 2 ? { ...TROUBLE, code: 'other' } : TROUBLE);
      }
      const told = async (which: RetryFilter) =>
        (await ledger.countRetriable({ ...which, served })).map(({ state, code, exams, isServed }) =>
          [exams, state, code, isServed].join(' '),
        );
      const all = [`1 failed ${TROUBLE.code} true`, '1 not-processed other true'];
      const both = [`2 not-processed ${TROUBLE.code} false`, `2 not-processed ${TROUBLE.code} true`];
      expect(await told({})).to.have.members([...all, ...both]);
      expect(await told({ states: ['not-processed'], codes: [TROUBLE.code] })).to.have.members(both);
      expect(await told({ studies: ['2.25.81', '2.25.99'] })).to.deep.equal([all[0]]);
      expect(await told({ since: at(6) })).to.deep.equal([`1 not-processed ${TROUBLE.code} false`]);
    });

    it('is retried by state, by reason and by time', async () => {
      await partial(100);
      const failed = { ...EXAM, studyInstanceUID: '2.25.2' };
      await on(200, ledger).fail(await claimed(ledger, failed, 200), TROUBLE, 999_000);
      expect(await on(300, ledger).retry({ states: ['not-processed'] })).to.deep.equal([]);
      expect(await on(300, ledger).retry({ codes: ['images-missing'], since: at(150) })).to.deep.equal([]);
      expect(await on(300, ledger).retry({ codes: ['pacs-unreachable'] })).to.deep.equal([failed]);
      expect(await on(300, ledger).retry({ since: at(50) })).to.have.deep.members([EXAM, failed]);
    });
  });

  describe('an exam taken up again', () => {
    it('is a new revision when images came after it was closed, and names its predecessors', async () => {
      await delivered(ledger);
      const { change, record } = await on(5, ledger).observe(EXAM, { fingerprint: 'five images' });
      expect(change).to.equal('reopened');
      expect(record).to.deep.include({ state: 'waiting', revision: 2, attempts: 0, lastChange: at(5) });
      const claim = await on(6, ledger).claim(EXAM, 'worker', 93_000);
      expect(claim).to.include({ revision: 2, objectsKept: false, fingerprint: 'five images' });
      expect((await ledger.predecessors(EXAM)).map((object) => object.sopInstanceUID)).to.deep.equal(uids);
      await on(7, ledger).keepObjects(claim!, objects(2), { kind: 'processed' });
      await on(8, ledger).confirm(
        claim!,
        objects(2).map((object) => object.sopInstanceUID),
      );
      await on(8, ledger).close(claim!);
      expect(await ledger.isOwn(uids[0]!)).to.equal(true);
      expect((await ledger.predecessors(EXAM)).map((object) => object.sopInstanceUID)).to.deep.equal(uids);
    });

    it('has the revision before as its predecessor, also where the clock was set back in between', async () => {
      await delivered(ledger, EXAM, 1, 9000);
      for (const [revision, fingerprint] of [
        [2, 'five images'],
        [3, 'six images'],
      ] as const) {
        await on(revision, ledger).observe(EXAM, { fingerprint });
        const claim = await on(revision, ledger).claim(EXAM, 'worker', 60_000);
        const uidsNow = objects(revision).map(({ sopInstanceUID }) => sopInstanceUID);
        const before = objects(revision - 1).map(({ sopInstanceUID }) => sopInstanceUID);
        expect((await ledger.predecessors(EXAM)).map((object) => object.sopInstanceUID)).to.deep.equal(
          before,
        );
        await ledger.keepObjects(claim!, objects(revision), { kind: 'processed' });
        await ledger.confirm(claim!, uidsNow);
        await ledger.close(claim!);
      }
    });

    it('drops bytes that were never delivered and are out of date', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(2, ledger).giveUp(claim, TROUBLE);
      expect(await database.keptBytes()).to.equal(3);
      await on(3, ledger).observe(EXAM, { fingerprint: 'five images' });
      expect(await database.keptBytes()).to.equal(0);
      expect(await on(4, ledger).claim(EXAM, 'worker', 95_000)).to.include({ objectsKept: false });
    });

    it('by force is one that was closed', async () => {
      const claim = await claimed(ledger);
      expect(await on(1, ledger).reopen(EXAM)).to.equal(false);
      await on(2, ledger).giveUp(claim, TROUBLE);
      expect(await on(3, ledger).reopen(EXAM, 2)).to.equal(false);
      expect(await on(3, ledger).reopen(EXAM, 1)).to.equal(true);
      expect(await on(3, ledger).reopen({ ...EXAM, modelVersion: '9' })).to.equal(false);
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
      await on(9, ledger).reopen(EXAM);
      expect(await ledger.predecessors(EXAM)).to.deep.equal(ahead);
    });

    it('finds what the one before it wrote, and only what arrived', async () => {
      await delivered(ledger);
      await delivered(ledger, { ...EXAM, modelName: 'other-model' }, 3);
      const latest = { ...EXAM, modelVersion: '1.5.0' };
      expect((await ledger.predecessors(latest)).map((object) => object.modelVersion)).to.deep.equal(
        Array(3).fill('1.0.0'),
      );
      const claim = await claimed(ledger, latest, 10);
      await on(11, ledger).keepObjects(claim, objects(2), { kind: 'processed' });
      await on(12, ledger).confirm(claim, ['2.25.921']);
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
      await on(0, ledger).observe(waiting, { fingerprint: 'x' });
      await on(0, ledger).fail(await claimed(ledger, failed), TROUBLE, 1_000);
      await on(0, ledger).keepObjects(await claimed(ledger, made), objects(), { kind: 'processed' });
      await on(0, ledger).observe(both, { fingerprint: 'x' });
      await on(0, ledger).observe({ ...both, modelVersion: '2.0.0' }, { fingerprint: 'x' });
      await delivered(ledger, EXAM, 2);
      await on(0, ledger).observe({ ...EXAM, modelName: 'other-model' }, { fingerprint: 'x' });

      expect(await on(5, ledger).adopt(NEXT)).to.equal(2);
      expect(await on(5, ledger).adopt(NEXT)).to.equal(0);
      const unfinished = await ledger.list({ states: ['waiting', 'delivering'] });
      expect(
        unfinished
          .filter(({ modelName }) => modelName === EXAM.modelName)
          .map((exam) => [exam.studyInstanceUID, exam.modelVersion, exam.state]),
      ).to.have.deep.members([
        ['2.25.21', '2.0.0', 'waiting'],
        ['2.25.22', '2.0.0', 'waiting'],
        ['2.25.23', '1.0.0', 'delivering'],
        ['2.25.24', '2.0.0', 'waiting'],
      ]);
      const turn = { worker: 'new', leaseMs: 60_000, dueBy: at(99) };
      expect(await on(99, ledger).claimNext(NEXT, { ...turn, among: 'due' })).to.deep.include({
        exam: { ...failed, modelVersion: '2.0.0' },
      });
      const left = await on(99, ledger).claimNext(NEXT, { ...turn, among: 'left-behind' });
      expect(left).to.deep.include({ exam: made, objectsKept: true });
      expect(await ledger.find(both)).to.include({ state: 'not-processed', code: 'superseded' });
      expect(await on(6, ledger).retry()).to.deep.equal([]);
    });

    it('takes over what was made and is lost, which nobody could deliver', async () => {
      const { studyInstanceUID: _, ...served } = { ...EXAM, ...NEXT };
      const damaged = { code: 'ledger-object-damaged', reason: 'They have changed.' };
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      await on(2, ledger).fail(claim, damaged, 9_000);
      expect(await on(3, ledger).retry({ served }), 'by a service that would not take it').to.deep.equal([]);
      const ways = { retry: false, reprocess: false, adopt: true };
      expect(waysFor((await ledger.find(EXAM))!, served)).to.deep.equal(ways);
      expect((await ledger.countRetriable({ served })).map((count) => count.ways)).to.deep.equal([ways]);
      expect(await ledger.adoptable(served)).to.equal(1);
      expect(await on(4, ledger).adopt(served)).to.equal(1);
      expect(await database.keptBytes()).to.equal(0);
      const turn = { worker: 'new', leaseMs: 60_000, among: 'due' as const, dueBy: at(5) };
      expect(await on(5, ledger).claimNext(served, turn)).to.include({ objectsKept: false, revision: 2 });
    });

    it('leaves alone what a worker of the old one is busy with', async () => {
      await claimed(ledger);
      expect(await on(59, ledger).adopt(NEXT)).to.equal(0);
      expect(await on(59, ledger).countDue(EXAM)).to.equal(0);
      expect(await on(60, ledger).adopt(NEXT)).to.equal(1);
    });

    it('goes back as it went forth: of two that made way for each other, one goes on', async () => {
      await on(0, ledger).observe(EXAM, { fingerprint: 'x' });
      await ledger.observe({ ...EXAM, ...NEXT }, { fingerprint: 'x' });
      for (const algorithm of [NEXT, EXAM, NEXT, EXAM]) {
        await on(1, ledger).adopt(algorithm);
        const states = await ledger.list();
        expect(states.filter(({ state }) => state === 'waiting')).to.have.lengthOf(1);
        expect(states.find(({ state }) => state === 'waiting')).to.deep.include({
          modelVersion: algorithm.modelVersion,
        });
      }
    });
  });

  describe('the next exam', () => {
    const exam = (study: number) => ({ ...EXAM, studyInstanceUID: `2.25.${study}` });
    const turn = (dueBy: number, among: 'due' | 'left-behind' = 'due') => ({
      worker: 'w',
      leaseMs: 60_000,
      among,
      dueBy: at(dueBy),
    });
    const nextAt = async (seconds: number, among: 'due' | 'left-behind' = 'due') =>
      (await on(seconds, ledger).claimNext(EXAM, turn(seconds, among)))?.exam.studyInstanceUID;
    const waiting = async (study: number, seen: { studyDate?: string; priority?: number }, dueAt = 1) => {
      await on(0, ledger).observe(exam(study), { fingerprint: 'x', ...seen });
      await ledger.due(exam(study), 'x', at(dueAt));
    };

    it('is the most pressing, then the newest by its date', async () => {
      await waiting(1, { studyDate: '20260101' });
      await waiting(2, { studyDate: '20260103' });
      await waiting(3, { studyDate: '20260102' });
      await waiting(4, { studyDate: '19991231', priority: 10 });
      await waiting(5, {});
      const order = ['2.25.4', '2.25.2', '2.25.3', '2.25.1', '2.25.5', undefined];
      for (const expected of order) expect(await nextAt(1)).to.equal(expected);
    });

    it('is none that is incomplete, nor one whose images have changed since it was complete', async () => {
      await on(0, ledger).observe(exam(1), { fingerprint: 'x' });
      expect(await nextAt(99)).to.equal(undefined);
      await ledger.due(exam(1), 'x', at(10));
      expect(await nextAt(9)).to.equal(undefined);
      await on(9, ledger).observe(exam(1), { fingerprint: 'y' });
      expect(await nextAt(10)).to.equal(undefined);
      // An answer about what was there before says nothing about what is there now.
      await ledger.due(exam(1), 'x', at(10));
      expect(await nextAt(10)).to.equal(undefined);
      await ledger.due(exam(1), 'y', at(10));
      expect(await nextAt(10)).to.equal('2.25.1');
    });

    it('is none that failed and is held back, which takes no tries and none that has objects', async () => {
      await waiting(1, {});
      const claim = await on(1, ledger).claimNext(EXAM, turn(1));
      await on(2, ledger).fail(claim!, TROUBLE, 0);
      // When it is due is for its delay to say.
      await ledger.due(exam(1), 'x', at(2));
      expect(await state(exam(1))).to.equal('failed');
      await ledger.due(exam(1), 'x', undefined);
      expect(await state(exam(1))).to.equal('waiting');
      expect(await nextAt(99)).to.equal(undefined);
      await ledger.due(exam(1), 'x', at(100));
      const again = await on(100, ledger).claimNext(EXAM, turn(100));
      expect(again).to.include({ attempt: 2 });
      await ledger.keepObjects(again!, objects(), { kind: 'processed' });
      await on(101, ledger).fail(again!, TROUBLE, 0);
      await ledger.due(exam(1), 'x', undefined);
      expect(await nextAt(102)).to.equal('2.25.1');
    });

    it('is not tried twice by one cycle, and is counted as long as it is due', async () => {
      await waiting(1, {});
      expect(await on(1, ledger).countDue(EXAM)).to.equal(1);
      const claim = await on(1, ledger).claimNext(EXAM, turn(1));
      await on(2, ledger).fail(claim!, TROUBLE, 0);
      expect(await on(3, ledger).claimNext(EXAM, turn(1))).to.equal(undefined);
      expect(await on(3, ledger).countDue(EXAM, at(1))).to.equal(0);
      expect(await on(3, ledger).claimNext(EXAM, turn(3))).to.include({ attempt: 2 });
    });

    it('is of those left behind the one with the fewest tries, and only when asked for them', async () => {
      for (const study of [1, 2]) await waiting(study, { studyDate: `2026010${study}` });
      await on(1, ledger).claim(exam(2), 'a', 1000);
      await on(3, ledger).claim(exam(2), 'b', 1000);
      await on(3, ledger).claim(exam(1), 'b', 1000);
      expect(await nextAt(9)).to.equal(undefined);
      expect(await nextAt(9, 'left-behind')).to.equal('2.25.1');
      expect(await nextAt(9, 'left-behind')).to.equal('2.25.2');
    });

    it('goes to one of many workers on many connections', async () => {
      for (let study = 1; study <= 5; study++) await waiting(study, {});
      const ledgers = await Promise.all(Array.from({ length: 4 }, () => openLedger(url, clock)));
      on(1, ledger);
      const claims = await Promise.all(
        [...ledgers, ...ledgers].map((one, i) => one.claimNext(EXAM, { ...turn(1), worker: `w${i}` })),
      );
      await Promise.all(ledgers.map((one) => one.disconnect()));
      const taken = claims.flatMap((claim) => claim?.exam.studyInstanceUID ?? []);
      expect(taken.sort()).to.deep.equal(['2.25.1', '2.25.2', '2.25.3', '2.25.4', '2.25.5']);
    });

    it('is what the rules call takeable, whatever its state', async () => {
      let study = 0;
      for (const [state, make] of Object.entries({
        waiting: async () => waiting(++study, {}, 50),
        failed: async () => {
          await waiting(++study, {});
          await ledger.fail((await on(1, ledger).claim(exam(study), 'w', 10_000))!, TROUBLE, 49_000);
        },
        claimed: async () => {
          await waiting(++study, {});
          await on(1, ledger).claim(exam(study), 'w', 49_000);
        },
      }))
        for (const now of [49, 50, 51]) {
          await make();
          const record = (await ledger.find(exam(study)))!;
          const expected = takeable(record, at(now));
          for (const among of ['due', 'left-behind'] as const)
            expect(await nextAt(now, among), `${state} at ${now}`).to.equal(
              among === expected ? exam(study).studyInstanceUID : undefined,
            );
          // Out of the way of the next.
          await ledger.giveUp((await on(9999, ledger).claim(exam(study), 'z', 1000))!, TROUBLE);
        }
    });
  });

  describe('the answer in short', () => {
    const short = async () => (await ledger.find(EXAM))!.shortAnswer;
    const outcome = (make: number, kind: 'processed' | 'partial' = 'processed') => ({
      ...{ kind, code: 'images-missing', reason: 'It lacks one.' },
      ...{ restsOn: ['2.25.501'], shortAnswer: answerOf(make) },
    });
    const closed = async (claim: Claim, make: number) => {
      await ledger.confirm(
        claim,
        objects(make).map(({ sopInstanceUID }) => sopInstanceUID),
      );
      await ledger.close(claim);
    };
    const again = async (seconds: number, fingerprint: string): Promise<Claim> => {
      await on(seconds, ledger).observe(EXAM, { fingerprint });
      return (await ledger.claim(EXAM, 'worker', 60_000))!;
    };

    it('is there once the exam is closed with the objects that say it, and not before', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(1), outcome(1));
      expect(await short(), 'on its way').to.equal(undefined);
      await closed(claim, 1);
      expect(await short()).to.deep.equal(answerOf(1));
      expect((await ledger.list())[0]!.shortAnswer).to.deep.equal(answerOf(1));
    });

    it('is of what is delivered, whoever delivers it and whatever was made besides', async () => {
      const first = await claimed(ledger);
      await ledger.keepObjects(first, objects(1), outcome(1, 'partial'));
      const second = (await on(90, ledger).claim(EXAM, 'other', 60_000))!;
      await ledger.keepObjects(second, objects(2), outcome(2));
      await refused(ledger.close(first), 'ledger-claim-lost');
      await closed(second, 1);
      expect(await state()).to.equal('partial');
      expect(await short()).to.deep.equal(answerOf(1));
    });

    it('is none while the exam is open again, and then the new one', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(1), outcome(1));
      await closed(claim, 1);
      const second = await again(10, 'five images');
      expect(await short(), 'claimed').to.equal(undefined);
      await ledger.keepObjects(second, objects(2), outcome(2));
      expect(await short(), 'on its way').to.equal(undefined);
      await ledger.fail(second, TROUBLE, 1_000);
      expect(await short(), 'failed').to.equal(undefined);
      const third = (await on(20, ledger).claim(EXAM, 'worker', 60_000))!;
      await closed(third, 2);
      expect(await short()).to.deep.equal(answerOf(2));
    });

    it('is the earlier one where the exam is closed with that once more', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(1), outcome(1));
      await closed(claim, 1);
      expect(await ledger.withdraw(await again(10, 'five images'), TROUBLE)).to.equal('delivered');
      expect(await short()).to.deep.equal(answerOf(1));
      expect(await ledger.withdraw(await again(20, 'six images'), TROUBLE, 'partial')).to.equal('partial');
      expect(await short()).to.deep.equal(answerOf(1));
    });

    it('is none of an exam that is not processed any more, nor of one that is closed without', async () => {
      const claim = await claimed(ledger);
      await ledger.keepObjects(claim, objects(1), outcome(1));
      await closed(claim, 1);
      await ledger.giveUp(await again(10, 'five images'), TROUBLE);
      expect(await short(), 'given up').to.equal(undefined);
      const third = await again(20, 'six images');
      await ledger.keepObjects(third, objects(3), { kind: 'not-processed', restsOn: [], ...TROUBLE });
      await closed(third, 3);
      expect(await short(), 'a report says so').to.equal(undefined);
      await ledger.reopen(EXAM);
      const fourth = await again(30, 'six images');
      await ledger.keepObjects(fourth, objects(4), { kind: 'processed', restsOn: [] });
      await closed(fourth, 4);
      expect(await state()).to.equal('delivered');
      expect(await short(), 'not kept').to.equal(undefined);
    });
  });

  describe('a look at it', () => {
    it('lists and counts by state, latest change first', async () => {
      await delivered(ledger);
      const other = { ...EXAM, studyInstanceUID: '2.25.2' };
      await on(50, ledger).observe(other, { fingerprint: 'x' });
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
        partial: 0,
        failed: 0,
        'not-processed': 0,
      });
    });

    it('tells an exam’s story', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).fail(claim, { code: 'x', reason: 'y'.repeat(9999) }, 1_000);
      await delivered(ledger, EXAM, 1, 2);
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

  describe('what it tells of all exams', () => {
    const study = (number: number) => ({ ...EXAM, studyInstanceUID: `2.25.${number}` });
    const closedAs = async (number: number, kind: 'partial' | 'not-processed', code: string, now: number) => {
      const claim = await claimed(ledger, study(number), now);
      const made = objects(number);
      const uids = made.map(({ sopInstanceUID }) => sopInstanceUID);
      await ledger.keepObjects(claim, made, { kind, code, reason: `It lacks ${number}.` });
      await on(now + 10, ledger).confirm(claim, uids);
      await ledger.close(claim);
    };

    it('is why those that are not well are not, with the latest reason of each kind', async () => {
      await delivered(ledger, study(1), 1, 0);
      await closedAs(2, 'partial', 'images-missing', 10);
      await closedAs(3, 'partial', 'images-missing', 40);
      const claim = await claimed(ledger, study(4), 90);
      await ledger.fail(claim, TROUBLE, 60_000);
      expect(await ledger.reasons()).to.deep.equal([
        { state: 'partial', code: 'images-missing', exams: 2, latest: at(50), reason: 'It lacks 3.' },
        { state: 'failed', code: TROUBLE.code, exams: 1, latest: at(90), reason: TROUBLE.reason },
      ]);
      const missing = await ledger.list({ codes: ['images-missing'] });
      expect(missing.map(({ studyInstanceUID }) => studyInstanceUID)).to.deep.equal(['2.25.3', '2.25.2']);
      expect(missing[0]!.updatedAt).to.deep.equal(at(50));
      expect(await ledger.list({ codes: ['none'] })).to.deep.equal([]);
      const both = await ledger.list({ states: ['failed'], codes: ['images-missing', TROUBLE.code] });
      expect(both.map(({ studyInstanceUID }) => studyInstanceUID)).to.deep.equal(['2.25.4']);
    });

    it('is the exams with a code without a scan of all, however many there are', async () => {
      await delivered(ledger, study(1), 1, 0);
      await database.fill(5000);
      const state = JSON.stringify(['partial']);
      for (const states of [null, state]) {
        const plan = await database.planOf({ states, codes: JSON.stringify(['rare']) });
        expect(plan)
          .to.contain('exams_by_code')
          .and.not.match(/SCAN exams\b|Seq Scan on exams/);
      }
    });

    it('is which exams of a range of study dates are known, and which have none', async () => {
      for (const [number, studyDate] of [
        [1, '20251231'],
        [2, '20260101'],
        [3, '20260131'],
        [4, undefined],
      ] as const)
        await on(0, ledger).observe(study(number), { fingerprint: 'x', studyDate });
      const dated = async (from: string, to: string) =>
        (await ledger.list({ dates: { from, to } })).map(({ studyInstanceUID }) => studyInstanceUID).sort();
      expect(await dated('20260101', '20260131')).to.deep.equal(['2.25.2', '2.25.3']);
      expect(await dated('', '')).to.deep.equal(['2.25.4']);
      expect((await ledger.find(study(2)))!.studyDate).to.equal('20260101');
      expect((await ledger.find(study(4)))!.studyDate).to.equal(undefined);
    });

    it('is what waits, and for what', async () => {
      for (const [number, dueAt] of [
        [1, at(0)],
        [2, at(500)],
        [3, at(900)],
        [4, undefined],
      ] as const) {
        await on(0, ledger).observe(study(number), { fingerprint: 'x' });
        await ledger.due(study(number), 'x', dueAt);
      }
      const claim = await claimed(ledger, study(5), 1);
      await ledger.fail(claim, TROUBLE, 60_000);
      await on(1, ledger).observe({ ...study(6), modelVersion: 'older' }, { fingerprint: 'x' });
      // Whoever made its results, they are delivered here.
      const made = await claimed(ledger, { ...study(7), modelVersion: 'older' }, 1);
      await ledger.keepObjects(made, objects(7), { kind: 'processed' });
      await ledger.fail(made, TROUBLE, 60_000);
      expect(await on(2, ledger).backlog(EXAM)).to.deep.equal({
        ready: 1,
        arriving: { exams: 3, until: at(500) },
        again: { exams: 2, next: at(61) },
        others: 1,
      });
      expect(await on(501, ledger).backlog(EXAM)).to.deep.include({
        ready: 2,
        arriving: { exams: 2, until: at(900) },
      });
    });

    it('is how they ended and how long they took, stretch by stretch', async () => {
      for (const [number, took] of [
        [1, 10],
        [2, 30],
        [3, 20],
      ] as const) {
        const claim = await claimed(ledger, study(number), 100);
        await ledger.keepObjects(claim, objects(number), { kind: 'processed' });
        const uids = objects(number).map(({ sopInstanceUID }) => sopInstanceUID);
        await on(100 + took, ledger).confirm(claim, uids);
        await ledger.close(claim);
      }
      await closedAs(4, 'not-processed', 'images-unreadable', 700);
      // Tried again long after: it took from then on.
      await on(1200, ledger).retry({ studies: ['2.25.4'] });
      const again = (await ledger.claim(study(4), 'worker', 60_000))!;
      await ledger.keepObjects(again, objects(5), { kind: 'processed' });
      await on(1207, ledger).confirm(
        again,
        objects(5).map(({ sopInstanceUID }) => sopInstanceUID),
      );
      await ledger.close(again);
      expect(await ledger.endings(at(0), 600_000)).to.deep.equal([
        { from: at(0), state: 'delivered', code: undefined, exams: 3 },
        { from: at(1200), state: 'delivered', code: undefined, exams: 1 },
      ]);
      expect(await ledger.latencies(at(0), 600_000)).to.deep.equal([
        { from: at(0), exams: 3, median: 20, most: 30 },
        { from: at(1200), exams: 1, median: 7, most: 7 },
      ]);
      expect(await ledger.endings(at(1200), 600_000)).to.have.lengthOf(1);
    });

    it('is, of one exam, its images and everything that was made of it', async () => {
      const claim = await claimed(ledger);
      const images = [
        { sopInstanceUID: '2.25.81', view: 'LCC' as const, answered: true },
        { sopInstanceUID: '2.25.82', answered: false, code: 'not-a-mammogram', reason: 'It is a report.' },
      ];
      const made = objects(1, 1).map((object, index) => ({
        ...object,
        ...(index > 0 && { view: 'LCC' as const }),
      }));
      await ledger.keepObjects(claim, made, { kind: 'processed', images });
      expect((await ledger.find(EXAM))!.images).to.deep.equal(images);
      const uids = objects(1, 1).map(({ sopInstanceUID }) => sopInstanceUID);
      await on(5, ledger).sent(claim, uids);
      await on(6, ledger).confirm(claim, [uids[0]!]);
      const [report, picture] = await ledger.made(EXAM);
      expect(report).to.deep.include({ kind: 'tid1500', revision: 1, sentAt: at(5), confirmedAt: at(6) });
      expect(picture).to.deep.include({ sopInstanceUID: uids[1], sentAt: at(5), confirmedAt: undefined });
      // A report is about several images.
      expect([report!.view, picture!.view]).to.deep.equal([undefined, 'LCC']);
    });
  });

  it('tells of the latest look at the archive alone, and why it could not be searched', async () => {
    expect(await ledger.lastLook()).to.equal(undefined);
    const problem = { code: 'pacs-unreachable', reason: 'The PACS cannot be reached.' };
    await on(5, ledger).noteLook(problem);
    expect(await ledger.lastLook()).to.deep.equal({ at: at(5), problem });
    await on(6, ledger).noteLook(undefined);
    expect(await ledger.lastLook()).to.deep.equal({ at: at(6), problem: undefined });
  });

  it('tells when the latest new exam was first seen, old ones that are taken up aside', async () => {
    expect(await ledger.newestExam()).to.equal(undefined);
    const seen = (study: string, seconds: number, priority: number) =>
      on(seconds, ledger).observe({ ...EXAM, studyInstanceUID: study }, { fingerprint: 'f', priority });
    await seen('2.25.70', 5, 0);
    expect(await ledger.newestExam()).to.equal(undefined);
    await seen('2.25.71', 6, 10);
    await seen('2.25.72', 7, 0);
    expect(await ledger.newestExam()).to.deep.equal(at(6));
  });

  it('says since when a complete exam waits that gives way to no other', async () => {
    const waits = async (seconds: number) => on(seconds, ledger).oldestReady(EXAM);
    const seen = async (study: string, due: number, priority: number, version = EXAM.modelVersion) => {
      const exam = { ...EXAM, studyInstanceUID: study, modelVersion: version };
      await on(1, ledger).observe(exam, { fingerprint: 'f', priority });
      await ledger.due(exam, 'f', at(due));
    };
    await seen('2.25.70', 5, 0);
    await seen('2.25.71', 5, 10, 'older');
    await seen('2.25.72', 20, 10);
    await seen('2.25.73', 30, 10);
    expect(await waits(19)).to.equal(undefined);
    expect(await waits(25)).to.deep.equal(at(20));
    expect(await waits(100)).to.deep.equal(at(20));
  });

  describe('a pause', () => {
    it('stands until somebody ends it, over a restart, and is told with who ordered it and when', async () => {
      expect(await ledger.pausing()).to.equal(undefined);
      expect(await ledger.goOn()).to.equal(undefined);
      const pausing = { since: at(5), by: 'anna', why: 'PACS upgrade' };
      expect(await on(5, ledger).pause('anna', 'PACS upgrade')).to.deep.equal(pausing);
      expect(await on(9, ledger).pause('berta')).to.deep.equal(pausing);
      await ledger.disconnect();
      ledger = await openLedger(url, clock);
      expect(await ledger.pausing()).to.deep.equal(pausing);
      expect(await ledger.goOn()).to.deep.equal(pausing);
      expect(await ledger.pausing()).to.equal(undefined);
    });
  });

  describe('what it remembers of the way', () => {
    it('is the latest of an exam that fails for weeks, and no more', async () => {
      await on(0, ledger).observe(EXAM, { fingerprint: 'x' });
      for (let time = 1; time <= 80; time++) {
        const claim = await on(60 * time, ledger).claim(EXAM, 'worker', 1000 * (60 * time + 30 - 60 * time));
        await on(60 * time, ledger).fail(
          claim!,
          { code: `try-${time}`, reason: 'No.' },
          1000 * (60 * time + 1 - 60 * time),
        );
      }
      const history = await ledger.history(EXAM);
      expect(history).to.have.length(100);
      expect(history.at(-1)).to.include({ event: 'failed', code: 'try-80' });
      expect(history[1]).to.include({ event: 'failed', code: 'try-31' });
      expect(await database.events()).to.equal(100);
    });

    it('is a year at the most, whatever became of the exams since', async () => {
      const day = 86_400;
      for (let study = 1; study <= 30; study++) {
        await on(study, ledger).observe({ ...EXAM, studyInstanceUID: `2.25.${study}` }, { fingerprint: 'x' });
      }
      expect(await database.events()).to.equal(30);
      for (let study = 31; study <= 40; study++) {
        await on(366 * day, ledger).observe(
          { ...EXAM, studyInstanceUID: `2.25.${study}` },
          { fingerprint: 'x' },
        );
      }
      expect(await database.events()).to.equal(10);
      expect(await ledger.history(EXAM)).to.deep.equal([]);
      expect(await ledger.find(EXAM)).to.deep.include({ state: 'waiting', firstSeen: at(1) });
      expect(await ledger.counts()).to.include({ waiting: 40 });
    });
  });

  describe('its database', () => {
    it('is looked at without being written', async () => {
      await delivered(ledger);
      const reader = (await openLedgerToRead(url))!;
      expect(await reader.find(EXAM)).to.include({ state: 'delivered' });
      expect(await reader.isOwn(uids[0]!)).to.equal(true);
      expect(await reader.predecessors(EXAM, 2)).to.have.lengthOf(uids.length);
      const writing = (reader as Ledger).observe;
      expect(writing).to.equal(undefined);
      await reader.disconnect();
    });

    it('is opened by several at once, also for the first time', async () => {
      const fresh = await make();
      const all = await Promise.all([openLedger(fresh.url), openLedger(fresh.url), openLedger(fresh.url)]);
      await all[0]!.observe(EXAM, { fingerprint: 'x' });
      expect(await all[2]!.counts()).to.include({ waiting: 1 });
      for (const one of all) await one.disconnect();
      await fresh.remove();
    });
  });
});
