import type { Code } from './codes.js';
import type { Dataset } from './dataset.js';
import { isOwnObject } from './ownMark.js';
import type { DicomInstance } from './part10Reader.js';
import { registerPatientAndStudy } from './patientAndStudy.js';
import {
  type Intent,
  type Laterality,
  type SourceInstance,
  type StandardView,
  standardView,
  type View,
} from './source.js';
import { isValidUid, sopClass, sopClassName } from './uids.js';
import { modifierOf, printable, VIEW_CODE, type ViewAnswer, viewOfCode, viewOfPosition } from './views.js';

/** An instance that Mamori does not analyse. */
export interface LeftAlone {
  /** These three are empty where the instance lacks them. */
  sopClassUID: string;
  sopInstanceUID: string;
  seriesInstanceUID: string;
  /** Stable words joined by hyphens. */
  code: string;
  /** A sentence of printable ASCII without patient data. */
  reason: string;
}

export type Recognition =
  | { kind: 'mammogram'; source: SourceInstance }
  | { kind: 'left-alone'; leftOut: LeftAlone };

const INTENT: Partial<Record<string, Intent>> = {
  [sopClass.DigitalMammographyForPresentation]: 'presentation',
  [sopClass.DigitalMammographyForProcessing]: 'processing',
};

/**
 * Whether a mammogram holds values to be read or raw ones, by its SOP class: Presentation Intent Type must say the same
 * (PS3.3 C.8.11.3), and where it does not, the class is what archives and viewers go by. Undefined for other classes.
 */
export function intentOfClass(sopClassUID: string): Intent | undefined {
  return INTENT[sopClassUID];
}

/** Contact mammograms have up to about 1.1, the air gap of a breast; magnification stands start at 1.4. */
const MAX_CONTACT_MAGNIFICATION = 1.25;

/** Raised inside this file only, to leave from any depth with a reason. */
class NotAnalysed {
  constructor(
    readonly code: string,
    readonly reason: string,
  ) {}
}

/**
 * Whether an instance is a standard CC or MLO mammogram of one breast, and what the results need of it.
 *
 * Everything else is left alone with its reason. What is uncertain is left alone too: a view that is not
 * what the network was made for must not be taken for one that is.
 */
export function recogniseMammogram({ dataset, transferSyntaxUID }: DicomInstance): Recognition {
  try {
    return { kind: 'mammogram', source: source(dataset, transferSyntaxUID) };
  } catch (error) {
    if (!(error instanceof NotAnalysed)) throw error;
    return { kind: 'left-alone', leftOut: leftAlone(dataset, error) };
  }
}

/** An instance as it names itself, as far as it does, with the reason why it is left alone. */
export function leftAlone(
  dataset: Dataset | undefined,
  { code, reason }: { code: string; reason: string },
): LeftAlone {
  const uid = (keyword: string) => printable(dataset?.string(keyword) ?? '');
  return {
    sopClassUID: uid('SOPClassUID'),
    sopInstanceUID: uid('SOPInstanceUID'),
    seriesInstanceUID: uid('SeriesInstanceUID'),
    code,
    reason,
  };
}

/** What tells the view: a data set, or an instance's metadata as an archive gives it. */
export interface ViewAttributes {
  string(keyword: string): string | undefined;
  strings(keyword: string): string[];
  number(keyword: string): number | undefined;
  items(keyword: string): ViewAttributes[];
  asCode(): Code | undefined;
}

/** The standard view that an instance shows, as far as its attributes without pixels tell. */
export function standardViewOf(attributes: ViewAttributes): StandardView | undefined {
  try {
    requireImageOfPatient(attributes);
    return standardView({ laterality: lateralityOf(attributes), view: viewOf(attributes) });
  } catch (error) {
    if (error instanceof NotAnalysed) return undefined;
    throw error;
  }
}

function source(dataset: Dataset, transferSyntaxUID: string): SourceInstance {
  if (isOwnObject(dataset)) throw new NotAnalysed('own-object', 'Written by Mamori itself');
  const intent = intentOf(dataset);
  requireImageOfPatient(dataset);
  const view = viewOf(dataset);
  const laterality = lateralityOf(dataset);
  const { rows, columns } = requirePixels(dataset);
  return {
    studyInstanceUID: uidOf(dataset, 'StudyInstanceUID'),
    seriesInstanceUID: uidOf(dataset, 'SeriesInstanceUID'),
    sopInstanceUID: uidOf(dataset, 'SOPInstanceUID'),
    sopClassUID: uidOf(dataset, 'SOPClassUID'),
    transferSyntaxUID,
    patientAndStudy: registerPatientAndStudy(dataset),
    view,
    laterality,
    intent,
    viewCode: VIEW_CODE[view],
    rows,
    columns,
    patientOrientation: patientOrientationOf(dataset),
    pixelSpacing: spacingOf(dataset, 'PixelSpacing'),
    imagerPixelSpacing: spacingOf(dataset, 'ImagerPixelSpacing'),
    studyDate: dateOf(dataset, 'StudyDate'),
    studyTime: timeOf(dataset, 'StudyTime'),
    contentDate: dateOf(dataset, 'ContentDate'),
    contentTime: timeOf(dataset, 'ContentTime'),
    acquisitionDate: dateOf(dataset, 'AcquisitionDate'),
    acquisitionTime: timeOf(dataset, 'AcquisitionTime'),
    seriesNumber: integerOf(dataset, 'SeriesNumber'),
    instanceNumber: integerOf(dataset, 'InstanceNumber'),
    manufacturer: printable(dataset.string('Manufacturer') ?? '') || undefined,
    lossyImageCompression: lossyCompressionOf(dataset),
  };
}

