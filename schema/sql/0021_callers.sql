-- breaking: no
-- The second wall (decision 0035): what users ask for runs as `prime_caller`, a role that owns
-- nothing, with the caller set for that statement only. No caller, no rows. The role itself is made
-- before this runs (`persistence.caller_role`).

-- Who calls; NULL, whatever the setting holds, where it is no user. A policy must never raise.
CREATE FUNCTION caller_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN current_setting('prime.caller', true)
            ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
        THEN current_setting('prime.caller', true)::uuid
    END
$$;

-- The projects in which the caller has one of these roles; never NULL.
CREATE FUNCTION caller_projects(roles text[]) RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
    SELECT coalesce(array_agg(m.project_id), '{}') FROM project_members AS m
    WHERE m.user_id = caller_id() AND m.role = ANY (roles)
$$;

-- Those who share a project with the caller, and the caller if there is one; never NULL.
CREATE FUNCTION caller_peers() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
    SELECT coalesce(array_agg(DISTINCT peer.user_id), '{}')
    FROM project_members AS mine JOIN project_members AS peer USING (project_id)
    WHERE mine.user_id = caller_id()
$$;

-- A role that a write needs is held until the write is committed: who takes it away waits, or the
-- write finds it gone. Looked up anew, not as the statement began. Its argument: the roles.
CREATE FUNCTION hold_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
    PERFORM FROM project_members AS m
    WHERE m.project_id = coalesce(NEW.project_id, OLD.project_id) AND m.user_id = caller_id()
        AND m.role = ANY (TG_ARGV[0]::text[])
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the role was taken away meanwhile' USING ERRCODE = '42501';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- What triggers write is not the caller's to write.
ALTER FUNCTION lock_project() SECURITY DEFINER SET search_path TO 'public', 'pg_temp';
ALTER FUNCTION lock_appends() SECURITY DEFINER SET search_path TO 'public', 'pg_temp';
ALTER FUNCTION log_member() SECURITY DEFINER SET search_path TO 'public', 'pg_temp';
ALTER FUNCTION log_project() SECURITY DEFINER SET search_path TO 'public', 'pg_temp';
ALTER FUNCTION log_revoked() SECURITY DEFINER SET search_path TO 'public', 'pg_temp';

-- The caller's own row, with what nobody else sees of it: columns cannot differ by row.
CREATE VIEW own_account WITH (security_barrier) AS
    SELECT id, email, username, name, avatar_url, favorite_genres, default_bpm, target_lufs,
        preferences, devices, version, created_at, updated_at
    FROM prime_users WHERE id = (SELECT caller_id())
    WITH LOCAL CHECK OPTION;

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO prime_caller', current_schema());
END $$;

GRANT SELECT (id, email, username, name, avatar_url, favorite_genres, default_bpm, target_lufs,
    preferences, devices, version, created_at, updated_at) ON own_account TO prime_caller;
GRANT UPDATE (name, avatar_url, favorite_genres, default_bpm, target_lufs, preferences, devices)
    ON own_account TO prime_caller;

ALTER TABLE prime_users ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON prime_users FOR SELECT TO prime_caller
    USING (id = (SELECT caller_id()) OR id = ANY ((SELECT caller_peers())::uuid[]));
GRANT SELECT (avatar_url, favorite_genres, id, name, username) ON prime_users TO prime_caller;

ALTER TABLE studio_projects ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON studio_projects FOR SELECT TO prime_caller
    USING (id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
CREATE POLICY callers_create ON studio_projects FOR INSERT TO prime_caller
    WITH CHECK (owner_id = (SELECT caller_id()));
CREATE POLICY callers_change ON studio_projects FOR UPDATE TO prime_caller
    USING (id = ANY ((SELECT caller_projects('{owner}'))::uuid[]))
    WITH CHECK (id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
GRANT SELECT (archived_at, bpm, created_at, default_role, description, epoch, forked_from, head_seq,
    id, key, link_sharing, member_limit, name, owner_id, scale, signature, tags, updated_at,
    version) ON studio_projects TO prime_caller;

ALTER TABLE project_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON project_members FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
CREATE POLICY callers_create ON project_members FOR INSERT TO prime_caller
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
CREATE POLICY callers_change ON project_members FOR UPDATE TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]))
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
CREATE POLICY callers_delete ON project_members FOR DELETE TO prime_caller
    USING (user_id = (SELECT caller_id())
        OR project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
GRANT SELECT (created_at, project_id, role, tracks, updated_at, user_id) ON project_members TO
    prime_caller;

ALTER TABLE project_snapshots ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON project_snapshots FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
CREATE POLICY callers_create ON project_snapshots FOR INSERT TO prime_caller
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]));
CREATE POLICY callers_change ON project_snapshots FOR UPDATE TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]))
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]));
CREATE POLICY callers_delete ON project_snapshots FOR DELETE TO prime_caller
    USING (author_id = (SELECT caller_id())
        OR project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
GRANT SELECT (audio_analysis, author_id, checksum, created_at, description, epoch, id, kind,
    musical_context, name, project_id, seq, version) ON project_snapshots TO prime_caller;

ALTER TABLE audio_files ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON audio_files FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
CREATE POLICY callers_create ON audio_files FOR INSERT TO prime_caller
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]));
CREATE POLICY callers_change ON audio_files FOR UPDATE TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]))
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]));
CREATE POLICY callers_delete ON audio_files FOR DELETE TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{editor,owner}'))::uuid[]));
GRANT SELECT (analysis, bit_depth, bytes, channels, content_hash, created_at, duration_seconds,
    format, id, name, owner_id, parent_id, project_id, sample_rate, stem_kind, updated_at,
    upload_status, version) ON audio_files TO prime_caller;
