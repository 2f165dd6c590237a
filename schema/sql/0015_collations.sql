-- breaking: no
-- No index of ours is in the order of the database's locale: an update of libc or ICU changes that
-- order under an index, and then `append_deltas` looks for an id where it is not, and stores it twice.
-- A node of before this migration looks through all accounts at each login until it is replaced.

-- As appends take them, before the long work: a deadlock shows now, or not at all.
LOCK TABLE studio_projects, project_deltas, staged_deltas IN ACCESS EXCLUSIVE MODE;

ALTER TABLE project_deltas ALTER COLUMN delta_id TYPE text COLLATE "C";
ALTER TABLE staged_deltas ALTER COLUMN delta_id TYPE text COLLATE "C";
ALTER TABLE studio_projects ALTER COLUMN tags TYPE text[] COLLATE "C";

ALTER TABLE auth_credentials
    ALTER COLUMN provider TYPE text COLLATE "C",
    ALTER COLUMN subject TYPE text COLLATE "C";
ALTER TABLE login_tries ALTER COLUMN address TYPE text COLLATE "C";
ALTER TABLE server_secrets ALTER COLUMN name TYPE text COLLATE "C";
ALTER TABLE session_states ALTER COLUMN device TYPE text COLLATE "C";
ALTER TABLE collaboration_sessions ALTER COLUMN invite_code TYPE text COLLATE "C";

-- A username is ASCII, so "C" knows its letters. An address and the name of a preset need not be:
-- theirs are made small by the database's rules, and then compared byte by byte.
ALTER TABLE prime_users ALTER COLUMN username TYPE text COLLATE "C";
DROP INDEX prime_users_email_key;
CREATE UNIQUE INDEX prime_users_email_key ON prime_users ((lower(email) COLLATE "C"));

ALTER TABLE audio_files ALTER COLUMN content_hash TYPE text COLLATE "C";
ALTER TABLE mixx_recall
    ALTER COLUMN category TYPE text COLLATE "C",
    ALTER COLUMN key TYPE text COLLATE "C";
ALTER TABLE plugin_presets
    ALTER COLUMN plugin TYPE text COLLATE "C",
    ALTER COLUMN category TYPE text COLLATE "C",
    ALTER COLUMN tags TYPE text[] COLLATE "C";
DROP INDEX plugin_presets_name_key;
CREATE UNIQUE INDEX plugin_presets_name_key ON plugin_presets
    (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'), plugin, (lower(name) COLLATE "C"));
