/**
 * The tables, as numbered steps: step n takes a database from `user_version` n − 1 to n. A step that has been
 * released is never changed; what comes later is a further step.
 *
 * Times are milliseconds since 1970 in UTC. Of patients it holds UIDs, and what their exams were answered with, in
 * short.
 */
export const MIGRATIONS: readonly string[] = [
  /* sql */ `
  CREATE TABLE exams (
    id INTEGER PRIMARY KEY,
    study_instance_uid TEXT NOT NULL,
    model_name TEXT NOT NULL,
    model_version TEXT NOT NULL,
    settings_digest TEXT NOT NULL,
    state TEXT NOT NULL
      CHECK (state IN ('waiting', 'claimed', 'delivering', 'delivered', 'not-processed', 'failed')),
    revision INTEGER NOT NULL DEFAULT 1,
    fingerprint TEXT NOT NULL,
    claimed_fingerprint TEXT,       -- what the last claim's work is about
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,    -- when the fingerprint last became another
    updated_at INTEGER NOT NULL,    -- when the state last became another
    claim_number INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    outcome TEXT CHECK (outcome IN ('processed', 'not-processed')),  -- what the kept objects say
    outcome_code TEXT,
    outcome_reason TEXT,
    code TEXT,                      -- why it failed or was not processed
    reason TEXT,
    closed_at INTEGER,
    UNIQUE (study_instance_uid, model_name, model_version, settings_digest),
    CHECK ((state IN ('claimed', 'delivering')) = (lease_until IS NOT NULL)),
    CHECK ((state = 'failed') = (retry_at IS NOT NULL)),
    CHECK ((state IN ('delivered', 'not-processed')) = (closed_at IS NOT NULL))
  ) STRICT;
  CREATE INDEX exams_by_state ON exams (state, updated_at);

  CREATE TABLE objects (
    exam_id INTEGER NOT NULL REFERENCES exams (id),
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sop_class_uid TEXT NOT NULL,
    series_instance_uid TEXT NOT NULL,
    sop_instance_uid TEXT NOT NULL,
    size INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    file TEXT UNIQUE,               -- in the objects' folder, until confirmed
    sent_at INTEGER,
    confirmed_at INTEGER,
    PRIMARY KEY (exam_id, revision, position),
    UNIQUE (exam_id, revision, sop_instance_uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX objects_by_uid ON objects (sop_instance_uid);

  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    exam_id INTEGER NOT NULL REFERENCES exams (id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    worker TEXT,
    code TEXT,
    reason TEXT
  ) STRICT;
  CREATE INDEX events_by_exam ON events (exam_id, id);

  -- The promise on which everything rests, kept by the database itself: delivered means that there is something,
  -- and that every part of it was read back from the archive.
  CREATE TRIGGER delivered_means_confirmed BEFORE UPDATE OF state ON exams
  WHEN NEW.state = 'delivered' AND (
    NOT EXISTS (SELECT 1 FROM objects WHERE exam_id = NEW.id AND revision = NEW.revision)
    OR EXISTS (SELECT 1 FROM objects
               WHERE exam_id = NEW.id AND revision = NEW.revision AND confirmed_at IS NULL))
  BEGIN
    SELECT RAISE(ABORT, 'an exam is closed only after every object is confirmed');
  END;
  `,
  /* sql */ `
  ALTER TABLE exams ADD COLUMN due_at INTEGER;                       -- when a waiting exam counts as complete
  ALTER TABLE exams ADD COLUMN study_date TEXT NOT NULL DEFAULT '';  -- DA: the newest first
  ALTER TABLE exams ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;  -- which kind of work: the higher first
  `,
  /* sql */ `
  ALTER TABLE exams ADD COLUMN owner TEXT;                -- the process that holds the claim, as JSON
  ALTER TABLE exams ADD COLUMN lease_ms INTEGER;          -- length of the lease
  ALTER TABLE exams ADD COLUMN lease_steady INTEGER;      -- its end by the owner's machine's steady clock
  ALTER TABLE exams ADD COLUMN archive_instances INTEGER; -- as many as the archive told when it was last listed
  `,
  // SQLite cannot change a CHECK: the table is made once more. Foreign keys are off while steps are taken.
  /* sql */ `
  CREATE TABLE exams_made_again (
    id INTEGER PRIMARY KEY,
    study_instance_uid TEXT NOT NULL,
    model_name TEXT NOT NULL,
    model_version TEXT NOT NULL,
    settings_digest TEXT NOT NULL,
    state TEXT NOT NULL
      CHECK (state IN ('waiting', 'claimed', 'delivering', 'failed', 'delivered', 'partial', 'not-processed')),
    revision INTEGER NOT NULL DEFAULT 1,
    fingerprint TEXT NOT NULL,
    claimed_fingerprint TEXT,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    claim_number INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    owner TEXT,
    lease_until INTEGER,
    lease_ms INTEGER,
    lease_steady INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    outcome TEXT CHECK (outcome IN ('processed', 'partial', 'not-processed')),
    outcome_code TEXT,
    outcome_reason TEXT,
    rests_on TEXT,                  -- JSON: the images that the kept objects were made from
    code TEXT,
    reason TEXT,
    closed_at INTEGER,
    due_at INTEGER,
    study_date TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL DEFAULT 0,
    archive_instances INTEGER,
    answer TEXT,                    -- JSON: how the exam was closed with what stands in the archive
    answer_revision INTEGER,        -- whose objects these are
    UNIQUE (study_instance_uid, model_name, model_version, settings_digest),
    CHECK ((state IN ('claimed', 'delivering')) = (lease_until IS NOT NULL)),
    CHECK ((state = 'failed') = (retry_at IS NOT NULL)),
    CHECK ((state IN ('delivered', 'partial', 'not-processed')) = (closed_at IS NOT NULL))
  ) STRICT;
  INSERT INTO exams_made_again
    SELECT id, study_instance_uid, model_name, model_version, settings_digest, state, revision, fingerprint,
           claimed_fingerprint, first_seen_at, last_seen_at, changed_at, updated_at, claim_number, worker, owner,
           lease_until, lease_ms, lease_steady, attempts, retry_at, outcome, outcome_code, outcome_reason, NULL, code,
           reason, closed_at, due_at, study_date, priority, archive_instances, NULL,
           CASE state WHEN 'delivered' THEN revision END
    FROM exams;
  DROP TABLE exams;
  ALTER TABLE exams_made_again RENAME TO exams;
  CREATE INDEX exams_by_state ON exams (state, updated_at);

  CREATE TRIGGER delivered_means_confirmed BEFORE UPDATE OF state ON exams
  WHEN NEW.state IN ('delivered', 'partial') AND (
    NOT EXISTS (SELECT 1 FROM objects WHERE exam_id = NEW.id AND revision = NEW.answer_revision)
    OR EXISTS (SELECT 1 FROM objects
               WHERE exam_id = NEW.id AND revision = NEW.answer_revision AND confirmed_at IS NULL))
  BEGIN
    SELECT RAISE(ABORT, 'an exam is closed only after every object is confirmed');
  END;
  `,
  /* sql */ `
  CREATE INDEX exams_by_update ON exams (updated_at, id);  -- the latest, among however many
  `,
  /* sql */ `
  ALTER TABLE exams ADD COLUMN images TEXT;  -- JSON: which images it has, and why some got no answer
  CREATE TABLE pause (                       -- a row: no exam is taken up
    id INTEGER PRIMARY KEY CHECK (id = 1),
    since INTEGER NOT NULL,
    ordered_by TEXT NOT NULL,
    why TEXT
  ) STRICT;
  `,
  /* sql */ `
  ALTER TABLE objects ADD COLUMN image_view TEXT;  -- of the image that it is about, such as LMLO
  `,
  /* sql */ `
  CREATE TABLE last_look (  -- one row: when the archive was last looked at, and why it could not be searched
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL,
    code TEXT,
    reason TEXT
  ) STRICT;
  `,
  /* sql */ `
  ALTER TABLE exams ADD COLUMN short_answer TEXT;  -- JSON: what the kept objects answer, in short
  CREATE INDEX exams_by_code ON exams (code, updated_at, id) WHERE code IS NOT NULL;  -- the latest for one reason
  `,
];
