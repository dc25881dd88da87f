import { expect } from 'chai';
import { type ReportInput, resultReport } from '../../src/sr/index.js';
import { fourViews, reportInput, SPOT_VIEW, source, undecodable } from './reportInputs.js';
import { codeOf, find, group, readReport, textOf, under } from './tree.js';

const TRACKING_NAME = '112039';
const LATERALITY = '272741003';
const PROBABILITY = '111047';
const INTERPRETATION = '363713009';
const SUMMARY = '121111';
const COMMENT = '121106';

describe('TID 1500 report of an exam that was not processed', () => {
  const failed: ReportInput & { reason: string } = {
    ...reportInput(undefined, { leftOut: fourViews().map(undecodable) }),
    reason: 'No image could be decoded.',
  };

  it('says so before anything else, with the reason, and has neither number nor verdict', () => {
    const { dataset, root } = readReport(resultReport(failed));
    expect(dataset.string('SeriesDescription')).to.equal(
      'AI result: NOT PROCESSED; not for primary diagnosis',
    );
    const summary = textOf(under(root, SUMMARY)[0]);
    expect(summary)
      .to.match(/^NOT PROCESSED/)
      .and.include('not a negative result')
      .and.include(failed.reason);
    expect(find(root, PROBABILITY)).to.deep.equal([]);
    expect(find(root, INTERPRETATION)).to.deep.equal([]);
    expect(codeOf(find(root, 'C0034375')[0]?.children[0])).to.equal('111224');
  });

  it('says in its title which it is of several sets about the study', () => {
    const title = (edition: number) =>
      readReport(resultReport({ ...failed, edition })).dataset.string('SeriesDescription');
    expect(title(2)).to.equal('AI result rev 2: NOT PROCESSED; not for primary diagnosis');
    expect(title(1234)).to.equal('AI result rev 99: NOT PROCESSED; not for primary diagnosis');
  });

  it('has a group for the exam and for each image, with its reason', () => {
    const { root } = readReport(resultReport(failed));
    expect(find(root, TRACKING_NAME).map(textOf)).to.deep.equal([
      'Exam: NOT PROCESSED',
      ...['L CC', 'L MLO', 'R CC', 'R MLO'].map((view) => `${view}: NOT PROCESSED`),
    ]);
    expect(textOf(under(group(root, 'R CC: NOT PROCESSED'), COMMENT)[0])).to.include('pixel data end');
  });

  it('tells never begun from failed', () => {
    const input = { ...failed, leftOut: [SPOT_VIEW], study: source('L', 'CC'), reason: 'No standard view.' };
    const { root } = readReport(resultReport(input));
    expect(codeOf(find(root, 'C0034375')[0]?.children[0])).to.equal('111225');
    expect(find(root, LATERALITY)).to.deep.equal([]);
  });

  it('cannot be written without a study', () => {
    expect(() => resultReport({ ...failed, leftOut: [SPOT_VIEW] }))
      .to.throw()
      .with.property('code', 'report-without-study');
  });
});
