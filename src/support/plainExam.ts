/** What the ledger tells of an exam: objects of which some fields are known to be harmless. */
export interface KnownExam {
  record: { worker: string | undefined; images: readonly object[] | undefined };
  /** Oldest event first. */
  history: readonly object[];
  objects: readonly object[];
}

/*
 * What is taken, by name. Not taken are the study's date and the fingerprint of what the archive holds: that is a hash
 * without a key over the images' own UIDs, and whoever has the archive finds the patient by either.
 */
const EXAM = (
  'studyInstanceUID modelName modelVersion settingsDigest state revision firstSeen lastSeen lastChange updatedAt ' +
  'dueAt attempts worker leaseUntil retryAt code reason closedAt answer'
).split(' ');
const IMAGE = 'sopInstanceUID view answered code reason'.split(' ');
const EVENT = 'at event worker code reason'.split(' ');
const OBJECT = 'revision kind sopClassUID seriesInstanceUID sopInstanceUID size sentAt confirmedAt'.split(
  ' ',
);

/** An exam of the ledger as it may leave the hospital, its UIDs and workers' names still as they are. */
export function plainExam({ record, history, objects }: KnownExam): Record<string, unknown> {
  return {
    ...taken(record, EXAM),
    images: record.images?.map((image) => taken(image, IMAGE)),
    history: history.map((event) => taken(event, EVENT)),
    objects: objects.map((object) => taken(object, OBJECT)),
  };
}

function taken(from: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
