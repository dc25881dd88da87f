import type { Reason, StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import { CommandError } from './errors.js';

/** @throws CommandError `usage-study-uid` for a text that cannot be a UID (PS3.5 section 9.1) */
export async function studyUids(studies: readonly string[]): Promise<StudyInstanceUID[]> {
  const { asUid, isValidUid } = await import('../dicom/index.js');
  const wrong = studies.find((study) => !isValidUid(study));
  if (wrong === undefined) return studies.map((study) => asUid<StudyInstanceUID>(study));
  throw new CommandError('usage-study-uid', `${wrong} cannot be a Study Instance UID.`, {
    remedy: 'A UID is numbers with points between them, 64 characters at most, such as 1.2.840.113619.2.5.1.',
  });
}

/** What to say of a study that the PACS does not have; undefined where it has it. */
export async function absence(study: StudyInstanceUID, pacs: DicomWeb): Promise<Reason | undefined> {
  if ((await pacs.instances(study)).length > 0) return undefined;
  const reason = `The PACS shows no study ${study}: the UID is another, or the account may not see it.`;
  return { code: 'study-not-found', reason };
}
