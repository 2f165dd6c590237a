-- breaking: no
-- What is asked as the caller asks for the caller's login too.

-- Stand where a statement says who calls: the caller, or an error where this login is not theirs or
-- was ended. `hold_login` is for what writes: it waits for a revocation under way, and no revocation
-- is committed before the write is (lock_appends).
CREATE FUNCTION require_login(caller text, login uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM auth_sessions AS s
        WHERE s.id = login AND s.user_id = caller::uuid AND s.revoked_at IS NULL)
    THEN
        RAISE EXCEPTION 'this login was ended' USING ERRCODE = 'LG001';
    END IF;
    RETURN caller;
END $$;

CREATE FUNCTION hold_login(caller text, login uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_key(caller::uuid));
    RETURN require_login(caller, login);
END $$;
