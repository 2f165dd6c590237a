-- breaking: no
-- One person, one account: an account is found by `address`, the one form of its e-mail address
-- (schema/text/email_addresses.py). What is not ASCII is brought into that form by
-- persistence/tables/account_addresses.py, right after this file and in the same transaction. `email` stays
-- as it was written, and its index as it is, for nodes of before.

ALTER TABLE prime_users ADD COLUMN address text COLLATE "C"
    CHECK (length(address) BETWEEN 3 AND 512);
ALTER TABLE prime_users DISABLE TRIGGER touch; -- nobody has changed these rows
UPDATE prime_users SET address = lower(email);
ALTER TABLE prime_users ENABLE TRIGGER touch;
ALTER TABLE prime_users ALTER COLUMN address SET NOT NULL;
CREATE UNIQUE INDEX prime_users_address_key ON prime_users (address);

-- A node of before writes none.
CREATE FUNCTION default_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.address := coalesce(NEW.address, lower(NEW.email));
    RETURN NEW;
END $$;
CREATE TRIGGER default_address BEFORE INSERT ON prime_users
    FOR EACH ROW EXECUTE FUNCTION default_address();
