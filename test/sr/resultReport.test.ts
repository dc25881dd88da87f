import { expect } from 'chai';
import {
  asUid,
  type LeftOut,
  ownMark,
  type SeriesInstanceUID,
  type SOPInstanceUID,
  type StudyInstanceUID,
  sopClass,
} from '../../src/dicom/index.js';
import { type AttentionPlace, allImages } from '../../src/findings/index.js';
import { resultReport } from '../../src/sr/index.js';
import {
  BARE,
  findingsOf,
  fourViews,
  imageFinding,
  NAMES,
  negativeExam,
  positiveExam,
  positiveImageOfNegativeExam,
  reportInput,
  SPOT_VIEW,
  source,
  superseded,
  TOMOSYNTHESIS,
  threeViews,
  undecodable,
} from './reportInputs.js';
import {
  all,
  codeOf,
  find,
  group,
  type Item,
  listed,
  numberOf,
  readReport,
  referenced,
  textOf,
  under,
} from './tree.js';

const LANGUAGE = '121049';
const PROCEDURE = '121058';
const GROUP = '125007';
const TRACKING_NAME = '112039';
const TRACKING_UID = '112040';
const FINDING = '121071';
const FINDING_SITE = '363698007';
const PROBABILITY = '111047';
const REGION = '111030';
const INTERPRETATION = '363713009';
const POSITIVE = '10828004';
const NEGATIVE = '260385009';
const SUMMARY = '121111';
const COMMENT = '121106';
const ANALYSES = '111065';

