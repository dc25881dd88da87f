import {
  type Code,
  decimalString,
  HORIZONTAL_PIXEL_SPACING,
  IMAGE_VIEW,
  PATIENT_ORIENTATION_COLUMN,
  PATIENT_ORIENTATION_ROW,
  type SopReference,
  type SourceInstance,
  VERTICAL_PIXEL_SPACING,
} from '../../dicom/index.js';
import {
  type CodeItem,
  code,
  type DateItem,
  date,
  type HasAcqContext,
  hasAcqContext,
  MILLIMETER,
  type NumItem,
  num,
  type TextItem,
  type TimeItem,
  text,
  time,
} from '../content/index.js';

/** Descriptor of an image in an Image Library. */
export type Descriptor = HasAcqContext<CodeItem | TextItem | DateItem | TimeItem | NumItem>;

/** A mammogram in an Image Library: its descriptors are known where its header could be read. */
export interface LibraryImage {
  instance: SopReference;
  source: SourceInstance | undefined;
}

/** The view; standard views carry no modifier (PS3.3 C.8.11.7). */
export function viewDescriptor(source: SourceInstance): Descriptor {
  return hasAcqContext(code(IMAGE_VIEW, source.viewCode));
}

export function orientationDescriptors({ patientOrientation }: SourceInstance): Descriptor[] {
  if (patientOrientation === undefined) return [];
  const [row, column] = patientOrientation;
  return [
    hasAcqContext(text(PATIENT_ORIENTATION_ROW, row)),
    hasAcqContext(text(PATIENT_ORIENTATION_COLUMN, column)),
  ];
}

/** Horizontal is the distance between columns, vertical between rows: in the patient if known, else at the detector. */
export function spacingDescriptors(source: SourceInstance): Descriptor[] {
  const spacing = source.pixelSpacing ?? source.imagerPixelSpacing;
  if (spacing === undefined) return [];
  const [betweenRows, betweenColumns] = spacing;
  return [
    hasAcqContext(num(HORIZONTAL_PIXEL_SPACING, length(betweenColumns))),
    hasAcqContext(num(VERTICAL_PIXEL_SPACING, length(betweenRows))),
  ];
}

export function dateDescriptor(concept: Code, value: string | undefined): Descriptor[] {
  return value ? [hasAcqContext(date(concept, value))] : [];
}

export function timeDescriptor(concept: Code, value: string | undefined): Descriptor[] {
  return value ? [hasAcqContext(time(concept, value))] : [];
}

function length(millimetres: number): { value: number; text: string; unit: Code } {
  return { value: millimetres, text: decimalString(millimetres), unit: MILLIMETER };
}
