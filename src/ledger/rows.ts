import type { StandardView } from '../dicom/index.js';
import type { ShortAnswer } from '../findings/index.js';
import type { ExamImage } from './allExams.js';
import type { ExamState } from './examState.js';
import type { Lease } from './lease.js';
import type { Answer, ExamKey, ExamRecord, Outcome, Reason } from './ledger.js';
import { ownerOf } from './owner.js';
import { isAnswered } from './rules.js';

/** A row of `exams` with its objects counted, as every database gives it. Times are milliseconds since 1970. */
export interface ExamRow {
  id: number;
  study_instance_uid: string;
  model_name: string;
  model_version: string;
  settings_digest: string;
  state: ExamState;
  revision: number;
  fingerprint: string;
  claimed_fingerprint: string | null;
  first_seen_at: number;
  last_seen_at: number;
  changed_at: number;
  updated_at: number;
  due_at: number | null;
  study_date: string;
  priority: number;
  claim_number: number;
  worker: string | null;
  lease_until: number | null;
  owner: string | null;
  lease_ms: number | null;
  lease_steady: number | null;
  archive_instances: number | null;
  attempts: number;
  retry_at: number | null;
  outcome: Outcome['kind'] | null;
  outcome_code: string | null;
  outcome_reason: string | null;
  rests_on: string | null;
  images: string | null;
  /** JSON, of the kept objects; that of the answer stands in `answer`. */
  short_answer: string | null;
  answer: string | null;
  answer_revision: number | null;
  code: string | null;
  reason: string | null;
  closed_at: number | null;
  kept: number;
  sent: number;
  confirmed: number;
}

/** A lease as it stands in a row. Rows of earlier versions have only its end. */
export function leaseOf(row: Pick<ExamRow, 'lease_until' | 'lease_ms' | 'lease_steady' | 'owner'>): Lease {
  const boot = ownerOf(row.owner)?.boot;
  return {
    until: row.lease_until ?? 0,
    length: row.lease_ms ?? Number.POSITIVE_INFINITY,
    steady: row.lease_steady === null || boot === undefined ? undefined : { until: row.lease_steady, boot },
  };
}

export interface ObjectRow {
  kind: string;
  sop_class_uid: string;
  series_instance_uid: string;
  sop_instance_uid: string;
  image_view: StandardView | null;
  size: number;
  crc32: number;
  file: string | null;
  sent_at: number | null;
  confirmed_at: number | null;
}

/** What stands in the archive, as `exams.answer` keeps it. */
export type StoredAnswer = Answer & Partial<Reason> & { shortAnswer?: ShortAnswer };

export function answerOf({ answer }: Pick<ExamRow, 'answer'>): StoredAnswer | undefined {
  return answer === null ? undefined : (JSON.parse(answer) as StoredAnswer);
}

export function recordOf(row: ExamRow): ExamRecord {
  const answer = answerOf(row);
  return {
    ...keyOf(row),
    studyDate: row.study_date || undefined,
    state: row.state,
    revision: row.revision,
    fingerprint: row.fingerprint,
    firstSeen: new Date(row.first_seen_at),
    lastSeen: new Date(row.last_seen_at),
    lastChange: new Date(row.changed_at),
    updatedAt: new Date(row.updated_at),
    dueAt: dateOf(row.due_at),
    attempts: row.attempts,
    worker: row.worker ?? undefined,
    leaseUntil: dateOf(row.lease_until),
    retryAt: dateOf(row.retry_at),
    code: row.code ?? undefined,
    reason: row.reason ?? undefined,
    closedAt: dateOf(row.closed_at),
    answer:
      row.answer_revision === null
        ? undefined
        : { state: answer?.state ?? 'delivered', revision: row.answer_revision },
    shortAnswer: isAnswered(row.state) ? answer?.shortAnswer : undefined,
    images: row.images === null ? undefined : (JSON.parse(row.images) as ExamImage[]),
    objects: { kept: row.kept, sent: row.sent, confirmed: row.confirmed },
  };
}

export function keyOf(row: ExamRow): ExamKey {
  return {
    studyInstanceUID: row.study_instance_uid,
    modelName: row.model_name,
    modelVersion: row.model_version,
    settingsDigest: row.settings_digest,
  };
}

export function dateOf(milliseconds: number | null): Date | undefined {
  return milliseconds === null ? undefined : new Date(milliseconds);
}
