import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openLedger } from '../../src/ledger/index.js';
import { onEveryDatabase, type TestDatabase } from './databases.js';
import { answerOf, EXAM } from './exams.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
/** open, observe, claim, keep, list, three times sent and confirmed, close */
const CALLS = 12;

/** What a worker says before it ends; its exit status where it fails without a word. */
function lastWord(worker: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('exit', (status) => resolve(`exit status ${status}`));
  });
}

onEveryDatabase('ledger under kill -9', (make) => {
  let database: TestDatabase;
  let url: string;
  beforeEach(async () => {
    database = await make();
    url = database.url;
  });
  afterEach(() => database.remove());

  const start = (name: string, calls: number, seconds: number): ChildProcess =>
    fork(WORKER, [url, name, String(calls), String(seconds)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });

  async function isDelivered(): Promise<void> {
    const ledger = await openLedger(url);
    const record = await ledger.find(EXAM);
    const all = await ledger.history(EXAM);
    const [report] = await ledger.made(EXAM);
    await ledger.disconnect();
    expect(record).to.deep.include({ state: 'delivered', objects: { kept: 3, sent: 3, confirmed: 3 } });
    // Whoever delivered them: the answer in short is that of the very objects that were made.
    const make = Number(/^2\.25\.9(\d+)0$/.exec(report!.sopInstanceUID)![1]);
    expect(record!.shortAnswer).to.deep.equal(answerOf(make));
    expect(all.filter(({ event }) => event === 'objects-kept')).to.have.lengthOf(1);
    expect(all.filter(({ event }) => event === 'delivered')).to.have.lengthOf(1);
  }

  for (let calls = 0; calls < CALLS; calls++) {
    it(`after ${calls + 1} of ${CALLS} calls, another worker finishes, and makes the objects once`, async () => {
      const first = start('first', calls, 0);
      expect((await once(first, 'message'))[0]).to.equal('stands');
      const gone = once(first, 'exit');
      first.kill('SIGKILL');
      await gone;
      const second = start('second', -1, 61);
      const [word] = await once(second, 'message');
      expect(word).to.equal(calls === CALLS - 1 ? 'refused' : 'done');
      await once(second, 'exit');
      await isDelivered();
      expect(await database.keptBytes()).to.equal(0);
    });
  }

  it('at any moment leaves a ledger that can be worked on', async () => {
    for (let round = 0; round < 6; round++) {
      const worker = start(`victim-${round}`, -1, round * 61);
      const gone = once(worker, 'exit');
      const timer = setTimeout(() => worker.kill('SIGKILL'), 60 + 25 * round);
      await gone;
      clearTimeout(timer);
    }
    const last = start('last', -1, 6 * 61);
    await once(last, 'exit');
    await isDelivered();
  });

  it('lets one of several processes that start at once on a new ledger have the exam', async () => {
    const workers = Array.from({ length: 3 }, (_, index) => start(`worker-${index}`, -1, 0));
    const words = await Promise.all(workers.map(lastWord));
    expect(words.sort()).to.deep.equal(['done', 'refused', 'refused']);
    await isDelivered();
  });
});
