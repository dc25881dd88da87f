import { expect } from 'chai';
import {
  ownMark,
  readPart10,
  recogniseMammogram,
  type SourceInstance,
  sopClass,
  writePart10,
} from '../../src/dicom/index.js';
import { type HandMade, part10 } from './byteStreams.js';
import { codeItem, mammogram } from './mammograms.js';

function recognise(changes: HandMade[] = [], without: string[] = []) {
  return recogniseMammogram(readPart10(part10(mammogram(changes, without))));
}

function sourceOf(changes: HandMade[] = [], without: string[] = []): SourceInstance {
  const answer = recognise(changes, without);
  if (answer.kind !== 'mammogram') throw new Error(answer.leftOut.reason);
  return answer.source;
}

function leftOutOf(changes: HandMade[] = [], without: string[] = []) {
  const answer = recognise(changes, without);
  if (answer.kind !== 'left-out') throw new Error('was recognised as a mammogram');
  return answer.leftOut;
}

const text = (tag: string, vr: string, value: string): HandMade => ({ tag, vr, value });
const viewCode = (...item: Parameters<typeof codeItem>): HandMade => ({
  tag: '0054,0220',
  vr: 'SQ',
  value: [codeItem(...item)],
});

const anatomy = (value: string, meaning: string, modifier?: string): HandMade => ({
  tag: '0008,2218',
  vr: 'SQ',
  value: [
    [
      ...codeItem(value, 'SCT', meaning),
      ...(modifier === undefined
        ? []
        : [{ tag: '0008,2220', vr: 'SQ', value: [codeItem(modifier, 'SCT', 'Side')] }]),
    ],
  ],
});

