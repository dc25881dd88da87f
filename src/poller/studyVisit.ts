import type { StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb, StudyRecord } from '../dicomweb/index.js';
import type { ExamRecord, Ledger, ServedModel } from '../ledger/index.js';
import { awaited, completeness } from './completeness.js';
import type { Listings } from './listings.js';
import { examInstances, fingerprintOf, seenInstances } from './mammograms.js';
import type { PollerSettings } from './pollerSettings.js';
import type { QuietTimes } from './quietTimes.js';

/** How a study is met: as the search shows it, as an exam that waits, or asked for by name. */
export interface Meeting {
  studyInstanceUID: StudyInstanceUID;
  study?: StudyRecord;
  /** Also where the study holds nothing that an exam is made of: what waits for it is to be closed with that. */
  always?: boolean;
}

/** What is known of a study after it was listed; `completeAt` while its images are still arriving. */
export interface SeenStudy {
  record: ExamRecord;
  completeAt: Date | undefined;
}

export interface VisitParts {
  pacs: DicomWeb;
  ledger: Ledger;
  settings: PollerSettings;
  served: ServedModel;
  /** Keeps what was listed, for the work that follows. */
  listings: Listings;
  quiet: QuietTimes;
  priority: number;
}

/**
 * Lists a study once and notes what it holds and, where it waits, when it is complete. Undefined where the study
 * holds nothing that an exam is made of.
 *
 * @throws PacsError where it cannot be listed
 */
export async function observeStudy(
  { studyInstanceUID, study, always = false }: Meeting,
  { pacs, ledger, settings, served, listings, quiet, priority }: VisitParts,
): Promise<SeenStudy | undefined> {
  const told = study?.numberOfInstances;
  const instances = await examInstances(await pacs.instances(studyInstanceUID, { expected: told }), ledger);
  if (instances.length === 0 && !always) return undefined;
  const exam = { studyInstanceUID, ...served };
  const fingerprint = fingerprintOf(instances);
  const observation = await ledger.observe(exam, {
    fingerprint,
    studyDate: study?.studyDate,
    priority,
    instances: told,
  });
  quiet.saw(observation);
  const { record } = observation;
  if (record.state !== 'waiting') return { record, completeAt: undefined };
  const now = await ledger.now();
  // What was complete and has not changed since is complete, as is what somebody wants to be tried again.
  if (record.dueAt !== undefined && record.dueAt <= now) {
    listings.keep(studyInstanceUID, instances);
    return { record, completeAt: undefined };
  }
  // What has settled need not be asked for its views.
  const expected = awaited(record.answer, settings);
  const quietSince = quiet.since(record, now);
  let answer = completeness([], quietSince, now, expected);
  if (!answer.complete && expected.views.length > 0) {
    const metadata = () => pacs.metadata(studyInstanceUID);
    const views = await seenInstances(instances, expected.views.length, metadata);
    answer = completeness(views, quietSince, now, expected);
  }
  await ledger.due(exam, fingerprint, answer.complete ? now : undefined);
  if (!answer.complete) return { record, completeAt: answer.until };
  listings.keep(studyInstanceUID, instances);
  return { record, completeAt: undefined };
}
