-- breaking: no
-- What writes were answered, kept for a day: one that is sent again with its key is answered alike
-- and not done again. Without a reply: it is under way, or was when its node died.
CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL REFERENCES prime_users (id) ON DELETE CASCADE,
    key text NOT NULL COLLATE "C" CHECK (length(key) BETWEEN 1 AND 64),
    method text NOT NULL COLLATE "C" CHECK (length(method) BETWEEN 1 AND 64),
    params_digest bytea NOT NULL CHECK (length(params_digest) = 16),
    reply bytea,
    bytes integer NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_user_idx ON idempotency_keys (user_id, claimed_at DESC);
CREATE INDEX idempotency_keys_claimed_idx ON idempotency_keys (claimed_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON idempotency_keys FOR SELECT TO prime_caller
    USING (user_id = (SELECT caller_id()));
CREATE POLICY callers_create ON idempotency_keys FOR INSERT TO prime_caller
    WITH CHECK (user_id = (SELECT caller_id()));
CREATE POLICY callers_change ON idempotency_keys FOR UPDATE TO prime_caller
    USING (user_id = (SELECT caller_id()))
    WITH CHECK (user_id = (SELECT caller_id()));
GRANT SELECT (user_id, key, method, params_digest, reply, bytes) ON idempotency_keys
    TO prime_caller;
GRANT INSERT (user_id, key, method, params_digest) ON idempotency_keys TO prime_caller;
GRANT UPDATE (reply, bytes) ON idempotency_keys TO prime_caller;

-- Who was in a collaboration session, and for how long: one row a user, written behind.
CREATE TABLE session_stays (
    collaboration_session_id uuid NOT NULL REFERENCES collaboration_sessions ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    entered_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    seconds double precision NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    times integer NOT NULL DEFAULT 1 CHECK (times >= 1),
    PRIMARY KEY (collaboration_session_id, user_id)
) WITH (fillfactor = 70);
CREATE INDEX session_stays_project_idx
    ON session_stays (project_id, entered_at DESC, collaboration_session_id, user_id);
CREATE INDEX session_stays_user_idx
    ON session_stays (user_id, entered_at DESC, collaboration_session_id);
ALTER TABLE session_stays ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON session_stays FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
GRANT SELECT (collaboration_session_id, entered_at, project_id, seconds, seen_at, times, user_id) ON
    session_stays TO prime_caller;
