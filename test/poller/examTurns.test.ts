import { expect } from 'chai';
import { ExamTurns } from '../../src/poller/examTurns.js';

/** Lets everything go on that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function told(promise: Promise<unknown>) {
  const state = { is: 'waiting' };
  promise.then(
    () => {
      state.is = 'done';
    },
    () => {
      state.is = 'handed back';
    },
  );
  return state;
}

describe('Exams that take turns', () => {
  it('are one ahead of the one that is finished, and never two', async () => {
    const turns = new ExamTurns(1, new AbortController().signal);
    const first = await turns.begin();
    const second = turns.begin();
    const secondBegins = told(second);
    await settled();
    expect(secondBegins.is).to.equal('waiting');

    await first.prepared();
    await settled();
    expect(secondBegins.is).to.equal('done');

    const secondPrepared = told((await second).prepared());
    const thirdBegins = told(turns.begin());
    await settled();
    expect([secondPrepared.is, thirdBegins.is]).to.deep.equal(['waiting', 'waiting']);

    first.end();
    await settled();
    expect([secondPrepared.is, thirdBegins.is]).to.deep.equal(['done', 'done']);
  });

  it('keep their waiting out of their times', async () => {
    const turns = new ExamTurns(1, new AbortController().signal);
    const first = await turns.begin();
    await first.prepared();
    const second = await turns.begin();
    const prepared = second.prepared();
    const start = performance.now();
    setTimeout(() => first.end(), 100);
    await prepared;
    expect(second.waitedMs).to.be.within(95, performance.now() - start + 5);
    expect(first.waitedMs, 'which found its place free').to.be.lessThan(second.waitedMs);
  });

  it('begin no large exam beside another', async () => {
    const turns = new ExamTurns(1, new AbortController().signal);
    const first = await turns.begin();
    await first.prepared();
    const large = await turns.begin();
    const sized = told(large.sized(40));
    await settled();
    expect(sized.is).to.equal('waiting');
    first.end();
    await settled();
    expect(sized.is).to.equal('done');
  });

  it('are handed back when the service stops while they wait, and leave no place taken', async () => {
    const stopping = new AbortController();
    const turns = new ExamTurns(1, stopping.signal);
    const first = await turns.begin();
    await first.prepared();
    const second = await turns.begin();
    const prepared = told(second.prepared());
    await settled();
    stopping.abort();
    await settled();
    expect(prepared.is).to.equal('handed back');
    second.end();
    first.end();
    const third = await turns.begin();
    await third.prepared();
  });

  it('free their place when they end early, whatever became of them', async () => {
    const turns = new ExamTurns(1, new AbortController().signal);
    for (let exam = 0; exam < 3; exam++) {
      const turn = await turns.begin();
      if (exam === 1) await turn.prepared();
      turn.end();
      turn.end();
    }
    const last = await turns.begin();
    await last.prepared();
  });
});
