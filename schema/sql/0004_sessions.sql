-- breaking: yes
-- Collaboration sessions: who worked together, and where everyone was. Presence, written behind.

CREATE TABLE collaboration_sessions (
    id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id        uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    host_id           uuid REFERENCES prime_users ON DELETE SET NULL,
    participants      uuid[] NOT NULL DEFAULT '{}',
    permissions       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(permissions) = 'object'),
    invite_code       text CHECK (length(invite_code) BETWEEN 8 AND 128),
    status            text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
    started_at        timestamptz NOT NULL DEFAULT now(),
    ended_at          timestamptz,
    last_activity_at  timestamptz NOT NULL DEFAULT now(),
    transport         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(transport) = 'object'),
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
CREATE INDEX collaboration_sessions_project_idx
    ON collaboration_sessions (project_id, started_at DESC);
CREATE INDEX collaboration_sessions_active_idx ON collaboration_sessions (project_id)
    WHERE status = 'active';
CREATE INDEX collaboration_sessions_host_idx ON collaboration_sessions (host_id);
CREATE INDEX collaboration_sessions_participants_idx
    ON collaboration_sessions USING gin (participants);
CREATE UNIQUE INDEX collaboration_sessions_invite_key ON collaboration_sessions (invite_code)
    WHERE invite_code IS NOT NULL;
CREATE TRIGGER touch BEFORE UPDATE ON collaboration_sessions
    FOR EACH ROW EXECUTE FUNCTION touch();

CREATE TABLE session_states (
    collaboration_session_id  uuid NOT NULL REFERENCES collaboration_sessions ON DELETE CASCADE,
    project_id       uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    user_id          uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    device           text NOT NULL CHECK (length(device) <= 120),
    cursor           jsonb,
    view_state       jsonb,
    active_tool      text CHECK (length(active_tool) <= 64),
    selection        text[] NOT NULL DEFAULT '{}',
    device_presence  jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(device_presence) = 'object'),
    heartbeat_at     timestamptz NOT NULL DEFAULT now(),
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (collaboration_session_id, user_id, device)
) WITH (fillfactor = 50);
CREATE INDEX session_states_project_idx ON session_states (project_id);
CREATE INDEX session_states_user_idx ON session_states (user_id);
CREATE TRIGGER touch BEFORE UPDATE ON session_states
    FOR EACH ROW EXECUTE FUNCTION touch();