function lossyCompressionOf(dataset: Dataset): SourceInstance['lossyImageCompression'] {
  if (dataset.string('LossyImageCompression') !== '01') return undefined;
  return {
    ratios: dataset.numbers('LossyImageCompressionRatio').filter((ratio) => ratio > 0),
    methods: dataset
      .strings('LossyImageCompressionMethod')
      .filter((method) => /^[A-Z0-9_ ]{1,16}$/.test(method)),
  };
}

function intentOf(dataset: Dataset): Intent {
  const uid = printable(dataset.string('SOPClassUID') ?? '');
  const modality = printable(dataset.string('Modality') ?? '');
  const other = leftAloneByClass(uid, modality);
  if (other !== undefined) throw new NotAnalysed(other.code, other.reason);
  if (modality !== '' && modality !== 'MG') {
    throw new NotAnalysed('not-a-mammogram', `Modality is ${modality}, not MG`);
  }
  return intentOfClass(uid)!;
}

/**
 * Why an instance of this SOP class is no mammogram, as far as its class tells: a tomosynthesis of a gigabyte need
 * not be fetched to be left alone. Undefined for the two classes that mammograms have.
 *
 * @param sopClassUID empty where the instance has none
 */
export function leftAloneByClass(
  sopClassUID: string,
  modality = '',
): Pick<LeftAlone, 'code' | 'reason'> | undefined {
  if (intentOfClass(sopClassUID) !== undefined) return undefined;
  const name =
    sopClassUID === ''
      ? 'an object without a SOP class'
      : `${sopClassName(sopClassUID)}${modality && ` (Modality ${modality})`}`;
  return { code: codeOfClass(sopClassUID), reason: `Not a Digital Mammography X-Ray Image but ${name}` };
}

function codeOfClass(uid: string): string {
  if (uid === sopClass.BreastTomosynthesis) return 'tomosynthesis';
  if (uid === sopClass.BreastProjectionForPresentation || uid === sopClass.BreastProjectionForProcessing) {
    return 'tomosynthesis-projection';
  }
  if (uid === sopClass.SecondaryCapture || uid.startsWith(`${sopClass.SecondaryCapture}.`))
    return 'secondary-capture';
  if (uid === sopClass.MammographyCADSR) return 'mammography-cad-report';
  if (uid.startsWith('1.2.840.10008.5.1.4.1.1.88.')) return 'structured-report';
  if (uid.startsWith('1.2.840.10008.5.1.4.1.1.11.')) return 'presentation-state';
  return 'not-a-mammogram';
}

/** One ordinary exposure of the breast of the patient. */
function requireImageOfPatient(dataset: ViewAttributes): void {
  const imageType = dataset.strings('ImageType').map((value) => value.toUpperCase());
  if (imageType.some((value) => /TOMO|GENERATED_2D|SYNTH/.test(value))) {
    throw new NotAnalysed('synthesised-image', 'Computed from a tomosynthesis, not an exposure of its own');
  }
  if (imageType.some((value) => /RECOMBINED|SUBTRACT|HIGH_ENERGY/.test(value))) {
    throw new NotAnalysed(
      'contrast-image',
      'Part of a contrast-enhanced examination that is no plain mammogram',
    );
  }
  if (imageType[1] === 'SECONDARY') {
    throw new NotAnalysed('secondary-image', 'Image Type says SECONDARY: not made from an exposure directly');
  }
  if (is(dataset, 'QualityControlImage', 'YES')) {
    throw new NotAnalysed('quality-control-image', 'A quality control image, not one of a patient');
  }
  if (dataset.items('SpecimenDescriptionSequence').length > 0) throw specimen();
  if (is(dataset, 'PartialView', 'YES')) {
    throw new NotAnalysed('partial-view', 'Shows a part of the breast only (Partial View)');
  }
  if (is(dataset, 'BurnedInAnnotation', 'YES')) {
    throw new NotAnalysed(
      'burned-in-annotation',
      'Text that may identify the patient is burned into the pixels',
    );
  }
  const magnification = dataset.number('EstimatedRadiographicMagnificationFactor') ?? 1;
  if (magnification > MAX_CONTACT_MAGNIFICATION) {
    throw new NotAnalysed('magnification-view', `Magnification view (factor ${magnification})`);
  }
}

