-- breaking: no
-- When and how a login was proved. `proved_at` NULL: when it was made. `approved_by`: the login that
-- let this one in; it is proved by what that was, and lives no longer.
ALTER TABLE auth_sessions
    ADD COLUMN proved_at timestamptz,
    ADD COLUMN proved_by text NOT NULL DEFAULT '' CHECK (length(proved_by) <= 32),
    ADD COLUMN second_factor boolean NOT NULL DEFAULT false,
    ADD COLUMN approved_by uuid REFERENCES auth_sessions ON DELETE SET NULL;
CREATE INDEX auth_sessions_approved_idx ON auth_sessions (approved_by)
    WHERE approved_by IS NOT NULL;