describe('TID 1500 report', () => {
  it('is an Imaging Measurement Report in US English, by a device, of an imaging procedure on a mammogram', () => {
    const { dataset, root } = readReport(resultReport(reportInput(positiveExam())));
    expect(dataset.string('SOPClassUID')).to.equal('1.2.840.10008.5.1.4.1.1.88.34');
    expect(root.concept).to.equal('126000');
    expect(dataset.items('ContentTemplateSequence')[0]?.string('TemplateIdentifier')).to.equal('1500');
    expect(codeOf(under(root, LANGUAGE)[0])).to.equal('en-US');
    expect(codeOf(under(root, '121005')[0])).to.equal('121007');
    expect(codeOf(under(root, PROCEDURE)[0])).to.equal('71651007');
    expect(codeOf(find(under(root, PROCEDURE)[0]!, '121139')[0])).to.equal('MG');
    expect(dataset.code('PerformedProcedureCodeSequence')?.value).to.equal('71651007');
  });

  it('is a Comprehensive SR for archives that know no other', () => {
    const bytes = resultReport(reportInput(positiveExam()), { sopClass: 'ComprehensiveSR' });
    expect(readReport(bytes).dataset.string('SOPClassUID')).to.equal('1.2.840.10008.5.1.4.1.1.88.33');
  });

  it('is not a partial report because of raw twins: it names them in words and no more', () => {
    const leftOut = fourViews().map(superseded);
    const { dataset, root } = readReport(resultReport(reportInput(positiveExam(), { leftOut })));
    expect(dataset.string('SeriesDescription')).not.to.include('part');
    expect(codeOf(find(root, ANALYSES)[0])).to.equal('111222');
    expect(textOf(find(root, SUMMARY)[0])).to.match(/4 images analysed\.$/);
    expect(find(root, TRACKING_NAME).map(textOf).join()).not.to.include('NOT PROCESSED');
    const twins = leftOut.map(({ sopInstanceUID }) => sopInstanceUID);
    const evidence = listed(dataset, 'CurrentRequestedProcedureEvidenceSequence');
    expect(evidence.map(({ instance }) => instance)).not.to.include.any.members(twins);
    expect([...referenced(root)]).not.to.include.any.members(twins);
    expect(find(root, COMMENT).map(textOf).join()).to.include(twins[0]);
  });

  it('answers for the exam, each breast and each image, with side, probability and verdict', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam())));
    const answers = ['Exam', 'Left breast', 'Right breast', 'L CC', 'L MLO', 'R CC', 'R MLO'].map((name) => {
      const one = group(root, `${name}: AI answer`);
      const site = under(one, FINDING_SITE)[0];
      return [
        name,
        numberOf(under(one, PROBABILITY)[0]),
        codeOf(under(one, INTERPRETATION)[0]),
        codeOf(site?.children[0]),
      ];
    });
    const [left, right, both] = ['7771000', '24028007', '51440002'];
    expect(answers).to.deep.equal([
      ['Exam', 87.3, POSITIVE, both],
      ['Left breast', 87.3, POSITIVE, left],
      ['Right breast', 3.1, NEGATIVE, right],
      ['L CC', 87.3, POSITIVE, left],
      ['L MLO', 42, NEGATIVE, left],
      ['R CC', 3.1, NEGATIVE, right],
      ['R MLO', 0.04, NEGATIVE, right],
    ]);
  });

  it('says beside every number that it is an AI answer: viewers show no more than its name', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam())));
    const names = find(root, PROBABILITY).map(({ dataset }) => dataset.code('ConceptNameCodeSequence'));
    expect(names).to.have.length(7);
    for (const name of names)
      expect(name).to.deep.include({ scheme: 'DCM', meaning: 'AI: Probability of cancer' });
  });

  it("says of an outline that it is AI's where viewers show no more than the name of its site", () => {
    for (const [marks, name] of [
      ['attention', 'AI attention (breast)'],
      ['masses', 'AI mass mark (breast)'],
    ] as const) {
      const { root } = readReport(resultReport(reportInput(positiveExam(), { marks })));
      const sites = find(root, FINDING_SITE).map(({ dataset }) => dataset.code('ConceptCodeSequence'));
      for (const site of sites) expect(site).to.deep.include({ value: '76752008', scheme: 'SCT' });
      expect(sites.filter((site) => site?.meaning === name)).to.have.length.above(0);
      expect(sites.filter((site) => site?.meaning === 'Breast')).to.have.length(7);
    }
  });

  it('keeps the exact probability beside the rounded one', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam())));
    const measured = under(group(root, 'L CC: AI answer'), PROBABILITY)[0]?.dataset.items(
      'MeasuredValueSequence',
    )[0];
    expect(measured?.number('FloatingPointValue')).to.equal(87.3456789);
  });

  it('never shows a negative answer on the positive side of the operating point', () => {
    const [lcc] = fourViews();
    const findings = findingsOf([imageFinding(lcc!, 0.49996)]);
    const { root } = readReport(resultReport(reportInput(findings)));
    expect(numberOf(under(group(root, 'L CC: AI answer'), PROBABILITY)[0])).to.equal(49.996);
    expect(textOf(find(root, SUMMARY)[0])).to.include('49.996 % (negative)');
  });

  it('says of a positive image in a negative breast that it is: its picture and its mark say so, too', () => {
    const { root } = readReport(resultReport(reportInput(positiveImageOfNegativeExam())));
    const summary = textOf(find(root, SUMMARY)[0]);
    expect(summary).to.include('exam 36.0 % (negative).');
    expect(summary).to.include('Left breast: 36.0 % (negative); L CC 62.0 % (positive), L MLO 10.0 %.');
    expect(summary).to.include('The exam as a whole is negative, L CC by itself positive.');
    const whole = readReport(resultReport(reportInput(positiveExam()))).root;
    expect(textOf(find(whole, SUMMARY)[0])).to.include('L CC 87.3 %, L MLO 42.0 % (negative).');
    expect(textOf(find(whole, SUMMARY)[0])).not.to.include('as a whole');
  });

  it('names several images of one view apart, and says by what a viewer tells them', () => {
    const [lcc] = fourViews();
    const again = source('L', 'CC', {
      sopInstanceUID: asUid<SOPInstanceUID>('2.25.99'),
      acquisitionTime: '114500',
      instanceNumber: 7,
    });
    const findings = findingsOf([imageFinding(again, 0.2), imageFinding(lcc!, 0.6)]);
    const { root } = readReport(resultReport(reportInput(findings)));
    const summary = textOf(find(root, SUMMARY)[0]);
    expect(summary).to.include('L CC (1) 60.0 %, L CC (2) 20.0 % (negative)');
    expect(summary).to.include('L CC (2) is series 1, image 7, taken at 11:45:00.');
    expect(numberOf(under(group(root, 'L CC (2): AI answer'), PROBABILITY)[0])).to.equal(20);
    group(root, 'L CC (1): AI attention, not a lesion outline');
    group(root, 'Left breast: AI answer from L CC alone');
  });

  it('does not call the answer about a part of the exam by the name of one about all of it', () => {
    const [, , , rmlo] = fourViews();
    const { root } = readReport(resultReport(reportInput(threeViews(), { leftOut: [undecodable(rmlo!)] })));
    group(root, 'Exam: AI answer; no answer about R MLO');
  });

  it('says in its second line that it is about a part of the exam, and about which it is not', () => {
    const [, , , rmlo] = fourViews();
    const leftOut = [undecodable(rmlo!), SPOT_VIEW];
    const summary = (changes: Parameters<typeof reportInput>[1]) =>
      textOf(find(readReport(resultReport(reportInput(threeViews(), changes))).root, SUMMARY)[0])!.split(
        '\r\n',
      );
    expect(summary({ leftOut, caution: 'Read it as an order.' })[1]).to.equal(
      'PART OF THE EXAM: no answer about R MLO.',
    );
    expect(summary({ leftOut: [SPOT_VIEW] }).join()).not.to.include('PART OF');
  });

  it('says which images it took raw', () => {
    const [lcc, lmlo] = fourViews();
    const raw = { ...lmlo!, intent: 'processing' as const };
    const findings = findingsOf([imageFinding(lcc!, 0.2), imageFinding(raw, 0.3)]);
    const summary = textOf(find(readReport(resultReport(reportInput(findings))).root, SUMMARY)[0]);
    expect(summary).to.include('Limit: L MLO analysed from raw values (For Processing)');
  });

  it('says of a man what is not known of him', () => {
    const said = (sex: string) => {
      const male = fourViews().map((image) => ({
        ...image,
        patientAndStudy: image.patientAndStudy.map((one) =>
          one.tag === '00100040' ? { ...one, bytes: Uint8Array.from(Buffer.from(sex)) } : one,
        ),
      }));
      const findings = findingsOf(male.map((image) => imageFinding(image, 0.6)));
      return textOf(find(readReport(resultReport(reportInput(findings))).root, SUMMARY)[0]);
    };
    expect(said('M ')).to.include('Limit: the study names a male patient.');
    for (const sex of ['F ', 'O ', '']) expect(said(sex)).not.to.include('male patient');
  });

  it('says on what terms the model may be used', () => {
    const said = (termsOfUse?: string) => {
      const { root } = readReport(resultReport(reportInput(positiveExam(), { termsOfUse })));
      return find(root, COMMENT).map(textOf).join();
    };
    expect(said('For research only.')).to.include('Terms of use: For research only.');
    expect(said()).not.to.include('Terms of use');
  });

  it('gives every group a name and a tracking UID of its own, and names the algorithm', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam())));
    const groups = find(root, GROUP);
    const uids = groups.map((one) => under(one, TRACKING_UID)[0]?.dataset.string('UID'));
    expect(uids).to.have.lengthOf(8).and.not.include(undefined);
    expect(new Set(uids).size).to.equal(8);
    for (const one of groups) {
      expect(under(one, FINDING)).to.have.lengthOf(1);
      expect(under(one, '111001').map(textOf)).to.deep.equal(['mamori-reference']);
      expect(under(one, '111003').map(textOf)).to.deep.equal(['1.2.0']);
      expect(under(one, '111002').map(textOf)).to.include('operating point=50 %');
      expect(under(one, '122405').map(textOf)).to.deep.equal(['Mamori project']);
    }
  });

  it('draws the region closed, on its image, and calls it attention and no lesion wherever a viewer may look', () => {
    const findings = positiveExam();
    const { root } = readReport(resultReport(reportInput(findings)));
    const region = group(root, 'L CC: AI attention, not a lesion outline');
    const [scoord] = under(region, REGION);
    const points = scoord!.dataset.numbers('GraphicData');
    expect(scoord!.dataset.string('GraphicType')).to.equal('POLYLINE');
    expect(points).to.have.lengthOf(10);
    expect(points.slice(0, 2)).to.deep.equal(points.slice(-2));
    expect([...referenced(scoord!)]).to.deep.equal([findings.breasts[0]!.images[0]!.source.sopInstanceUID]);
    expect(scoord!.children[0]?.relationship).to.equal('SELECTED FROM');
    expect(codeOf(under(region, FINDING)[0])).to.equal('111099');
    expect(textOf(under(region, COMMENT)[0])).to.include('Not the outline of a lesion');
  });

  it('gives the region no number, and the image its own once', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam())));
    const numbers = (of: Item) => all(of).filter((one) => one.valueType === 'NUM');
    expect(numbers(group(root, 'L CC: AI attention, not a lesion outline'))).to.deep.equal([]);
    for (const view of ['L CC', 'L MLO', 'R CC', 'R MLO'])
      expect(numbers(group(root, `${view}: AI answer`))).to.have.lengthOf(1);
    const texts = all(group(root, 'L CC: AI attention, not a lesion outline')).map(textOf).join();
    expect(texts).not.to.include('87');
  });

  it('calls a region a mass where the bundle says that its model finds them', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam(), { marks: 'masses' })));
    const region = group(root, 'L CC: taken for a mass by AI');
    expect(codeOf(under(region, FINDING)[0])).to.equal('129788004');
  });

  it("codes its number as the bundle does, and identifies the scheme of the bundle's own code", () => {
    const probability = { value: 'm1', scheme: '99MAKER', meaning: 'Probability that a mass is malignant' };
    const { dataset, root } = readReport(resultReport(reportInput(positiveExam(), { probability })));
    expect(find(root, PROBABILITY)).to.deep.equal([]);
    expect(find(root, 'm1')).to.have.lengthOf(7);
    const schemes = dataset.items('CodingSchemeIdentificationSequence');
    expect(schemes.map((one) => one.string('CodingSchemeDesignator'))).to.deep.equal([
      '99IHE',
      '99MAKER',
      '99MAMORI',
    ]);
    expect(schemes[1]!.string('CodingSchemeResponsibleOrganization')).to.equal('Mamori project');
  });

  it('says that no place is marked where the heat maps failed their checks, and warns where they are drawn', () => {
    const summary = (heatMaps: 'withheld' | 'failed') =>
      textOf(under(readReport(resultReport(reportInput(negativeExam(), { heatMaps }))).root, SUMMARY)[0]);
    expect(summary('withheld')).to.include('failed their checks: no place is drawn or marked');
    expect(summary('failed')).to.include('FAILED THEIR CHECKS');
    const { root } = readReport(resultReport(reportInput(positiveExam(), { heatMaps: 'failed' })));
    const region = group(root, 'L CC: AI attention, not a lesion outline; heat maps FAILED THEIR CHECKS');
    expect(textOf(under(region, COMMENT)[0])).to.include('do not trust the places');
  });

  it('tells the time zone of its times', () => {
    const { dataset } = readReport(resultReport(reportInput(positiveExam())));
    expect(dataset.string('TimezoneOffsetFromUTC')).to.match(/^[+-]\d{4}$/);
  });

  it('keeps coordinates on the image', () => {
    const [lcc] = fourViews();
    const finding = imageFinding(lcc!, 0.9);
    finding.region!.outline = [
      { x: -3, y: -1 },
      { x: 3000, y: 10 },
      { x: 100, y: 4000 },
    ];
    const { root } = readReport(resultReport(reportInput(findingsOf([finding]))));
    const region = group(root, 'L CC: AI attention, not a lesion outline');
    expect(under(region, REGION)[0]?.dataset.numbers('GraphicData')).to.deep.equal([
      0, 0, 2560, 10, 100, 3328, 0, 0,
    ]);
  });

  it('has no region where there is nothing to point at', () => {
    const { root } = readReport(resultReport(reportInput(negativeExam())));
    const names = find(root, TRACKING_NAME).map(textOf);
    expect(names.filter((name) => name?.includes('attention'))).to.deep.equal([]);
    expect(names).to.have.lengthOf(7);
  });

  it('says first what the answer is, what it is not for, and what a negative one means', () => {
    const { root } = readReport(resultReport(reportInput(negativeExam())));
    const summary = textOf(under(root, SUMMARY)[0])!;
    expect(summary.split('\r\n')).to.deep.equal([
      'AI result, not for primary diagnosis. Probability of cancer ("malignant"): exam 16.0 % (negative).',
      'Left breast: 8.0 % (negative); L CC 4.0 %, L MLO 8.0 %.',
      'Right breast: 16.0 % (negative); R CC 12.0 %, R MLO 16.0 %.',
      'Positive means 50 % or more. A negative answer does not exclude cancer.',
      '4 images analysed.',
    ]);
    const comments = find(root, COMMENT).map(textOf).join('\n');
    expect(comments).to.include('Purpose: Second look');
    expect(comments).to.include('Limit: Not tested on implants.');
  });

  it("says the bundle's caution right below the number", () => {
    const caution = 'Far too high for screening.';
    const { root } = readReport(resultReport(reportInput(negativeExam(), { caution })));
    expect(textOf(under(root, SUMMARY)[0])!.split('\r\n')[1]).to.equal(caution);
  });

  it('says where a marked place touches the image border, and why none is marked that lies off the breast', () => {
    const reportOf = (attention: AttentionPlace, located: boolean) => {
      const finding = { ...imageFinding(source('L', 'CC'), 0.8, located), attention };
      const { root } = readReport(resultReport(reportInput(findingsOf([finding]))));
      return { summary: textOf(under(root, SUMMARY)[0])!.split('\r\n'), root };
    };
    const border = reportOf('image-border', true);
    expect(border.summary).to.include('L CC: the marked place touches the image border: rely on it less.');
    const region = group(border.root, 'L CC: AI attention, not a lesion outline; at the image border');
    expect(textOf(under(region, COMMENT)[0])).to.include('touches the image border: rely on it less');
    expect(reportOf('image-corner', false).summary).to.include(
      'L CC: the strongest attention lies in an empty corner of the image: not marked; trust the number less.',
    );
    expect(reportOf('outside-breast', false).summary).to.include(
      'L CC: the strongest attention lies outside the breast: not marked; trust the number less.',
    );
    expect(reportOf('breast', true).summary.join()).to.not.match(/border|corner|outside/);
  });

  it('does not read like one of four views where one is not in the study', () => {
    const { dataset, root } = readReport(resultReport(reportInput(threeViews())));
    expect(dataset.string('SeriesDescription')).to.equal(
      'AI result, no right MLO; not for primary diagnosis',
    );
    const said = textOf(under(root, SUMMARY)[0])!.split('\r\n');
    expect(said[1]).to.equal('R MLO not in the study. Nothing is said of what is not there.');
    expect(said).to.include('Right breast: 3.1 % (negative); R CC 3.1 % alone.');
    expect(find(root, COMMENT).map(textOf)).to.include(said[1]);
    const names = find(root, TRACKING_NAME).map(textOf);
    expect(names).to.include.members([
      'Exam: AI answer; R MLO not in the study',
      'Right breast: AI answer from R CC alone',
      'Left breast: AI answer',
    ]);
  });

  it('tells images of another day apart, which have no part in the number of their breast', () => {
    const day = { acquisitionDate: '20240601', sopInstanceUID: '2.25.99' as SOPInstanceUID };
    const findings = findingsOf([
      ...allImages(positiveExam()),
      imageFinding(source('L', 'CC', day), 0.11, false),
    ]);
    const { dataset, root } = readReport(resultReport(reportInput(findings)));
    expect(dataset.string('SeriesDescription')).to.equal(
      'AI result, several days; not for primary diagnosis',
    );
    const said = textOf(under(root, SUMMARY)[0])!.split('\r\n');
    expect(said.slice(1, 3)).to.deep.equal([
      'Images of several days: L CC (2) of 2024-06-01; R CC and R MLO and L CC (1) and L MLO of 2024-05-18.',
      'Left breast: 42.0 % (negative); L CC (2) 11.0 %, L MLO 42.0 %.',
    ]);
    expect(said).to.include('Taken again on a later day, in no number above: L CC (1) 87.3 % (positive).');
    expect(said).to.include('The exam as a whole is negative, L CC (1) by itself positive.');
    const restsOn = (name: string) =>
      under(group(root, name), '121112').map(({ dataset: { items } }) => items.length);
    expect(restsOn('Left breast: AI answer')).to.have.length(2);
    expect(restsOn('Exam: AI answer; images of several days')).to.have.length(4);
    expect(restsOn('L CC (1), taken again on a later day: AI answer')).to.have.length(1);
  });

  it('says of which day the answered images are where those of a later day have no answer', () => {
    const later = undecodable(
      source('L', 'CC', { acquisitionDate: '20240601', sopInstanceUID: '2.25.99' as SOPInstanceUID }),
    );
    const { root } = readReport(resultReport(reportInput(negativeExam(), { leftOut: [later] })));
    const said = textOf(under(root, SUMMARY)[0])!.split('\r\n');
    expect(said[1]).to.equal('PART OF THE EXAM: no answer about L CC (2).');
    expect(said[2]).to.equal(
      'Images of several days: L CC (2) of 2024-06-01; R CC and R MLO and L CC (1) and L MLO of 2024-05-18.',
    );
    expect(find(root, TRACKING_NAME).map(textOf)).to.include(
      'Exam: AI answer; no answer about L CC (2); images of several days',
    );
  });

  it('states and no more that an exam is of one breast', () => {
    const { findings, analysed, ...rest } = reportInput(positiveExam());
    const [left] = findings!.breasts;
    const one = { ...findings!, breasts: [left!] };
    const images = analysed.filter(({ laterality }) => laterality === 'L');
    const { dataset, root } = readReport(resultReport({ ...rest, findings: one, analysed: images }));
    expect(dataset.string('SeriesDescription')).to.equal(
      'AI result, left breast only; not for primary diagnosis',
    );
    expect(textOf(under(root, SUMMARY)[0])).to.include('Right breast not in the study.');
  });

  it('describes the analysed images as their headers do', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam())));
    const images = find(root, '126200')[0]!.children.filter((child) => child.valueType === 'IMAGE');
    expect(images).to.have.lengthOf(4);
    expect(codeOf(under(images[1]!, '111027')[0])).to.equal('7771000');
    expect(codeOf(under(images[1]!, '111031')[0])).to.equal('399368009');
    expect(textOf(under(images[1]!, '111043')[0])).to.equal('FR');
    expect(numberOf(under(images[1]!, '111026')[0])).to.equal(0.0701);
    expect(numberOf(under(images[1]!, '111066')[0])).to.equal(0.07);
  });

  it('leaves out of the library what the headers lack', () => {
    const { root } = readReport(resultReport(reportInput(positiveExam(BARE))));
    const [first] = find(root, '126200')[0]!.children.filter((child) => child.valueType === 'IMAGE');
    expect(first!.children.map((child) => child.concept)).to.deep.equal([
      '111027',
      '110910',
      '110911',
      '111031',
    ]);
  });

  it('is complete, unverified and preliminary, and fits into the study it came from', () => {
    const { dataset } = readReport(resultReport(reportInput(positiveExam())));
    expect(dataset.string('CompletionFlag')).to.equal('COMPLETE');
    expect(dataset.string('VerificationFlag')).to.equal('UNVERIFIED');
    expect(dataset.string('PreliminaryFlag')).to.equal('PRELIMINARY');
    expect(dataset.has('ReferencedPerformedProcedureStepSequence')).to.equal(true);
    expect(dataset.string('StudyInstanceUID')).to.equal(fourViews()[0]!.studyInstanceUID);
    expect(dataset.string('PatientID')).to.equal('P-17');
    expect(dataset.string('ContentDate')).to.equal('20240518');
    expect(dataset.string('ContentTime')).to.equal('102030');
    expect(dataset.string('InstanceCreatorUID')).to.equal(ownMark.InstanceCreatorUID);
  });

  it('names its maker in the header as in the tree', () => {
    const { dataset, root } = readReport(resultReport(reportInput(positiveExam())));
    const equipment = dataset.items('ContributingEquipmentSequence');
    const purposes = equipment.map((one) => one.code('PurposeOfReferenceCodeSequence'));
    expect(purposes.map((purpose) => `${purpose?.value} ${purpose?.scheme}`)).to.deep.equal([
      '109102 DCM',
      'Newcode1 99IHE',
    ]);
    for (const where of [dataset, ...equipment]) {
      expect(where.string('Manufacturer')).to.equal(textOf(under(root, '121014')[0]));
      expect(where.string('ManufacturerModelName')).to.equal(textOf(under(root, '121015')[0]));
      expect(where.string('DeviceSerialNumber')).to.equal(textOf(under(root, '121016')[0]));
      expect(where.string('DeviceUID')).to.equal(under(root, '121012')[0]?.dataset.string('UID'));
      expect(where.string('SoftwareVersions')).to.equal('Mamori 0.1.0');
    }
  });

  it('lists as evidence, under its series, every instance that it points to or speaks of', () => {
    const input = reportInput(positiveExam(), { leftOut: [SPOT_VIEW, TOMOSYNTHESIS] });
    const { dataset, root } = readReport(resultReport(input));
    const evidence = listed(dataset, 'CurrentRequestedProcedureEvidenceSequence');
    const known = [...input.analysed, ...input.leftOut, ...input.secondaryCaptures];
    expect(evidence.map((one) => `${one.series} ${one.instance}`)).to.have.members(
      known.map((one) => `${one.seriesInstanceUID} ${one.sopInstanceUID}`),
    );
    expect(evidence.map((one) => one.instance)).to.include.members([...referenced(root)]);
  });

  it('keeps instances without UIDs out of the evidence', () => {
    const broken: LeftOut = { ...SPOT_VIEW, sopInstanceUID: '', seriesInstanceUID: '' };
    const { dataset } = readReport(resultReport(reportInput(positiveExam(), { leftOut: [broken] })));
    expect(listed(dataset, 'CurrentRequestedProcedureEvidenceSequence')).to.have.lengthOf(8);
  });

  it('names the reports it replaces', () => {
    const predecessor = {
      studyInstanceUID: asUid<StudyInstanceUID>('1.2.3'),
      seriesInstanceUID: asUid<SeriesInstanceUID>('1.2.3.5'),
      sopInstanceUID: asUid<SOPInstanceUID>('1.2.3.6'),
      sopClassUID: sopClass.Comprehensive3DSR,
    };
    const { dataset } = readReport(
      resultReport(reportInput(positiveExam(), { predecessors: [predecessor] })),
    );
    expect(listed(dataset, 'PredecessorDocumentsSequence')).to.deep.equal([
      { study: '1.2.3', series: '1.2.3.5', instance: '1.2.3.6' },
    ]);
    expect(
      readReport(resultReport(reportInput(positiveExam()))).dataset.has('PredecessorDocumentsSequence'),
    ).to.equal(false);
  });

  it('says which images it does not rest on, and why', () => {
    const leftOut = [SPOT_VIEW, undecodable(source('L', 'MLO', { sopInstanceUID: asUid('1.2.3.4') }))];
    const { dataset, root } = readReport(resultReport(reportInput(positiveExam(), { leftOut })));
    expect(codeOf(find(root, 'C0034375')[0]?.children[0])).to.equal('111223');
    const comments = find(root, 'C0034375')[0]!
      .children.filter((child) => child.concept === COMMENT)
      .map(textOf);
    expect(comments[0]).to.include('Spot compression view').and.include(SPOT_VIEW.sopInstanceUID);
    expect(comments[1]).to.include('L MLO (1).').and.include('pixels-truncated');
    expect(codeOf(under(group(root, 'L MLO (1): NOT PROCESSED'), ANALYSES)[0])).to.equal('111224');
    expect(textOf(under(root, SUMMARY)[0])).to.include("2 of the study's instances not analysed");
    expect(dataset.string('SeriesDescription')).to.include('part of the exam');
  });

  it('is not part of an answer when only other things than mammograms were left alone', () => {
    const { dataset, root } = readReport(
      resultReport(reportInput(positiveExam(), { leftOut: [TOMOSYNTHESIS] })),
    );
    expect(codeOf(find(root, 'C0034375')[0]?.children[0])).to.equal('111222');
    expect(dataset.string('SeriesDescription')).to.not.include('part of the exam');
    expect(find(root, COMMENT).map(textOf).join()).to.include('Breast Tomosynthesis');
  });

  it('never names a BI-RADS category', () => {
    for (const findings of [positiveExam(), negativeExam()]) {
      const { root } = readReport(resultReport(reportInput(findings)));
      expect(all(root).filter((one) => one.concept === '111005')).to.deep.equal([]);
    }
  });

  for (const [name, patient] of Object.entries(NAMES)) {
    it(`keeps the patient's name byte for byte (${name})`, () => {
      const { dataset } = readReport(resultReport(reportInput(positiveExam({ name: patient }))));
      const written = Buffer.from(dataset.raw('PatientName')!.bytes);
      expect(written.subarray(0, patient.bytes.length).equals(Buffer.from(patient.bytes))).to.equal(true);
      expect(
        Buffer.from(dataset.raw('SpecificCharacterSet')?.bytes ?? [])
          .toString('latin1')
          .trimEnd(),
      ).to.equal(patient.characterSet);
    });
  }

  it('is a function of its input', () => {
    const twice = [1, 2].map(() => Buffer.from(resultReport(reportInput(positiveExam()))));
    expect(twice[0]!.equals(twice[1]!)).to.equal(true);
  });
});
