import { asUid, type InstanceReference } from '../dicom/index.js';
import type { ExamKey, LedgerReader } from '../ledger/index.js';

/** The objects in the archive that an exam's results will replace; see `Ledger.predecessors`. */
export async function predecessorsOf(
  exam: ExamKey,
  ledger: Pick<LedgerReader, 'predecessors'>,
  revision?: number,
): Promise<InstanceReference[]> {
  return (await ledger.predecessors(exam, revision)).map((written) => ({
    studyInstanceUID: asUid(written.studyInstanceUID),
    seriesInstanceUID: asUid(written.seriesInstanceUID),
    sopInstanceUID: asUid(written.sopInstanceUID),
    sopClassUID: asUid(written.sopClassUID),
  }));
}
