import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { MamoriError } from '../../src/errors.js';
import { ThreadError, ThreadPool, type ThreadPoolOptions } from '../../src/threads/index.js';
import { ExampleError } from './exampleTasks.js';

type Tasks = Omit<typeof import('./exampleTasks.js'), 'ExampleError' | 'UnknownError'>;

const open = (options: Partial<ThreadPoolOptions> = {}) =>
  new ThreadPool<Tasks>(new URL('./exampleTasks.js', import.meta.url), {
    threads: 1,
    errors: [ExampleError],
    ...options,
  });

const refusal = (promise: Promise<unknown>): Promise<MamoriError> =>
  promise.then(
    () => expect.fail('was done'),
    (error) => error,
  );

const flag = () => new Int32Array(new SharedArrayBuffer(4));
const raise = (raised: Int32Array) => {
  Atomics.store(raised, 0, 1);
  Atomics.notify(raised, 0);
};

describe('ThreadPool', () => {
  let pool: ReturnType<typeof open>;
  beforeEach(() => {
    pool = open();
  });
  afterEach(() => pool.close());

  it("runs a module's tasks by name; arrays are given away and not copied", async () => {
    const numbers = Float64Array.of(1, 2, 3);
    const squares = await pool.run('square', numbers, { transfer: [numbers.buffer] });
    expect([...squares]).to.deep.equal([1, 4, 9]);
    expect(numbers.length).to.equal(0);
  });

  it('has errors come out as what they were: class, code, remedy and where it happened', async () => {
    const error = await refusal(pool.run('refuse', { named: true }));
    expect(error).to.be.instanceOf(ExampleError);
    expect(error).to.include({ code: 'example-refused', message: 'It is refused.', remedy: 'Ask for less.' });
    expect(error.stack).to.include('exampleTasks');
    const unknown = await refusal(pool.run('refuse', { named: false }));
    expect(Object.getPrototypeOf(unknown)).to.equal(MamoriError.prototype);
    expect(unknown).to.include({ code: 'example-refused', remedy: 'Ask for less.' });
  });

  it('names what nobody foresaw', async () => {
    const error = await refusal(pool.run('stumble', undefined));
    expect(error).to.be.instanceOf(ThreadError);
    expect(error).to.include({ code: 'thread-failed', message: 'nobody foresaw this' });
  });

  it('loses with a thread that dies its own task only', async () => {
    const [dead, alive] = await Promise.all([
      refusal(pool.run('die', undefined)),
      pool.run('square', Float64Array.of(5)),
    ]);
    expect(dead).to.include({ code: 'thread-crashed' });
    expect([...alive]).to.deep.equal([25]);
  });

  it('gives up what takes too long, and another thread goes on', async () => {
    const late = pool.run('hold', flag(), { timeoutMs: 50 });
    const next = pool.run('square', Float64Array.of(2));
    expect(await refusal(late)).to.include({ code: 'thread-timed-out' });
    expect([...(await next)]).to.deep.equal([4]);
  });

  it('does not count the time that a task waits for a thread at other work', async () => {
    const held = flag();
    const first = pool.run('hold', held);
    const second = pool.run('square', Float64Array.of(3), { timeoutMs: 2000 });
    await sleep(2200);
    raise(held);
    expect(await first).to.equal('held');
    expect([...(await second)]).to.deep.equal([9]);
  });

  it('says so where threads cannot even start, for each task that waits', async () => {
    const starved = open({ heapMb: { old: 2 } });
    const all = await Promise.all([1, 2].map((n) => refusal(starved.run('square', Float64Array.of(n)))));
    expect(all.map(({ code }) => code)).to.deep.equal(['thread-crashed', 'thread-crashed']);
    await starved.close();
  });

  it('ends what is under way when it is closed, and refuses what waits', async () => {
    const held = flag();
    const first = pool.run('hold', held);
    const second = refusal(pool.run('square', Float64Array.of(1)));
    await sleep(50);
    const closed = pool.close();
    expect(await second).to.include({ code: 'thread-stopped' });
    raise(held);
    expect(await first).to.equal('held');
    await closed;
    expect(await refusal(pool.run('square', Float64Array.of(1)))).to.include({ code: 'thread-stopped' });
  });
});
