import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { cadReport } from '../../src/sr/index.js';
import {
  BARE,
  findingsOf,
  fourViews,
  imageFinding,
  negativeExam,
  positiveExam,
  reportInput,
  SPOT_VIEW,
  source,
  superseded,
  TOMOSYNTHESIS,
  threeViews,
  undecodable,
} from './reportInputs.js';
import { all, codeOf, find, type Item, listed, readReport, referenced, textOf, under } from './tree.js';

const PROCESSING = '111017';
const DESCRIPTION = '111033';
const IMPRESSION = '111034';
const SINGLE_IMAGE_FINDING = '111059';
const DETECTIONS = '111064';
const ANALYSES = '111065';

/** SOP Instance UIDs that an item's by-reference children point to, followed through the tree. */
function pointsTo(item: Item, root: Item): string[] {
  const byPosition = new Map(all(root).map((one) => [one.at, one]));
  return item.children.flatMap((child) => {
    const at = child.dataset.numbers('ReferencedContentItemIdentifier').join('.');
    return at === '' ? [] : [...referenced(byPosition.get(at)!)];
  });
}

describe('Mammography CAD report', () => {
  it('has the rows of TID 4000 in their order', () => {
    const { dataset, root } = readReport(cadReport(reportInput(positiveExam())));
    expect(dataset.string('SOPClassUID')).to.equal('1.2.840.10008.5.1.4.1.1.88.50');
    expect(root.concept).to.equal('111036');
    expect(dataset.items('ContentTemplateSequence')[0]?.string('TemplateIdentifier')).to.equal('4000');
    expect(root.children.map((child) => child.concept)).to.deep.equal([
      '121049',
      '111028',
      PROCESSING,
      DETECTIONS,
      ANALYSES,
    ]);
  });

  it('is not a partial report because of raw twins, and lists none of them as failed', () => {
    const leftOut = fourViews().map(superseded);
    const { dataset, root } = readReport(cadReport(reportInput(negativeExam(), { leftOut })));
    expect(codeOf(find(root, PROCESSING)[0])).to.equal('111241');
    expect(codeOf(under(root, DETECTIONS)[0])).to.equal('111222');
    expect(codeOf(under(root, ANALYSES)[0])).to.equal('111222');
    expect(dataset.string('SeriesDescription')).not.to.include('part');
    const twins = leftOut.map(({ sopInstanceUID }) => sopInstanceUID);
    expect([...referenced(root)]).not.to.include.any.members(twins);
    expect(textOf(find(root, DESCRIPTION)[0]))
      .to.include('4 images analysed.')
      .and.include(twins[0]);
  });

  it('describes its images as their headers do', () => {
    const { root } = readReport(cadReport(reportInput(positiveExam())));
    const images = find(root, '111028')[0]!.children;
    expect(images.map((one) => one.children.map((child) => child.concept).join(' '))).to.deep.equal(
      Array(4).fill('111027 111031 111044 111043 111060 111061 111018 111019 111026 111066'),
    );
    expect(codeOf(under(images[2]!, '111027')[0])).to.equal('73056007');
    const bare = readReport(cadReport(reportInput(positiveExam(BARE)))).root;
    expect(find(bare, '111028')[0]!.children[0]!.children.map((child) => child.concept)).to.deep.equal([
      '111027',
      '111031',
    ]);
  });

  it('sums up what succeeded and whether there is a finding', () => {
    const summary = (...given: Parameters<typeof reportInput>) =>
      codeOf(under(readReport(cadReport(reportInput(...given))).root, PROCESSING)[0]);
    expect(summary(negativeExam())).to.equal('111241');
    expect(summary(positiveExam())).to.equal('111242');
    const lost = [undecodable(source('L', 'MLO', { sopInstanceUID: asUid('1.2.3.4') }))];
    expect(summary(negativeExam(), { leftOut: lost })).to.equal('111243');
    expect(summary(positiveExam(), { leftOut: lost })).to.equal('111244');
    expect(summary(negativeExam(), { leftOut: [SPOT_VIEW] })).to.equal('111241');
    expect(summary(undefined, { leftOut: fourViews().map(undecodable) })).to.equal('111245');
    expect(summary(positiveExam(), { leftOut: [TOMOSYNTHESIS] })).to.equal('111242');
  });

  it('marks each positive image once, with the peak, the outline and what they mean', () => {
    const findings = positiveExam();
    const { root } = readReport(cadReport(reportInput(findings)));
    const [impression, ...more] = find(root, IMPRESSION);
    expect(more).to.deep.equal([]);
    expect(impression!.relationship).to.equal('INFERRED FROM');
    expect(codeOf(under(impression!, '111056')[0])).to.equal('111151');
    const [mark] = under(impression!, SINGLE_IMAGE_FINDING);
    expect(codeOf(mark)).to.equal('111099');
    expect(all(mark!).filter((one) => one.valueType === 'NUM')).to.deep.equal([]);
    expect(textOf(under(mark!, '122405')[0])).to.equal('Mamori project');
    expect(textOf(under(mark!, '111001')[0])).to.equal('mamori-reference');
    expect(textOf(under(mark!, '111058')[0])).to.include('Not the outline of a lesion');
    const [center] = under(mark!, '111010');
    expect(center!.dataset.string('GraphicType')).to.equal('POINT');
    expect(center!.dataset.numbers('GraphicData')).to.deep.equal([812.25, 1400.5]);
    const [outline] = under(mark!, '111041');
    expect(outline!.dataset.numbers('GraphicData')).to.have.lengthOf(10);
    const expected = [findings.breasts[0]!.images[0]!.source.sopInstanceUID];
    expect(pointsTo(center!, root)).to.deep.equal(expected);
    expect(pointsTo(outline!, root)).to.deep.equal(expected);
  });

  it('marks nothing on a positive image without a place, and says the finding in words', () => {
    const [lcc] = fourViews();
    const findings = findingsOf([imageFinding(lcc!, 0.9, false)]);
    const { root } = readReport(cadReport(reportInput(findings)));
    expect(codeOf(under(root, PROCESSING)[0])).to.equal('111242');
    expect(find(root, IMPRESSION)).to.deep.equal([]);
    expect(textOf(find(root, DESCRIPTION)[0])).to.include('L CC 90.0 %');
  });

  it('marks a mass where the bundle says that its model finds them', () => {
    const { root } = readReport(cadReport(reportInput(positiveExam(), { marks: 'masses' })));
    const [impression] = find(root, IMPRESSION);
    expect(codeOf(under(impression!, '111056')[0])).to.equal('111150');
    expect(codeOf(under(impression!, SINGLE_IMAGE_FINDING)[0])).to.equal('129793001');
    expect(codeOf(find(root, '111022')[0])).to.equal('129793001');
  });

  it('marks nothing, did not look for places and says why where the heat maps failed their checks', () => {
    const findings = findingsOf([imageFinding(source('L', 'CC'), 0.9, false)]);
    const { root } = readReport(cadReport(reportInput(findings, { heatMaps: 'withheld' })));
    expect(codeOf(under(root, DETECTIONS)[0])).to.equal('111225');
    expect(codeOf(under(root, ANALYSES)[0])).to.equal('111222');
    expect(textOf(find(root, DESCRIPTION)[0])).to.include('failed their checks: no place is drawn or marked');
  });

  it('identifies the coding schemes whose codes it uses and no other', () => {
    const { dataset } = readReport(cadReport(reportInput(positiveExam())));
    const schemes = dataset.items('CodingSchemeIdentificationSequence');
    expect(schemes.map((one) => one.string('CodingSchemeDesignator'))).to.deep.equal(['99IHE']);
  });

  it('marks nothing below the operating point', () => {
    const [lcc] = fourViews();
    const { root } = readReport(cadReport(reportInput(findingsOf([imageFinding(lcc!, 0.2, true)]))));
    expect(find(root, IMPRESSION)).to.deep.equal([]);
  });

  it('says which images each algorithm succeeded on and failed on', () => {
    const leftOut = [undecodable(source('L', 'MLO', { sopInstanceUID: asUid('1.2.3.4') })), TOMOSYNTHESIS];
    const input = reportInput(positiveExam(), { leftOut });
    const { root } = readReport(cadReport(input));
    for (const [summary, success, failure] of [
      [DETECTIONS, '111063', '111025'],
      [ANALYSES, '111062', '111024'],
    ] as const) {
      const [one] = under(root, summary);
      expect(codeOf(one)).to.equal('111223');
      expect(pointsTo(under(one!, success)[0]!.children[0]!, root)).to.deep.equal(
        input.analysed.map((image) => image.sopInstanceUID),
      );
      expect(pointsTo(under(one!, failure)[0]!.children[0]!, root)).to.deep.equal(['1.2.3.4']);
    }
  });

  it('lists a spot view among its images, and neither as a success nor as a failure', () => {
    const { dataset, root } = readReport(cadReport(reportInput(positiveExam(), { leftOut: [SPOT_VIEW] })));
    expect([...referenced(find(root, '111028')[0]!)]).to.include(SPOT_VIEW.sopInstanceUID);
    expect(find(root, '111024')).to.deep.equal([]);
    expect(dataset.string('SeriesDescription')).not.to.include('part');
  });

  it('says in title and description which standard view the study lacks', () => {
    const { dataset, root } = readReport(cadReport(reportInput(threeViews())));
    expect(dataset.string('SeriesDescription')).to.equal(
      'AI CAD result, no right MLO; not for primary diagnosis',
    );
    expect(textOf(find(root, DESCRIPTION)[0])).to.include('R MLO not in the study.');
  });

  it('carries purpose, limits and the reasons of what was left out, and no assessment category', () => {
    const { dataset, root } = readReport(
      cadReport(reportInput(positiveExam(), { leftOut: [TOMOSYNTHESIS] })),
    );
    const description = textOf(find(root, DESCRIPTION)[0]);
    for (const part of [
      'not for primary diagnosis',
      'Purpose:',
      'Limit:',
      'Breast Tomosynthesis',
      'does not exclude cancer',
    ]) {
      expect(description).to.include(part);
    }
    expect(find(root, '111005')).to.deep.equal([]);
    expect(
      listed(dataset, 'CurrentRequestedProcedureEvidenceSequence').map((one) => one.instance),
    ).to.include.members([...referenced(root)]);
  });
});

