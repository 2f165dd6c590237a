-- breaking: no
-- The feed: every table that calls reach writes the keys of changed rows into the change log, with
-- those by whom a row is seen, now and before. What a row holds is read from the row.

-- By these a change is routed, a delete and a move too: the project and the user that the row
-- belongs to, those of before where they were others, and whether everyone sees it, or did.
ALTER TABLE change_log
    ADD COLUMN old_project_id uuid,
    ADD COLUMN old_user_id uuid,
    ADD COLUMN everyone boolean NOT NULL DEFAULT false;

-- Three indexes of five: position, transaction, project. The oldest are the first by position, so
-- trimming needs none by time.
DROP INDEX change_log_at_idx;
DROP INDEX change_log_user_idx;
DROP INDEX change_log_project_idx;
DROP INDEX change_log_xact_idx;
CREATE INDEX change_log_xact_idx ON change_log (xact);
CREATE INDEX change_log_project_idx ON change_log (project_id) WHERE project_id IS NOT NULL;

-- How far the log was trimmed: who had not seen this transaction has missed something. By cluster,
-- as transaction numbers of another one mean nothing.
CREATE TABLE change_log_trimmed (
    cluster  text COLLATE "C" PRIMARY KEY CHECK (length(cluster) <= 128),
    xact     xid8 NOT NULL
);

DROP TRIGGER log_insert_or_delete ON studio_projects;
DROP TRIGGER log_update ON studio_projects;
DROP TRIGGER log_change ON project_members;
DROP TRIGGER log_revoked ON auth_sessions;
DROP FUNCTION log_project();
DROP FUNCTION log_member();
DROP FUNCTION log_revoked();

-- TRUNCATE fires no trigger that knows of rows: nobody would hear of it. Who means it disables the
-- trigger, and restarts the nodes.
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are watched, and TRUNCATE tells nobody; use DELETE', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END $$;

-- One function a table, its columns written out: SQL made at run time costs 100 us a change.
-- SECURITY DEFINER: who may write a row need not be able to write the log. An update counts where
-- the version moves, which counters, heads and stored states leave alone; of tables without one,
-- where one of the columns that are named has changed.

CREATE FUNCTION log_prime_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
            NULL::uuid, coalesce(n.id, o.id),
            NULL::uuid,
            CASE WHEN n.id <> o.id OR n.id IS NULL THEN o.id END,
            false,
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
CREATE TRIGGER log_insert AFTER INSERT ON prime_users REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_prime_users();
CREATE TRIGGER log_update AFTER UPDATE ON prime_users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_prime_users();
CREATE TRIGGER log_delete AFTER DELETE ON prime_users REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_prime_users();

CREATE FUNCTION log_auth_sessions() RETURNS trigger
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
            OR (n.revoked_at, n.device)
            IS DISTINCT FROM (o.revoked_at, o.device);
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
CREATE TRIGGER log_insert AFTER INSERT ON auth_sessions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_auth_sessions();
CREATE TRIGGER log_update AFTER UPDATE ON auth_sessions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_auth_sessions();
CREATE TRIGGER log_delete AFTER DELETE ON auth_sessions REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_auth_sessions();

CREATE FUNCTION log_project_members() RETURNS trigger
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
            OR (n.role, n.tracks)
            IS DISTINCT FROM (o.role, o.tracks);
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
CREATE TRIGGER log_insert AFTER INSERT ON project_members REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_project_members();
CREATE TRIGGER log_update AFTER UPDATE ON project_members
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_project_members();
CREATE TRIGGER log_delete AFTER DELETE ON project_members REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_project_members();

CREATE FUNCTION log_mixx_recall() RETURNS trigger
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
            OR n.version <> o.version;
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
CREATE TRIGGER log_insert AFTER INSERT ON mixx_recall REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_mixx_recall();
CREATE TRIGGER log_update AFTER UPDATE ON mixx_recall
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_mixx_recall();
CREATE TRIGGER log_delete AFTER DELETE ON mixx_recall REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_mixx_recall();

CREATE FUNCTION log_project_snapshots() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
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
        SELECT TG_TABLE_NAME, n.id::text,
            n.project_id, n.author_id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.id::text,
            o.project_id, o.author_id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER log_insert AFTER INSERT ON project_snapshots REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_project_snapshots();
CREATE TRIGGER log_update AFTER UPDATE ON project_snapshots
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_project_snapshots();
CREATE TRIGGER log_delete AFTER DELETE ON project_snapshots REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_project_snapshots();

CREATE FUNCTION log_audio_files() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
            coalesce(n.project_id, o.project_id), coalesce(n.owner_id, o.owner_id),
            CASE WHEN n.project_id <> o.project_id OR n.project_id IS NULL THEN o.project_id END,
            CASE WHEN n.owner_id <> o.owner_id OR n.owner_id IS NULL THEN o.owner_id END,
            false,
            CASE WHEN o.id IS NULL THEN 'insert' WHEN n.id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.id = o.id
        WHERE o.id IS NULL OR n.id IS NULL
            OR n.version <> o.version;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.id::text,
            n.project_id, n.owner_id, false, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.id::text,
            o.project_id, o.owner_id, false, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER log_insert AFTER INSERT ON audio_files REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_audio_files();
