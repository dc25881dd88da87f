import { createHash } from 'node:crypto';
import { UidError } from './errors.js';

declare const names: unique symbol;

/** A UID (PS3.5 §9) and what it names: text, of which the compiler knows that it is not just any. */
export type Uid<What extends string = string> = string & { readonly [names]: What };
export type StudyInstanceUID = Uid<'study'>;
export type SeriesInstanceUID = Uid<'series'>;
export type SOPInstanceUID = Uid<'instance'>;
export type SOPClassUID = Uid<'SOP class'>;

/** SOP classes (PS3.4 Annex B) that Mamori reads, writes or leaves alone by name. */
export const sopClass = classes({
  DigitalXRayForPresentation: '1.2.840.10008.5.1.4.1.1.1.1',
  DigitalXRayForProcessing: '1.2.840.10008.5.1.4.1.1.1.1.1',
  DigitalMammographyForPresentation: '1.2.840.10008.5.1.4.1.1.1.2',
  DigitalMammographyForProcessing: '1.2.840.10008.5.1.4.1.1.1.2.1',
  ComputedRadiography: '1.2.840.10008.5.1.4.1.1.1',
  BreastTomosynthesis: '1.2.840.10008.5.1.4.1.1.13.1.3',
  BreastProjectionForPresentation: '1.2.840.10008.5.1.4.1.1.13.1.4',
  BreastProjectionForProcessing: '1.2.840.10008.5.1.4.1.1.13.1.5',
  CT: '1.2.840.10008.5.1.4.1.1.2',
  MR: '1.2.840.10008.5.1.4.1.1.4',
  Ultrasound: '1.2.840.10008.5.1.4.1.1.6.1',
  UltrasoundMultiFrame: '1.2.840.10008.5.1.4.1.1.3.1',
  SecondaryCapture: '1.2.840.10008.5.1.4.1.1.7',
  SecondaryCaptureMultiFrameSingleBit: '1.2.840.10008.5.1.4.1.1.7.1',
  SecondaryCaptureMultiFrameGrayscaleByte: '1.2.840.10008.5.1.4.1.1.7.2',
  SecondaryCaptureMultiFrameGrayscaleWord: '1.2.840.10008.5.1.4.1.1.7.3',
  SecondaryCaptureMultiFrameTrueColor: '1.2.840.10008.5.1.4.1.1.7.4',
  GrayscaleSoftcopyPresentationState: '1.2.840.10008.5.1.4.1.1.11.1',
  RawData: '1.2.840.10008.5.1.4.1.1.66',
  Segmentation: '1.2.840.10008.5.1.4.1.1.66.4',
  BasicTextSR: '1.2.840.10008.5.1.4.1.1.88.11',
  EnhancedSR: '1.2.840.10008.5.1.4.1.1.88.22',
  ComprehensiveSR: '1.2.840.10008.5.1.4.1.1.88.33',
  Comprehensive3DSR: '1.2.840.10008.5.1.4.1.1.88.34',
  MammographyCADSR: '1.2.840.10008.5.1.4.1.1.88.50',
  KeyObjectSelection: '1.2.840.10008.5.1.4.1.1.88.59',
  ChestCADSR: '1.2.840.10008.5.1.4.1.1.88.65',
  XRayRadiationDoseSR: '1.2.840.10008.5.1.4.1.1.88.67',
  EncapsulatedPDF: '1.2.840.10008.5.1.4.1.1.104.1',
});

function classes<Name extends string>(uids: Record<Name, string>): Readonly<Record<Name, SOPClassUID>> {
  return uids as Record<Name, SOPClassUID>;
}