describe('Mammography CAD report of an exam that was not processed', () => {
  it('fails on every image, with the reason, and finds nothing', () => {
    const leftOut = fourViews().map(undecodable);
    const reason = 'No image could be decoded.';
    const { root } = readReport(cadReport({ ...reportInput(undefined, { leftOut }), reason }));
    expect(codeOf(under(root, DETECTIONS)[0])).to.equal('111224');
    expect(codeOf(under(root, ANALYSES)[0])).to.equal('111224');
    expect(pointsTo(find(root, '111024')[0]!.children[0]!, root)).to.deep.equal(
      leftOut.map((one) => one.sopInstanceUID),
    );
    expect(textOf(find(root, DESCRIPTION)[0]))
      .to.match(/^NOT PROCESSED/)
      .and.include(reason);
    expect(find(root, IMPRESSION)).to.deep.equal([]);
  });

  it('attempted nothing where there was no standard view', () => {
    const input = {
      ...reportInput(undefined, { leftOut: [SPOT_VIEW], study: source('L', 'CC') }),
      reason: 'No standard view.',
    };
    const { root } = readReport(cadReport(input));
    expect(codeOf(under(root, DETECTIONS)[0])).to.equal('111225');
    expect(under(root, DETECTIONS)[0]!.children).to.deep.equal([]);
    expect(codeOf(under(root, ANALYSES)[0])).to.equal('111225');
  });

  it('cannot be written about an exam without any mammogram', () => {
    const input = {
      ...reportInput(undefined, { leftOut: [TOMOSYNTHESIS], study: source('L', 'CC') }),
      reason: 'None.',
    };
    expect(() => cadReport(input))
      .to.throw()
      .with.property('code', 'report-without-images');
  });
});
