import { expect } from 'chai';
import type { SOPInstanceUID } from '../../src/dicom/index.js';
import { imageNames, unansweredImages, unansweredText } from '../../src/findings/index.js';
import { SPOT_VIEW, source, superseded, undecodable } from '../sr/reportInputs.js';

const [rcc, rmlo, lcc] = [source('R', 'CC'), source('R', 'MLO'), source('L', 'CC')];
const again = source('R', 'CC', {
  sopInstanceUID: '2.25.99' as SOPInstanceUID,
  acquisitionTime: '102030.5',
  seriesNumber: 4,
  instanceNumber: 7,
});
const nameIn = (images: (typeof rcc)[]) => images.map((image) => imageNames(images)(image).name);

describe('The name of an image', () => {
  it('is its view, and a number in the order in which they were taken where there are several', () => {
    expect(nameIn([rcc, rmlo, lcc])).to.deep.equal(['R CC', 'R MLO', 'L CC']);
    expect(nameIn([again, rmlo, rcc])).to.deep.equal(['R CC (2)', 'R MLO', 'R CC (1)']);
    const first = { ...again, acquisitionTime: '090000' };
    expect(nameIn([rcc, first])).to.deep.equal(['R CC (2)', 'R CC (1)']);
  });

  it('comes with what a viewer tells it by, as far as the header says', () => {
    const tell = imageNames([rcc, again]);
    expect(tell(again).told).to.equal('series 4, image 7, taken at 10:20:30');
    const bare = {
      ...again,
      seriesNumber: undefined,
      instanceNumber: undefined,
      acquisitionTime: undefined,
      contentTime: undefined,
    };
    expect(imageNames([rcc, bare])(bare)).to.deep.equal({ name: 'R CC (1)', which: 1, told: '' });
  });

  it('tells the one without an answer from the one that has it', () => {
    const coverage = { analysed: [rcc, lcc], leftOut: [undecodable(again), undecodable(rmlo), SPOT_VIEW] };
    expect(unansweredImages(coverage)).to.deep.equal(['R CC (2)', 'R MLO']);
    expect(unansweredText(coverage)).to.equal('part of the exam: R CC (2) and R MLO not analysed');
  });

  it('names the view of one that was left out before more was known of it', () => {
    const burned = {
      ...undecodable(rmlo),
      source: undefined,
      code: 'burned-in-annotation',
      view: 'RMLO' as const,
    };
    expect(unansweredImages({ analysed: [rcc, lcc], leftOut: [burned, burned] })).to.deep.equal(['R MLO']);
    // That there is an answer about the view must not look like one about this image.
    expect(unansweredImages({ analysed: [rcc, rmlo], leftOut: [burned] })).to.deep.equal(['R MLO (another)']);
    expect(unansweredText({ analysed: [rcc], leftOut: [{ ...burned, code: 'synthesised-image' }] })).to.equal(
      undefined,
    );
  });

  it('counts no raw twin', () => {
    const coverage = { analysed: [rcc, lcc], leftOut: [superseded(rcc)] };
    expect(unansweredText(coverage)).to.equal(undefined);
    expect(unansweredText({ ...coverage, leftOut: [superseded(rcc), undecodable(again)] })).to.equal(
      'part of the exam: R CC (2) not analysed',
    );
  });
});
