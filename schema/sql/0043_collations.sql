-- breaking: no
-- What an index compares is compared byte by byte, as in 0015.
ALTER TABLE one_time_tokens ALTER COLUMN purpose TYPE text COLLATE "C";
ALTER TABLE provider_identities ALTER COLUMN issuer TYPE text COLLATE "C",
    ALTER COLUMN subject TYPE text COLLATE "C";
