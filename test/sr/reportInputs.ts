import {
  asUid,
  deriveUid,
  type LeftOut,
  type RawAttribute,
  type SOPInstanceUID,
  type SourceInstance,
  type StudyInstanceUID,
  sopClass,
} from '../../src/dicom/index.js';
import { allImages, type ExamFindings, earlierImages, type ImageFinding } from '../../src/findings/index.js';
import type { ReportInput } from '../../src/sr/index.js';

/* Report inputs as an exam makes them: four views of one study, with what a test wants to be different. */

/** A patient's name as a hospital's archive keeps it: bytes, and the character set they are in (PS3.5 6.1). */
export interface PatientName {
  characterSet: string;
  /** PN value, not padded. */
  bytes: Uint8Array;
}

const hex = (digits: string) => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Yamada^Tarou in three component groups (PS3.5 H.3.1), Greek, Cyrillic, UTF-8 and GB18030 (PS3.5 J.3). */
export const NAMES: Record<string, PatientName> = {
  latin: { characterSet: '', bytes: ascii('Doe^Jane') },
  japanese: {
    characterSet: '\\ISO 2022 IR 87',
    bytes: hex(
      '59616d6164615e5461726f75 3d 1b2442 3b33 4544 1b2842 5e 1b2442 4240 4f3a 1b2842 3d ' +
        '1b2442 2464 245e 2440 1b2842 5e 1b2442 243f 246d 2426 1b2842',
    ),
  },
  greek: { characterSet: 'ISO_IR 126', bytes: hex('d0e1f0e4eff05ec4e9efedf5f3e9eff2') },
  cyrillic: { characterSet: 'ISO_IR 144', bytes: hex('bbeedabc6565dee0655ebbeedcd8db') },
  utf8: { characterSet: 'ISO_IR 192', bytes: Uint8Array.from(Buffer.from('Wang^XiaoDong=王^小东=', 'utf8')) },
  gb18030: { characterSet: 'GB18030', bytes: hex('57616e675e5869616f446f6e673dcdf55ed0a1b6ab3d') },
};

function raw(tag: string, vr: string, value: Uint8Array | string, pad = 0x20): RawAttribute {
  const bytes = typeof value === 'string' ? ascii(value) : value;
  if (bytes.length % 2 === 0) return { tag, vr, bytes };
  return { tag, vr, bytes: Uint8Array.of(...bytes, pad) };
}

function patientAndStudy(name: PatientName, studyInstanceUID: string): RawAttribute[] {
  return [
    ...(name.characterSet === '' ? [] : [raw('00080005', 'CS', name.characterSet)]),
    raw('00080020', 'DA', '20240518'),
    raw('00080030', 'TM', '101530'),
    raw('00080050', 'SH', 'A-1001'),
    raw('00080090', 'PN', ''),
    raw('00100010', 'PN', name.bytes),
    raw('00100020', 'LO', 'P-17'),
    raw('00100030', 'DA', '19600229'),
    raw('00100040', 'CS', 'F'),
    raw('0020000D', 'UI', studyInstanceUID, 0),
    raw('00200010', 'SH', 'S1'),
  ];
}

export function source(
  laterality: 'L' | 'R',
  view: 'CC' | 'MLO',
  options: Partial<SourceInstance> & { name?: PatientName } = {},
): SourceInstance {
  const { name = NAMES.latin!, ...rest } = options;
  const studyInstanceUID = deriveUid<StudyInstanceUID>('test-study');
  return {
    studyInstanceUID,
    seriesInstanceUID: deriveUid('test-series', view),
    sopInstanceUID: deriveUid('test-instance', laterality, view),
    sopClassUID: sopClass.DigitalMammographyForPresentation,
    transferSyntaxUID: '1.2.840.10008.1.2.1',
    patientAndStudy: patientAndStudy(name, studyInstanceUID),
    view,
    laterality,
    intent: 'presentation',
    viewCode:
      view === 'CC'
        ? { value: '399162004', scheme: 'SCT', meaning: 'cranio-caudal' }
        : { value: '399368009', scheme: 'SCT', meaning: 'medio-lateral oblique' },
    rows: 3328,
    columns: 2560,
    patientOrientation:
      laterality === 'L' ? ['A', view === 'CC' ? 'R' : 'FR'] : ['P', view === 'CC' ? 'L' : 'FL'],
    pixelSpacing: undefined,
    imagerPixelSpacing: [0.07, 0.0701],
    studyDate: '20240518',
    studyTime: '101530',
    contentDate: '20240518',
    contentTime: '101712.5',
    acquisitionDate: '20240518',
    acquisitionTime: '101711',
    seriesNumber: 1,
    instanceNumber: 1,
    manufacturer: 'Vendor',
    greyscale: { modality: undefined, voi: undefined, inverted: false },
    ...rest,
  };
}

