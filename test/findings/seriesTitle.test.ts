import { expect } from 'chai';
import { seriesTitle } from '../../src/findings/index.js';

describe('The title of a series of results', () => {
  it('is as ever for the first set, and tells which is the newer of several', () => {
    expect(seriesTitle('AI result', '')).to.equal('AI result; not for primary diagnosis');
    expect(seriesTitle('AI result', '', 2)).to.equal('AI result rev 2; not for primary diagnosis');
    expect(seriesTitle('AI marks', ' R craniocaudal', 3)).to.equal(
      'AI marks rev 3 R craniocaudal; not for primary diagnosis',
    );
  });

  it('fits its attribute, however many there are, and never loses that it is not for diagnosis', () => {
    for (const [what, rest] of [
      ['AI CAD result', ', part of the exam'],
      ['AI CAD result', ': NOT PROCESSED'],
      ['AI marks', ' R mediolateral oblique'],
      ['AI map', ' R mediolateral oblique'],
    ] as const)
      for (const edition of [1, 2, 9, 10, 99, 1234]) {
        const title = seriesTitle(what, rest, edition);
        expect(title.length, title).to.be.at.most(64);
        expect(title).to.match(/; not for primary diagnosis$/);
      }
  });
});
