import {
  patientAndStudyFromJson,
  requestsFromJson,
  type StudyInstanceUID,
  transferSyntax,
} from '../dicom/index.js';
import { type DicomWeb, type InstanceRecord, PacsError } from '../dicomweb/index.js';
import { type ExamInstance, InstanceUnavailable } from '../exam/index.js';
import type { InstanceNames } from './breaker.js';

export interface RetrievalOptions {
  /** No further try will follow: an instance that the archive does not give is left out instead of failing the exam. */
  lastTry: boolean;
  /** Whether the archive as a whole is at fault for an error, and not one instance; see `Breaker`. */
  isOutage?: (error: PacsError, peers: readonly InstanceNames[], own: InstanceNames) => Promise<boolean>;
  /** Hears of every instance that was fetched. */
  onBytes?: (bytes: number) => void;
}

/** A study's instances, as listed, the way an exam takes them in. */
export function fetchable(
  studyInstanceUID: StudyInstanceUID,
  found: InstanceRecord[],
  pacs: DicomWeb,
  { lastTry, onBytes = () => {}, isOutage = async () => false }: RetrievalOptions,
): ExamInstance[] {
  return found.map(({ seriesInstanceUID, sopInstanceUID, sopClassUID }) => {
    const names = [studyInstanceUID, seriesInstanceUID, sopInstanceUID] as const;
    const peers = () =>
      found
        .filter((other) => other.sopInstanceUID !== sopInstanceUID && other.sopClassUID === sopClassUID)
        .map((other): InstanceNames => [studyInstanceUID, other.seriesInstanceUID, other.sopInstanceUID]);
    const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
      for (let isOnceMore = false; ; isOnceMore = true) {
        try {
          return await ask();
        } catch (error) {
          if (!(error instanceof PacsError) || (await isOutage(error, peers(), names))) throw error;
          if (isFinal(error)) throw unavailable(error);
          if (!lastTry || !PERHAPS_ABOUT_ONE_INSTANCE.has(error.code)) throw error;
          // The archive gives others now. It may have been in trouble that ended since, so this one is asked for again.
          if (isOnceMore) throw unavailable(error);
        }
      }
    };
    return {
      studyInstanceUID,
      seriesInstanceUID,
      sopInstanceUID,
      sopClassUID: sopClassUID ?? '',
      fetch: async (as, allocate) => {
        const syntax = as === 'stored' ? 'stored' : transferSyntax.ExplicitVRLittleEndian;
        const bytes = await asked(() =>
          pacs.retrieveInstance(...names, { transferSyntax: syntax, allocate }),
        );
        onBytes(bytes.byteLength);
        return bytes;
      },
      describedStudy: async () => {
        const described = await asked(() => pacs.instanceMetadata(...names));
        return { patientAndStudy: patientAndStudyFromJson(described), ...requestsFromJson(described) };
      },
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
  'pacs-unauthorised',
]);

/**
 * Whether asking again cannot help: the instance is larger than the settings allow, or the archive understood the
 * request and refused it. What it lists and does not find may be found a moment later: an index can be ahead of the
 * storage behind it.
 */
function isFinal({ code, status = 0 }: PacsError): boolean {
  return code === 'pacs-answer-too-large' || (code === 'pacs-refused' && status >= 400);
}

function unavailable(error: PacsError): InstanceUnavailable {
  const status = error.status === undefined ? '' : ` (HTTP status ${error.status})`;
  return new InstanceUnavailable(error.code, `The PACS lists this image and did not give it${status}.`, {
    cause: error,
  });
}
