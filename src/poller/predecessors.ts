import { asUid, type InstanceReference } from '../dicom/index.js';
import { type ExamKey, isServed, type Ledger, type LedgerReader } from '../ledger/index.js';

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

/**
 * Which set of results about the study the exam's is, from 1: it rises with every set that is written, by whatever
 * model, in whatever version and with whatever settings, so that the newest can be told from the others by its title.
 */
export async function editionOf(
  exam: ExamKey,
  revision: number,
  ledger: Pick<Ledger, 'list'>,
): Promise<number> {
  const { studyInstanceUID } = exam;
  const records = await ledger.list({ studyInstanceUID });
  const others = records.filter((other) => !isServed(other, exam));
  return others.reduce((sum, { answer }) => sum + (answer?.revision ?? 0), revision);
}
