import { type Attributes, codeItem, type RawAttribute, sopClass } from '../dicom/index.js';
import type { Projection } from './examAttributes.js';
import { breastCode, viewCode } from './habit.js';
import type { StoredMammogram } from './storedPixels.js';

/** Reconstructed slices: few, since nobody is to look at them. */
const SLICES = 3;

/**
 * What turns a mammogram's attributes into those of a Breast Tomosynthesis Image (PS3.3 A.55, C.8.21): a
 * multi-frame object with functional groups.
 */
export function tomosynthesisAttributes(mammogram: StoredMammogram, projection: Projection): Attributes {
  const { spacing, storage } = mammogram;
  const frameType = ['DERIVED', 'PRIMARY', 'TOMOSYNTHESIS', 'NONE'];
  const description = {
    PixelPresentation: 'MONOCHROME',
    VolumetricProperties: 'VOLUME',
    VolumeBasedCalculationTechnique: 'TOMOSYNTHESIS',
  };
  return {
    SOPClassUID: sopClass.BreastTomosynthesis,
    ImageType: frameType,
    ...description,
    ContentQualification: 'RESEARCH',
    NumberOfFrames: SLICES,
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [{ PixelSpacing: [spacing, spacing], SliceThickness: 1 }],
        PlaneOrientationSequence: [{ ImageOrientationPatient: [0, -1, 0, 0, 0, -1] }],
        FrameAnatomySequence: [
          {
            FrameLaterality: projection.laterality,
            AnatomicRegionSequence: [codeItem(breastCode('SCT'))],
          },
        ],
        PixelValueTransformationSequence: [{ RescaleIntercept: 0, RescaleSlope: 1, RescaleType: 'US' }],
        FrameVOILUTSequence: [
          { WindowCenter: 2 ** (storage.bits - 1), WindowWidth: 2 ** storage.bits, VOILUTFunction: 'LINEAR' },
        ],
      },
    ],
    PerFrameFunctionalGroupsSequence: Array.from({ length: SLICES }, (_, slice) => ({
      FrameContentSequence: [{ StackID: '1', InStackPositionNumber: slice + 1 }],
      XRay3DFrameTypeSequence: [{ FrameType: frameType, ...description }],
      PlanePositionSequence: [{ ImagePositionPatient: [slice, 0, 0] }],
    })),
    ViewCodeSequence: [{ ...codeItem(viewCode(projection.view, 'SCT')), ViewModifierCodeSequence: [] }],
    WindowCenter: undefined,
    WindowWidth: undefined,
    VOILUTFunction: undefined,
    RescaleIntercept: undefined,
    RescaleSlope: undefined,
    RescaleType: undefined,
  };
}

/** The same picture in every slice. */
export function repeated(pixels: RawAttribute): RawAttribute {
  const bytes = new Uint8Array(pixels.bytes.length * SLICES);
  for (let slice = 0; slice < SLICES; slice++) bytes.set(pixels.bytes, slice * pixels.bytes.length);
  return { ...pixels, bytes };
}
