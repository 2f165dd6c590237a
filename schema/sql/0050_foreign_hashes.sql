-- breaking: no
-- How passwords are hashed that are not hashed as ours are: which kinds there are is looked for now and then, one row
-- of each (persistence/tables/auth_credentials.py). What stands before the salt is the kind.

CREATE INDEX auth_credentials_foreign_hash_idx ON auth_credentials (
    (substring(password_hash COLLATE "C" from
        '^(?:\$2[abxy]\$[0-9]+|\$fbscrypt\$[^$]*|\$argon2[a-z]*\$(?:v=[0-9]+\$)?[^$]*)'))
) WHERE password_hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%';
