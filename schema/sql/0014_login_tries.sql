-- breaking: no
-- How often a password was tried: for each account from each address, and from all together ('').
-- `account` is made of an e-mail address with a key, so that those without an account count alike.

CREATE TABLE login_tries (
    account      bytea NOT NULL CHECK (length(account) = 16),
    address      text NOT NULL CHECK (length(address) <= 64),
    wrong        integer NOT NULL DEFAULT 0 CHECK (wrong >= 0),
    free_at      timestamptz NOT NULL,
    known_until  timestamptz NOT NULL,
    PRIMARY KEY (account, address)
) WITH (fillfactor = 80);
CREATE INDEX login_tries_free_idx ON login_tries (free_at);
