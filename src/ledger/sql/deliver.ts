export const KEEP_OBJECT = /* sql */ `
  INSERT INTO objects (exam_id, revision, position, kind, sop_class_uid, series_instance_uid, sop_instance_uid,
                       size, crc32, file)
  VALUES (:id, :revision, :position, :kind, :sopClass, :series, :sopInstance, :size, :crc32, :file)`;

/** The outcome is kept with the objects: whoever delivers them after a crash closes the exam as they say. */
export const BEGIN_DELIVERY = /* sql */ `
  UPDATE exams
  SET state = 'delivering', outcome = :outcome, outcome_code = :code, outcome_reason = :reason, updated_at = :now
  WHERE id = :id`;

export const OBJECTS_TO_DELIVER = /* sql */ `
  SELECT * FROM objects
  WHERE exam_id = :id AND revision = :revision AND confirmed_at IS NULL
  ORDER BY position`;

export const MARK_SENT = /* sql */ `
  UPDATE objects SET sent_at = :now
  WHERE exam_id = :id AND revision = :revision AND sop_instance_uid = :sopInstance`;

/** The first confirmation counts. The row stays, so that the instance is known as our own for good. */
export const CONFIRM = /* sql */ `
  UPDATE objects
  SET confirmed_at = COALESCE(confirmed_at, :now), sent_at = COALESCE(sent_at, :now), file = NULL
  WHERE exam_id = :id AND revision = :revision AND sop_instance_uid = :sopInstance`;

/** A trigger refuses this for a delivered exam with an object that is not confirmed. */
export const CLOSE = /* sql */ `
  UPDATE exams
  SET state = CASE outcome WHEN 'processed' THEN 'delivered' ELSE 'not-processed' END,
      lease_until = NULL, closed_at = :now, updated_at = :now,
      -- Not an earlier try's trouble, which is over.
      code = outcome_code, reason = outcome_reason
  WHERE id = :id
  RETURNING state`;