/** All that a source can lack and still be a mammogram. */
export const BARE: Partial<SourceInstance> = {
  patientOrientation: undefined,
  imagerPixelSpacing: undefined,
  studyDate: undefined,
  studyTime: undefined,
  contentDate: undefined,
  contentTime: undefined,
  acquisitionDate: undefined,
  acquisitionTime: undefined,
  seriesNumber: undefined,
  instanceNumber: undefined,
  manufacturer: undefined,
};

export function fourViews(options: Parameters<typeof source>[2] = {}): SourceInstance[] {
  return [
    source('L', 'CC', options),
    source('L', 'MLO', options),
    source('R', 'CC', options),
    source('R', 'MLO', options),
  ];
}

export function imageFinding(
  of: SourceInstance,
  probability: number,
  located = probability >= 0.5,
): ImageFinding {
  return {
    source: of,
    probability,
    positive: probability >= 0.5,
    region: located
      ? {
          peak: { x: 812.25, y: 1400.5 },
          outline: [
            { x: 700, y: 1300 },
            { x: 900.5, y: 1290.25 },
            { x: 950, y: 1500 },
            { x: 720, y: 1550.75 },
          ],
        }
      : undefined,
  };
}

/** Answers by the highest image of a breast, and the higher breast. */
export function findingsOf(images: ImageFinding[]): ExamFindings {
  const breasts = (['L', 'R'] as const).flatMap((laterality) => {
    const before = earlierImages(images.map(({ source: of }) => of));
    const all = images.filter((image) => image.source.laterality === laterality);
    const own = all.filter(({ source: of }) => !before.has(of.sopInstanceUID));
    const earlier = all.filter(({ source: of }) => before.has(of.sopInstanceUID));
    if (own.length === 0) return [];
    const probability = Math.max(...own.map((image) => image.probability));
    return [{ laterality, probability, positive: probability >= 0.5, images: own, earlier }];
  });
  const probability = Math.max(...breasts.map((breast) => breast.probability));
  return { probability, positive: probability >= 0.5, breasts };
}

/** A mammogram that could not be decoded, with its header known. */
export function undecodable(of: SourceInstance): LeftOut {
  return {
    sopClassUID: of.sopClassUID,
    sopInstanceUID: of.sopInstanceUID,
    seriesInstanceUID: of.seriesInstanceUID,
    code: 'pixels-truncated',
    reason: 'The pixel data end before the last row',
    source: of,
  };
}

export const SPOT_VIEW: LeftOut = {
  sopClassUID: sopClass.DigitalMammographyForPresentation,
  sopInstanceUID: deriveUid('test-instance', 'spot'),
  seriesInstanceUID: deriveUid('test-series', 'spot'),
  code: 'spot-compression-view',
  reason: 'Spot compression view',
};

/** The raw twin of an image that was analysed, with its header known. */
export function superseded(of: SourceInstance): LeftOut {
  const sopInstanceUID = deriveUid<SOPInstanceUID>('test-raw', of.sopInstanceUID);
  const sopClassUID = sopClass.DigitalMammographyForProcessing;
  const raw = { ...of, sopInstanceUID, sopClassUID, intent: 'processing' as const };
  return {
    ...undecodable(raw),
    code: 'for-processing-superseded',
    reason: 'A For Presentation image of the same view was taken instead.',
    attempted: false,
    superseded: true,
  };
}

