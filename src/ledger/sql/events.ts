export const INSERT_EVENT = /* sql */ `
  INSERT INTO events (exam_id, at, event, worker, code, reason)
  VALUES (:id, :now, :event, :worker, :code, :reason)`;

/** All but the latest `:most` of an exam: one whose results wait for the archive has several with every try. */
export const DROP_SURPLUS = /* sql */ `
  DELETE FROM events
  WHERE exam_id = :id
    AND id <= (SELECT id FROM events WHERE exam_id = :id ORDER BY id DESC LIMIT 1 OFFSET :most)`;

/** The oldest of all, some at a time: more than are written, so that they get fewer, and no sweep stops the work. */
export const DROP_OLDEST = /* sql */ `
  DELETE FROM events
  WHERE id IN (SELECT id FROM events ORDER BY id LIMIT 10) AND at < :before`;

export const HISTORY = /* sql */ `
  SELECT at, event, worker, code, reason FROM events WHERE exam_id = :id ORDER BY id`;
