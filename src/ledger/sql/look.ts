const RECORD = /* sql */ `
  SELECT exams.*,
    (SELECT COUNT(*) FROM objects o WHERE o.exam_id = exams.id AND o.revision = exams.revision) AS kept,
    (SELECT COUNT(sent_at) FROM objects o WHERE o.exam_id = exams.id AND o.revision = exams.revision) AS sent,
    (SELECT COUNT(confirmed_at) FROM objects o
     WHERE o.exam_id = exams.id AND o.revision = exams.revision) AS confirmed
  FROM exams`;

export const FIND = /* sql */ `${RECORD}
  WHERE study_instance_uid = :study AND model_name = :model AND model_version = :version
    AND settings_digest = :digest`;

export const FIND_BY_ID = /* sql */ `${RECORD} WHERE id = :id`;

/** `:states` is a JSON array, or NULL for all. */
export const LIST = /* sql */ `${RECORD}
  WHERE (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
    AND (:study IS NULL OR study_instance_uid = :study)
  ORDER BY updated_at DESC, id DESC
  LIMIT :limit`;

export const COUNTS = /* sql */ `SELECT state, COUNT(*) AS count FROM exams GROUP BY state`;

/**
 * Whoever made the objects, they are delivered: an exam must not be stuck between two versions. Everything else is
 * taken up only by the algorithm that it stands under.
 */
export const UNFINISHED = /* sql */ `${RECORD}
  WHERE (outcome IS NOT NULL
      OR (model_name = :model AND model_version = :version AND settings_digest = :digest))
    AND (state = 'waiting'
      OR (state = 'failed' AND retry_at <= :now)
      OR (state IN ('claimed', 'delivering') AND lease_until <= :now))
  ORDER BY first_seen_at, id`;

export const IS_OWN = /* sql */ `SELECT 1 AS own FROM objects WHERE sop_instance_uid = :sopInstance LIMIT 1`;

/** Confirmed objects of the latest earlier work of the same model on the same study. `:revision` NULL: the exam's own. */
export const PREDECESSORS = /* sql */ `
  WITH earlier AS (
    SELECT o.*, e.model_version, e.id AS earlier_id
    FROM objects o JOIN exams e ON e.id = o.exam_id
    WHERE e.study_instance_uid = :study AND e.model_name = :model AND o.confirmed_at IS NOT NULL
      AND NOT (e.model_version = :version AND e.settings_digest = :digest AND o.revision = COALESCE(:revision, e.revision))
  ), latest AS (
    SELECT earlier_id, revision FROM earlier ORDER BY confirmed_at DESC, earlier_id DESC, revision DESC LIMIT 1
  )
  SELECT earlier.* FROM earlier JOIN latest USING (earlier_id, revision) ORDER BY position`;

export const NAMED_FILES = /* sql */ `SELECT file FROM objects WHERE file IS NOT NULL`;

export const NAMED_FILES_OF = /* sql */ `SELECT file FROM objects WHERE exam_id = :id AND file IS NOT NULL`;