export const TOMOSYNTHESIS: LeftOut = {
  sopClassUID: sopClass.BreastTomosynthesis,
  sopInstanceUID: deriveUid('test-instance', 'tomo'),
  seriesInstanceUID: deriveUid('test-series', 'tomo'),
  code: 'tomosynthesis',
  reason: 'Not a Digital Mammography X-Ray Image but Breast Tomosynthesis Image',
};

export function reportInput(
  findings: ExamFindings | undefined,
  changes: Partial<ReportInput> = {},
): ReportInput {
  const analysed = findings ? allImages(findings).map((image) => image.source) : [];
  return {
    findings,
    analysed,
    leftOut: [],
    algorithm: {
      name: 'mamori-reference',
      version: '1.2.0',
      manufacturer: 'Mamori project',
      parameters: ['explanation=grad-cam', 'aggregation=max'],
      deviceUid: asUid('2.25.113469875246812340021'),
      softwareVersions: 'Mamori 0.1.0',
    },
    purpose: 'Second look at screening mammograms with a mass.',
    limits: ['Not tested on implants.', 'Trained on film mammograms.'],
    operatingPoint: 0.5,
    probability: { value: '111047', scheme: 'DCM', meaning: 'Probability of cancer' },
    probabilityName: 'Probability of cancer ("malignant")',
    notExcluded: 'cancer',
    marks: 'attention',
    heatMaps: 'passed',
    uids: {
      seriesInstanceUID: deriveUid('test-report-series'),
      sopInstanceUID: deriveUid('test-report'),
      trackingUid: (scope) => deriveUid('test-finding', scope),
    },
    createdAt: new Date(2024, 4, 18, 10, 20, 30),
    seriesNumber: 9001,
    predecessors: [],
    secondaryCaptures: analysed.map((of) => ({
      seriesInstanceUID: deriveUid('test-capture-series'),
      sopInstanceUID: deriveUid('test-capture', of.sopInstanceUID),
      sopClassUID: sopClass.SecondaryCapture,
      sourceInstanceUID: of.sopInstanceUID,
    })),
    ...changes,
  };
}

/** A breast whose mean is negative while one of its images is not, in an exam that is negative as a whole. */
export function positiveImageOfNegativeExam(): ExamFindings {
  const [lcc, lmlo, rcc, rmlo] = fourViews();
  const { breasts } = findingsOf([
    imageFinding(lcc!, 0.62),
    imageFinding(lmlo!, 0.1),
    imageFinding(rcc!, 0.1),
    imageFinding(rmlo!, 0.1),
  ]);
  const means = breasts.map((breast) => ({
    ...breast,
    probability: breast.images.reduce((sum, { probability }) => sum + probability, 0) / breast.images.length,
    positive: false,
  }));
  return { probability: 0.36, positive: false, breasts: means };
}

/** One positive view of four. */
export function positiveExam(options: Parameters<typeof source>[2] = {}): ExamFindings {
  const [lcc, lmlo, rcc, rmlo] = fourViews(options);
  return findingsOf([
    imageFinding(lcc!, 0.873456789),
    imageFinding(lmlo!, 0.42),
    imageFinding(rcc!, 0.031),
    imageFinding(rmlo!, 0.0004),
  ]);
}

/** The study has no R MLO. */
export function threeViews(options: Parameters<typeof source>[2] = {}): ExamFindings {
  const [lcc, lmlo, rcc] = fourViews(options);
  return findingsOf([imageFinding(lcc!, 0.873456789), imageFinding(lmlo!, 0.42), imageFinding(rcc!, 0.031)]);
}

export function negativeExam(options: Parameters<typeof source>[2] = {}): ExamFindings {
  return findingsOf(fourViews(options).map((of, index) => imageFinding(of, 0.04 * (index + 1))));
}
