export const FAIL = /* sql */ `
  UPDATE exams
  SET state = 'failed', retry_at = :retryAt, lease_until = NULL, updated_at = :now, attempts = attempts - :uncounted,
      code = :code, reason = :reason
  WHERE id = :id`;

export const GIVE_UP = /* sql */ `
  UPDATE exams
  SET state = 'not-processed', lease_until = NULL, closed_at = :now, updated_at = :now,
      code = :code, reason = :reason
  WHERE id = :id`;

/**
 * What an administrator's retry is about: failed, or closed as not processed. Unless the study is named, an exam
 * whose "not processed" report stands in the archive is left alone: that was an answer, not a failure.
 */
export const RETRIABLE = /* sql */ `
  SELECT id, state, revision, outcome,
         EXISTS (SELECT 1 FROM objects o
                 WHERE o.exam_id = exams.id AND o.revision = exams.revision AND o.confirmed_at IS NULL) AS undelivered
  FROM exams
  WHERE (:study IS NULL OR study_instance_uid = :study) AND code IS NOT 'superseded'
    AND (state = 'failed' OR (state = 'not-processed' AND (:study IS NOT NULL OR outcome IS NULL OR EXISTS (
      SELECT 1 FROM objects o
      WHERE o.exam_id = exams.id AND o.revision = exams.revision AND o.confirmed_at IS NULL))))`;

/** Due now, with all tries before it. */
export const RETRY = /* sql */ `
  UPDATE exams SET state = 'failed', retry_at = :now, attempts = 0, closed_at = NULL, updated_at = :now
  WHERE id = :id`;
