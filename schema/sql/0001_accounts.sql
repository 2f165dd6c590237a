-- breaking: yes
-- Accounts: who someone is, how they prove it, on which devices they are logged in.

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

CREATE FUNCTION touch_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE TABLE prime_users (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email            text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    username         text NOT NULL CHECK (length(username) BETWEEN 2 AND 32),
    name             text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    avatar_url       text CHECK (length(avatar_url) <= 2048),
    favorite_genres  text[] NOT NULL DEFAULT '{}',
    default_bpm      double precision NOT NULL DEFAULT 120 CHECK (default_bpm BETWEEN 10 AND 1000),
    target_lufs      double precision NOT NULL DEFAULT -14 CHECK (target_lufs BETWEEN -70 AND 0),
    preferences      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(preferences) = 'object'),
    devices          jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(devices) = 'array'),
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX prime_users_email_key ON prime_users (lower(email));
CREATE UNIQUE INDEX prime_users_username_key ON prime_users (lower(username));
CREATE TRIGGER touch BEFORE UPDATE ON prime_users
    FOR EACH ROW EXECUTE FUNCTION touch_version();

-- One row per way to log in. One-time tokens (verify an address, reset a password) only as hashes.
CREATE TABLE auth_credentials (
    id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id            uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    provider           text NOT NULL CHECK (provider ~ '^[a-z0-9_]{1,32}$'),
    subject            text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    password_hash      text CHECK (length(password_hash) <= 512),
    verified_at        timestamptz,
    verify_token_hash  bytea,
    verify_expires_at  timestamptz,
    reset_token_hash   bytea,
    reset_expires_at   timestamptz,
    failed_tries       integer NOT NULL DEFAULT 0 CHECK (failed_tries >= 0),
    locked_until       timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT auth_credentials_subject_key UNIQUE (provider, subject),
    CONSTRAINT auth_credentials_provider_key UNIQUE (user_id, provider),
    CHECK ((provider = 'password') = (password_hash IS NOT NULL)),
    CHECK ((verify_token_hash IS NULL) = (verify_expires_at IS NULL)),
    CHECK ((reset_token_hash IS NULL) = (reset_expires_at IS NULL))
);
CREATE UNIQUE INDEX auth_credentials_verify_token_key ON auth_credentials (verify_token_hash)
    WHERE verify_token_hash IS NOT NULL;
CREATE UNIQUE INDEX auth_credentials_reset_token_key ON auth_credentials (reset_token_hash)
    WHERE reset_token_hash IS NOT NULL;
CREATE TRIGGER touch BEFORE UPDATE ON auth_credentials
    FOR EACH ROW EXECUTE FUNCTION touch();

-- A login on a device. Its refresh tokens are not stored: a token carries the counter.
CREATE TABLE auth_sessions (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id         uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    device          text NOT NULL DEFAULT '' CHECK (length(device) <= 120),
    counter         bigint NOT NULL DEFAULT 0 CHECK (counter >= 0),
    rotated_at      timestamptz,
    last_used_at    timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    revoked_reason  text CHECK (length(revoked_reason) BETWEEN 1 AND 120),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX auth_sessions_user_idx ON auth_sessions (user_id) WHERE revoked_at IS NULL;
CREATE INDEX auth_sessions_expires_idx ON auth_sessions (expires_at);
CREATE TRIGGER touch BEFORE UPDATE ON auth_sessions
    FOR EACH ROW EXECUTE FUNCTION touch();

CREATE TABLE mail_outbox (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id          uuid REFERENCES prime_users ON DELETE CASCADE,
    recipient        text NOT NULL CHECK (length(recipient) BETWEEN 3 AND 254),
    kind             text NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    payload          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),
    tries            integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    next_try_at      timestamptz NOT NULL DEFAULT now(),
    last_error       text,
    sent_at          timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mail_outbox_waiting_idx ON mail_outbox (next_try_at) WHERE sent_at IS NULL;
CREATE INDEX mail_outbox_user_idx ON mail_outbox (user_id);
CREATE TRIGGER touch BEFORE UPDATE ON mail_outbox
    FOR EACH ROW EXECUTE FUNCTION touch();

-- What every node must share and no operator need choose: signing keys and the like.
CREATE TABLE server_secrets (
    name        text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
    value       bytea NOT NULL CHECK (length(value) BETWEEN 1 AND 65536),
    created_at  timestamptz NOT NULL DEFAULT now()
);
