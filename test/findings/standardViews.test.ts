import { expect } from 'chai';
import type { LeftOut, LeftOutCode } from '../../src/dicom/index.js';
import { absentViewsText, absentViewsTitle, lacksAnswer, viewsInStudy } from '../../src/findings/index.js';
import { SPOT_VIEW, source, superseded, TOMOSYNTHESIS, undecodable } from '../sr/reportInputs.js';

const [rcc, rmlo, lcc, lmlo] = [source('R', 'CC'), source('R', 'MLO'), source('L', 'CC'), source('L', 'MLO')];
const NO_HEADER = { ...undecodable(rcc), source: undefined, code: 'dicom-truncated' };

describe('The standard views that a study lacks', () => {
  const cases: [string, Parameters<typeof viewsInStudy>, string | undefined, string | undefined][] = [
    ['nothing of four views', [[rcc, rmlo, lcc, lmlo], []], undefined, undefined],
    ['one view', [[rcc, lcc, lmlo], []], 'R MLO not in the study', 'no right MLO'],
    ['a breast', [[rcc, rmlo], []], 'left breast not in the study', 'right breast only'],
    ['a breast and a view', [[lmlo], []], 'right breast and L CC not in the study', '1 of 4 views'],
    ['a view of each', [[rcc, lcc], []], 'R MLO and L MLO not in the study', '2 of 4 views'],
    [
      'an unreadable view as one that is there',
      [[rcc, lcc, lmlo], [undecodable(rmlo)]],
      undefined,
      undefined,
    ],
    [
      'a view whose image was left out by its header as one that is there',
      [[rcc, lcc, lmlo], [{ ...NO_HEADER, code: 'burned-in-annotation', view: 'RMLO' }]],
      undefined,
      undefined,
    ],
    [
      'a view of which there is a synthetic image alone',
      [[rcc, lcc, lmlo], [{ ...NO_HEADER, code: 'synthesised-image', view: 'RMLO' }]],
      'R MLO not recognised in the study',
      'no right MLO',
    ],
    ['a superseded view as one that is there', [[rcc, lcc, lmlo], [superseded(rmlo)]], undefined, undefined],
    [
      'a view that a file without a header may be',
      [[rcc, lcc, lmlo], [NO_HEADER]],
      'R MLO not recognised in the study',
      'no right MLO',
    ],
    [
      'a view that a tomosynthesis may show',
      [[rcc, lcc, lmlo], [TOMOSYNTHESIS]],
      'R MLO not recognised in the study',
      'no right MLO',
    ],
    ['a view beside a spot view', [[rcc, lcc, lmlo], [SPOT_VIEW]], 'R MLO not in the study', 'no right MLO'],
    ['all four', [[], [SPOT_VIEW]], 'no standard view in the study', '0 of 4 views'],
  ];
  for (const [what, given, text, title] of cases)
    it(`says ${what} as it is`, () => {
      const views = viewsInStudy(...given);
      expect(absentViewsText(views)).to.equal(text);
      expect(absentViewsTitle(views)).to.equal(title);
    });

  it('are told in titles that no layout takes for a mammogram of the view', () => {
    const all = [rcc, rmlo, lcc, lmlo];
    for (let which = 0; which < 16; which++) {
      const title =
        absentViewsTitle(
          viewsInStudy(
            all.filter((_, place) => which & (1 << place)),
            [],
          ),
        ) ?? '';
      expect(title).not.to.match(/CC|L MLO|R MLO/);
      expect(`AI CAD result, ${title}; not for primary diagnosis`).to.have.lengthOf.at.most(64);
    }
  });

  const of = (code: LeftOutCode): LeftOut => ({ ...SPOT_VIEW, code });
  const OTHERS: LeftOutCode[] = [
    'magnification-view',
    'spot-compression-view',
    'implant-displaced-view',
    'rolled-view',
    'modified-view',
    'not-a-standard-view',
    'specimen',
    'quality-control-image',
    'secondary-image',
    'synthesised-image',
    'contrast-image',
    'biopsy-image',
    'own-object',
  ];
  const PERHAPS: LeftOutCode[] = [
    'contradictory-view',
    'no-view',
    'both-breasts',
    'contradictory-laterality',
    'no-laterality',
    'partial-view',
    'burned-in-annotation',
    'contradictory-intent',
    'no-pixel-data',
  ];

  it('are not lacking where an image is another view by its own header, and may be where that is in doubt', () => {
    for (const code of OTHERS) expect(lacksAnswer(of(code)), code).to.equal(false);
    for (const code of PERHAPS) expect(lacksAnswer(of(code)), code).to.equal(true);
  });

  it('are not the same as the views without an answer', () => {
    expect([undecodable(rmlo), NO_HEADER].map(lacksAnswer)).to.deep.equal([true, true]);
    expect([SPOT_VIEW, TOMOSYNTHESIS, superseded(rcc)].map(lacksAnswer)).to.deep.equal([false, false, false]);
  });
});
