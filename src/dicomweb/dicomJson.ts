/** One attribute of the DICOM JSON Model (PS3.18 F.2.2). */
export interface JsonAttribute {
  vr?: string;
  Value?: unknown[];
}

/** One dataset of the DICOM JSON Model: attributes by tag, eight upper-case hexadecimal digits. */
export type JsonDataset = { [tag: string]: JsonAttribute | undefined };

/** Tags of what is read from answers. */
export const TAG = {
  sopClassUID: '00080016',
  sopInstanceUID: '00080018',
  studyDate: '00080020',
  studyTime: '00080030',
  instanceAvailability: '00080056',
  modality: '00080060',
  modalitiesInStudy: '00080061',
  referencedSOPClassUID: '00081150',
  referencedSOPInstanceUID: '00081155',
  warningReason: '00081196',
  failureReason: '00081197',
  failedSOPSequence: '00081198',
  referencedSOPSequence: '00081199',
  otherFailuresSequence: '0008119A',
  viewPosition: '00185101',
  studyInstanceUID: '0020000D',
  seriesInstanceUID: '0020000E',
  seriesNumber: '00200011',
  instanceNumber: '00200013',
  imageLaterality: '00200062',
  numberOfStudyRelatedSeries: '00201206',
  numberOfStudyRelatedInstances: '00201208',
  numberOfFrames: '00280008',
  rows: '00280010',
  columns: '00280011',
} as const;

/** Whether a parsed JSON value can be an array of datasets at all. */
export function isDatasetArray(value: unknown): value is JsonDataset[] {
  return Array.isArray(value) && value.every(isDataset);
}

export function isDataset(value: unknown): value is JsonDataset {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All values as text, trimmed of DICOM's padding; values that came joined by backslashes are taken apart. */
export function texts(dataset: JsonDataset, tag: string): string[] {
  const value = attribute(dataset, tag)?.Value;
  if (!Array.isArray(value)) return [];
  return value
    .filter((v) => typeof v === 'string' || typeof v === 'number')
    .flatMap((v) => String(v).split('\\'))
    .map((v) => v.replace(/[ \0]+$/, '').trim())
    .filter((v) => v !== '');
}

export function text(dataset: JsonDataset, tag: string): string | undefined {
  return texts(dataset, tag)[0];
}

/** A number that came as one, or as text (IS and DS may come either way, PS3.18 F.2.3.1). */
export function integer(dataset: JsonDataset, tag: string): number | undefined {
  const value = text(dataset, tag);
  return value !== undefined && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : undefined;
}

export function items(dataset: JsonDataset, tag: string): JsonDataset[] {
  const value = attribute(dataset, tag)?.Value;
  return Array.isArray(value) ? value.filter(isDataset) : [];
}

function attribute(dataset: JsonDataset, tag: string): JsonAttribute | undefined {
  // Lower-case tags have been seen in the wild.
  const found = dataset[tag] ?? dataset[tag.toLowerCase()];
  return typeof found === 'object' && found !== null ? found : undefined;
}