GRANT INSERT (analysis, bit_depth, bytes, channels, content_hash, duration_seconds, format, id,
    name, owner_id, parent_id, project_id, sample_rate, stem_kind) ON audio_files TO prime_caller;
GRANT UPDATE (analysis, bit_depth, channels, duration_seconds, format, name, sample_rate) ON
    audio_files TO prime_caller;
GRANT DELETE ON audio_files TO prime_caller;
CREATE TRIGGER hold_role_insert BEFORE INSERT ON audio_files FOR EACH ROW WHEN (caller_id() IS NOT
    NULL) EXECUTE FUNCTION hold_role('{editor,owner}');
CREATE TRIGGER hold_role_update BEFORE UPDATE ON audio_files FOR EACH ROW WHEN (caller_id() IS NOT
    NULL) EXECUTE FUNCTION hold_role('{editor,owner}');
CREATE TRIGGER hold_role_delete BEFORE DELETE ON audio_files FOR EACH ROW WHEN (caller_id() IS NOT
    NULL) EXECUTE FUNCTION hold_role('{editor,owner}');

ALTER TABLE plugin_presets ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON plugin_presets FOR SELECT TO prime_caller
    USING (owner_id = (SELECT caller_id()) OR is_public);
CREATE POLICY callers_create ON plugin_presets FOR INSERT TO prime_caller
    WITH CHECK (owner_id = (SELECT caller_id()));
CREATE POLICY callers_change ON plugin_presets FOR UPDATE TO prime_caller
    USING (owner_id = (SELECT caller_id()))
    WITH CHECK (owner_id = (SELECT caller_id()));
CREATE POLICY callers_delete ON plugin_presets FOR DELETE TO prime_caller
    USING (owner_id = (SELECT caller_id()));
GRANT SELECT (category, created_at, id, is_public, name, owner_id, parameters, plugin, tags,
    updated_at, version) ON plugin_presets TO prime_caller;
GRANT INSERT (category, id, name, owner_id, parameters, plugin, tags) ON plugin_presets TO
    prime_caller;
GRANT UPDATE (category, name, parameters, tags) ON plugin_presets TO prime_caller;
GRANT DELETE ON plugin_presets TO prime_caller;

ALTER TABLE mixx_recall ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON mixx_recall FOR SELECT TO prime_caller
    USING (user_id = (SELECT caller_id()));
CREATE POLICY callers_create ON mixx_recall FOR INSERT TO prime_caller
    WITH CHECK (user_id = (SELECT caller_id()));
CREATE POLICY callers_change ON mixx_recall FOR UPDATE TO prime_caller
    USING (user_id = (SELECT caller_id()))
    WITH CHECK (user_id = (SELECT caller_id()));
CREATE POLICY callers_delete ON mixx_recall FOR DELETE TO prime_caller
    USING (user_id = (SELECT caller_id()));
GRANT SELECT (category, created_at, data, id, key, last_used_at, updated_at, usage_count, user_id,
    version) ON mixx_recall TO prime_caller;
GRANT UPDATE (data) ON mixx_recall TO prime_caller;

ALTER TABLE collaboration_sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON collaboration_sessions FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
CREATE POLICY callers_change ON collaboration_sessions FOR UPDATE TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]))
    WITH CHECK (project_id = ANY ((SELECT caller_projects('{owner}'))::uuid[]));
GRANT SELECT (created_at, ended_at, host_id, id, last_activity_at, participants, permissions,
    project_id, started_at, status, transport, updated_at) ON collaboration_sessions TO
    prime_caller;

ALTER TABLE session_states ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON session_states FOR SELECT TO prime_caller
    USING (project_id = ANY ((SELECT caller_projects('{viewer,editor,owner}'))::uuid[]));
GRANT SELECT (active_tool, collaboration_session_id, created_at, cursor, device, device_presence,
    heartbeat_at, project_id, selection, updated_at, user_id, view_state) ON session_states TO
    prime_caller;

ALTER TABLE auth_sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON auth_sessions FOR SELECT TO prime_caller
    USING (user_id = (SELECT caller_id()));
GRANT SELECT (created_at, device, expires_at, id, last_used_at, revoked_at, revoked_reason, user_id)
    ON auth_sessions TO prime_caller;
