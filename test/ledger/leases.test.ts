import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Clock, type Ledger, openLedger } from '../../src/ledger/index.js';
import { isOver } from '../../src/ledger/lease.js';
import { isGone, thisProcess } from '../../src/ledger/owner.js';
import { onEveryDatabase, type TestDatabase } from './databases.js';
import { at, EXAM } from './exams.js';

const HOLDING = fileURLToPath(new URL('./holding.js', import.meta.url));
const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };
const TURN = { worker: 'other', leaseMs: 60_000 };

onEveryDatabase('a claim and who holds it', (make) => {
  let database: TestDatabase;
  let url: string;
  let ledger: Ledger;
  let child: ChildProcess | undefined;
  /** Seconds by the clock that can be set, and by the one that cannot. */
  let [time, steady] = [0, 0];
  const clock: Clock = { now: () => at(time), steady: () => steady * 1000 };
  const pass = (seconds: number) => {
    time += seconds;
    steady += seconds;
  };

  beforeEach(async () => {
    database = await make();
    url = database.url;
    [time, steady] = [10_000, 10_000];
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await ledger.disconnect();
    await database.remove();
  });

  async function held(...how: string[]): Promise<void> {
    child = fork(HOLDING, [url, ...how], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    expect((await once(child, 'message'))[0]).to.equal('holds');
    ledger = await openLedger(url);
  }
  const next = async (among: 'due' | 'left-behind') =>
    ledger.claimNext(EXAM, { ...TURN, among, dueBy: await ledger.now() });

  it('is free at once when its process was killed, however long its lease', async () => {
    await held();
    const gone = once(child!, 'exit');
    child!.kill('SIGKILL');
    await gone;
    expect(await ledger.countDue(EXAM)).to.equal(1);
    expect(await next('left-behind')).to.deep.include({ exam: EXAM, attempt: 2 });
  });

  it('stays with a process that runs', async () => {
    await held();
    expect(await ledger.countDue(EXAM)).to.equal(0);
    expect(await next('left-behind')).to.equal(undefined);
    expect(await ledger.claim(EXAM, 'other', 60_000)).to.equal(undefined);
    expect(await ledger.adoptable({ ...EXAM, modelVersion: '2' })).to.equal(0);
  });

  it('is free at once with all that its process held, whatever the time was when it took them', async () => {
    for (const aheadMs of [-7_200_000, 7_200_000, 86_400_000]) {
      const exams = [1, 2, 3].map((n) => ({ ...EXAM, studyInstanceUID: `2.25.${10 ** 9 + aheadMs}.${n}` }));
      await held(JSON.stringify(exams), String(aheadMs));
      const gone = once(child!, 'exit');
      child!.kill('SIGKILL');
      await gone;
      const taken = [await next('left-behind'), await next('left-behind'), await next('left-behind')];
      const studies = taken.map((claim) => claim?.exam.studyInstanceUID);
      expect(studies, String(aheadMs)).to.have.members(exams.map(({ studyInstanceUID }) => studyInstanceUID));
      expect(await next('left-behind')).to.equal(undefined);
      await ledger.disconnect();
    }
  });

  it('stays with a process in another container, which has numbers of its own', async function () {
    const inContainer = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath, HOLDING, url];
    if (spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status !== 0) {
      console.log('      skipped: a container of processes can only be made by root');
      this.skip();
    }
    child = spawn('unshare', inContainer, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    expect((await once(child, 'message'))[0]).to.equal('holds');
    ledger = await openLedger(url);
    // Its number there is 1, which here is another process's.
    expect(await ledger.countDue(EXAM)).to.equal(0);
    expect(await next('left-behind')).to.equal(undefined);
  });

  it('is judged by process only where the process can be seen from', () => {
    const here = thisProcess();
    expect(isGone(here, here)).to.equal(false);
    expect(isGone({ ...here, pid: 2 ** 22 + 1 }, here), 'no such process').to.equal(true);
    const unknown = { pid: 2 ** 22 + 1, started: '1' };
    expect(isGone({ ...here, ...unknown, boot: 'its own' }, here), 'another machine of one name').to.equal(
      false,
    );
    expect(isGone({ ...here, ...unknown, space: 'pid:[1]' }, here), 'another container').to.equal(false);
    if (here.boot !== '')
      expect(isGone({ ...here, ...unknown, host: 'as it was called before' }, here), 'renamed').to.equal(
        true,
      );
    const silent = { ...here, boot: '', space: '' };
    expect(isGone({ ...silent, ...unknown, host: 'another' }, silent), 'where no system tells').to.equal(
      false,
    );
    expect(isGone({ ...silent, ...unknown }, silent), 'where no system tells, here').to.equal(true);
    // Only Linux tells when a process started: elsewhere a number that was given out again counts as the same.
    if (here.started !== '') {
      expect(isGone({ ...here, started: '1' }, here), 'number given out again').to.equal(true);
    }
  });

  describe('when somebody sets the clock', () => {
    beforeEach(async () => {
      ledger = await openLedger(url, clock);
    });

    it('back, is not stuck: its lease runs by the steady clock', async () => {
      await ledger.observe(EXAM, { fingerprint: 'x' });
      await ledger.claim(EXAM, 'first', 120_000);
      time -= 86_400;
      pass(119);
      expect(await next('left-behind')).to.equal(undefined);
      pass(1);
      expect(await next('left-behind')).to.include({ attempt: 2 });
    });

    it('forth, is not taken away from a worker that works', async () => {
      await ledger.observe(EXAM, { fingerprint: 'x' });
      const claim = await ledger.claim(EXAM, 'first', 120_000);
      time += 86_400;
      pass(60);
      expect(await next('left-behind')).to.equal(undefined);
      await ledger.renew(claim!, 120_000);
      pass(119);
      expect(await next('left-behind')).to.equal(undefined);
    });

    it('back, neither retries nor complete exams wait until it gets there again', async () => {
      await ledger.observe(EXAM, { fingerprint: 'x' });
      await ledger.due(EXAM, 'x', await ledger.now());
      time -= 86_400;
      const claim = await next('due');
      expect(claim).to.include({ attempt: 1 });
      time += 86_400;
      await ledger.fail(claim!, TROUBLE, 60_000);
      expect(await next('due')).to.equal(undefined);
      time -= 86_400;
      expect(await next('due')).to.include({ attempt: 2 });
    });

    it('back, settling counts from then on', async () => {
      await ledger.observe(EXAM, { fingerprint: 'x' });
      time -= 86_400;
      const { record } = await ledger.observe(EXAM, { fingerprint: 'x' });
      expect(record.lastChange).to.deep.equal(await ledger.now());
    });
  });

  it('has a lease that is never longer than one granted now, on any machine', async () => {
    ledger = await openLedger(url, clock);
    const lease = { until: 500, length: 120, steady: undefined };
    const moment = (now: number) => ({ now, steady: 0, boot: 'x' });
    expect([379, 380, 499, 500].map((now) => isOver(lease, moment(now)))).to.deep.equal([
      true,
      false,
      false,
      true,
    ]);
    const steadily = { ...lease, steady: { until: 50, boot: 'x' } };
    expect(isOver(steadily, { now: 499, steady: 49, boot: 'x' })).to.equal(false);
    expect(isOver(steadily, { now: 0, steady: 50, boot: 'x' })).to.equal(true);
    expect(isOver(steadily, { now: 499, steady: 50, boot: 'y' }), 'the time of day').to.equal(false);
  });
});
