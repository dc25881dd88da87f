import { expect } from 'chai';
import fc from 'fast-check';
import { outcomeText } from '../../src/cli/outcomeText.js';
import { operatingPointPercent, percent, viewsInStudy } from '../../src/findings/index.js';
import { percentage } from '../../src/pictures/caption.js';
import { summaryText } from '../../src/sr/sentences.js';
import { findingsOf, imageFinding, reportInput, source, undecodable } from '../sr/reportInputs.js';

describe('How a probability is worded', () => {
  it('never lies on the wrong side of the operating point, with whatever decimals it begins', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fraction,
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom(0, 1),
        (value, point, fewest) => {
          const shown = Number(percent(value, point / 100, fewest));
          expect(shown / 100 >= point / 100).to.equal(value >= point / 100);
        },
      ),
    );
  });

  it('is the same at the edge in the report, under the picture and on the command line', () => {
    const findings = findingsOf([imageFinding(source('L', 'CC'), 0.49996)]);
    const views = viewsInStudy([source('L', 'CC')], []);
    const outcome = {
      status: 'analysed',
      findings,
      leftOut: [],
      views,
      completeness: [],
      times: {},
    } as never;
    const said = outcomeText(outcome, { operatingPoint: 0.5 }, () => '');
    expect(said).to.include('Exam: 49.996 %, negative (operating point 50 %)');
    expect(said).to.not.include('50.0');
    expect(summaryText(reportInput(findings))).to.include('exam 49.996 % (negative)');
    expect(percentage(0.49996, 0.5)).to.equal('49.996\u00a0%');
    expect(percent(0.5, 0.5)).to.equal('50.0');
  });

  it('tells of a part of the exam in the same words in the report and on the command line', () => {
    const findings = findingsOf([imageFinding(source('L', 'CC'), 0.2)]);
    const leftOut = [undecodable(source('L', 'MLO'))];
    const views = viewsInStudy([source('L', 'CC')], leftOut);
    const outcome = {
      status: 'partly-analysed',
      findings,
      leftOut,
      views,
      completeness: [],
      times: {},
    } as never;
    const words = 'PART OF THE EXAM: no answer about L MLO';
    expect(outcomeText(outcome, { operatingPoint: 0.5 }, () => '').split('\n')).to.include(words);
    expect(summaryText(reportInput(findings, { leftOut }))).to.include(`${words}.`);
  });

  it('never says 0 or 100 of what is not, below a low operating point either', () => {
    expect(percentage(0.003, 0.005)).to.equal('0.3\u00a0%');
    expect(percent(0.0004, 0.5)).to.equal('0.04');
    expect(operatingPointPercent(0.3225)).to.equal('32.25');
  });
});