describe('recogniseMammogram', () => {
  it('gives what results need of the source', () => {
    const { patientAndStudy, referencedRequests, ...source } = sourceOf();
    expect(referencedRequests?.tag).to.equal('0040A370');
    expect(source).to.deep.equal({
      requestAttributes: undefined,
      studyInstanceUID: '2.25.2',
      seriesInstanceUID: '2.25.3',
      sopInstanceUID: '2.25.1',
      sopClassUID: sopClass.DigitalMammographyForPresentation,
      transferSyntaxUID: '1.2.840.10008.1.2.1',
      view: 'CC',
      laterality: 'L',
      intent: 'presentation',
      viewCode: { value: '399162004', scheme: 'SCT', meaning: 'cranio-caudal' },
      rows: 2,
      columns: 3,
      patientOrientation: ['A', 'R'],
      pixelSpacing: undefined,
      imagerPixelSpacing: [0.07, 0.08],
      studyDate: '20260102',
      studyTime: '101500.25',
      contentDate: undefined,
      contentTime: undefined,
      acquisitionDate: undefined,
      acquisitionTime: undefined,
      seriesNumber: 4,
      instanceNumber: 5,
      manufacturer: 'Maker',
      greyscale: { modality: { slope: 1, intercept: 0, type: 'US' }, voi: undefined, inverted: false },
      lossyImageCompression: undefined,
      implant: undefined,
    });
    const tags = patientAndStudy.map((raw) => raw.tag);
    expect(tags).to.include.members(['00080005', '00100010', '00100020', '0020000D']);
    expect(tags).to.deep.equal([...tags].sort());
  });

  it('gives empty attributes where the source lacks what the standard requires', () => {
    const { patientAndStudy } = sourceOf([], ['0010,0030', '0008,0090']);
    const empty = patientAndStudy.filter((raw) => raw.bytes.length === 0).map((raw) => raw.tag);
    expect(empty).to.deep.equal(['00080090', '00100030']);
  });

  it('copies attributes out of the file, so that it can go', () => {
    const file = part10(mammogram());
    const answer = recogniseMammogram(readPart10(file));
    if (answer.kind !== 'mammogram') throw new Error(answer.leftOut.reason);
    for (const raw of answer.source.patientAndStudy)
      expect(raw.bytes.buffer.byteLength).to.equal(raw.bytes.length);
  });

  describe('knows the view by', () => {
    const views: [what: string, view: string, changes: HandMade[], without?: string[]][] = [
      ['an SCT code', 'MLO', [viewCode('399368009', 'SCT', 'medio-lateral oblique')]],
      ['an SRT code', 'MLO', [viewCode('R-10226', 'SRT', 'medio-lateral oblique')]],
      ['an SNM3 code', 'CC', [viewCode('R-10242', 'SNM3', 'cranio-caudal')]],
      ['the same code under another scheme name', 'CC', [viewCode('R-10242', '99SDM', 'cranio-caudal')]],
      ['View Position where there is no code', 'MLO', [text('0018,5101', 'CS', 'MLO')], ['0054,0220']],
      ['a View Position with the side', 'CC', [text('0018,5101', 'CS', 'L CC')], ['0054,0220']],
      [
        'a View Position with the other side',
        'MLO',
        [text('0018,5101', 'CS', 'RMLO'), text('0020,0062', 'CS', 'R')],
        ['0054,0220'],
      ],
      ['a code and a View Position that agree', 'CC', [text('0018,5101', 'CS', 'CC')]],
      ['a code beside a View Position that is no word of mammography', 'CC', [text('0018,5101', 'CS', 'AP')]],
    ];
    for (const [what, view, changes, without] of views) {
      it(what, () => expect(sourceOf(changes, without).view).to.equal(view));
    }

    it('the current code, whatever the source used', () => {
      const { viewCode: code } = sourceOf([viewCode('R-10226', 'SNM3', 'OBLIQUE')]);
      expect(code).to.deep.equal({ value: '399368009', scheme: 'SCT', meaning: 'medio-lateral oblique' });
    });
  });

  describe('knows the side by', () => {
    for (const [what, tag] of [
      ['Image Laterality', '0020,0062'],
      ['Frame Laterality', '0020,9072'],
      ['Laterality', '0020,0060'],
    ] as const) {
      it(what, () =>
        expect(
          sourceOf(
            [text(tag, 'CS', 'R')],
            ['0020,0062'].filter((one) => one !== tag),
          ).laterality,
        ).to.equal('R'),
      );
    }
  });

  it('takes Image Laterality beside what says the same, or no side', () => {
    for (const tag of ['0020,9072', '0020,0060'])
      for (const value of ['L', 'B', ''])
        expect(sourceOf([text(tag, 'CS', value)]).laterality, `${tag} ${value}`).to.equal('L');
    expect(sourceOf([anatomy('80248007', 'Left breast')]).laterality).to.equal('L');
    expect(sourceOf([anatomy('76752008', 'Breast', '7771000')]).laterality).to.equal('L');
  });

  it('takes the air gap of a contact mammogram for no magnification', () => {
    for (const factor of ['1', '1.1', '1.25'])
      expect(sourceOf([text('0018,1114', 'DS', factor)]).view, factor).to.equal('CC');
  });

  it('takes a For Processing image, and a breast with an implant that is not displaced', () => {
    expect(sourceOf([text('0008,0016', 'UI', sopClass.DigitalMammographyForProcessing)]).intent).to.equal(
      'processing',
    );
    expect(sourceOf([text('0028,1300', 'CS', 'YES')]).view).to.equal('CC');
  });

  it('knows what lossy compression the image has been through', () => {
    const source = sourceOf([
      text('0028,2110', 'CS', '01'),
      text('0028,2112', 'DS', '10\\12.5'),
      text('0028,2114', 'CS', 'ISO_15444_1\\ISO_10918_1'),
    ]);
    expect(source.lossyImageCompression).to.deep.equal({
      ratios: [10, 12.5],
      methods: ['ISO_15444_1', 'ISO_10918_1'],
    });
  });

  it('takes values that are out of form for absent', () => {
    const source = sourceOf([
      text('0008,0020', 'DA', '2026.01.02'),
      text('0008,0030', 'TM', '10:15'),
      text('0020,0020', 'CS', 'UP\\DOWN'),
      text('0018,1164', 'DS', '0.07'),
      text('0028,0030', 'DS', '0\\0'),
      text('0020,0011', 'IS', 'one'),
    ]);
    const { studyDate, studyTime, patientOrientation, imagerPixelSpacing, pixelSpacing, seriesNumber } =
      source;
    expect([
      studyDate,
      studyTime,
      patientOrientation,
      imagerPixelSpacing,
      pixelSpacing,
      seriesNumber,
    ]).to.deep.equal(Array(6).fill(undefined));
  });

  it('says what the header names of an image that it leaves alone: its view, and its numbers in a viewer', () => {
    const burned = leftOutOf([text('0028,0301', 'CS', 'YES')]);
    expect(burned).to.include({ view: 'LCC', told: 'series 4, image 5' });
    const spot = leftOutOf([viewCode('399162004', 'SCT', 'cc', [codeItem('399055006', 'SCT', 'Spot')])]);
    expect(spot).to.include({ told: 'series 4, image 5' }).and.not.have.property('view');
    const wrongSide = leftOutOf([text('0020,0060', 'CS', 'R')], ['0020,0011', '0020,0013']);
    expect(wrongSide).to.not.have.any.keys('view', 'told');
  });

  describe('leaves alone', () => {
    const modified = (...modifier: [string, string, string]) =>
      viewCode('399162004', 'SCT', 'cc', [codeItem(...modifier)]);
    const cases: [what: string, code: string, reason: RegExp, changes: HandMade[], without?: string[]][] = [
      [
        'tomosynthesis',
        'tomosynthesis',
        /Breast Tomosynthesis Image/,
        [text('0008,0016', 'UI', sopClass.BreastTomosynthesis)],
      ],
      [
        'a tomosynthesis projection',
        'tomosynthesis-projection',
        /Breast Projection/,
        [text('0008,0016', 'UI', sopClass.BreastProjectionForPresentation)],
      ],
      [
        'a Secondary Capture',
        'secondary-capture',
        /Secondary Capture Image \(Modality RG\)/,
        [text('0008,0016', 'UI', sopClass.SecondaryCapture), text('0008,0060', 'CS', 'RG')],
      ],
      [
        'a Mammography CAD report',
        'mammography-cad-report',
        /Mammography CAD SR/,
        [text('0008,0016', 'UI', sopClass.MammographyCADSR)],
      ],
      [
        'another report',
        'structured-report',
        /Basic Text SR/,
        [text('0008,0016', 'UI', sopClass.BasicTextSR)],
      ],
      [
        'a presentation state',
        'presentation-state',
        /Presentation State/,
        [text('0008,0016', 'UI', sopClass.GrayscaleSoftcopyPresentationState)],
      ],
      [
        'an ultrasound image',
        'not-a-mammogram',
        /Ultrasound Image/,
        [text('0008,0016', 'UI', sopClass.Ultrasound)],
      ],
      ['a class of no name', 'not-a-mammogram', /SOP class 1\.2\.3/, [text('0008,0016', 'UI', '1.2.3')]],
      ['an object without a class', 'not-a-mammogram', /without a SOP class/, [], ['0008,0016']],
      ['another modality', 'not-a-mammogram', /Modality is DX/, [text('0008,0060', 'CS', 'DX')]],
      [
        'a magnification',
        'magnification-view',
        /Magnification/,
        [modified('399163009', 'SCT', 'Magnification')],
      ],
      [
        'a magnification by its old code',
        'magnification-view',
        /Magnification/,
        [modified('R-102D6', 'SNM3', 'MAG')],
      ],
      ['a magnification by its factor', 'magnification-view', /1\.8/, [text('0018,1114', 'DS', '1.8')]],
      ['a slight one', 'magnification-view', /1\.26/, [text('0018,1114', 'DS', '1.26')]],
      [
        'a spot compression',
        'spot-compression-view',
        /Spot compression/,
        [modified('399055006', 'SCT', 'Spot compression')],
      ],
      [
        'a displaced implant',
        'implant-displaced-view',
        /Implant displaced/,
        [modified('R-102D5', 'SRT', 'Implant Displaced')],
      ],
      ['a rolled view', 'rolled-view', /Rolled lateral/, [modified('399197002', 'SCT', 'Rolled Lateral')]],
      ['a tangential view', 'tangential-view', /Tangential/, [modified('399110001', 'SCT', 'tangential')]],
      [
        'an axillary tail',
        'axillary-tail-view',
        /Axillary tail/,
        [modified('R-102D1', 'SNM3', 'Axillary Tail')],
      ],
      ['a cleavage view', 'cleavage-view', /Cleavage/, [modified('399161006', 'SCT', 'Cleavage')]],
      [
        'a modifier that nobody knows',
        'modified-view',
        /"Upside down"/,
        [modified('99', '99VENDOR', 'Upside down')],
      ],
      ['a modifier in another script', 'modified-view', /"\?+"/, [modified('99', '99VENDOR', '\xe9\xe9')]],
      ['a modifier without a code', 'modified-view', /unnamed/, [viewCode('399162004', 'SCT', 'cc', [[]])]],
      [
        'a modifier beside the view',
        'spot-compression-view',
        /Spot/,
        [{ tag: '0054,0222', vr: 'SQ', value: [codeItem('R-102D7', 'SRT', 'Spot')] }],
      ],
      ['ML', 'not-a-standard-view', /medio-lateral$/, [viewCode('399260004', 'SCT', 'medio-lateral')]],
      ['LM', 'not-a-standard-view', /latero-medial$/, [viewCode('R-10228', 'SRT', 'latero-medial')]],
      ['XCCL', 'not-a-standard-view', /exaggerated laterally/, [viewCode('399192008', 'SCT', '')]],
      [
        'XCCL by View Position',
        'not-a-standard-view',
        /exaggerated laterally/,
        [text('0018,5101', 'CS', 'XCCL')],
        ['0054,0220'],
      ],
      [
        'an implant-displaced MLO by View Position',
        'implant-displaced-view',
        /Implant displaced/,
        [text('0018,5101', 'CS', 'MLOID')],
        ['0054,0220'],
      ],
      [
        'a magnified CC by View Position',
        'magnification-view',
        /Magnification/,
        [text('0018,5101', 'CS', 'MCC')],
        ['0054,0220'],
      ],
      [
        'an axillary tail by View Position',
        'axillary-tail-view',
        /Axillary tail/,
        [text('0018,5101', 'CS', 'AT')],
        ['0054,0220'],
      ],
      [
        'a standard code that View Position contradicts',
        'contradictory-view',
        /CC.*MLO/,
        [text('0018,5101', 'CS', 'MLO')],
      ],
      [
        'a standard code whose View Position names a modifier',
        'implant-displaced-view',
        /Implant/,
        [text('0018,5101', 'CS', 'CCID')],
      ],
      ['a view that nobody knows', 'not-a-standard-view', /"Sideways"/, [viewCode('99', '99V', 'Sideways')]],
      [
        'one with a View Position that says a standard one',
        'not-a-standard-view',
        /"Sideways"/,
        [viewCode('99', '99V', 'Sideways'), text('0018,5101', 'CS', 'CC')],
      ],
      [
        'a View Position that nobody knows',
        'not-a-standard-view',
        /"PA"/,
        [text('0018,5101', 'CS', 'PA')],
        ['0054,0220'],
      ],
      ['no view at all', 'no-view', /Neither/, [], ['0054,0220']],
      ['a specimen by its view', 'specimen', /specimen/, [viewCode('G-8310', 'SRT', 'tissue specimen')]],
      [
        'a specimen by its description',
        'specimen',
        /specimen/,
        [{ tag: '0040,0560', vr: 'SQ', value: [[text('0040,0551', 'LO', 'S1')]] }],
      ],
      ['a partial view', 'partial-view', /part of the breast/, [text('0028,1350', 'CS', 'YES')]],
      ['a partial view in other letters', 'partial-view', /part/, [text('0028,1350', 'CS', 'Yes')]],
      ...['RCC', 'R CC', 'rcc'].map((position): (typeof cases)[number] => [
        `a left breast whose View Position is ${position}`,
        'contradictory-laterality',
        /Laterality says L, View Position says R ?CC$/i,
        [text('0018,5101', 'CS', position)],
      ]),
      [
        'a right breast whose View Position is of a left one',
        'contradictory-laterality',
        /says R, View Position says L-MLO/,
        [
          text('0018,5101', 'CS', 'L-MLO'),
          text('0020,0060', 'CS', 'R'),
          viewCode('399368009', 'SCT', 'medio-lateral oblique'),
        ],
        ['0020,0062'],
      ],
      [
        'a left breast in a series of right ones',
        'contradictory-laterality',
        /^Image Laterality says L, Laterality of the series says R$/,
        [text('0020,0060', 'CS', 'R')],
      ],
      [
        'an image of a left breast whose frame is of a right one',
        'contradictory-laterality',
        /^Image Laterality says L, Frame Laterality says R$/,
        [text('0020,9072', 'CS', 'R')],
      ],
      [
        'a frame of a right breast in a series of left ones',
        'contradictory-laterality',
        /^Frame Laterality says R, Laterality of the series says L$/,
        [text('0020,9072', 'CS', 'R'), text('0020,0060', 'CS', 'L')],
        ['0020,0062'],
      ],
      [
        'a left breast whose anatomy is the right one',
        'contradictory-laterality',
        /^Image Laterality says L, the anatomy says "Right breast"$/,
        [anatomy('T-04020', 'Right breast')],
      ],
      [
        'a left breast whose anatomy is modified to the right',
        'contradictory-laterality',
        /^Image Laterality says L, the anatomy says "Side"$/,
        [anatomy('76752008', 'Breast', '24028007')],
      ],
      ['both breasts', 'both-breasts', /both/, [text('0020,0062', 'CS', 'B')]],
      ['no side', 'no-laterality', /left or the right/, [], ['0020,0062']],
      [
        'a synthesised 2D image by another name',
        'synthesised-image',
        /tomosynthesis/,
        [text('0008,0008', 'CS', 'DERIVED\\PRIMARY\\SYNTHETIC')],
      ],
      [
        'a synthesised 2D image',
        'synthesised-image',
        /tomosynthesis/,
        [text('0008,0008', 'CS', 'DERIVED\\PRIMARY\\TOMO\\GENERATED_2D')],
      ],
      [
        'a contrast subtraction',
        'contrast-image',
        /contrast/,
        [text('0008,0008', 'CS', 'DERIVED\\PRIMARY\\RECOMBINED')],
      ],
      [
        'a stereo image',
        'biopsy-image',
        /biopsy/,
        [text('0008,0008', 'CS', 'DERIVED\\PRIMARY\\STEREO\\LEFT')],
      ],
      [
        'the scout of a biopsy',
        'biopsy-image',
        /biopsy/,
        [text('0008,0008', 'CS', 'ORIGINAL\\PRIMARY\\STEREO_SCOUT')],
      ],
      [
        'a needle before it is fired',
        'biopsy-image',
        /biopsy/,
        [text('0008,0008', 'CS', 'ORIGINAL\\PRIMARY\\PREFIRE_MINUS')],
      ],
      ['a clip', 'biopsy-image', /biopsy/, [text('0008,0008', 'CS', 'ORIGINAL\\PRIMARY\\POSTMARKER')]],
      ['a secondary image', 'secondary-image', /SECONDARY/, [text('0008,0008', 'CS', 'DERIVED\\SECONDARY')]],
      ['a phantom', 'quality-control-image', /quality control/, [text('0028,0300', 'CS', 'YES')]],
      ['text burned into the pixels', 'burned-in-annotation', /burned/, [text('0028,0301', 'CS', 'YES')]],
      ['several frames', 'multi-frame', /2 frames/, [text('0028,0008', 'IS', '2')]],
      [
        'colours',
        'not-grey',
        /RGB/,
        [text('0028,0004', 'CS', 'RGB'), { tag: '0028,0002', vr: 'US', value: [3] }],
      ],
      ['an image without a size', 'no-image-size', /Rows/, [], ['0028,0010']],
      ['an image of no columns', 'no-image-size', /Columns/, [{ tag: '0028,0011', vr: 'US', value: [0] }]],
      ['an image without pixels', 'no-pixel-data', /no pixel data/, [], ['7fe0,0010']],
      ['an image with empty pixels', 'no-pixel-data', /no pixel data/, [{ tag: '7fe0,0010', vr: 'OW' }]],
      ['an image without a study', 'no-valid-uid', /StudyInstanceUID/, [], ['0020,000d']],
    ];
    for (const [what, code, reason, changes, without] of cases) {
      it(what, () => {
        const leftOut = leftOutOf(changes, without);
        expect(leftOut.code).to.equal(code);
        expect(leftOut.reason).to.match(reason);
        expect(leftOut.reason).to.match(/^[\x20-\x7e]+$/);
        expect(leftOut.sopInstanceUID).to.equal('2.25.1');
        expect(leftOut.seriesInstanceUID).to.equal('2.25.3');
      });
    }

    it('what Mamori has written itself', () => {
      const file = writePart10({
        SOPClassUID: sopClass.SecondaryCapture,
        SOPInstanceUID: '2.25.9',
        ...ownMark,
      });
      const instance = readPart10(file);
      expect(recogniseMammogram(instance)).to.have.nested.property('leftOut.code', 'own-object');
    });
  });
});
