import {
  type Algorithm,
  type Attributes,
  contributingEquipment,
  equipment,
  madeAt,
  ownMark,
  type Point,
  type ResultUids,
  type SourceInstance,
  softcopyAttributes,
  sopClass,
  writePart10,
} from '../dicom/index.js';
import { NOT_FOR_PRIMARY_DIAGNOSIS, seriesTitle } from '../findings/index.js';
import { viewInTitle } from './viewInTitle.js';

export interface PresentationStateInput {
  /** The mammogram that it is laid over. */
  source: SourceInstance;
  /** Which of several images of its view it is, from 1; left out where it is the only one. */
  which?: number | undefined;
  /** Closed outline in the source's pixels, first point not repeated; undefined where nothing is marked. */
  outline: Point[] | undefined;
  /** Whether the image's answer is: one without an outline must not read as if nothing was found. */
  positive: boolean;
  /** What a negative answer does not exclude (`notExcluded`). */
  notExcluded: string;
  /** What else has to stand on the image, as sentences: that the heat maps failed their checks. */
  cautions?: readonly string[] | undefined;
  algorithm: Algorithm;
  uids: ResultUids;
  createdAt: Date;
  /** Series Number (0020,0011). */
  seriesNumber: number;
  /** Which of several sets of results about the study this belongs to, from 1; see `seriesTitle`. */
  edition?: number | undefined;
}

/** Graphic Layer (0070,0002), one for all that is drawn: viewers switch it on and off as a whole. */
const LAYER = 'AI ATTENTION';
/** PCS-Value (0070,0401) as CIELab: yellow, which no mammogram has. */
const YELLOW = [0xe000, 0x7800, 0xd800];
/** Of the displayed area, from the top left: the lowest strip, across. */
const TEXT_STRIP = { top: 0.955, bottom: 0.99, left: 0.01, right: 0.99 };

const MARKED = 'AI attention, not a lesion';
const POSITIVE_UNMARKED = 'AI: positive, no place marked; see the report';

/**
 * A Grayscale Softcopy Presentation State (PS3.3 A.33.1) that lays the region of attention over the original pixels, in
 * a layer that the reader can switch off, as a Part 10 file in Explicit VR Little Endian.
 *
 * Decisions:
 * - The image looks as without it: its own modality and VOI transformations, the whole of it, not turned.
 * - The outline is the report's, point by point, and one line of text says what it is; no number stands on the image.
 * - A series for each, since Laterality (Type 2C) is the series'.
 * - Patient and study attributes go in byte for byte with their character set; all else is printable ASCII.
 *
 * @throws DicomWriteError when a name does not fit its attribute
 */
export function presentationState(input: PresentationStateInput): Uint8Array {
  const { source, algorithm, outline } = input;
  const said = whatIsSaid(input);
  const made = madeAt(input.createdAt, source);
  const { date, time } = made;
  return writePart10(
    {
      SOPClassUID: sopClass.GrayscaleSoftcopyPresentationState,
      SOPInstanceUID: input.uids.sopInstanceUID,
      ...ownMark,
      InstanceCreationDate: date,
      InstanceCreationTime: time,
      TimezoneOffsetFromUTC: made.offset,

      StudyInstanceUID: source.studyInstanceUID,
      SeriesInstanceUID: input.uids.seriesInstanceUID,
      SeriesNumber: input.seriesNumber,
      SeriesDescription: seriesTitle('AI marks', viewInTitle(source, input.which), input.edition),
      SeriesDate: date,
      SeriesTime: time,
      Modality: 'PR',
      BodyPartExamined: 'BREAST',
      Laterality: source.laterality,

      ...equipment(algorithm),
      ContributingEquipmentSequence: contributingEquipment(algorithm, made),

      InstanceNumber: 1,
      ContentLabel: 'AI_ATTENTION',
      ContentDescription: said,
      ContentCreatorName: '',
      PresentationCreationDate: date,
      PresentationCreationTime: time,
      ReferencedSeriesSequence: [
        { SeriesInstanceUID: source.seriesInstanceUID, ReferencedImageSequence: [imageItem(source)] },
      ],

      DisplayedAreaSelectionSequence: [wholeImage(source)],
      GraphicLayerSequence: [
        {
          GraphicLayer: LAYER,
          GraphicLayerOrder: 1,
          GraphicLayerRecommendedDisplayGrayscaleValue: 0xffff,
          GraphicLayerRecommendedDisplayCIELabValue: YELLOW,
          GraphicLayerDescription: `${MARKED}; ${NOT_FOR_PRIMARY_DIAGNOSIS}`,
        },
      ],
      GraphicAnnotationSequence: [
        {
          ReferencedImageSequence: [imageItem(source)],
          GraphicLayer: LAYER,
          TextObjectSequence: [textItem(source, withCautions(said, input.cautions))],
          GraphicObjectSequence: outline && [outlineItem(outline)],
        },
      ],
      ...softcopyAttributes(source.greyscale),
    },
    { raw: [...source.patientAndStudy, ...(source.requestAttributes ? [source.requestAttributes] : [])] },
  );
}

