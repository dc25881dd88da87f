import {
  type Attributes,
  asUid,
  deriveUid,
  type InstanceReference,
  type Laterality,
  type RawAttribute,
  type StandardView,
  sopClass,
  standardView,
  transferSyntax,
  writePart10,
} from '../dicom/index.js';
import {
  commonAttributes,
  type Identity,
  mammogramAttributes,
  type Projection,
  pixelAttributes,
  voiLutSequence,
} from './examAttributes.js';
import { HABITS } from './habit.js';
import type { Lesion } from './lesion.js';
import { inventedName, type NameScript } from './patient.js';
import { makeMammogram, type StoredMammogram, type StoredMammogramOptions } from './storedPixels.js';
import { repeated, tomosynthesisAttributes } from './tomosynthesis.js';
import { reencode } from './transferSyntax.js';

/** What kind of object is made: a mammogram, or one of those that must be recognised as something else. */
export type InstanceKind =
  | 'mammogram'
  /** Breast Tomosynthesis, a multi-frame object. */
  | 'tomosynthesis'
  | 'secondary-capture'
  /** A mammogram without Pixel Data. */
  | 'missing-pixels'
  /** A mammogram whose file ends within the pixels. */
  | 'truncated';

export interface InstanceOptions
  extends Omit<StoredMammogramOptions, 'seed' | 'view' | 'laterality' | 'rows' | 'columns' | 'intent'>,
    Partial<Projection> {
  seed?: string | number;
  rows?: number;
  columns?: number;
  kind?: InstanceKind;
  nameScript?: NameScript;
  /** One of the native transfer syntaxes; Explicit VR Little Endian unless said. */
  transferSyntaxUID?: string;
  /** DA and TM of the study. */
  date?: string;
  time?: string;
  /** Overrides single attributes of the finished object; `undefined` removes one. */
  override?: Attributes;
  /** Position in the exam, from 1. */
  instanceNumber?: number;
}

export interface MadeInstance extends InstanceReference {
  view: StandardView;
  transferSyntaxUID: string;
  /** The Part 10 file. */
  bytes: Uint8Array;
  lesion: Lesion | undefined;
  /** What was written, without the patient's name and the pixels. */
  attributes: Attributes;
}

/** One instance as the habit's machine would send it. The bytes depend on nothing but the options. */
export function makeInstance(options: InstanceOptions = {}): MadeInstance {
  const { view = 'CC', laterality = 'L', intent = 'presentation', kind = 'mammogram' } = options;
  const habit = HABITS[options.habit ?? 'plain'];
  const projection: Projection = {
    view,
    laterality,
    intent,
    modifier: options.modifier,
    partialView: options.partialView,
  };
  const mammogram = makeMammogram({
    ...options,
    seed: options.seed ?? 1,
    view,
    laterality,
    intent,
    rows: options.rows ?? 832,
    columns: options.columns ?? 640,
  });
  const identity = identityOf(options, projection);
  const attributes: Attributes = {
    ...commonAttributes(identity, habit),
    ...(kind === 'secondary-capture'
      ? secondaryCaptureAttributes(mammogram, laterality)
      : mammogramAttributes(mammogram, projection, habit)),
    ...(kind === 'tomosynthesis' ? tomosynthesisAttributes(mammogram, projection) : {}),
    ...options.override,
  };
  const written = writePart10(attributes, {
    raw: [
      ...inventedName(options.nameScript ?? 'latin'),
      ...(kind === 'secondary-capture'
        ? []
        : voiLutSequence(mammogram.storage, habit, intent === 'presentation')),
      ...(kind === 'missing-pixels'
        ? []
        : [kind === 'tomosynthesis' ? repeated(pixelData(mammogram)) : pixelData(mammogram)]),
    ],
  });
  const transferSyntaxUID = options.transferSyntaxUID ?? transferSyntax.ExplicitVRLittleEndian;
  const encoded = reencode(written, transferSyntaxUID);
  return {
    view: standardView({ laterality, view }),
    sopClassUID: asUid(String(attributes.SOPClassUID)),
    sopInstanceUID: asUid(String(attributes.SOPInstanceUID)),
    seriesInstanceUID: asUid(String(attributes.SeriesInstanceUID)),
    studyInstanceUID: asUid(String(attributes.StudyInstanceUID)),
    transferSyntaxUID,
    bytes: kind === 'truncated' ? encoded.slice(0, Math.floor(encoded.length * 0.6)) : encoded,
    lesion: mammogram.lesion,
    attributes,
  };
}

/** UIDs follow from the seed and from what the instance is; storing it in another way makes another instance. */
function identityOf(options: InstanceOptions, projection: Projection): Identity {
  const seed = String(options.seed ?? 1);
  const { view, laterality, intent } = projection;
  const habit = HABITS[options.habit ?? 'plain'];
  const place = `${laterality}${view}`;
  const series = [
    intent,
    habit.seriesPerView ? place : '',
    options.kind ?? 'mammogram',
    options.habit ?? 'plain',
  ];
  const instance = [
    place,
    options.modifier ?? '',
    options.partialView ? 'partial' : '',
    String(options.instanceNumber ?? 1),
    JSON.stringify([
      options.rows,
      options.columns,
      options.bits,
      options.signed,
      options.photometric,
      options.composition,
      options.lesion,
      options.nameScript,
    ]),
  ];
  const viewNumber = ['RCC', 'LCC', 'RMLO', 'LMLO'].indexOf(place) + 1;
  const firstSeries = intent === 'processing' ? 101 : 1;
  return {
    studyInstanceUID: deriveUid('made exam', seed, 'study'),
    seriesInstanceUID: deriveUid('made exam', seed, 'series', ...series),
    sopInstanceUID: deriveUid('made exam', seed, 'instance', ...series, ...instance),
    patientId: `PHANTOM-${seed}`.slice(0, 64),
    accessionNumber: `MADE${seed}`.slice(0, 16),
    date: options.date ?? '20260302',
    time: options.time ?? '101500',
    seriesNumber: firstSeries + (habit.seriesPerView ? viewNumber - 1 : 0),
    instanceNumber: options.instanceNumber ?? 1,
  };
}

/** A picture of a mammogram that is not one (PS3.3 A.8.1). */
function secondaryCaptureAttributes(mammogram: StoredMammogram, laterality: Laterality): Attributes {
  const { PixelIntensityRelationship, PixelIntensityRelationshipSign, ...pixels } = pixelAttributes(
    mammogram,
    true,
  );
  return {
    SOPClassUID: sopClass.SecondaryCapture,
    ConversionType: 'WSD',
    ImageType: ['DERIVED', 'SECONDARY'],
    SeriesDescription: 'Picture of a mammogram',
    SamplesPerPixel: 1,
    PatientOrientation: '',
    Laterality: laterality,
    AnatomicRegionSequence: undefined,
    AcquisitionContextSequence: undefined,
    ...pixels,
    RescaleIntercept: undefined,
    RescaleSlope: undefined,
    RescaleType: undefined,
    PresentationLUTShape: undefined,
  };
}

function pixelData({ stored, storage }: StoredMammogram): RawAttribute {
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  const even = bytes.length % 2 === 0 ? bytes : Uint8Array.from([...bytes, 0]);
  return { tag: '7FE00010', vr: storage.bits === 8 ? 'OB' : 'OW', bytes: even };
}
