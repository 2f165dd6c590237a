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
