/*
 * What is taken of an image's header: what it takes to see why an image was decoded, prepared or judged as it was. All
 * others stay behind, private ones included, whatever they hold.
 *
 * A list of what to remove, such as dcmjs's, lets through what its makers did not think of: private elements, items of
 * sequences, a name in a description. Nothing here is in the basic profile of PS3.15 (Table E.1-1) with an action, but
 * for UIDs, which are replaced.
 */

/** Numbers, read as such: text in their place is no number and stays behind. */
export const NUMBERS: readonly string[] = [
  'SamplesPerPixel',
  'PlanarConfiguration',
  'NumberOfFrames',
  'Rows',
  'Columns',
  'BitsAllocated',
  'BitsStored',
  'HighBit',
  'PixelRepresentation',
  'SmallestImagePixelValue',
  'LargestImagePixelValue',
  'PixelPaddingValue',
  'PixelPaddingRangeLimit',
  'WindowCenter',
  'WindowWidth',
  'RescaleIntercept',
  'RescaleSlope',
  'PixelIntensityRelationshipSign',
  'PixelSpacing',
  'ImagerPixelSpacing',
  'PixelAspectRatio',
  'EstimatedRadiographicMagnificationFactor',
  'KVP',
  'BodyPartThickness',
  'CompressionForce',
  'PositionerPrimaryAngle',
  'DistanceSourceToDetector',
  'LossyImageCompressionRatio',
  'InstanceNumber',
];

/** Coded strings: only values that the standard defines, or words that machines write, of the list below. */
export const TERMS: readonly string[] = [
  'SpecificCharacterSet',
  'ImageType',
  'Modality',
  'PresentationIntentType',
  'ImageLaterality',
  'Laterality',
  'ViewPosition',
  'PatientOrientation',
  'BodyPartExamined',
  'PhotometricInterpretation',
  'PixelIntensityRelationship',
  'PresentationLUTShape',
  'RescaleType',
  'VOILUTFunction',
  'BurnedInAnnotation',
  'LossyImageCompression',
  'LossyImageCompressionMethod',
  'BreastImplantPresent',
  'PartialView',
  'QualityControlImage',
  'DetectorType',
  'PositionerType',
  'AnodeTargetMaterial',
  'FilterMaterial',
];

export const DEFINED_TERMS: ReadonlySet<string> = new Set(
  [
    'ISO_IR 6|ISO_IR 100|ISO_IR 101|ISO_IR 109|ISO_IR 110|ISO_IR 13|ISO_IR 126|ISO_IR 127|ISO_IR 138|ISO_IR 144',
    'ISO_IR 148|ISO_IR 166|ISO_IR 192|GB18030|GBK|ISO 2022 IR 6|ISO 2022 IR 13|ISO 2022 IR 58|ISO 2022 IR 87',
    'ISO 2022 IR 100|ISO 2022 IR 149|ISO 2022 IR 159',
    'ORIGINAL|DERIVED|PRIMARY|SECONDARY|MPR|TOMOSYNTHESIS|TOMO|GENERATED_2D|STEREO_SCOUT|POST_PROCESSED|LEFT|RIGHT',
    'MG|CR|DX|OT|SR|SC|PR|FOR PRESENTATION|FOR PROCESSING|L|R|B|U',
    'RCC|LCC|RMLO|LMLO',
    'CC|MLO|ML|LM|LMO|FB|SIO|ISO|XCC|XCCL|XCCM|AT|CV|RL|RM|RI|RS|SPECIMEN|LAT|AP|PA|A|P|F|H|AR|AL|PR|PL|FL|FR|HL|HR',
    'AF|PF|AH|PH|AFR|AFL|PFR|PFL|AHR|AHL|PHR|PHL|BREAST',
    'MONOCHROME1|MONOCHROME2|RGB|YBR_FULL|YBR_FULL_422|YBR_ICT|YBR_RCT|PALETTE COLOR|LIN|LOG|DISP',
    'IDENTITY|INVERSE|US|OD|HU|UNSPECIFIED|LINEAR|LINEAR_EXACT|SIGMOID|YES|NO|00|01',
    'ISO_10918_1|ISO_14495_1|ISO_15444_1|DIRECT|SCINTILLATOR|STORAGE|FILM|MAMMOGRAPHIC|NONE|CARM',
    'TUNGSTEN|MOLYBDENUM|RHODIUM|SILVER|ALUMINUM|COPPER|BERYLLIUM',
  ].flatMap((line) => line.split('|')),
);

/** What the machine says of itself: text that its maker writes. */
export const MACHINE: readonly string[] = ['Manufacturer', 'ManufacturerModelName', 'SoftwareVersions'];

/** By the pseudonym; those of the standard as they are. */
export const UIDS: readonly string[] = [
  'SOPClassUID',
  'SOPInstanceUID',
  'SeriesInstanceUID',
  'StudyInstanceUID',
  'FrameOfReferenceUID',
];

/** Their codes, without the words beside them, which may be anybody's. */
export const CODES: readonly string[] = ['ViewCodeSequence', 'AnatomicRegionSequence'];

/** Lookup tables: their size alone. */
export const TABLES: readonly string[] = ['VOILUTSequence', 'ModalityLUTSequence'];

/** Every keyword of which something is taken. */
export const KEPT_KEYWORDS: readonly string[] = [
  ...NUMBERS,
  ...TERMS,
  ...MACHINE,
  ...UIDS,
  ...CODES,
  ...TABLES,
];