/** English names of the classes above, as PS3.4 has them without "Storage". */
const SOP_CLASS_NAME: Record<string, string> = {
  [sopClass.DigitalXRayForPresentation]: 'Digital X-Ray Image - For Presentation',
  [sopClass.DigitalXRayForProcessing]: 'Digital X-Ray Image - For Processing',
  [sopClass.DigitalMammographyForPresentation]: 'Digital Mammography X-Ray Image - For Presentation',
  [sopClass.DigitalMammographyForProcessing]: 'Digital Mammography X-Ray Image - For Processing',
  [sopClass.ComputedRadiography]: 'Computed Radiography Image',
  [sopClass.BreastTomosynthesis]: 'Breast Tomosynthesis Image',
  [sopClass.BreastProjectionForPresentation]: 'Breast Projection X-Ray Image - For Presentation',
  [sopClass.BreastProjectionForProcessing]: 'Breast Projection X-Ray Image - For Processing',
  [sopClass.CT]: 'CT Image',
  [sopClass.MR]: 'MR Image',
  [sopClass.Ultrasound]: 'Ultrasound Image',
  [sopClass.UltrasoundMultiFrame]: 'Ultrasound Multi-frame Image',
  [sopClass.SecondaryCapture]: 'Secondary Capture Image',
  [sopClass.SecondaryCaptureMultiFrameSingleBit]: 'Multi-frame Single Bit Secondary Capture Image',
  [sopClass.SecondaryCaptureMultiFrameGrayscaleByte]: 'Multi-frame Grayscale Byte Secondary Capture Image',
  [sopClass.SecondaryCaptureMultiFrameGrayscaleWord]: 'Multi-frame Grayscale Word Secondary Capture Image',
  [sopClass.SecondaryCaptureMultiFrameTrueColor]: 'Multi-frame True Color Secondary Capture Image',
  [sopClass.GrayscaleSoftcopyPresentationState]: 'Grayscale Softcopy Presentation State',
  [sopClass.RawData]: 'Raw Data',
  [sopClass.Segmentation]: 'Segmentation',
  [sopClass.BasicTextSR]: 'Basic Text SR',
  [sopClass.EnhancedSR]: 'Enhanced SR',
  [sopClass.ComprehensiveSR]: 'Comprehensive SR',
  [sopClass.Comprehensive3DSR]: 'Comprehensive 3D SR',
  [sopClass.MammographyCADSR]: 'Mammography CAD SR',
  [sopClass.KeyObjectSelection]: 'Key Object Selection Document',
  [sopClass.ChestCADSR]: 'Chest CAD SR',
  [sopClass.XRayRadiationDoseSR]: 'X-Ray Radiation Dose SR',
  [sopClass.EncapsulatedPDF]: 'Encapsulated PDF',
};

/** Transfer syntaxes (PS3.5 Annex A, PS3.6 Annex A) of still images. */
export const transferSyntax = {
  ImplicitVRLittleEndian: '1.2.840.10008.1.2',
  ExplicitVRLittleEndian: '1.2.840.10008.1.2.1',
  DeflatedExplicitVRLittleEndian: '1.2.840.10008.1.2.1.99',
  ExplicitVRBigEndian: '1.2.840.10008.1.2.2',
  JPEGBaseline: '1.2.840.10008.1.2.4.50',
  JPEGExtended: '1.2.840.10008.1.2.4.51',
  JPEGLossless: '1.2.840.10008.1.2.4.57',
  JPEGLosslessSV1: '1.2.840.10008.1.2.4.70',
  JPEGLSLossless: '1.2.840.10008.1.2.4.80',
  JPEGLSNearLossless: '1.2.840.10008.1.2.4.81',
  JPEG2000Lossless: '1.2.840.10008.1.2.4.90',
  JPEG2000: '1.2.840.10008.1.2.4.91',
  HTJ2KLossless: '1.2.840.10008.1.2.4.201',
  HTJ2KLosslessRPCL: '1.2.840.10008.1.2.4.202',
  HTJ2K: '1.2.840.10008.1.2.4.203',
  RLELossless: '1.2.840.10008.1.2.5',
} as const;

/** Name as PS3.6 Annex A has it, or the UID itself. */
export function sopClassName(uid: string): string {
  return SOP_CLASS_NAME[uid] ?? `SOP class ${uid}`;
}

/** What wrote a Part 10 file (PS3.10 §7.1): fixed for Mamori, whatever its version. */
export const IMPLEMENTATION_CLASS_UID = '2.25.102667061746660449398623483467801642181';
/** Up to 16 characters (SH). */
export const IMPLEMENTATION_VERSION_NAME = 'MAMORI_0_1';

/** Up to 64 digits and dots, no empty component and no leading zero (PS3.5 §9.1). */
export function isValidUid(value: string): boolean {
  return value.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(value);
}

/**
 * Whether a text can stand for a UID on the way through: the letters that some vendors put into UIDs against PS3.5 §9.1
 * may, anything that could change an address or a path may not.
 */
export function isUsableUid(text: string): boolean {
  return /^[0-9A-Za-z._-]{1,64}$/.test(text) && !/^\.+$/.test(text);
}

/** The text as a UID, where it can stand for one (`isUsableUid`). */
export function usableUid<U extends Uid>(text: string | undefined): U | undefined {
  return text !== undefined && isUsableUid(text) ? (text as U) : undefined;
}

/**
 * A UID as it comes in: from a command line, a database, a file's name.
 *
 * @throws UidError `uid-unusable`
 */
export function asUid<U extends Uid>(text: string): U {
  if (!isUsableUid(text)) throw new UidError(text);
  return text as U;
}

/**
 * A UID that depends on nothing but its parts: `2.25.` and 128 bits of SHA-256 in decimal (PS3.5 §B.2).
 *
 * The parts' boundaries count: `('ab', 'c')` and `('a', 'bc')` differ.
 */
export function deriveUid<U extends Uid>(...parts: string[]): U {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return `2.25.${BigInt(`0x${hash.digest('hex').slice(0, 32)}`)}` as U;
}
