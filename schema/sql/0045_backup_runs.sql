-- breaking: no
-- The last backup and the last rehearsal that succeeded: nodes tell how long ago that was.
CREATE TABLE backup_runs (
    kind text PRIMARY KEY COLLATE "C" CHECK (kind IN ('backup', 'rehearsal')),
    name text NOT NULL CHECK (length(name) <= 255),
    ended_at timestamptz NOT NULL DEFAULT now(),
    seconds double precision NOT NULL,
    bytes bigint NOT NULL
);
