-- breaking: yes
-- A node of before would let in whoever has the password, and ask for no second factor.
--
-- Logins by providers, on devices without a browser, and second factors. Secrets only as hashes, or
-- sealed with a key of `server_secrets`. Users reach none of it but through calls.

-- Who someone is at a provider: issuer and subject. `email` is shown, and never looked anyone up by.
CREATE TABLE provider_identities (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id       uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    provider      text NOT NULL CHECK (provider ~ '^[a-z0-9_]{1,32}$'),
    issuer        text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 512),
    subject       text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    email         text CHECK (length(email) <= 254),
    last_used_at  timestamptz NOT NULL DEFAULT now(),
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_identities_subject_key UNIQUE (issuer, subject)
);
CREATE INDEX provider_identities_user_idx ON provider_identities (user_id);

-- A login by a provider that has begun. What the provider is sent is made of the client's own secret.
CREATE TABLE provider_flows (
    state_hash    bytea PRIMARY KEY CHECK (length(state_hash) = 32),
    flow_hash     bytea NOT NULL CHECK (length(flow_hash) = 32),
    provider      text NOT NULL CHECK (provider ~ '^[a-z0-9_]{1,32}$'),
    redirect_uri  text NOT NULL CHECK (length(redirect_uri) BETWEEN 1 AND 2048),
    auth_session  uuid REFERENCES auth_sessions ON DELETE CASCADE, -- of who links; NULL: a login
    taken_at      timestamptz,
    expires_at    timestamptz NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX provider_flows_expires_idx ON provider_flows (expires_at);
CREATE INDEX provider_flows_session_idx ON provider_flows (auth_session);

-- A device that waits to be let in (RFC 8628).
CREATE TABLE device_logins (
    device_hash  bytea PRIMARY KEY CHECK (length(device_hash) = 32),
    code_hash    bytea NOT NULL CHECK (length(code_hash) = 32),
    device       text NOT NULL CHECK (length(device) <= 120),
    name         text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    address      text NOT NULL CHECK (length(address) <= 64),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'denied')),
    looked_by    uuid REFERENCES prime_users ON DELETE SET NULL,
    approved_by  uuid REFERENCES auth_sessions ON DELETE CASCADE,
    interval_ms  integer NOT NULL CHECK (interval_ms BETWEEN 0 AND 600000),
    polled_at    timestamptz,
    expires_at   timestamptz NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'approved') = (approved_by IS NOT NULL)),
    CONSTRAINT device_logins_code_key UNIQUE (code_hash)
);
CREATE INDEX device_logins_expires_idx ON device_logins (expires_at);
CREATE INDEX device_logins_approved_idx ON device_logins (approved_by);
CREATE INDEX device_logins_looked_idx ON device_logins (looked_by);

-- TOTP (RFC 6238). It counts from `confirmed_at` on. `last_step`: codes up to it were used.
CREATE TABLE second_factors (
    user_id       uuid PRIMARY KEY REFERENCES prime_users ON DELETE CASCADE,
    sealed        bytea NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
    confirmed_at  timestamptz,
    last_step     bigint NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recovery_codes (
    user_id     uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    code_hash   bytea NOT NULL CHECK (length(code_hash) = 32),
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, code_hash)
);

-- A login that lacks the second factor.
CREATE TABLE login_challenges (
    token_hash  bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id     uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    login_by    text NOT NULL CHECK (length(login_by) BETWEEN 1 AND 32),
    device      text NOT NULL CHECK (length(device) <= 120),
    tries       integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    expires_at  timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_challenges_expires_idx ON login_challenges (expires_at);
CREATE INDEX login_challenges_user_idx ON login_challenges (user_id);
