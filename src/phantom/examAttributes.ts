import type { Attributes, InstanceReference, Laterality, RawAttribute, View } from '../dicom/index.js';
import { codeItem, sopClass } from '../dicom/index.js';
import { encodeElements } from './examDataset.js';
import { breastCode, type Habit, MODIFIERS, type Modifier, viewCode } from './habit.js';
import type { StoredMammogram } from './storedPixels.js';
import { lutCurve, type Storage } from './tone.js';

/** What an exam's instances share, and what names each of them. */
export interface Identity extends Omit<InstanceReference, 'sopClassUID'> {
  patientId: string;
  accessionNumber: string;
  /** DA. */
  date: string;
  /** TM of the study; each instance comes half a minute after the one before. */
  time: string;
  seriesNumber: number;
  /** From 1. */
  instanceNumber: number;
}

export interface Projection {
  view: View;
  laterality: Laterality;
  intent: 'presentation' | 'processing';
  modifier?: Modifier | undefined;
  partialView?: boolean | undefined;
}

/** Patient, study, series and equipment (PS3.3 C.7.1 – C.7.5, C.8.11.1). */
export function commonAttributes(identity: Identity, habit: Habit): Attributes {
  const time = laterTime(identity.time, 30 * (identity.instanceNumber - 1));
  const codes = habit.codes ?? 'SCT';
  return {
    StudyDate: identity.date,
    SeriesDate: identity.date,
    AcquisitionDate: identity.date,
    ContentDate: identity.date,
    StudyTime: identity.time,
    SeriesTime: identity.time,
    AcquisitionTime: time,
    ContentTime: time,
    AccessionNumber: identity.accessionNumber,
    Modality: 'MG',
    Manufacturer: habit.manufacturer,
    InstitutionName: 'Invented Hospital',
    ReferringPhysicianName: '',
    StationName: 'PHANTOM1',
    StudyDescription: 'Screening mammography',
    ManufacturerModelName: habit.model,
    PatientID: identity.patientId,
    PatientBirthDate: '19640229',
    PatientSex: 'F',
    PatientAge: '062Y',
    BodyPartExamined: 'BREAST',
    DeviceSerialNumber: '1',
    SoftwareVersions: habit.software,
    StudyInstanceUID: identity.studyInstanceUID,
    SeriesInstanceUID: identity.seriesInstanceUID,
    StudyID: '1',
    SeriesNumber: identity.seriesNumber,
    InstanceNumber: identity.instanceNumber,
    BurnedInAnnotation: 'NO',
    AnatomicRegionSequence: [codeItem(breastCode(codes))],
    AcquisitionContextSequence: [],
    SOPInstanceUID: identity.sopInstanceUID,
  };
}

/** What makes it a mammogram (PS3.3 C.8.11.3 – C.8.11.7). */
export function mammogramAttributes(
  mammogram: StoredMammogram,
  projection: Projection,
  habit: Habit,
): Attributes {
  const { view, laterality, intent, modifier } = projection;
  const presentation = intent === 'presentation';
  const magnified = modifier === 'magnification';
  const spacing = mammogram.spacing;
  const exposure = 70 + mammogram.thickness;
  return {
    SOPClassUID: presentation
      ? sopClass.DigitalMammographyForPresentation
      : sopClass.DigitalMammographyForProcessing,
    ImageType: [presentation ? 'DERIVED' : 'ORIGINAL', 'PRIMARY'],
    PresentationIntentType: presentation ? 'FOR PRESENTATION' : 'FOR PROCESSING',
    SeriesDescription: `${laterality} ${view}`,
    KVP: 29,
    DistanceSourceToDetector: 660,
    DistanceSourceToPatient: magnified ? 440 : 660,
    EstimatedRadiographicMagnificationFactor: magnified ? 1.5 : 1,
    FieldOfViewShape: 'RECTANGLE',
    ExposureTime: 900,
    XRayTubeCurrent: Math.round((exposure * 1000) / 900),
    Exposure: exposure,
    ExposureInuAs: exposure * 1000,
    ImagerPixelSpacing: [spacing, spacing],
    FocalSpots: magnified ? 0.1 : 0.3,
    AnodeTargetMaterial: habit.anode,
    BodyPartThickness: mammogram.thickness,
    CompressionForce: 110,
    PositionerType: 'MAMMOGRAPHIC',
    PositionerPrimaryAngle: view === 'CC' ? 0 : laterality === 'R' ? 45 : -45,
    ViewPosition: habit.viewPosition ? view : undefined,
    DetectorType: habit.detector,
    DetectorConfiguration: 'AREA',
    DetectorID: 'MADE1',
    FilterMaterial: habit.filter,
    ExposureControlMode: 'AUTOMATIC',
    PatientOrientation: patientOrientation(view, laterality),
    ImageLaterality: laterality,
    SamplesPerPixel: 1,
    BreastImplantPresent: modifier === 'implant-displaced' ? 'YES' : 'NO',
    PartialView: projection.partialView ? 'YES' : undefined,
    OrganExposed: 'BREAST',
    ViewCodeSequence: habit.codes === undefined ? undefined : [viewItem(projection, habit.codes)],
    ...pixelAttributes(mammogram, presentation),
    ...(presentation ? displayAttributes(mammogram.storage, habit) : {}),
    ...(habit.padding ? { PixelPaddingValue: backgroundValue(mammogram) } : {}),
  };
}

