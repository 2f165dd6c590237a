-- breaking: no
-- Guests: who came by a link that lets them in, and has no account. Their address is made up, and nobody is shown it.
ALTER TABLE invitations ADD COLUMN guests boolean NOT NULL DEFAULT false;
ALTER TABLE invitations ADD CONSTRAINT invitations_guests_check CHECK (NOT guests OR address IS NULL);
GRANT SELECT (guests) ON invitations TO prime_caller;

ALTER TABLE prime_users ADD COLUMN is_guest boolean NOT NULL DEFAULT false;
CREATE INDEX prime_users_guests_idx ON prime_users (created_at) WHERE is_guest;
GRANT SELECT (is_guest) ON prime_users TO prime_caller;

CREATE OR REPLACE VIEW own_account WITH (security_barrier) AS
    SELECT id, email, username, name, avatar_url, favorite_genres, default_bpm, target_lufs,
        preferences, devices, version, created_at, updated_at, is_guest
    FROM prime_users WHERE id = (SELECT caller_id())
    WITH LOCAL CHECK OPTION;
GRANT SELECT (is_guest) ON own_account TO prime_caller;
