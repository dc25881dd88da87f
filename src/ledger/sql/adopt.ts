/** Unfinished exams of the same model that have no objects yet, under another version or other settings. */
export const ADOPTABLE = /* sql */ `
  SELECT id, study_instance_uid AS study FROM exams
  WHERE model_name = :model AND NOT (model_version = :version AND settings_digest = :digest)
    AND outcome IS NULL
    AND (state IN ('waiting', 'failed') OR (state = 'claimed' AND lease_until <= :now))`;

export const ADOPT = /* sql */ `
  UPDATE OR IGNORE exams
  SET model_version = :version, settings_digest = :digest, state = 'waiting', attempts = 0, retry_at = NULL,
      lease_until = NULL, worker = NULL, code = NULL, reason = NULL, updated_at = :now
  WHERE id = :id
  RETURNING id`;

/** The study is on record under the new version already: that record counts. */
export const SUPERSEDE = /* sql */ `
  UPDATE exams
  SET state = 'not-processed', code = 'superseded', reason = :reason, retry_at = NULL, lease_until = NULL,
      closed_at = :now, updated_at = :now, claimed_fingerprint = fingerprint
  WHERE id = :id`;
