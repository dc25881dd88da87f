import type { StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import { type ExamOutcome, processExam, type Workbench } from '../exam/index.js';
import { editionOf, type LedgerReader, type ServedModel } from '../ledger/index.js';
import { examInstances } from './mammograms.js';
import { predecessorsOf } from './predecessors.js';
import { fetchable } from './retrieval.js';

export interface DryRunParts {
  pacs: DicomWeb;
  /** What was done before, where anybody knows. */
  ledger: LedgerReader | undefined;
  bench: Workbench;
  served: ServedModel;
}

/**
 * What would be written about a study now, under the names that it would have; neither stored nor noted. An exam that
 * is closed would be taken up again (`process --force`), so that is what is named.
 */
export async function dryRun(studyInstanceUID: StudyInstanceUID, parts: DryRunParts): Promise<ExamOutcome> {
  const { pacs, ledger, bench, served } = parts;
  const exam = { studyInstanceUID, ...served };
  const record = await ledger?.find(exam);
  const revision = (record?.revision ?? 1) + (record?.closedAt === undefined ? 0 : 1);
  const predecessors = ledger === undefined ? [] : await predecessorsOf(exam, ledger, revision);
  const isOwn = async (sopInstanceUID: string) => (await ledger?.isOwn(sopInstanceUID)) ?? false;
  const found = await examInstances(await pacs.instances(studyInstanceUID), { isOwn });
  const instances = fetchable(studyInstanceUID, found, pacs, { lastTry: true });
  return processExam(instances, bench, {
    createdAt: new Date(),
    predecessors,
    revision,
    edition: editionOf(exam, revision, (await ledger?.list({ studyInstanceUID })) ?? []),
    previews: true,
  });
}
