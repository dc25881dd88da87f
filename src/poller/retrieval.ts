import { patientAndStudyFromJson, type StudyInstanceUID, transferSyntax } from '../dicom/index.js';
import { type DicomWeb, type InstanceRecord, PacsError } from '../dicomweb/index.js';
import { type ExamInstance, InstanceUnavailable } from '../exam/index.js';

export interface RetrievalOptions {
  /** No further try will follow: an instance that the archive does not give is left out instead of failing the exam. */
  lastTry: boolean;
  /** Hears of every instance that was fetched. */
  onBytes?: (bytes: number) => void;
}

/** A study's instances, as listed, the way an exam takes them in. */
export function fetchable(
  studyInstanceUID: StudyInstanceUID,
  found: InstanceRecord[],
  pacs: DicomWeb,
  { lastTry, onBytes = () => {} }: RetrievalOptions,
): ExamInstance[] {
  return found.map(({ seriesInstanceUID, sopInstanceUID, sopClassUID }) => {
    const names = [studyInstanceUID, seriesInstanceUID, sopInstanceUID] as const;
    return {
      studyInstanceUID,
      seriesInstanceUID,
      sopInstanceUID,
      sopClassUID: sopClassUID ?? '',
      fetch: async (as, allocate) => {
        const syntax = as === 'stored' ? 'stored' : transferSyntax.ExplicitVRLittleEndian;
        const bytes = await asked(lastTry, () =>
          pacs.retrieveInstance(...names, { transferSyntax: syntax, allocate }),
        );
        onBytes(bytes.byteLength);
        return bytes;
      },
      patientAndStudy: async () =>
        patientAndStudyFromJson(await asked(lastTry, () => pacs.instanceMetadata(...names))),
    };
  });
}

/** May be about one instance (a file in the archive's storage that is damaged or lost); after every other try it is. */
const PERHAPS_ABOUT_ONE_INSTANCE: ReadonlySet<PacsError['code']> = new Set([
  'pacs-not-found',
  'pacs-refused',
  'pacs-answer-malformed',
  'pacs-server-error',
  'pacs-timed-out',
]);

/**
 * Whether asking again cannot help: the instance is larger than the settings allow, or the archive understood the
 * request and refused it. What it lists and does not find may be found a moment later: an index can be ahead of the
 * storage behind it.
 */
function isFinal({ code, status = 0 }: PacsError): boolean {
  return code === 'pacs-answer-too-large' || (code === 'pacs-refused' && status >= 400);
}

async function asked<T>(lastTry: boolean, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PacsError)) throw error;
    if (!isFinal(error) && !(lastTry && PERHAPS_ABOUT_ONE_INSTANCE.has(error.code))) throw error;
    const status = error.status === undefined ? '' : ` (HTTP status ${error.status})`;
    throw new InstanceUnavailable(error.code, `The PACS lists this image and did not give it${status}.`, {
      cause: error,
    });
  }
}
