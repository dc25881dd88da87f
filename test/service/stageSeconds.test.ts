import { expect } from 'chai';
import type { Analysis } from '../../src/poller/index.js';
import { stageSeconds } from '../../src/service/index.js';

const TIMES = { prepared: 400, inferred: 450, rendered: 700, reported: 800 };
const analysis = (rest: object) => ({ times: TIMES, ...rest }) as Analysis;
const ANALYSED = analysis({ status: 'analysed', findings: {} });

describe('the stages of a try', () => {
  it('are told apart, each by its own length', () => {
    const times = { analysed: 820, kept: 900, delivered: 1400 };
    expect(stageSeconds({ outcome: ANALYSED, times })).to.deep.equal({
      prepared: 0.4,
      inferred: 0.05,
      rendered: 0.25,
      reported: 0.1,
      kept: 0.08,
      delivered: 0.5,
    });
  });

  it('are those that it came through: not delivered, only delivered, or none', () => {
    const failed = { analysed: 820, kept: 900, delivered: 0 };
    expect(stageSeconds({ outcome: ANALYSED, times: failed }))
      .to.include({ kept: 0.08 })
      .and.not.have.key('delivered');
    const keptEarlier = { analysed: 0, kept: 1, delivered: 501 };
    expect(stageSeconds({ outcome: undefined, times: keptEarlier })).to.deep.equal({ delivered: 0.5 });
    const taken = { analysed: 0, kept: 0, delivered: 0 };
    expect(stageSeconds({ outcome: undefined, times: taken })).to.deep.equal({});
  });

  it('are fewer where no image could be analysed', () => {
    const outcome = analysis({ status: 'not-processed', findings: undefined });
    const times = { analysed: 820, kept: 0, delivered: 0 };
    expect(stageSeconds({ outcome, times })).to.have.all.keys('prepared', 'reported');
  });
});
