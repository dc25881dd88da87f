import { expect } from 'chai';
import { MASS_MALIGNANCY } from '../../src/dicom/index.js';
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

const BUNDLE: Parameters<typeof shortAnswer>[2] = {
  operatingPoint: 0.5,
  probabilityOf: MASS_MALIGNANCY,
  classes: ['benign', 'malignant'],
  caution: undefined,
};

describe('The answer in short', () => {
  const right = findingsOf([imageFinding(rmlo, 0.2), imageFinding(rcc, 0.7)]);
  const left = (leftOut: Parameters<typeof shortAnswer>[1]) => shortAnswer(right, leftOut, BUNDLE).breasts[1];

  it('is each breast with its number, its side of the operating point, and the views that it rests on', () => {
    const findings = findingsOf([imageFinding(lmlo, 0.12), imageFinding(rmlo, 0.2), imageFinding(rcc, 0.7)]);
    const [rightBreast, leftBreast] = ['R', 'L'].map((side) =>
      findings.breasts.find(({ laterality }) => laterality === side),
    );
    expect(shortAnswer(findings, [undecodable(lcc)], BUNDLE)).to.deep.equal({
      operatingPoint: 0.5,
      probabilityName: 'Probability that a mass is malignant ("malignant")',
      notExcluded: 'malignancy',
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

  it('has beside the number what a bundle wants beside every number', () => {
    const bundle = { ...BUNDLE, caution: 'Made from film: numbers are too high.' };
    expect(shortAnswer(right, [], bundle)).to.include({ caution: bundle.caution });
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
