import type { Dataset } from './dataset.js';
import { lateralityOf, requireImageOfPatient, type ViewAttributes, viewOf } from './exposure.js';
import { greyscaleOf } from './greyscale.js';
import { type LeftOut, leftOut } from './leftOut.js';
import { NotAnalysed } from './leftOutCodes.js';
import { isOwnObject } from './ownMark.js';
import type { DicomInstance } from './part10Reader.js';
import { registerPatientAndStudy } from './patientAndStudy.js';
import { intentOfClass, leftOutByClass } from './recognisedClasses.js';
import { registerRequests } from './requests.js';
import { type Intent, type SourceInstance, type StandardView, standardView } from './source.js';
import {
  dateOf,
  integerOf,
  lossyCompressionOf,
  patientOrientationOf,
  spacingOf,
  timeOf,
} from './sourceValues.js';
import { isValidUid, type Uid } from './uids.js';
import { printable, VIEW_CODE } from './views.js';

export type Recognition =
  | { kind: 'mammogram'; source: SourceInstance }
  | { kind: 'left-out'; leftOut: LeftOut };

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
    const view = viewNamedBy(dataset);
    return { kind: 'left-out', leftOut: { ...leftOut(dataset, error), ...(view && { view }) } };
  }
}

/** The standard view that an instance shows, as far as its attributes without pixels tell. */
export function standardViewOf(attributes: ViewAttributes): StandardView | undefined {
  try {
    requireImageOfPatient(attributes);
  } catch (error) {
    if (error instanceof NotAnalysed) return undefined;
    throw error;
  }
  return viewNamedBy(attributes);
}

/** The standard view that a header names, whatever else it says. */
function viewNamedBy(attributes: ViewAttributes): StandardView | undefined {
  try {
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
    ...registerRequests(dataset),
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
    greyscale: greyscaleOf(dataset),
    implant: printable(dataset.string('BreastImplantPresent') ?? '').toUpperCase() === 'YES' || undefined,
    lossyImageCompression: lossyCompressionOf(dataset),
  };
}

function intentOf(dataset: Dataset): Intent {
  const uid = printable(dataset.string('SOPClassUID') ?? '');
  const modality = printable(dataset.string('Modality') ?? '');
  const other = leftOutByClass(uid, modality);
  if (other !== undefined) throw new NotAnalysed(other.code, other.reason);
  if (modality !== '' && modality !== 'MG') {
    throw new NotAnalysed('not-a-mammogram', `Modality is ${modality}, not MG`);
  }
  return intentOfClass(uid)!;
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

function uidOf<U extends Uid>(dataset: Dataset, keyword: string): U {
  const uid = dataset.string(keyword);
  if (uid === undefined || !isValidUid(uid)) {
    throw new NotAnalysed('no-valid-uid', `${keyword} is missing or no valid UID`);
  }
  return uid as U;
}
