-- breaking: no
-- Whoever watches a row hears of it when its `updated_at` moves, in every table that can be watched.

-- Of a project also a checkpoint moves it: its content changed, and nothing else that the row says.
-- Nodes that look for archived projects need not hear of that; one of before tells a room once more
-- what it knows. An append moves neither of the two, and is told nobody.
ALTER TABLE change_log ADD COLUMN content boolean NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION log_studio_projects() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, old_project_id,
            old_user_id, content, action)
        VALUES (TG_TABLE_NAME, NEW.id::text,
            NEW.id, NEW.owner_id, nullif(OLD.id, NEW.id),
            nullif(OLD.owner_id, NEW.owner_id), NEW.version = OLD.version, 'update');
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, action)
        SELECT TG_TABLE_NAME, n.id::text,
            n.id, n.owner_id, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, action)
        SELECT TG_TABLE_NAME, o.id::text,
            o.id, o.owner_id, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER log_update AFTER UPDATE ON studio_projects
    FOR EACH ROW WHEN (NEW.version <> OLD.version OR NEW.updated_at <> OLD.updated_at)
    EXECUTE FUNCTION log_studio_projects();

-- Where there is no version, what is no change does not move it either: that somebody is still
-- there, or the role that a member has already.
CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON project_members
    FOR EACH ROW WHEN (
        NEW.project_id IS DISTINCT FROM OLD.project_id
        OR NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.role IS DISTINCT FROM OLD.role
        OR NEW.tracks IS DISTINCT FROM OLD.tracks
        OR NEW.created_at IS DISTINCT FROM OLD.created_at
        OR NEW.updated_at IS DISTINCT FROM OLD.updated_at)
    EXECUTE FUNCTION touch();

CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON collaboration_sessions
    FOR EACH ROW WHEN (
        NEW.id IS DISTINCT FROM OLD.id OR NEW.project_id IS DISTINCT FROM OLD.project_id
        OR NEW.host_id IS DISTINCT FROM OLD.host_id
        OR NEW.participants IS DISTINCT FROM OLD.participants
        OR NEW.permissions IS DISTINCT FROM OLD.permissions
        OR NEW.transport IS DISTINCT FROM OLD.transport
        OR NEW.status IS DISTINCT FROM OLD.status
        OR NEW.started_at IS DISTINCT FROM OLD.started_at
        OR NEW.ended_at IS DISTINCT FROM OLD.ended_at
        OR NEW.created_at IS DISTINCT FROM OLD.created_at
        OR NEW.updated_at IS DISTINCT FROM OLD.updated_at)
    EXECUTE FUNCTION touch();

CREATE OR REPLACE FUNCTION log_project_members() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.project_id, o.project_id)
            || '/' || coalesce(n.user_id, o.user_id),
            coalesce(n.project_id, o.project_id), coalesce(n.user_id, o.user_id),
            CASE WHEN n.project_id <> o.project_id OR n.project_id IS NULL THEN o.project_id END,
            CASE WHEN n.user_id <> o.user_id OR n.user_id IS NULL THEN o.user_id END,
            false,
            CASE WHEN o.project_id IS NULL THEN 'insert' WHEN n.project_id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.project_id = o.project_id AND n.user_id = o.user_id
        WHERE o.project_id IS NULL OR n.project_id IS NULL
            OR (n.role, n.tracks, n.created_at, n.updated_at)
            IS DISTINCT FROM (o.role, o.tracks, o.created_at, o.updated_at);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.project_id
            || '/' || n.user_id,
            n.project_id, n.user_id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.project_id
            || '/' || o.user_id,
            o.project_id, o.user_id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION log_collaboration_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
            coalesce(n.project_id, o.project_id), coalesce(n.host_id, o.host_id),
            CASE WHEN n.project_id <> o.project_id OR n.project_id IS NULL THEN o.project_id END,
            CASE WHEN n.host_id <> o.host_id OR n.host_id IS NULL THEN o.host_id END,
            false,
            CASE WHEN o.id IS NULL THEN 'insert' WHEN n.id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.id = o.id
        WHERE o.id IS NULL OR n.id IS NULL
            OR (n.project_id, n.host_id, n.participants, n.permissions, n.transport,
                n.status, n.started_at, n.ended_at, n.created_at, n.updated_at)
            IS DISTINCT FROM
                (o.project_id, o.host_id, o.participants, o.permissions, o.transport,
                o.status, o.started_at, o.ended_at, o.created_at, o.updated_at);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.id::text,
            n.project_id, n.host_id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.id::text,
            o.project_id, o.host_id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION log_mixx_recall() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
            NULL::uuid, coalesce(n.user_id, o.user_id),
            NULL::uuid,
            CASE WHEN n.user_id <> o.user_id OR n.user_id IS NULL THEN o.user_id END,
            false,
            CASE WHEN o.id IS NULL THEN 'insert' WHEN n.id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.id = o.id
        WHERE o.id IS NULL OR n.id IS NULL
            OR (n.user_id, n.version, n.created_at, n.updated_at)
            <> (o.user_id, o.version, o.created_at, o.updated_at);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.id::text,
            NULL::uuid, n.user_id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.id::text,
            NULL::uuid, o.user_id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;
