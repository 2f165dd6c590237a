-- breaking: yes
-- Projects: the row, who may do what in it, and its stored states.

-- head_seq moves with every delta and is in no index, so those updates stay in their page (HOT);
-- fillfactor leaves them the room.
CREATE TABLE studio_projects (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id        uuid NOT NULL REFERENCES prime_users ON DELETE RESTRICT,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    description     text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
    bpm             double precision NOT NULL DEFAULT 120 CHECK (bpm BETWEEN 10 AND 1000),
    key             text CHECK (length(key) <= 16),
    scale           text CHECK (length(scale) <= 32),
    signature       text NOT NULL DEFAULT '4/4' CHECK (signature ~ '^[0-9]{1,2}/[0-9]{1,2}$'),
    tags            text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 32),
    project_state   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(project_state) = 'object'),
    state_seq       bigint NOT NULL DEFAULT 0 CHECK (state_seq >= 0),
    head_seq        bigint NOT NULL DEFAULT 0,
    epoch           text NOT NULL DEFAULT gen_random_uuid()::text CHECK (length(epoch) BETWEEN 1 AND 64),
    default_role    text NOT NULL DEFAULT 'viewer' CHECK (default_role IN ('editor', 'viewer')),
    link_sharing    boolean NOT NULL DEFAULT false,
    member_limit    integer NOT NULL DEFAULT 500 CHECK (member_limit BETWEEN 1 AND 500),
    storage_path    text CHECK (length(storage_path) <= 1024),
    stems_path      text CHECK (length(stems_path) <= 1024),
    archived_at     timestamptz,
    version         bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK (head_seq >= state_seq)
) WITH (fillfactor = 70);
CREATE INDEX studio_projects_owner_idx ON studio_projects (owner_id);
CREATE INDEX studio_projects_tags_idx ON studio_projects USING gin (tags);

-- A delta moves the head and nothing else. A checkpoint is a change of the content, not of the row:
-- it makes the project "last changed" and leaves the version to those who edit fields.
CREATE TRIGGER touch_content BEFORE UPDATE ON studio_projects
    FOR EACH ROW WHEN (NEW.head_seq = OLD.head_seq AND NEW.state_seq <> OLD.state_seq)
    EXECUTE FUNCTION touch();
CREATE TRIGGER touch_fields BEFORE UPDATE ON studio_projects
    FOR EACH ROW WHEN (
        (NEW.head_seq = OLD.head_seq AND NEW.state_seq = OLD.state_seq) OR NEW.epoch <> OLD.epoch)
    EXECUTE FUNCTION touch_version();

CREATE TABLE project_members (
    project_id  uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    user_id     uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    role        text NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    tracks      text[] CHECK (cardinality(tracks) <= 1024),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_user_idx ON project_members (user_id);
CREATE TRIGGER touch BEFORE UPDATE ON project_members
    FOR EACH ROW EXECUTE FUNCTION touch();

-- Whoever changes a role waits for the appends under way, and later appends wait for the change:
-- once it is committed, nothing is stored with the role of before. Even by psql.
CREATE FUNCTION lock_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM studio_projects
    WHERE id = coalesce(NEW.project_id, OLD.project_id) FOR NO KEY UPDATE;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER lock_project BEFORE INSERT OR UPDATE OR DELETE ON project_members
    FOR EACH ROW EXECUTE FUNCTION lock_project();

CREATE TABLE project_snapshots (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id       uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    author_id        uuid REFERENCES prime_users ON DELETE SET NULL,
    kind             text NOT NULL CHECK (kind IN ('auto', 'manual', 'before-restore')),
    name             text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    state            jsonb NOT NULL CHECK (jsonb_typeof(state) = 'object'),
    epoch            text NOT NULL CHECK (length(epoch) BETWEEN 1 AND 64),
    seq              bigint NOT NULL CHECK (seq >= 0),
    checksum         bytea NOT NULL CHECK (length(checksum) BETWEEN 4 AND 64),
    audio_analysis   jsonb CHECK (jsonb_typeof(audio_analysis) = 'object'),
    musical_context  jsonb CHECK (jsonb_typeof(musical_context) = 'object'),
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX project_snapshots_project_idx ON project_snapshots (project_id, created_at DESC, id);
CREATE INDEX project_snapshots_author_idx ON project_snapshots (author_id);
CREATE TRIGGER touch BEFORE UPDATE ON project_snapshots
    FOR EACH ROW EXECUTE FUNCTION touch_version();

-- Large states: lz4 where the server was built with it, else what the server does by default.
DO $$
BEGIN
    ALTER TABLE studio_projects ALTER COLUMN project_state SET COMPRESSION lz4;
    ALTER TABLE project_snapshots ALTER COLUMN state SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;
