-- breaking: yes
-- The feed: which rows changed, for those who watch them. What changed, they read from the row.

-- position is not commit order. A reader takes only rows whose transaction is older than all that
-- still run: WHERE xact < pg_snapshot_xmin(pg_current_snapshot()). No foreign keys: rows outlive
-- what they tell of.
CREATE TABLE change_log (
    position    bigserial PRIMARY KEY,
    xact        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    table_name  text NOT NULL,
    row_id      text NOT NULL,
    project_id  uuid,
    user_id     uuid,
    action      text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX change_log_project_idx ON change_log (project_id, position);
CREATE INDEX change_log_user_idx ON change_log (user_id, position) WHERE user_id IS NOT NULL;

CREATE FUNCTION log_project() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed studio_projects := coalesce(NEW, OLD);
BEGIN
    INSERT INTO change_log (table_name, row_id, project_id, action)
    VALUES (TG_TABLE_NAME, changed.id::text, changed.id, lower(TG_OP));
    RETURN NULL;
END $$;
CREATE TRIGGER log_insert_or_delete AFTER INSERT OR DELETE ON studio_projects
    FOR EACH ROW EXECUTE FUNCTION log_project();
CREATE TRIGGER log_update AFTER UPDATE ON studio_projects
    FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION log_project();

CREATE FUNCTION log_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed project_members := coalesce(NEW, OLD);
BEGIN
    INSERT INTO change_log (table_name, row_id, project_id, user_id, action)
    VALUES (TG_TABLE_NAME, changed.project_id || '/' || changed.user_id,
        changed.project_id, changed.user_id, lower(TG_OP));
    RETURN NULL;
END $$;
CREATE TRIGGER log_change AFTER INSERT OR UPDATE OR DELETE ON project_members
    FOR EACH ROW EXECUTE FUNCTION log_member();
