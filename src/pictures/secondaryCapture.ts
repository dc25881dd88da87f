import {
  type Algorithm,
  type Attributes,
  codeItem,
  contributingEquipment,
  equipment,
  madeAt,
  NOT_APPLICABLE,
  ownMark,
  type ResultUids,
  rleFrameOf,
  SOURCE_IMAGE_FOR_IMAGE_PROCESSING,
  type SourceInstance,
  SPATIAL_RESAMPLING,
  sopClass,
  writePart10,
} from '../dicom/index.js';
import { AI_NOTICE, seriesTitle } from '../findings/index.js';
import { packPlanes } from '../image/index.js';
import type { RgbImage } from './rgbImage.js';
import { viewInTitle } from './viewInTitle.js';

/** What every picture's object is made of. */
interface CaptureInput {
  rgb: RgbImage;
  /** What made it; the same values stand in the report's tree. */
  algorithm: Algorithm;
  uids: ResultUids;
  /** When the result was made. Written in local time, as DICOM has it (TZ of the process). */
  createdAt: Date;
  /** Series Number (0020,0011): each picture has a series of its own, behind the mammograms'. */
  seriesNumber: number;
  /** Whether all four standard views of the exam were analysed: see `NO_VIEW`. */
  examIsWhole: boolean;
  /** Which of several sets of results about the study this belongs to, from 1; see `seriesTitle`. */
  edition?: number | undefined;
}

export interface SecondaryCaptureInput extends CaptureInput {
  /** The mammogram that the picture was made from. */
  source: SourceInstance;
  /** Which of several images of its view the mammogram is, from 1; left out where it is the only one. */
  which?: number | undefined;
  /** How the heat map was made, e.g. `Grad-CAM`. */
  method: string;
}

/** What one picture says of itself. */
interface Description {
  /** All mammograms that it was made from, at least one, of one study. */
  sources: [SourceInstance, ...SourceInstance[]];
  series: string;
  comments: string;
  derivation: string;
  reduced: boolean;
}

/**
 * A View Code Sequence that names no view. OHIF (3.12) cannot open its mammography layout while any image of the study
 * is without the sequence. With it, a picture comes after every mammogram, so it is written only where each of the
 * layout's four places has one: a layout that does not open is better than a picture in an empty place.
 */
const NO_VIEW = [codeItem(NOT_APPLICABLE)];

/**
 * The picture as a single-frame Secondary Capture (PS3.3 A.8.1), the class that viewers hang most reliably,
 * as a Part 10 file in RLE Lossless.
 *
 * Decisions:
 * - It must never hang in a mammogram's place. So nothing that hanging protocols look for is in it: Modality is OT,
 *   there is no view, laterality, body part or orientation. Side and view stand in words in the description, for
 *   people who look at a list; each picture has a series of its own, so that the list tells them apart.
 * - ConversionType WSD, because it shows what a workstation would (the acquired image with something over it), not
 *   a synthetic image.
 * - No pixel spacing: the picture is reduced and carries writing, and nobody is to measure on it.
 * - BurnedInAnnotation NO: the caption names view, result and model, nothing of the patient.
 * - RLE Lossless: a third of the bytes, and read by more viewers and archives than any other compression. For an
 *   archive that takes none, the same instance can be sent uncompressed (`nativeCopy`). RGB, though YBR_FULL would be a
 *   third again: Orthanc's own viewer shows it in false colours.
 * - Times in the source's time zone where it says one, else in this process's (`madeAt`).
 * - Patient and study attributes go in byte for byte with their character set; all else is printable ASCII.
 *
 * @throws DicomWriteError when a name does not fit its attribute
 */
export function secondaryCapture(input: SecondaryCaptureInput): Uint8Array {
  const { source, which, rgb, algorithm, method, edition = 1 } = input;
  const { top, rows, columns } = rgb.imageArea;
  const reduced = rows !== source.rows || columns !== source.columns;
  const size = reduced
    ? `reduced from ${source.columns} x ${source.rows} to ${columns} x ${rows} pixels`
    : 'at full size';
  return captureFile(input, {
    sources: [source],
    // Shorter where the edition has to find room.
    series: seriesTitle(
      edition > 1 || which !== undefined ? 'AI map' : 'AI heat map',
      viewInTitle(source, which),
      edition,
    ),
    comments: `Heat map of the ${source.laterality} ${source.view}${which ? ` (${which})` : ''} mammogram.`,
    derivation:
      `${method} heat map of ${algorithm.name} ${algorithm.version} over the mammogram ${size}, ` +
      `captioned${top > 0 ? `; the mammogram begins below ${top} rows of notice` : ''}.`,
    reduced,
  });
}

/**
 * The picture of a whole exam (`drawOverview`) as the same kind of object, by the same decisions.
 *
 * @param input.sources the mammograms in it, at least one
 * @throws DicomWriteError when a name does not fit its attribute
 */
