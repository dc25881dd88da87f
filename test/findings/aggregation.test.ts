import { expect } from 'chai';
import fc from 'fast-check';
import type { SOPInstanceUID, SourceInstance } from '../../src/dicom/index.js';
import { aggregate, allImages, type ImageFinding } from '../../src/findings/index.js';
import { source } from '../sr/reportInputs.js';

const probability = fc.double({ min: 0, max: 1, noNaN: true });

function finding(laterality: 'L' | 'R', probability: number): ImageFinding {
  const source = { laterality, sopInstanceUID: `1.2.${probability}` } as unknown as SourceInstance;
  return { source, probability, positive: probability >= 0.5, region: undefined };
}

const LATER = { acquisitionDate: '20240601', sopInstanceUID: '2.25.99' as SOPInstanceUID };

describe('aggregate', () => {
  const bundle = { aggregation: { breast: 'mean', exam: 'max' } as const, operatingPoint: 0.5 };

  it('takes images to breasts and breasts to the exam, as the bundle says', () => {
    const exam = aggregate(bundle, [
      finding('L', 0.2),
      finding('R', 0.9),
      finding('L', 0.4),
      finding('R', 0.5),
    ]);
    expect(exam.breasts.map(({ laterality }) => laterality)).to.deep.equal(['R', 'L']);
    expect(exam.breasts[0]!.probability).to.be.closeTo(0.7, 1e-12);
    expect(exam.breasts[1]!.probability).to.be.closeTo(0.3, 1e-12);
    expect(exam.breasts.map(({ positive }) => positive)).to.deep.equal([true, false]);
    expect(exam.breasts[1]!.images.map((image) => image.probability)).to.deep.equal([0.2, 0.4]);
    expect(exam.probability).to.be.closeTo(0.7, 1e-12);
    expect(exam.positive).to.equal(true);
    const other = { ...bundle, aggregation: { breast: 'max', exam: 'mean' } as const };
    expect(
      aggregate(other, [finding('L', 0.2), finding('L', 0.4), finding('R', 0.6)]).probability,
    ).to.be.closeTo(0.5, 1e-12);
  });

  it('counts an answer at the operating point as positive', () => {
    expect(aggregate(bundle, [finding('L', 0.5)]).positive).to.equal(true);
    expect(aggregate(bundle, [finding('L', 0.4999)]).positive).to.equal(false);
  });

  it('does not mention a breast without an image', () => {
    expect(aggregate(bundle, [finding('L', 0.1)]).breasts).to.have.length(1);
  });

  it('leaves an image out of its breast whose view was taken again on a later day, and answers it by itself', () => {
    const [old, repeat, mlo] = [source('R', 'CC'), source('R', 'CC', LATER), source('R', 'MLO')];
    const answer = (of: SourceInstance, probability: number) => ({
      ...finding('R', probability),
      source: of,
    });
    const exam = aggregate(bundle, [answer(old, 0.1), answer(repeat, 0.9), answer(mlo, 0.5)]);
    // A mean of all three would be negative: the finding of the later day would be hidden.
    expect(exam.breasts[0]).to.deep.include({ probability: 0.7, positive: true });
    const [{ images, earlier }] = exam.breasts as [(typeof exam.breasts)[0]];
    expect(images.map((one) => one.source)).to.deep.equal([repeat, mlo]);
    expect(earlier.map((one) => one.source)).to.deep.equal([old]);
    expect(allImages(exam).map((one) => one.probability)).to.deep.equal([0.9, 0.5, 0.1]);
  });

  it('refuses an exam without an image: silence is not negative', () => {
    expect(() => aggregate(bundle, [])).to.throw(RangeError);
  });

  it('never goes beyond the answers it is made from', () => {
    const images = fc.array(fc.tuple(fc.constantFrom('L' as const, 'R' as const), probability), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(images, (given) => {
        const answers = given.map(([, value]) => value);
        const exam = aggregate(
          bundle,
          given.map(([side, value]) => finding(side, value)),
        );
        return (
          exam.probability >= Math.min(...answers) - 1e-12 && exam.probability <= Math.max(...answers) + 1e-12
        );
      }),
    );
  });
});
