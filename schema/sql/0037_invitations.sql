-- breaking: no
-- Who is asked into a project. Of the token, which a link or a mail has, only the SHA-256 is kept.
CREATE TABLE invitations (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id    uuid NOT NULL REFERENCES studio_projects (id) ON DELETE CASCADE,
    inviter_id    uuid NOT NULL REFERENCES prime_users (id) ON DELETE CASCADE,
    token_hash    bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    email         text CHECK (length(email) BETWEEN 3 AND 254),
    address       text COLLATE "C" CHECK (length(address) BETWEEN 3 AND 254),
    role          text NOT NULL CHECK (role IN ('editor', 'contributor', 'commenter', 'viewer')),
    tracks        text[],
    max_uses      integer NOT NULL CHECK (max_uses >= 1),
    uses          integer NOT NULL DEFAULT 0 CHECK (uses >= 0),
    expires_at    timestamptz NOT NULL,
    accepted_at   timestamptz,
    withdrawn_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (uses <= max_uses),
    CHECK ((role = 'contributor') = (tracks IS NOT NULL) AND coalesce(cardinality(tracks), 0) <= 64),
    CHECK ((email IS NULL) = (address IS NULL) AND (address IS NULL OR max_uses = 1))
);
CREATE INDEX invitations_project_id_created_at_idx
    ON invitations (project_id, created_at DESC, id DESC);
CREATE INDEX invitations_inviter_id_idx ON invitations (inviter_id);
CREATE INDEX invitations_expires_at_idx ON invitations (expires_at);

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON invitations FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
GRANT SELECT (accepted_at, created_at, email, expires_at, id, inviter_id, max_uses, project_id, role,
    tracks, uses, withdrawn_at) ON invitations TO prime_caller;
