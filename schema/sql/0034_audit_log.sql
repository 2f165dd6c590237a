-- breaking: no
-- What happened to accounts and to roles, kept for a stated time. Ids without foreign keys: what was
-- done stays known when a user or a project is gone.
CREATE TABLE audit_log (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    event text NOT NULL COLLATE "C" CHECK (length(event) BETWEEN 1 AND 64),
    user_id uuid, -- to whom it happened
    actor_id uuid, -- who did it, where that is somebody else
    project_id uuid,
    auth_session_id uuid,
    address text COLLATE "C" CHECK (length(address) <= 64),
    account bytea CHECK (length(account) = 16), -- a keyed hash: of an address that may have no account
    count integer NOT NULL DEFAULT 1 CHECK (count >= 1),
    details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Owners read what happened in their projects: it names nobody's address.
    CHECK (project_id IS NULL OR address IS NULL)
);
CREATE INDEX audit_log_user_idx ON audit_log (user_id, created_at DESC, id DESC)
    WHERE user_id IS NOT NULL;
CREATE INDEX audit_log_project_idx ON audit_log (project_id, created_at DESC, id DESC)
    WHERE project_id IS NOT NULL;
CREATE INDEX audit_log_created_idx ON audit_log (created_at DESC, id DESC);
