-- breaking: no
-- Several authenticator apps of one user. The first stays where it was, so nodes of before go on asking for it; the
-- others go with it where such a node takes it off.

ALTER TABLE second_factors
    ADD COLUMN app_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN name text NOT NULL DEFAULT '',
    ADD CONSTRAINT second_factors_name_check CHECK (length(name) <= 120);

CREATE TABLE more_apps (
    app_id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id         uuid NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    name            text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    sealed          bytea NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
    confirmed_at    timestamptz,
    last_step       bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX more_apps_user_idx ON more_apps (user_id);
-- One is begun at a time.
CREATE UNIQUE INDEX more_apps_begun_key ON more_apps (user_id) WHERE confirmed_at IS NULL;
