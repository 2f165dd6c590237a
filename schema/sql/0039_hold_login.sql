-- breaking: no
-- One lock for each user (lock_key) stands before all others that a transaction takes: shared by what
-- writes as one of the user's logins, and alone by what changes who gets in: logins that are made or
-- ended, passwords, identities, second factors.

CREATE FUNCTION hold_user(who uuid) RETURNS void
LANGUAGE sql VOLATILE AS $$ SELECT pg_advisory_xact_lock(lock_key(who)) $$;

CREATE FUNCTION hold_user_of(login uuid) RETURNS void
LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(lock_key(s.user_id)) FROM auth_sessions AS s WHERE s.id = login
$$;

CREATE OR REPLACE FUNCTION require_login(caller text, login uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM auth_sessions AS s
        WHERE s.id = login AND s.user_id = caller::uuid AND s.revoked_at IS NULL
            AND s.expires_at > now())
    THEN
        RAISE EXCEPTION 'this login was ended' USING ERRCODE = 'LG001';
    END IF;
    RETURN caller;
END $$;

CREATE FUNCTION hold_login_alone(caller text, login uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(caller::uuid));
    RETURN require_login(caller, login);
END $$;
