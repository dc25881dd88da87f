import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Claim } from '../../src/ledger/index.js';
import { Shift } from '../../src/poller/shift.js';

const CLAIM = {} as Claim;

/** Workers who wait as long as is said for the answer whether there is an exam; what each of them worked on. */
async function shift(asked: (worker: number, time: number) => Promise<Claim | undefined>) {
  const times = [0, 0];
  const worked: number[] = [];
  const parts = {
    workers: 2,
    next: (worker: number) => asked(worker, times[worker]!++),
    work: async () => {
      worked.push(worked.length);
      await sleep(20);
    },
    stopping: new AbortController().signal,
  };
  const all = new Shift(parts);
  all.open(true);
  await all.run();
  return { times, worked };
}

describe('Workers side by side', () => {
  it('do not go home while another one still waits for its exam', async () => {
    // The second finds nothing at once; the first is given an exam later, and with it there is work for both.
    let left = 0;
    const { times, worked } = await shift(async (worker, time) => {
      if (worker === 0 && time === 0) {
        await sleep(50);
        left = 1;
        return CLAIM;
      }
      return left-- > 0 ? CLAIM : undefined;
    });
    expect(worked).to.have.length(2);
    expect(times[1]).to.be.greaterThan(1);
  });

  it('all go home when nobody finds any, however long each has waited', async () => {
    const { worked } = await shift(async (worker) => {
      await sleep(10 * worker);
      return undefined;
    });
    expect(worked).to.deep.equal([]);
  });

  it('all go home when one meets an error in asking, and it is told', async () => {
    const met = await shift(async (worker) => {
      if (worker === 1) return undefined;
      await sleep(20);
      throw new Error('No ledger');
    }).catch((error: Error) => error.message);
    expect(met).to.equal('No ledger');
  });
});
