-- breaking: no
-- Wrong passwords are counted in login_tries: these two were never read, and no call writes them.
ALTER TABLE auth_credentials DROP COLUMN failed_tries, DROP COLUMN locked_until;
