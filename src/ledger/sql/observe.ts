/** A study seen for the first time starts to wait. */
export const INSERT_SEEN = /* sql */ `
  INSERT INTO exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
                     first_seen_at, last_seen_at, changed_at, updated_at)
  VALUES (:study, :model, :version, :digest, 'waiting', :fingerprint, :now, :now, :now, :now)
  ON CONFLICT DO NOTHING
  RETURNING id`;

/**
 * Seen again. The time of the last change moves only when the fingerprint does: the settling time counts from it,
 * also across restarts.
 */
export const UPDATE_SEEN = /* sql */ `
  UPDATE exams
  SET last_seen_at = :now,
      changed_at = CASE WHEN fingerprint = :fingerprint THEN changed_at ELSE :now END,
      fingerprint = :fingerprint
  WHERE id = :id`;

/**
 * A closed exam becomes a new revision. The old revision's objects stay on record: they are in the archive, are
 * still our own, and are the predecessors of what is written next.
 */
export const REOPEN = /* sql */ `
  UPDATE exams
  SET state = 'waiting', revision = revision + 1, attempts = 0, outcome = NULL, outcome_code = NULL,
      outcome_reason = NULL, code = NULL, reason = NULL, closed_at = NULL, worker = NULL, updated_at = :now
  WHERE id = :id AND state IN ('delivered', 'not-processed')`;

/** Bytes of an old revision that never arrived: what they say is out of date. */
export const DROP_UNCONFIRMED_BYTES = /* sql */ `
  UPDATE objects SET file = NULL
  WHERE exam_id = :id AND revision < :revision AND file IS NOT NULL`;
