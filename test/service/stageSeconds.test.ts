import { expect } from 'chai';
import type { Analysis } from '../../src/poller/index.js';
import { stageSeconds } from '../../src/service/index.js';

const TIMES = { prepared: 400, inferred: 450, explained: 500, rendered: 700, reported: 800 };
const analysis = (rest: object) => ({ times: TIMES, ...rest }) as Analysis;
const ANALYSED = analysis({ status: 'analysed', findings: {} });

describe('the stages of a try', () => {
  it('are told apart, each by its own length, and are the whole together', () => {
    const times = { analysed: 820, kept: 900, delivered: 1400, fetching: 300, storing: 350 };
    const { whole, ...stages } = stageSeconds({ outcome: ANALYSED, times });
    expect(stages).to.deep.equal({
      fetch: 0.3,
      prepare: 0.1,
      network: 0.05,
      explain: 0.05,
      draw: 0.2,
      report: 0.1,
      keep: 0.08,
      store: 0.35,
      readBack: 0.15,
    });
    // 20 ms went by between the last report and its place in the ledger.
    const sum = Object.values(stages).reduce((all, one) => all + one, 0);
    expect(whole).to.equal(1.4);
    expect(sum).to.be.closeTo(1.38, 1e-9);
  });

  it('are those that it came through: not delivered, only delivered, or none', () => {
    const failed = { analysed: 820, kept: 900, delivered: 0, fetching: 300, storing: 20 };
    expect(stageSeconds({ outcome: ANALYSED, times: failed }))
      .to.include({ keep: 0.08 })
      .and.not.have.any.keys('store', 'readBack', 'whole');
    const keptEarlier = { analysed: 0, kept: 1, delivered: 501, fetching: 0, storing: 300 };
    expect(stageSeconds({ outcome: undefined, times: keptEarlier })).to.deep.equal({
      store: 0.3,
      readBack: 0.2,
    });
    const taken = { analysed: 0, kept: 0, delivered: 0, fetching: 0, storing: 0 };
    expect(stageSeconds({ outcome: undefined, times: taken })).to.deep.equal({});
  });

  it('are fewer where no image could be analysed', () => {
    const outcome = analysis({ status: 'not-processed', findings: undefined });
    const times = { analysed: 820, kept: 0, delivered: 0, fetching: 300, storing: 0 };
    expect(stageSeconds({ outcome, times })).to.have.all.keys('fetch', 'prepare', 'report');
  });
});
