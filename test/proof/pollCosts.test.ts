import { expect } from 'chai';
import { type PollCosts, tooDear } from '../../proof/index.js';

describe('What a poll over many closed exams costs', () => {
  const few: PollCosts = { requests: 9, answerBytes: 31_000, cpuMs: 9, ledgerQuestions: 27 };

  it('is held to bounds of each kind', () => {
    const measured = { requests: 9, answerBytes: 128_000, cpuMs: 18, ledgerQuestions: 47 };
    expect(tooDear(few, measured)).to.deep.equal([]);
    // As though every poll went through all of them: 100,000 in place of 100.
    for (const [key, says] of [
      ['requests', 'asks the archive'],
      ['answerBytes', 'bytes of answers'],
      ['cpuMs', 'processor'],
      ['ledgerQuestions', 'asks the ledger'],
    ] as const) {
      const found = tooDear(few, { ...measured, [key]: few[key] * 1000 });
      expect(found).to.have.lengthOf(1);
      expect(found[0]).to.include(says);
    }
  });
});
