-- breaking: no
-- By which invitation an account was made whose address is not proved yet: it is accepted with the proof.
-- Of the token only the SHA-256 is kept. None of it is for prime_caller.
CREATE TABLE pending_invitations (
    user_id     uuid PRIMARY KEY REFERENCES prime_users ON DELETE CASCADE,
    token_hash  bytea NOT NULL CHECK (length(token_hash) = 32),
    created_at  timestamptz NOT NULL DEFAULT now()
);
