import type { Code } from './codes.js';
import type { InstanceReference } from './references.js';
import type { StudyInstanceUID } from './uids.js';

/** Standard screening projections; anything else is not a standard view. */
export type View = 'CC' | 'MLO';
export type Laterality = 'L' | 'R';
/** The four standard views, as the settings name them. */
export type StandardView = 'LCC' | 'RCC' | 'LMLO' | 'RMLO';
/** For Presentation (already processed for reading) or For Processing (raw detector values). */
export type Intent = 'presentation' | 'processing';

/** One attribute exactly as it stood in the source: its value's bytes are never decoded on the way through. */
export interface RawAttribute {
  /** Eight upper-case hexadecimal digits, e.g. `00100010`. */
  tag: string;
  vr: string;
  /** Value field in little-endian byte order, even length. */
  bytes: Uint8Array;
}

/**
 * A study and whose it is: Patient, General Study, Patient Study and Clinical Trial attributes with their
 * SpecificCharacterSet, byte for byte.
 */
export interface StudyIdentity {
  studyInstanceUID: StudyInstanceUID;
  patientAndStudy: RawAttribute[];
  /** Request Attributes Sequence (0040,0275), which an image of the study carries; absent where there is no request. */
  requestAttributes?: RawAttribute | undefined;
  /** The same as a document carries it: Referenced Request Sequence (0040,A370). */
  referencedRequests?: RawAttribute | undefined;
}

/** A place on an image, in pixels: 0,0 is the top-left corner of the top-left pixel (PS3.3 C.18.6). */
export interface Point {
  x: number;
  y: number;
}

/** A lookup table as it stands in the source (PS3.3 C.11.1.1.1): descriptor of three numbers, entries as bytes. */
export interface CopiedTable {
  descriptor: [count: number, first: number, bits: number];
  /** Little-endian words, or packed bytes. */
  data: Uint8Array;
}

/**
 * How stored values become greys by the image's own attributes (PS3.4 N.2), for objects that show the same image in the
 * same way. Of several tables and windows it is the one that `image/` shows: the first table, else the first window
 * that is possible.
 */
export interface Greyscale {
  /** Modality transformation; undefined means the stored values. */
  modality: { slope: number; intercept: number; type: string } | CopiedTable | undefined;
  /** VOI transformation; undefined where the image leaves it open. */
  voi: { center: number; width: number; function: string } | CopiedTable | undefined;
  /** The lowest value is white: MONOCHROME1, or Presentation LUT Shape INVERSE, or both (C.8.11.3.1.2). */
  inverted: boolean;
}

/**
 * All that the results need of a source mammogram except its pixels.
 *
 * Plain data, so that it crosses threads and can be stored.
 */
export interface SourceInstance extends InstanceReference, StudyIdentity {
  transferSyntaxUID: string;
  view: View;
  laterality: Laterality;
  intent: Intent;
  /** ViewCodeSequence item as current SCT code, whatever the source used. */
  viewCode: Code;
  rows: number;
  columns: number;
  /** Row direction, column direction, e.g. `['A', 'L']` (PS3.3 C.7.6.1.1.1). */
  patientOrientation: [string, string] | undefined;
  /** Row spacing, column spacing in mm: PixelSpacing (0028,0030) if present. */
  pixelSpacing: [number, number] | undefined;
  /** Row spacing, column spacing in mm at the detector: ImagerPixelSpacing (0018,1164). */
  imagerPixelSpacing: [number, number] | undefined;
  /** DICOM DA and TM values as they stand, where present. */
  studyDate: string | undefined;
  studyTime: string | undefined;
  contentDate: string | undefined;
  contentTime: string | undefined;
  acquisitionDate: string | undefined;
  acquisitionTime: string | undefined;
  seriesNumber: number | undefined;
  instanceNumber: number | undefined;
  manufacturer: string | undefined;
  /** Breast Implant Present (0028,1300) is YES: a standard view shows only a part of the tissue then. */
  implant?: boolean | undefined;
  /** How its stored values become greys. */
  greyscale: Greyscale;
  /**
   * Lossy Image Compression (0028,2110) was 01: ratios (0028,2112) and methods (0028,2114) of its steps. Stays with
   * every image derived from it (PS3.3 C.7.6.1.1.5). Absent for images that were never compressed with loss.
   */
  lossyImageCompression?: { ratios: number[]; methods: string[] } | undefined;
}

export function standardView(source: { laterality: Laterality; view: View }): StandardView {
  return `${source.laterality}${source.view}`;
}
