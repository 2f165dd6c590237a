-- breaking: no
-- What proves an address, or lets a password be replaced: a token in a link and a code of six
-- digits, both as hashes only, used once. The columns of `auth_credentials` that were meant for
-- this (verify_*, reset_*, verified_at, failed_tries, locked_until) stay unused (decision 0044).

CREATE TABLE one_time_tokens (
    user_id          uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    purpose          text NOT NULL CHECK (purpose ~ '^[a-z_]{1,32}$'),
    email            text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    token_hash       bytea NOT NULL CHECK (length(token_hash) = 32),
    code_hash        bytea NOT NULL CHECK (length(code_hash) = 32),
    wrong_codes      integer NOT NULL DEFAULT 0 CHECK (wrong_codes >= 0),
    expires_at       timestamptz NOT NULL,
    code_expires_at  timestamptz NOT NULL,
    made             integer NOT NULL DEFAULT 1 CHECK (made >= 0),
    made_since       timestamptz NOT NULL DEFAULT now(),
    made_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, purpose)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX one_time_tokens_token_key ON one_time_tokens (token_hash);
CREATE INDEX one_time_tokens_made_since_idx ON one_time_tokens (made_since);

-- When mail at this address was answered last; no node of before reads it.
ALTER TABLE prime_users ADD COLUMN email_verified_at timestamptz;

-- Accounts that their user has deleted: erased at `erase_at`, unless the user logs in before.
-- `archived`: the projects that were archived with it, and are brought back with it.
CREATE TABLE account_deletions (
    user_id     uuid PRIMARY KEY REFERENCES prime_users ON DELETE CASCADE,
    archived    uuid[] NOT NULL DEFAULT '{}',
    asked_at    timestamptz NOT NULL DEFAULT now(),
    erase_at    timestamptz NOT NULL,
    is_erasing  boolean NOT NULL DEFAULT false
);
CREATE INDEX account_deletions_erase_idx ON account_deletions (erase_at);
