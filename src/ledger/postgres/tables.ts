/**
 * The tables, as numbered steps: step n takes a database from version n − 1 to n. A step that has been released is
 * never changed; what comes later is a further step. A process of an earlier version stops as soon as a later one has
 * taken a step (`ledger-newer`).
 *
 * All stand in a schema of their own. Times are milliseconds since 1970 in UTC. Of patients it holds UIDs, what their
 * exams were answered with in short, and the bytes of objects on their way.
 */
export const TABLES: readonly string[] = [
  /* sql */ `
  CREATE TABLE mamori.exams (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_instance_uid text NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    settings_digest text NOT NULL,
    state text NOT NULL
      CHECK (state IN ('waiting', 'claimed', 'delivering', 'failed', 'delivered', 'partial', 'not-processed')),
    revision integer NOT NULL DEFAULT 1,
    fingerprint text NOT NULL,
    claimed_fingerprint text,       -- what the last claim's work is about
    first_seen_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    changed_at bigint NOT NULL,     -- when the fingerprint last became another
    updated_at bigint NOT NULL,     -- when the state last became another
    due_at bigint,                  -- when a waiting exam counts as complete
    study_date text NOT NULL DEFAULT '',    -- DA: the newest first
    priority integer NOT NULL DEFAULT 0,    -- which kind of work: the higher first
    archive_instances integer,      -- as many as the archive told when it was last listed
    claim_number integer NOT NULL DEFAULT 0,
    claim_ticket text,              -- names the asking that the last claim answered
    worker text,
    owner text,                     -- the process that holds the claim, as JSON
    lease_until bigint,
    lease_ms bigint,                -- length of the lease
    lease_steady bigint,            -- its end by the steady clock of the owner's machine
    attempts integer NOT NULL DEFAULT 0,
    retry_at bigint,
    outcome text CHECK (outcome IN ('processed', 'partial', 'not-processed')),  -- what the kept objects say
    outcome_code text,
    outcome_reason text,
    rests_on text,                  -- JSON: the images that the kept objects were made from
    code text,                      -- why it failed, is partial or was not processed
    reason text,
    closed_at bigint,
    answer text,                    -- JSON: how the exam was closed with what stands in the archive
    answer_revision integer,        -- whose objects these are
    UNIQUE (study_instance_uid, model_name, model_version, settings_digest),
    CHECK ((state IN ('claimed', 'delivering')) = (lease_until IS NOT NULL)),
    CHECK ((state = 'failed') = (retry_at IS NOT NULL)),
    CHECK ((state IN ('delivered', 'partial', 'not-processed')) = (closed_at IS NOT NULL))
  );
  CREATE INDEX exams_by_state ON mamori.exams (state, updated_at);
  CREATE INDEX exams_to_do ON mamori.exams (priority DESC, study_date DESC, first_seen_at DESC, id DESC)
    WHERE state IN ('waiting', 'failed');
  CREATE INDEX exams_held ON mamori.exams (id) WHERE state IN ('claimed', 'delivering');

  -- The bytes of objects on their way, in pieces: no value of many megabytes has to be in memory as a whole, here or
  -- in the server. They are not compressed: it would cost more time than it saves.
  CREATE TABLE mamori.kept_bytes (
    name text PRIMARY KEY,
    stored_at bigint NOT NULL
  );
  CREATE TABLE mamori.byte_pieces (
    name text NOT NULL REFERENCES mamori.kept_bytes ON DELETE CASCADE,
    piece integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (name, piece)
  );
  ALTER TABLE mamori.byte_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

  CREATE TABLE mamori.objects (
    exam_id bigint NOT NULL REFERENCES mamori.exams,
    revision integer NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    sop_class_uid text NOT NULL,
    series_instance_uid text NOT NULL,
    sop_instance_uid text NOT NULL,
    size integer NOT NULL,
    crc32 bigint NOT NULL,
    file text UNIQUE REFERENCES mamori.kept_bytes,  -- the name of its bytes, until confirmed
    sent_at bigint,
    confirmed_at bigint,
    PRIMARY KEY (exam_id, revision, position),
    UNIQUE (exam_id, revision, sop_instance_uid)
  );
  CREATE INDEX objects_by_uid ON mamori.objects (sop_instance_uid);

  CREATE TABLE mamori.events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exam_id bigint NOT NULL REFERENCES mamori.exams,
    at bigint NOT NULL,
    event text NOT NULL,
    worker text,
    code text,
    reason text
  );
  CREATE INDEX events_by_exam ON mamori.events (exam_id, id);

  -- Bytes are deleted in the very transaction that says that nobody needs them any more.
  CREATE FUNCTION mamori.drop_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM mamori.kept_bytes WHERE name = OLD.file;
    RETURN NULL;
  END $$;
  CREATE TRIGGER no_bytes_without_need AFTER UPDATE OF file ON mamori.objects
  FOR EACH ROW WHEN (OLD.file IS NOT NULL AND NEW.file IS NULL) EXECUTE FUNCTION mamori.drop_bytes();

  -- The promise on which everything rests, kept by the database itself: delivered means that there is something,
  -- and that every part of it was read back from the archive.
  CREATE FUNCTION mamori.refuse_unconfirmed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT EXISTS (SELECT FROM mamori.objects WHERE exam_id = NEW.id AND revision = NEW.answer_revision)
      OR EXISTS (SELECT FROM mamori.objects
                 WHERE exam_id = NEW.id AND revision = NEW.answer_revision AND confirmed_at IS NULL)
    THEN
      RAISE EXCEPTION 'an exam is closed only after every object is confirmed';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER delivered_means_confirmed BEFORE UPDATE OF state ON mamori.exams
  FOR EACH ROW WHEN (NEW.state IN ('delivered', 'partial')) EXECUTE FUNCTION mamori.refuse_unconfirmed();
  `,
  /* sql */ `
  CREATE INDEX exams_by_update ON mamori.exams (updated_at, id);  -- the latest, among however many
  `,
  /* sql */ `
  ALTER TABLE mamori.exams ADD COLUMN images text;  -- JSON: which images it has, and why some got no answer
  CREATE TABLE mamori.pause (                       -- a row: no exam is taken up
    id integer PRIMARY KEY CHECK (id = 1),
    since bigint NOT NULL,
    ordered_by text NOT NULL,
    why text
  );
  `,
  /* sql */ `
  ALTER TABLE mamori.objects ADD COLUMN image_view text;  -- of the image that it is about, such as LMLO
  `,
  /* sql */ `
  CREATE TABLE mamori.last_look (  -- one row: when the archive was last looked at, and why it could not be searched
    id integer PRIMARY KEY CHECK (id = 1),
    at bigint NOT NULL,
    code text,
    reason text
  );
  `,
  /* sql */ `
  ALTER TABLE mamori.exams ADD COLUMN short_answer text;  -- JSON: what the kept objects answer, in short
  CREATE INDEX exams_by_code ON mamori.exams (code, updated_at, id)  -- the latest for one reason
    WHERE code IS NOT NULL;
  `,
];
