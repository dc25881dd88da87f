import { expect } from 'chai';
import type { SOPInstanceUID, SourceInstance } from '../../src/dicom/index.js';
import { daysText, earlierImages } from '../../src/findings/index.js';
import { source } from '../sr/reportInputs.js';

const NO_DAY = { acquisitionDate: undefined, contentDate: undefined };

let made = 0;
function taken(
  laterality: 'L' | 'R',
  view: 'CC' | 'MLO',
  acquisitionDate: string,
  more: Partial<SourceInstance> = {},
): SourceInstance {
  return source(laterality, view, {
    sopInstanceUID: `2.25.${++made}` as SOPInstanceUID,
    acquisitionDate,
    ...more,
  });
}

describe('Images of several days', () => {
  it('are earlier ones where their own view was taken again on a later day', () => {
    const [old, again, mlo, left] = [
      taken('R', 'CC', '20260102'),
      taken('R', 'CC', '20260105'),
      taken('R', 'MLO', '20260102'),
      taken('L', 'CC', '20260102'),
    ];
    expect([...earlierImages([again, old, mlo, left])]).to.deep.equal([old.sopInstanceUID]);
  });

  it('are never told by the time of day: repeats of one day all count', () => {
    const [first, second] = ['080000', '200000'].map((acquisitionTime) =>
      taken('R', 'CC', '20260102', { acquisitionTime }),
    );
    expect(earlierImages([first!, second!]).size).to.equal(0);
    expect(daysText([first!, second!])).to.equal(undefined);
  });

  it('go by the day of the content where there is none of the exposure', () => {
    const old = taken('R', 'CC', '', { acquisitionDate: undefined, contentDate: '20250101' });
    expect([...earlierImages([old, taken('R', 'CC', '20260102')])]).to.deep.equal([old.sopInstanceUID]);
  });

  it('count where they do not tell their day: none is passed over on a guess', () => {
    const [unknown, known] = [taken('R', 'CC', '', NO_DAY), taken('R', 'CC', '20260102')];
    expect(earlierImages([unknown, known]).size).to.equal(0);
    expect(daysText([unknown, known])).to.equal(undefined);
    const third = taken('L', 'CC', '20250102');
    const all = [unknown, known, third];
    expect(daysText(all)).to.equal(
      'Images of several days: R CC (2) of 2026-01-02; L CC of 2025-01-02; ' +
        'R CC (1) of a day that the header does not say.',
    );
  });
});
