import { expect } from 'chai';
import fc from 'fast-check';
import { asUid, type SOPInstanceUID, type StandardView } from '../../src/dicom/index.js';
import { awaited, completeness } from '../../src/poller/completeness.js';

const FOUR: StandardView[] = ['LCC', 'RCC', 'LMLO', 'RMLO'];
const expected = { views: FOUR, settleSeconds: 120 };
const arrived = new Date('2026-03-02T10:00:00Z');
const later = (seconds: number) => new Date(arrived.getTime() + seconds * 1000);
const seen = (...views: (StandardView | undefined)[]) =>
  views.map((view, index) => ({ sopInstanceUID: asUid<SOPInstanceUID>(`1.2.${index}`), view }));

describe('completeness of an exam', () => {
  it('is reached at once when every expected view is there', () => {
    expect(completeness(seen(...FOUR), arrived, arrived, expected)).to.deep.equal({
      complete: true,
      because: 'views',
    });
  });

  it('is not reached by four images of fewer views', () => {
    const repeated = seen('LCC', 'LCC', 'RCC', 'LMLO');
    expect(completeness(repeated, arrived, later(1), expected).complete).to.equal(false);
  });

  it('is reached by any exam once nothing has come for long enough, and tells until when to wait', () => {
    const one = seen('LCC');
    expect(completeness(one, arrived, later(119), expected)).to.deep.equal({
      complete: false,
      until: later(120),
    });
    expect(completeness(one, arrived, later(120), expected)).to.deep.equal({
      complete: true,
      because: 'settled',
    });
  });

  it('waits for settling alone where no views are expected, or the archive tells none', () => {
    const silent = seen(undefined, undefined, undefined, undefined);
    expect(completeness(silent, arrived, later(1), expected).complete).to.equal(false);
    expect(completeness(seen(...FOUR), arrived, later(1), { ...expected, views: [] }).complete).to.equal(
      false,
    );
  });

  it('is never lost by waiting longer', () => {
    const views = fc.array(fc.constantFrom<StandardView | undefined>(...FOUR, undefined), { maxLength: 8 });
    fc.assert(
      fc.property(views, fc.nat(1000), fc.nat(1000), (list, early, more) => {
        const first = completeness(seen(...list), arrived, later(early), expected).complete;
        const second = completeness(seen(...list), arrived, later(early + more), expected).complete;
        expect(first && !second).to.equal(false);
      }),
    );
  });
});

describe('What an exam is waited for', () => {
  const answeredBy = (revision: number, state: 'delivered' | 'not-processed' = 'delivered') =>
    awaited({ state, revision } as Parameters<typeof awaited>[0], expected);

  it('is its views, or its settling, as long as it has no answer', () => {
    expect(awaited(undefined, expected)).to.deep.equal(expected);
    expect(answeredBy(1, 'not-processed')).to.deep.equal(expected);
  });

  it('is its settling alone once it was answered, and longer with each further set of results, up to a day', () => {
    expect(answeredBy(1)).to.deep.equal({ views: [], settleSeconds: 120 });
    expect(answeredBy(2)).to.deep.equal({ views: [], settleSeconds: 960 });
    expect(answeredBy(9)).to.deep.equal({ views: [], settleSeconds: 86_400 });
  });
});
