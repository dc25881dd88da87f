import { expect } from 'chai';
import { shortAnswer } from '../../src/findings/index.js';
import {
  findingsOf,
  imageFinding,
  SPOT_VIEW,
  source,
  superseded,
  TOMOSYNTHESIS,
  undecodable,
} from '../sr/reportInputs.js';

const [rcc, rmlo, lcc, lmlo] = [source('R', 'CC'), source('R', 'MLO'), source('L', 'CC'), source('L', 'MLO')];
const NO_HEADER = { ...undecodable(lcc), source: undefined, code: 'dicom-truncated' };

describe('The answer in short', () => {
  const right = findingsOf([imageFinding(rmlo, 0.2), imageFinding(rcc, 0.7)]);
  const left = (leftOut: Parameters<typeof shortAnswer>[1]) => shortAnswer(right, leftOut, 0.5).breasts[1];

  it('is each breast with its number, its side of the operating point, and the views that it rests on', () => {
    const findings = findingsOf([imageFinding(lmlo, 0.12), imageFinding(rmlo, 0.2), imageFinding(rcc, 0.7)]);
    const [rightBreast, leftBreast] = ['R', 'L'].map((side) =>
      findings.breasts.find(({ laterality }) => laterality === side),
    );
    expect(shortAnswer(findings, [undecodable(lcc)], 0.5)).to.deep.equal({
      operatingPoint: 0.5,
      breasts: [
        {
          laterality: 'R',
          answered: true,
          probability: rightBreast!.probability,
          positive: rightBreast!.positive,
          views: ['CC', 'MLO'],
        },
        {
          laterality: 'L',
          answered: true,
          probability: leftBreast!.probability,
          positive: false,
          views: ['MLO'],
        },
      ],
    });
  });

  it('says of a breast without an answer that it has none, and by which code', () => {
    const without = (code: string) => ({ laterality: 'L', answered: false, code });
    expect(left([])).to.deep.equal(without('views-not-in-study'));
    expect(left([SPOT_VIEW, TOMOSYNTHESIS]), 'others').to.deep.equal(without('views-not-in-study'));
    expect(left([undecodable(rcc)]), 'of the other breast').to.deep.equal(without('views-not-in-study'));
    expect(left([superseded(lcc)]), 'another image answers for it').to.include({ answered: false });
    expect(left([undecodable(rcc), undecodable(lmlo)])).to.deep.equal(without(undecodable(lmlo).code));
  });

  it('does not say that a breast is not in the study while a file that cannot be read may show it', () => {
    expect(left([NO_HEADER])).to.include({ code: 'dicom-truncated' });
    expect(left([NO_HEADER, undecodable(lcc)])).to.include({ code: undecodable(lcc).code });
  });
});