/** Rows × Columns and what a stored value means (PS3.3 C.7.6.3, C.8.11.3). */
export function pixelAttributes(mammogram: StoredMammogram, presentation: boolean): Attributes {
  const { bits, signed, photometric } = mammogram.storage;
  const linear = !presentation && photometric === 'MONOCHROME1';
  return {
    PhotometricInterpretation: photometric,
    Rows: mammogram.rows,
    Columns: mammogram.columns,
    BitsAllocated: bits === 8 ? 8 : 16,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: signed ? 1 : 0,
    PixelIntensityRelationship: linear ? 'LIN' : 'LOG',
    // 1: lower values, less intensity at the detector; −1: higher values, less intensity.
    PixelIntensityRelationshipSign: photometric === 'MONOCHROME1' ? 1 : -1,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
    LossyImageCompression: '00',
    PresentationLUTShape: photometric === 'MONOCHROME1' ? 'INVERSE' : 'IDENTITY',
  };
}

/** Windows of the habit, in stored values (PS3.3 C.11.2). A MONOCHROME1 range is turned about. */
function displayAttributes(storage: Storage, habit: Habit): Attributes {
  const { voi } = habit;
  const range = 2 ** storage.bits;
  const at = (fraction: number) => {
    const value =
      storage.photometric === 'MONOCHROME1' ? range - 1 - fraction * (range - 1) : fraction * (range - 1);
    return Math.round(value - (storage.signed ? range / 2 : 0));
  };
  if (voi.kind === 'full') {
    return {
      WindowCenter: range / 2 - (storage.signed ? range / 2 : 0),
      WindowWidth: range,
      VOILUTFunction: 'LINEAR',
    };
  }
  if (voi.kind === 'linear') {
    return {
      WindowCenter: at(voi.center),
      WindowWidth: Math.round(voi.width * range),
      VOILUTFunction: 'LINEAR',
    };
  }
  if (voi.kind === 'sigmoid') {
    return {
      WindowCenter: voi.windows.map(({ center }) => at(center)),
      WindowWidth: voi.windows.map(({ width }) => Math.round(width * range)),
      WindowCenterWidthExplanation: voi.windows.map(({ explanation }) => explanation),
      VOILUTFunction: 'SIGMOID',
    };
  }
  return {};
}

/** VOI LUT Sequence of the habits that have one, as bytes: its LUT Descriptor is signed where the pixels are. */
export function voiLutSequence(storage: Storage, habit: Habit, presentation: boolean): RawAttribute[] {
  if (habit.voi.kind !== 'lut' || !presentation) return [];
  const range = 2 ** storage.bits;
  // An entry for each value, at 16 bits too: a count of 0 in the descriptor means 65536 (PS3.3 C.11.2.1.1).
  const table = new Uint16Array(range);
  for (let i = 0; i < range; i++) {
    const fraction = i / (range - 1);
    const bright = storage.photometric === 'MONOCHROME1' ? 1 - lutCurve(1 - fraction) : lutCurve(fraction);
    table[i] = Math.round(bright * 65535);
  }
  const first = storage.signed ? -range / 2 : 0;
  const descriptor = Uint16Array.of(range & 0xffff, first & 0xffff, 16);
  const bytesOf = (words: Uint16Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const sequence = encodeElements([
    {
      tag: 0x00283010,
      vr: 'SQ',
      value: [
        [
          { tag: 0x00283002, vr: storage.signed ? 'SS' : 'US', value: bytesOf(descriptor) },
          { tag: 0x00283003, vr: 'LO', value: Buffer.from('NORMAL', 'latin1') },
          { tag: 0x00283006, vr: 'OW', value: bytesOf(table) },
        ],
      ],
    },
  ]);
  return [{ tag: '00283010', vr: 'SQ', bytes: sequence.subarray(12) }];
}

/** What air is stored as. */
function backgroundValue({ storage }: StoredMammogram): number {
  const top = 2 ** storage.bits - 1;
  return (storage.photometric === 'MONOCHROME1' ? top : 0) - (storage.signed ? 2 ** (storage.bits - 1) : 0);
}

/** Rows run from the chest wall to the nipple (anterior) in a left breast, the other way in a right one. */
function patientOrientation(view: View, laterality: Laterality): [string, string] {
  const down = view === 'CC' ? (laterality === 'L' ? 'R' : 'L') : laterality === 'L' ? 'FR' : 'FL';
  return [laterality === 'L' ? 'A' : 'P', down];
}

function viewItem({ view, modifier }: Projection, scheme: 'SCT' | 'SRT' | 'SNM3'): Attributes {
  const change = modifier && MODIFIERS[modifier];
  const changeCode = change && (scheme === 'SCT' ? change.sct : { ...change.srt, scheme });
  if (modifier === 'specimen' && changeCode) return { ...codeItem(changeCode), ViewModifierCodeSequence: [] };
  return {
    ...codeItem(viewCode(view, scheme)),
    ViewModifierCodeSequence: changeCode ? [codeItem(changeCode)] : [],
  };
}

function laterTime(time: string, seconds: number): string {
  const total =
    Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4, 6)) + seconds;
  return [Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join('');
}
