import { expect } from 'chai';
import {
  type Claim,
  editionOf,
  type Ledger,
  LedgerError,
  openLedger,
  type ServedModel,
} from '../../src/ledger/index.js';
import { isInTheWay } from '../../src/ledger/rules.js';
import { onEveryDatabase, type TestDatabase } from './databases.js';
import { at, claimed, clock, delivered, EXAM, objects, on } from './exams.js';

const NEXT = { ...EXAM, modelVersion: '2.0.0' };
const OTHER_SETTINGS = { ...EXAM, settingsDigest: 'fedcba9876543210' };
const OTHER_MODEL = { ...EXAM, modelName: 'other-model' };
const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };
const uids = objects().map(({ sopInstanceUID }) => sopInstanceUID);

onEveryDatabase("one set of results about a study comes after another version's", (make) => {
  let database: TestDatabase;
  let ledger: Ledger;

  beforeEach(async () => {
    database = await make();
    ledger = await openLedger(database.url, clock);
  });
  afterEach(async () => {
    await ledger.disconnect();
    await database.remove();
  });

  const waits = async (exam = NEXT) => {
    await on(0, ledger).observe(exam, { fingerprint: 'four images' });
    await ledger.due(exam, 'four images', at(0));
  };
  /** Made at 0, and not delivered until 100 at the earliest. */
  const undelivered = async (exam = EXAM): Promise<Claim> => {
    const claim = await claimed(ledger, exam);
    await ledger.keepObjects(claim, objects(), { kind: 'processed' });
    await ledger.sent(claim, uids.slice(0, 1));
    await ledger.fail(claim, TROUBLE, 100_000);
    return claim;
  };
  const nextAt = (seconds: number, served: ServedModel = NEXT, among: 'due' | 'left-behind' = 'due') =>
    on(seconds, ledger).claimNext(served, { worker: 'new', leaseMs: 60_000, among, dueBy: at(seconds) });
  const finished = async (claim: Claim) => {
    await ledger.confirm(claim, uids);
    await ledger.close(claim);
  };
  const refusal = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).instanceOf(LedgerError);
    return (error as LedgerError).code;
  };
  const numberOf = async (exam = NEXT, revision = 1) => editionOf(exam, revision, await ledger.list());

  for (const next of [NEXT, OTHER_SETTINGS])
    it(`which is made and not delivered yet: ${next.modelVersion} with settings ${next.settingsDigest}`, async () => {
      await undelivered();
      await waits(next);
      expect(await on(50, ledger).countDue(next)).to.equal(0);
      expect(await nextAt(50, next)).to.equal(undefined);
      expect(await ledger.claim(next, 'new', 60_000)).to.equal(undefined);
      const late = (await nextAt(100, next))!;
      expect(late).to.deep.include({ exam: EXAM, objectsKept: true });
      expect(await nextAt(101, next)).to.equal(undefined);
      await finished(late);
      expect(await on(102, ledger).countDue(next)).to.equal(1);
      const now = (await nextAt(102, next))!;
      expect(now).to.deep.include({ exam: next, objectsKept: false });
      expect(await numberOf(next)).to.equal(2);
      expect((await ledger.predecessors(next)).map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal(
        uids,
      );
    });

  it('which is being made, as long as its worker gives signs of life', async () => {
    await claimed(ledger);
    await waits();
    expect(await nextAt(59)).to.equal(undefined);
    expect(await on(59, ledger).claim(NEXT, 'new', 60_000)).to.equal(undefined);
    expect(await nextAt(61)).to.deep.include({ exam: NEXT });
  });

  it("and waits for another model's only while a worker is at it, but has a number of its own", async () => {
    await undelivered(OTHER_MODEL);
    await waits();
    const claim = (await nextAt(1))!;
    expect(claim).to.deep.include({ exam: NEXT });
    expect(await numberOf()).to.equal(2);
    await ledger.keepObjects(claim, objects(2), { kind: 'processed', place: { edition: 2, replaces: [] } });
    expect(await ledger.find(OTHER_MODEL)).to.include({ state: 'failed' });
  });

  it('is what the rules call in the way, whatever its state', async () => {
    await waits();
    const states: [string, () => Promise<unknown>][] = [
      ['waiting', async () => waits(EXAM)],
      ['claimed', async () => ledger.claim(EXAM, 'worker', 10_000)],
      ['failed', async () => ledger.fail((await ledger.claim(EXAM, 'worker', 10_000))!, TROUBLE, 0)],
      [
        'delivering',
        async () =>
          ledger.keepObjects((await ledger.claim(EXAM, 'worker', 10_000))!, objects(), { kind: 'processed' }),
      ],
      ['failed', async () => ledger.fail((await ledger.claim(EXAM, 'worker', 10_000))!, TROUBLE, 9_000)],
      [
        'not-processed',
        async () => ledger.giveUp((await on(9, ledger).claim(EXAM, 'worker', 10_000))!, TROUBLE),
      ],
    ];
    for (const [state, come] of states) {
      await come();
      const record = (await ledger.find(EXAM))!;
      expect(record.state).to.equal(state);
      for (const now of [9, 10]) {
        const isInOurs = isInTheWay(record, NEXT.modelName, record.leaseUntil !== undefined && now >= 10);
        const claim = await on(now, ledger).claim(NEXT, 'new', 60_000);
        expect(claim === undefined, `${state} at ${now}`).to.equal(isInOurs);
        if (claim !== undefined) await ledger.release(claim);
      }
      on(0, ledger);
    }
  });

  it('and is not kept where another has come between', async () => {
    const slow = await claimed(ledger);
    await waits();
    const claim = (await nextAt(61))!;
    const first = { edition: await numberOf(), replaces: [] };
    expect(first.edition).to.equal(1);
    // It wakes up: nobody has taken its exam.
    await on(62, ledger).keepObjects(slow, objects(), {
      kind: 'processed',
      place: { edition: 1, replaces: [] },
    });
    const keep = (place: { edition: number; replaces: string[] }) =>
      ledger.keepObjects(claim, objects(2), { kind: 'processed', place });
    expect(await refusal(keep({ edition: 2, replaces: uids })), 'not delivered yet').to.equal(
      'ledger-overtaken',
    );
    await finished(slow);
    expect(await refusal(keep(first))).to.equal('ledger-overtaken');
    expect(await refusal(keep({ edition: 2, replaces: uids.slice(1) }))).to.equal('ledger-overtaken');
    expect(await database.keptBytes()).to.equal(0);
    await keep({ edition: 2, replaces: uids });
    expect(await database.keptBytes()).to.equal(3);
  });

  for (const sent of [[], uids.slice(0, 1)])
    it(`and none that was given up is delivered after it, of which ${sent.length} of 3 were sent`, async () => {
      const old = await claimed(ledger);
      await ledger.keepObjects(old, objects(), { kind: 'processed' });
      if (sent.length > 0) await ledger.sent(old, sent);
      await on(1, ledger).giveUp(old, TROUBLE);
      await waits();
      const claim = (await nextAt(2))!;
      const edition = await numberOf();
      expect(edition, 'the archive may hold a part of the first').to.equal(1 + sent.length);
      await ledger.keepObjects(claim, objects(2), { kind: 'processed', place: { edition, replaces: [] } });
      expect(await ledger.find(EXAM)).to.include({ state: 'not-processed', code: 'superseded' });
      expect((await ledger.history(EXAM)).at(-1)).to.include({ event: 'superseded' });
      expect(await database.keptBytes()).to.equal(3);
      expect(await ledger.retry({ states: ['not-processed'] })).to.deep.equal([]);
    });

  it('and a set that is ordered to be delivered after all comes before one that is being made', async () => {
    const old = await claimed(ledger);
    await ledger.keepObjects(old, objects(), { kind: 'processed' });
    await on(1, ledger).giveUp(old, TROUBLE);
    await waits();
    const claim = (await nextAt(2))!;
    expect(await ledger.retry({ states: ['not-processed'] })).to.have.length(1);
    const place = { edition: await numberOf(), replaces: [] };
    expect(await refusal(ledger.keepObjects(claim, objects(2), { kind: 'processed', place }))).to.equal(
      'ledger-overtaken',
    );
    expect(await nextAt(3)).to.deep.include({ exam: EXAM, objectsKept: true });
  });

  it('names the one before it, also where the clock was set back between two', async () => {
    await delivered(ledger, EXAM, 1, 5000);
    await delivered(ledger, NEXT, 2, 10);
    const latest = await ledger.predecessors({ ...EXAM, modelVersion: '3.0.0' });
    expect(latest.map(({ modelVersion }) => modelVersion)).to.deep.equal(['2.0.0', '2.0.0', '2.0.0']);
  });

  it('is written also about an exam that was answered and is handed over', async () => {
    const place = { edition: 1, replaces: [] };
    const said = { kind: 'processed' as const, restsOn: ['1'], place };
    const first = await claimed(ledger);
    await ledger.keepObjects(first, objects(), said);
    await finished(first);
    await on(1, ledger).observe(EXAM, { fingerprint: 'five images' });
    expect(await on(2, ledger).adopt(NEXT)).to.equal(1);
    const claim = (await ledger.claim(NEXT, 'new', 60_000))!;
    expect(claim).to.include({ answer: undefined, revision: 2 });
    expect(await numberOf(NEXT, claim.revision)).to.equal(2);
    await ledger.keepObjects(claim, objects(2), { ...said, place: { edition: 2, replaces: uids } });
  });
});