function whatIsSaid({ outline, positive, notExcluded }: PresentationStateInput): string {
  if (outline !== undefined) return MARKED;
  return positive ? POSITIVE_UNMARKED : `AI: nothing marked, which does not exclude ${notExcluded}`;
}

function withCautions(said: string, cautions: readonly string[] = []): string {
  const whole = `${said}; ${NOT_FOR_PRIMARY_DIAGNOSIS}`;
  return cautions.length === 0 ? whole : `${whole}. ${cautions.join(' ')}`;
}

function imageItem({ sopClassUID, sopInstanceUID }: SourceInstance): Attributes {
  return { ReferencedSOPClassUID: sopClassUID, ReferencedSOPInstanceUID: sopInstanceUID };
}

/** Displayed Area (PS3.3 C.10.4): corner pixels are counted from 1 here, and only here. */
function wholeImage(source: SourceInstance): Attributes {
  const spacing = source.pixelSpacing ?? source.imagerPixelSpacing;
  return {
    ReferencedImageSequence: [imageItem(source)],
    DisplayedAreaTopLeftHandCorner: [1, 1],
    DisplayedAreaBottomRightHandCorner: [source.columns, source.rows],
    PresentationSizeMode: 'SCALE TO FIT',
    ...(spacing === undefined
      ? { PresentationPixelAspectRatio: [1, 1] }
      : { PresentationPixelSpacing: spacing }),
  };
}

/** Points in PIXEL units count from the top-left corner of the image (C.10.5.1.2), as in reports. */
function outlineItem(outline: Point[]): Attributes {
  const closed = [...outline, outline[0]!];
  return {
    GraphicAnnotationUnits: 'PIXEL',
    GraphicDimensions: 2,
    NumberOfGraphicPoints: closed.length,
    GraphicData: closed.flatMap(({ x, y }) => [x, y]),
    GraphicType: 'POLYLINE',
    GraphicFilled: 'N',
  };
}

/** At the lower edge, at the side away from the chest wall, where an image is mostly black. */
function textItem(source: SourceInstance, text: string): Attributes {
  const chestWallOnTheRight = source.patientOrientation?.[0].startsWith('P') ?? false;
  return {
    BoundingBoxAnnotationUnits: 'DISPLAY',
    UnformattedTextValue: text,
    BoundingBoxTopLeftHandCorner: [TEXT_STRIP.left, TEXT_STRIP.top],
    BoundingBoxBottomRightHandCorner: [TEXT_STRIP.right, TEXT_STRIP.bottom],
    BoundingBoxTextHorizontalJustification: chestWallOnTheRight ? 'LEFT' : 'RIGHT',
  };
}
