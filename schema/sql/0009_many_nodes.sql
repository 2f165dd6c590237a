-- breaking: no
-- What many nodes need: a change log that is read in order and tells of ended logins, and one
-- collaboration session for a room however many nodes it is open on.

CREATE INDEX change_log_xact_idx ON change_log (xact, position);
CREATE INDEX change_log_at_idx ON change_log (at);

CREATE FUNCTION log_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_log (table_name, row_id, user_id, action)
    VALUES (TG_TABLE_NAME, NEW.id::text, NEW.user_id, 'update');
    RETURN NULL;
END $$;
CREATE TRIGGER log_revoked AFTER UPDATE ON auth_sessions
    FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION log_revoked();

-- Several statements: each sees what the one before it has waited for.
CREATE FUNCTION open_collaboration_session(project uuid, host uuid) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    session uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('collaboration session ' || project, 0));
    SELECT id INTO session FROM collaboration_sessions
    WHERE project_id = project AND status = 'active'
    ORDER BY started_at DESC LIMIT 1;
    IF session IS NULL THEN
        INSERT INTO collaboration_sessions (project_id, host_id, participants)
        SELECT id, host, ARRAY[host] FROM studio_projects WHERE id = project
        RETURNING id INTO session;
    END IF;
    RETURN session;
END $$;
