import { expect } from 'chai';
import { type Caption, explanations, headline, scaleTitle } from '../../src/pictures/caption.js';

const CAPTION: Caption = {
  laterality: 'R',
  view: 'CC',
  probability: 0.39,
  operatingPoint: 0.4,
  probabilityName: 'Probability of cancer ("malignant")',
  notExcluded: 'cancer',
  modelName: 'm',
  modelVersion: '1',
  method: 'Grad-CAM',
};

describe("a picture's caption", () => {
  it('says of a negative answer what it does not say', () => {
    const [negative] = explanations(CAPTION);
    expect(negative).to.match(/negative: below the operating point of 40.% *: this does not exclude cancer$/);
    const [other] = explanations({ ...CAPTION, notExcluded: 'malignancy' });
    expect(other).to.match(/: this does not exclude malignancy$/);
    const [positive] = explanations({ ...CAPTION, probability: 0.4 });
    expect(positive).to.match(/positive: at or above the operating point of 40.%$/);
  });

  it('has no percentage but the answer and the operating point: how far colours are faded would be read as one', () => {
    expect(scaleTitle({ flat: false, strength: 0.55 })).to.equal('network attention, faded: negative');
    expect(scaleTitle({ flat: false, strength: 1 })).to.equal('network attention');
    const all = [...headline(CAPTION), ...explanations(CAPTION), scaleTitle({ flat: false, strength: 0.55 })];
    expect(all.join(' ').match(/%/g)).to.have.length(2);
  });

  it('says the whole answer in its first line, and whose it is', () => {
    expect(headline(CAPTION).join(' ')).to.match(/^R.CC AI:.39.% negative$/);
    expect(headline({ ...CAPTION, probability: 0.4 }).join(' ')).to.match(/^R.CC AI:.40.% positive$/);
  });

  it('tells which of several images of a view it is', () => {
    expect(headline(CAPTION)[0]).to.match(/^R.CC$/);
    expect(headline({ ...CAPTION, which: 2 })[0]).to.match(/^R.CC.\(2\)$/);
  });
});
