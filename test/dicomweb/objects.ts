import { asUid, deriveUid, sopClass, writePart10 } from '../../src/dicom/index.js';
import type { InstanceToStore } from '../../src/dicomweb/index.js';

export interface SmallObject extends InstanceToStore {
  studyInstanceUID: string;
  seriesInstanceUID: string;
}

/** The smallest object that an archive files: an empty Secondary Capture, under whatever modality. */
export function smallObject(
  name: string,
  options: {
    study?: string;
    series?: string;
    modality?: string;
    date?: string;
    padding?: number;
    comment?: string;
  } = {},
): SmallObject {
  const study = deriveUid('test', 'study', options.study ?? name);
  const series = deriveUid('test', 'series', options.study ?? name, options.series ?? '1');
  const sopInstanceUID = deriveUid('test', 'instance', name);
  const sopClassUID = sopClass.SecondaryCapture;
  const bytes = writePart10({
    SOPClassUID: sopClassUID,
    SOPInstanceUID: sopInstanceUID,
    StudyDate: options.date ?? '20260901',
    StudyTime: '101500',
    Modality: options.modality ?? 'MG',
    ConversionType: 'WSD',
    PatientName: 'Invented^Patient',
    PatientID: 'INVENTED-1',
    ImageComments: options.comment ?? '',
    StudyInstanceUID: study,
    SeriesInstanceUID: series,
    StudyID: '1',
    SeriesNumber: 1,
    InstanceNumber: 1,
    ...(options.padding === undefined
      ? {}
      : { EncapsulatedDocument: new Uint8Array(options.padding).fill(7) }),
  });
  return {
    studyInstanceUID: study,
    seriesInstanceUID: series,
    sopInstanceUID: asUid(sopInstanceUID),
    sopClassUID,
    bytes,
  };
}
