import { type DicomJson, readPart10, type SOPClassUID, type StudyInstanceUID } from '../dicom/index.js';
import { type DicomWeb, PacsError } from '../dicomweb/index.js';
import { mayBeAnalysed } from './mammograms.js';

/** Values of attributes by keyword; a keyword without a value is missing. */
export type StudyValues = Map<string, string[]>;

/**
 * What stands in a study under these keywords. Asked from where it costs least to where it stands for certain: the list
 * of studies, which has only what the archive keeps of a study; the metadata of its images; and where the archive gives
 * none, the file of one image. The results of programs in the study do not count.
 *
 * @throws PacsError
 */
export async function studyValues(
  studyInstanceUID: StudyInstanceUID,
  keywords: readonly string[],
  pacs: DicomWeb,
): Promise<StudyValues> {
  const values: StudyValues = new Map();
  const take = (valuesOf: (keyword: string) => string[]) => {
    for (const keyword of keywords) {
      const found = valuesOf(keyword).filter((text) => text !== '');
      const known = values.get(keyword) ?? [];
      if (found.length > 0) values.set(keyword, [...new Set([...known, ...found])]);
    }
  };
  const listed = await pacs.listedStudy(studyInstanceUID, keywords);
  if (listed !== undefined) take((keyword) => listed.strings(keyword));
  const missing = () => keywords.filter((keyword) => !values.has(keyword));
  if (missing().length === 0) return values;
  const below = await describedImages(studyInstanceUID, pacs);
  if (below !== undefined) {
    const lacks = new Set(missing());
    for (const image of below) take((keyword) => (lacks.has(keyword) ? image.strings(keyword) : []));
    return values;
  }
  const file = await oneFile(studyInstanceUID, pacs);
  if (file !== undefined) take((keyword) => (values.has(keyword) ? [] : file.dataset.strings(keyword)));
  return values;
}

/** Undefined where the archive gives no metadata. */
async function describedImages(
  studyInstanceUID: StudyInstanceUID,
  pacs: DicomWeb,
): Promise<DicomJson[] | undefined> {
  let described: DicomJson[];
  try {
    described = await pacs.metadata(studyInstanceUID);
  } catch (error) {
    // It cannot, or not for this study; what may pass is not decided by a file that would be read instead.
    if (error instanceof PacsError && !error.transient && error.code !== 'pacs-unauthorised')
      return undefined;
    throw error;
  }
  const images = described.filter((one) =>
    mayBeAnalysed({
      sopClassUID: one.string('SOPClassUID') as SOPClassUID | undefined,
      modality: one.string('Modality'),
    }),
  );
  return images.length > 0 ? images : described.filter((one) => one.string('Modality') === 'MG');
}

async function oneFile(studyInstanceUID: StudyInstanceUID, pacs: DicomWeb) {
  const instances = await pacs.instances(studyInstanceUID);
  const image = instances.find(mayBeAnalysed) ?? instances.find(({ modality }) => modality === 'MG');
  if (image === undefined) return undefined;
  return readPart10(
    await pacs.retrieveInstance(studyInstanceUID, image.seriesInstanceUID, image.sopInstanceUID),
  );
}
