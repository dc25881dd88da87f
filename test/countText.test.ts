import { expect } from 'chai';
import { countText, numberText } from '../src/countText.js';

describe('Numbers as people read them', () => {
  it('stand with what they count, in its singular or plural', () => {
    expect(countText(0, 'exam')).to.equal('0 exams');
    expect(countText(1, 'study', 'studies')).to.equal('1 study');
    expect(countText(2, 'study', 'studies')).to.equal('2 studies');
  });

  it('have their digits in groups where there are many, and never a mark that could be a decimal one', () => {
    const grouped = [0, 999, 9999, 10_000, 123_456, 1_234_567].map(numberText);
    expect(grouped).to.deep.equal(['0', '999', '9999', '10\u202f000', '123\u202f456', '1\u202f234\u202f567']);
    expect(countText(24_310_721, 'weight')).to.equal('24\u202f310\u202f721 weights');
  });
});