CREATE TRIGGER log_update AFTER UPDATE ON audio_files
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_audio_files();
CREATE TRIGGER log_delete AFTER DELETE ON audio_files REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_audio_files();

CREATE FUNCTION log_plugin_presets() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id,
            old_project_id, old_user_id, everyone, action)
        SELECT TG_TABLE_NAME, coalesce(n.id, o.id)::text,
            NULL::uuid, coalesce(n.owner_id, o.owner_id),
            NULL::uuid,
            CASE WHEN n.owner_id <> o.owner_id OR n.owner_id IS NULL THEN o.owner_id END,
            coalesce(n.is_public, false) OR coalesce(o.is_public, false),
            CASE WHEN o.id IS NULL THEN 'insert' WHEN n.id IS NULL THEN 'delete'
                ELSE 'update' END
        FROM old_rows AS o FULL JOIN new_rows AS n
            ON n.id = o.id
        WHERE o.id IS NULL OR n.id IS NULL
            OR n.version <> o.version;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, n.id::text,
            NULL::uuid, n.owner_id, n.is_public, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, everyone, action)
        SELECT TG_TABLE_NAME, o.id::text,
            NULL::uuid, o.owner_id, o.is_public, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER log_insert AFTER INSERT ON plugin_presets REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_plugin_presets();
CREATE TRIGGER log_update AFTER UPDATE ON plugin_presets
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_plugin_presets();
CREATE TRIGGER log_delete AFTER DELETE ON plugin_presets REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_plugin_presets();

CREATE FUNCTION log_collaboration_sessions() RETURNS trigger
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
            OR (n.host_id, n.participants, n.permissions, n.invite_code, n.status)
            IS DISTINCT FROM (o.host_id, o.participants, o.permissions, o.invite_code, o.status);
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
CREATE TRIGGER log_insert AFTER INSERT ON collaboration_sessions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_collaboration_sessions();
CREATE TRIGGER log_update AFTER UPDATE ON collaboration_sessions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_collaboration_sessions();
CREATE TRIGGER log_delete AFTER DELETE ON collaboration_sessions REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_collaboration_sessions();

-- With every delta the head of a project moves: a statement trigger would gather the row for it.
-- Only a row trigger has a condition.
CREATE FUNCTION log_studio_projects() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, old_project_id,
            old_user_id, action)
        VALUES (TG_TABLE_NAME, NEW.id::text,
            NEW.id, NEW.owner_id, nullif(OLD.id, NEW.id),
            nullif(OLD.owner_id, NEW.owner_id), 'update');
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
CREATE TRIGGER log_insert AFTER INSERT ON studio_projects REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_studio_projects();
CREATE TRIGGER log_delete AFTER DELETE ON studio_projects REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_studio_projects();
CREATE TRIGGER log_update AFTER UPDATE ON studio_projects
    FOR EACH ROW WHEN (NEW.version <> OLD.version)
    EXECUTE FUNCTION log_studio_projects();

-- Written behind every two seconds for everyone who is there: who comes, goes and takes another
-- tool is told, cursors and views are not (they are presence, and told by the room).
CREATE FUNCTION log_session_states() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, old_project_id,
            old_user_id, action)
        VALUES (TG_TABLE_NAME, NEW.collaboration_session_id
            || '/' || NEW.user_id
            || '/' || NEW.device,
            NEW.project_id, NEW.user_id, nullif(OLD.project_id, NEW.project_id),
            nullif(OLD.user_id, NEW.user_id), 'update');
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO change_log (table_name, row_id, project_id, user_id, action)
        SELECT TG_TABLE_NAME, n.collaboration_session_id
            || '/' || n.user_id
            || '/' || n.device,
            n.project_id, n.user_id, 'insert'
        FROM new_rows AS n;
    ELSE
        INSERT INTO change_log (table_name, row_id, project_id, user_id, action)
        SELECT TG_TABLE_NAME, o.collaboration_session_id
            || '/' || o.user_id
            || '/' || o.device,
            o.project_id, o.user_id, 'delete'
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER log_insert AFTER INSERT ON session_states REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_session_states();
CREATE TRIGGER log_delete AFTER DELETE ON session_states REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION log_session_states();
CREATE TRIGGER log_update AFTER UPDATE ON session_states
    FOR EACH ROW WHEN (NEW.active_tool IS DISTINCT FROM OLD.active_tool)
    EXECUTE FUNCTION log_session_states();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON prime_users
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON auth_sessions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON project_members
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON mixx_recall
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON project_snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audio_files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON plugin_presets
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON collaboration_sessions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON studio_projects
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON session_states
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
