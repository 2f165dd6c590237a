-- breaking: no
-- Keys that sign access tokens, a key of each login for its refresh tokens, and what a login says of
-- its device.

-- The newest whose `signs_from` has come signs; all are honoured until they retire. Then the private
-- part is erased; the public one tells tokens that ran out long ago from forged ones. None of it is
-- for prime_caller.
CREATE TABLE signing_keys (
    kid          text COLLATE "C" PRIMARY KEY CHECK (length(kid) BETWEEN 1 AND 64),
    public_key   bytea NOT NULL CHECK (length(public_key) = 32),
    private_key  bytea CHECK (length(private_key) = 32),
    made_at      timestamptz NOT NULL DEFAULT now(),
    signs_from   timestamptz NOT NULL,
    retires_at   timestamptz CHECK (retires_at > signs_from),
    CHECK (private_key IS NOT NULL OR retires_at IS NOT NULL)
);

-- `refresh_key` is null of logins from before: the next refresh gives them one.
ALTER TABLE auth_sessions
    ADD COLUMN refresh_key  bytea CHECK (length(refresh_key) = 32),
    ADD COLUMN device_name  text NOT NULL DEFAULT '' CHECK (length(device_name) <= 120),
    ADD COLUMN device_kind  text NOT NULL DEFAULT '' CHECK (length(device_kind) <= 32),
    ADD COLUMN client       text NOT NULL DEFAULT '' CHECK (length(client) <= 120),
    ADD COLUMN network      text NOT NULL DEFAULT '' CHECK (length(network) <= 64),
    ADD COLUMN seen_at      timestamptz;

GRANT SELECT (client, device_kind, device_name, network, seen_at) ON auth_sessions TO prime_caller;

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
            OR (n.user_id, n.device, n.device_name, n.device_kind, n.client, n.expires_at,
                n.revoked_at, n.revoked_reason, n.created_at)
            IS DISTINCT FROM
                (o.user_id, o.device, o.device_name, o.device_kind, o.client, o.expires_at,
                o.revoked_at, o.revoked_reason, o.created_at);
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