function viewOf(dataset: ViewAttributes): View {
  const views = dataset.items('ViewCodeSequence');
  // The modifiers' place is within the view's item; some vendors put them beside it.
  const modifiers = [...views, dataset].flatMap((holder) => holder.items('ViewModifierCodeSequence'));
  for (const modifier of modifiers) {
    const { code, meaning } = modifierOf(modifier.asCode() ?? { value: '', scheme: '', meaning: '' });
    throw new NotAnalysed(code, `Not a standard view: view modifier "${meaning}"`);
  }
  const code = views[0]?.asCode();
  const position = printable(dataset.string('ViewPosition') ?? '');
  const byCode = code && standardOrOut(viewOfCode(code));
  const byPosition = position && standardOrOut(viewOfPosition(position));
  if (byCode && byPosition && byCode !== byPosition) {
    throw new NotAnalysed('contradictory-view', `View code says ${byCode}, View Position says ${byPosition}`);
  }
  const view = byCode || (code === undefined && byPosition);
  if (view) return view;
  if (code !== undefined) {
    throw new NotAnalysed(
      'not-a-standard-view',
      `Unknown view "${printable(code.meaning) || printable(code.value)}"`,
    );
  }
  if (position !== '') throw new NotAnalysed('not-a-standard-view', `Unknown View Position "${position}"`);
  throw new NotAnalysed('no-view', 'Neither a view code nor a View Position');
}

function standardOrOut(answer: ViewAnswer): View | undefined {
  if (answer.kind === 'standard') return answer.view;
  if (answer.kind === 'specimen') throw specimen();
  if (answer.kind === 'other') throw new NotAnalysed(answer.code, `Not a standard view: ${answer.meaning}`);
  return undefined;
}

function specimen(): NotAnalysed {
  return new NotAnalysed('specimen', 'A tissue specimen, not the breast');
}

/** Image Laterality (PS3.3 C.8.11.7.1.5), or where older files put it. */
function lateralityOf(dataset: ViewAttributes): Laterality {
  const value = ['ImageLaterality', 'FrameLaterality', 'Laterality']
    .map((keyword) => dataset.string(keyword)?.toUpperCase())
    .find((one) => one !== undefined);
  if (value === 'L' || value === 'R') return value;
  if (value === 'B') throw new NotAnalysed('both-breasts', 'Shows both breasts');
  throw new NotAnalysed('no-laterality', 'Does not say whether it shows the left or the right breast');
}

function requirePixels(dataset: Dataset): { rows: number; columns: number } {
  const frames = dataset.number('NumberOfFrames') ?? 1;
  if (frames > 1) throw new NotAnalysed('multi-frame', `Has ${frames} frames; a mammogram has one`);
  const photometric = printable(dataset.string('PhotometricInterpretation') ?? 'MONOCHROME2');
  if ((dataset.number('SamplesPerPixel') ?? 1) !== 1 || !/^MONOCHROME[12]$/.test(photometric)) {
    throw new NotAnalysed('not-grey', `Not a grey image but ${photometric}`);
  }
  const rows = dataset.number('Rows') ?? 0;
  const columns = dataset.number('Columns') ?? 0;
  if (rows < 1 || columns < 1) throw new NotAnalysed('no-image-size', 'Rows or Columns is missing or zero');
  const pixels = dataset.pixelData();
  if (pixels === undefined || pixels.fragments.every((fragment) => fragment.length === 0)) {
    throw new NotAnalysed('no-pixel-data', 'Has no pixel data');
  }
  return { rows, columns };
}

function is(dataset: ViewAttributes, keyword: string, value: string): boolean {
  return dataset.string(keyword)?.toUpperCase() === value;
}

function uidOf(dataset: Dataset, keyword: string): string {
  const uid = dataset.string(keyword);
  if (uid === undefined || !isValidUid(uid)) {
    throw new NotAnalysed('no-valid-uid', `${keyword} is missing or no valid UID`);
  }
  return uid;
}

function patientOrientationOf(dataset: Dataset): [string, string] | undefined {
  const [row, column, ...more] = dataset.strings('PatientOrientation').map((value) => value.toUpperCase());
  const valid = (value: string | undefined) => value !== undefined && /^[ALPRHF]{1,3}$/.test(value);
  return valid(row) && valid(column) && more.length === 0 ? [row!, column!] : undefined;
}

function spacingOf(dataset: Dataset, keyword: string): [number, number] | undefined {
  const [row, column] = dataset.numbers(keyword);
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : undefined;
}

/** Values that are no DA or TM are as good as none: they could not be written again. */
function dateOf(dataset: Dataset, keyword: string): string | undefined {
  const value = dataset.string(keyword);
  return value !== undefined && /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(value) ? value : undefined;
}

function timeOf(dataset: Dataset, keyword: string): string | undefined {
  const value = dataset.string(keyword);
  return value !== undefined && /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/.test(value)
    ? value
    : undefined;
}

function integerOf(dataset: Dataset, keyword: string): number | undefined {
  const value = dataset.number(keyword);
  return Number.isInteger(value) ? value : undefined;
}
