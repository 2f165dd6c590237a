-- breaking: no
-- Passwords that are being looked at, apart from wrong ones: past lost_at nobody will say what became of them.
ALTER TABLE login_tries ADD COLUMN under_way integer NOT NULL DEFAULT 0 CHECK (under_way >= 0);
ALTER TABLE login_tries ADD COLUMN lost_at timestamptz NOT NULL DEFAULT to_timestamp(0);
