-- breaking: no
-- The change log names a snapshot as it names every row: by all columns that name it.

CREATE OR REPLACE FUNCTION log_project_snapshots() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME,
            coalesce(n.project_id, o.project_id) || '/' || coalesce(n.id, o.id),
            coalesce(n.project_id, o.project_id), coalesce(n.author_id, o.author_id),
            CASE WHEN n.project_id <> o.project_id OR n.project_id IS NULL THEN o.project_id END,
            CASE WHEN n.author_id <> o.author_id OR n.author_id IS NULL THEN o.author_id END,
            false,
            CASE WHEN o.id IS NULL THEN 'insert' WHEN n.id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.id = o.id
        WHERE o.id IS NULL OR n.id IS NULL
            OR n.version <> o.version;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.project_id || '/' || n.id,
            n.project_id, n.author_id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.project_id || '/' || o.id,
            o.project_id, o.author_id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;