export function overviewCapture(input: CaptureInput & { sources: SourceInstance[] }): Uint8Array {
  const { algorithm } = input;
  return captureFile(input, {
    sources: input.sources as Description['sources'],
    series: seriesTitle('AI overview', ' of the exam', input.edition),
    comments: 'Overview of the exam: the views side by side, reduced, with their heat maps.',
    derivation: `Heat maps of ${algorithm.name} ${algorithm.version} over the reduced mammograms, side by side.`,
    reduced: true,
  });
}

function captureFile(input: CaptureInput, description: Description): Uint8Array {
  const { rgb, algorithm } = input;
  const [source] = description.sources;
  const made = madeAt(input.createdAt, source);
  const { date, time } = made;
  return writePart10(
    {
      SOPClassUID: sopClass.SecondaryCapture,
      SOPInstanceUID: input.uids.sopInstanceUID,
      ...ownMark,
      InstanceCreationDate: date,
      InstanceCreationTime: time,
      TimezoneOffsetFromUTC: made.offset,

      StudyInstanceUID: source.studyInstanceUID,
      SeriesInstanceUID: input.uids.seriesInstanceUID,
      SeriesNumber: input.seriesNumber,
      SeriesDescription: description.series,
      SeriesDate: date,
      SeriesTime: time,
      Modality: 'OT',

      ...equipment(algorithm),
      ConversionType: 'WSD',

      InstanceNumber: 1,
      ContentDate: date,
      ContentTime: time,
      AcquisitionDate: source.acquisitionDate,
      AcquisitionTime: source.acquisitionTime,
      ImageType: ['DERIVED', 'SECONDARY'],
      // Type 2C both: they must be there, and are empty on purpose.
      PatientOrientation: [],
      Laterality: [],
      ViewCodeSequence: input.examIsWhole ? NO_VIEW : undefined,
      BurnedInAnnotation: 'NO',
      ...derivation(description),
      ...lossyCompression(description.sources),
      ImageComments: `${description.comments} ${AI_NOTICE}`,
      ContributingEquipmentSequence: contributingEquipment(algorithm, made),

      SamplesPerPixel: 3,
      PhotometricInterpretation: 'RGB',
      PlanarConfiguration: 0,
      Rows: rgb.rows,
      Columns: rgb.columns,
      PixelAspectRatio: pixelAspectRatio(description.sources),
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
    },
    {
      raw: [...source.patientAndStudy, ...(source.requestAttributes ? [source.requestAttributes] : [])],
      rleFrame: rleFrameOf(packPlanes({ ...rgb, planes: 3, samples: rgb.pixels })),
    },
  );
}

function derivation({ sources, derivation: how, reduced }: Description): Attributes {
  return {
    DerivationDescription: `${how} Colours show where the network looked, not the outline of a lesion.`,
    DerivationCodeSequence: reduced ? [codeItem(SPATIAL_RESAMPLING)] : undefined,
    SourceImageSequence: sources.map((source) => ({
      ReferencedSOPClassUID: source.sopClassUID,
      ReferencedSOPInstanceUID: source.sopInstanceUID,
      PurposeOfReferenceCodeSequence: [codeItem(SOURCE_IMAGE_FOR_IMAGE_PROCESSING)],
    })),
  };
}

/** Differences below are a matter of rounding. */
const SQUARE = 0.01;

/**
 * Height to width of a pixel, in thousandths (PS3.3 C.7.6.3.1.7): needed where they differ, as a viewer would show the
 * breast squeezed beside the mammogram. Undefined where pixels are square, or not the same in all images.
 */
function pixelAspectRatio(sources: SourceInstance[]): [number, number] | undefined {
  const ratios = sources.map(({ pixelSpacing, imagerPixelSpacing }) => {
    const [vertical, horizontal] = pixelSpacing ?? imagerPixelSpacing ?? [1, 1];
    return vertical / horizontal;
  });
  const [ratio = 1] = ratios;
  if (Math.abs(ratio - 1) < SQUARE || ratios.some((other) => Math.abs(other / ratio - 1) >= SQUARE))
    return undefined;
  return [Math.round(ratio * 1000), 1000];
}

/** Once lossy, always lossy (PS3.3 C.7.6.1.1.5): also for pictures made from the image. */
function lossyCompression(sources: SourceInstance[]): Attributes {
  const lossy = sources.find((source) => source.lossyImageCompression)?.lossyImageCompression;
  if (lossy === undefined) return {};
  return {
    LossyImageCompression: '01',
    LossyImageCompressionRatio: orLeftOut(lossy.ratios),
    LossyImageCompressionMethod: orLeftOut(lossy.methods),
  };
}

/** Careless sources name neither; an empty value would be worse than none. */
function orLeftOut<T>(values: T[]): T[] | undefined {
  return values.length > 0 ? values : undefined;
}
