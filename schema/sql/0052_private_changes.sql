-- breaking: no
-- What somebody writes into columns that nobody else sees is told to nobody else: not that it was
-- written either. A node of before does not look at `private`, and tells it as it did.

ALTER TABLE change_log ADD COLUMN private boolean NOT NULL DEFAULT false;

-- Private: of the columns that `users` shows none is another one; the account has them all.
CREATE OR REPLACE FUNCTION log_prime_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, private, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
            NULL::uuid, coalesce(n.id, o.id),
            NULL::uuid,
            CASE WHEN n.id <> o.id OR n.id IS NULL THEN o.id END,
            false,
            o.id IS NOT NULL AND n.id IS NOT NULL
                AND (n.username, n.name, n.avatar_url, n.favorite_genres, n.is_guest)
                IS NOT DISTINCT FROM
                    (o.username, o.name, o.avatar_url, o.favorite_genres, o.is_guest),
            CASE WHEN o.id IS NULL THEN 'insert' WHEN n.id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.id = o.id
        WHERE o.id IS NULL OR n.id IS NULL
            OR n.version <> o.version;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.id::text,
            NULL::uuid, n.id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.id::text,
            NULL::uuid, o.id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;

-- Without `invite_code`, which no call shows.
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
                n.status, n.started_at, n.ended_at, n.created_at)
            IS DISTINCT FROM
                (o.project_id, o.host_id, o.participants, o.permissions, o.transport,
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
