-- breaking: no
-- Every column that calls show counts as a change, but for counters that go up with use and for when
-- something was last used: also where no version moves with it, as for writers that speak SQL.

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
            OR (n.user_id, n.version, n.created_at) <> (o.user_id, o.version, o.created_at);
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

CREATE OR REPLACE FUNCTION log_auth_sessions() RETURNS trigger
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
            OR (n.user_id, n.device, n.expires_at, n.revoked_at, n.revoked_reason, n.created_at)
            IS DISTINCT FROM
                (o.user_id, o.device, o.expires_at, o.revoked_at, o.revoked_reason, o.created_at);
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
            OR (n.role, n.tracks, n.created_at)
            IS DISTINCT FROM (o.role, o.tracks, o.created_at);
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
            OR (n.project_id, n.host_id, n.participants, n.permissions, n.transport, n.invite_code,
                n.status, n.started_at, n.ended_at, n.created_at)
            IS DISTINCT FROM
                (o.project_id, o.host_id, o.participants, o.permissions, o.transport, o.invite_code,
                o.status, o.started_at, o.ended_at, o.created_at);
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
