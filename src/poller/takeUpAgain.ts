import { asUid, type StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import {
  type ExamRecord,
  isServed,
  type Ledger,
  type LedgerReader,
  type ServedModel,
  waysFor,
} from '../ledger/index.js';
import { Listings } from './listings.js';
import type { PollerSettings } from './pollerSettings.js';
import { QuietTimes } from './quietTimes.js';
import { observeStudy } from './studyVisit.js';
import { REPROCESS_PRIORITY } from './workSource.js';

/**
 * How a study stands that may be processed again with today's model and settings. `again`: it was closed with others,
 * or lacks a report that is switched on now. `done`: with exactly these. `under-way`: it waits, or is worked on, or is
 * left to `adopt`.
 * `unknown`: nothing was ever closed of it.
 */
export type Standing = 'again' | 'done' | 'under-way' | 'unknown';

export interface StandingParts {
  ledger: Pick<LedgerReader, 'list' | 'made'>;
  served: ServedModel;
  /** Kinds of report that are switched on. */
  reports: readonly string[];
}

/** @param records all that the ledger knows of one study */
export async function standingOf(records: readonly ExamRecord[], parts: StandingParts): Promise<Standing> {
  const own = ownAmong(records, parts.served);
  if (own !== undefined) {
    if (own.closedAt === undefined) return 'under-way';
    return isHandedOver(own) || (await lacksReport(own, parts)) ? 'again' : 'done';
  }
  if (records.some((record) => waysFor(record, parts.served).reprocess)) return 'again';
  return records.length > 0 ? 'under-way' : 'unknown';
}

export interface TakingUpParts extends StandingParts {
  ledger: Ledger;
  pacs: DicomWeb;
  settings: PollerSettings;
}

/**
 * Puts a study that stands for `again` where the workers take it, and nothing else: whatever was written about it is
 * the predecessor of what they write. Of several that do this at once, one does. `gone`: the archive holds no mammogram
 * of it any more.
 *
 * @throws PacsError where the study cannot be looked at; LedgerError
 */
export async function takeUpAgain(
  studyInstanceUID: StudyInstanceUID,
  parts: TakingUpParts,
): Promise<'taken-up' | 'gone' | Exclude<Standing, 'again'>> {
  const { ledger, served, settings } = parts;
  const records = await ledger.list({ studyInstanceUID });
  const standing = await standingOf(records, parts);
  if (standing !== 'again') return standing;
  const own = ownAmong(records, served);
  if (own !== undefined && !(await ledger.reopen(own, own.revision))) return 'under-way';
  const seen = await observeStudy(
    {
      studyInstanceUID,
      study: {
        studyInstanceUID,
        studyDate: records.find(({ studyDate }) => studyDate !== undefined)?.studyDate,
        modalities: [],
        numberOfInstances: undefined,
      },
      // What is open again has to come to an end.
      always: own !== undefined,
    },
    {
      ...parts,
      // Nothing more arrives of an exam that was closed.
      settings: { ...settings, settleSeconds: 0 },
      listings: new Listings(),
      quiet: new QuietTimes(),
      priority: REPROCESS_PRIORITY,
    },
  );
  return seen === undefined ? 'gone' : 'taken-up';
}

function ownAmong(records: readonly ExamRecord[], served: ServedModel): ExamRecord | undefined {
  return records.find((record) => isServed(record, served));
}

/** Its work was handed over to another version before anything was written. */
function isHandedOver({ code }: ExamRecord): boolean {
  return code === 'superseded';
}

/** An exam with an answer always gets every report that is switched on; pictures depend on what was found. */
async function lacksReport(own: ExamRecord, { ledger, reports }: StandingParts): Promise<boolean> {
  const { state, answer } = own;
  if (answer === undefined || state === 'not-processed') return false;
  const made = await ledger.made(own);
  const kinds = new Set(made.filter(({ revision }) => revision === answer.revision).map(({ kind }) => kind));
  return reports.some((kind) => !kinds.has(kind));
}

/** Studies as the ledger has them, each with all its records, the newest study first. */
export function byStudy(records: readonly ExamRecord[]): [StudyInstanceUID, ExamRecord[]][] {
  const studies = new Map<StudyInstanceUID, ExamRecord[]>();
  for (const record of records) {
    const study = asUid<StudyInstanceUID>(record.studyInstanceUID);
    studies.set(study, [...(studies.get(study) ?? []), record]);
  }
  const dateOf = (of: readonly ExamRecord[]) => of.find(({ studyDate }) => studyDate)?.studyDate ?? '';
  return [...studies].sort(([, a], [, b]) => dateOf(b).localeCompare(dateOf(a)));
}
