-- breaking: no
-- A row keeps to the types that its table is described with, whoever writes it: no list within a
-- list and no null in one, no map that is none, no number without end, no time before 1970 or of the
-- last day of 9999 and after. What a writer of SQL has stored otherwise is made the nearest that is
-- one; who watches the row is told, as of every change.

DO $$
DECLARE
    in_table text;
    of_column text;
    time_columns text[];
BEGIN
    FOR in_table, of_column IN VALUES
        ('prime_users', 'favorite_genres'),
        ('studio_projects', 'tags'),
        ('project_members', 'tracks'),
        ('invitations', 'tracks'),
        ('plugin_presets', 'tags'),
        ('collaboration_sessions', 'participants'),
        ('session_states', 'selection')
    LOOP
        -- `array_position` refuses more dimensions than one: CASE keeps them from it.
        EXECUTE format($sql$
            UPDATE %1$I SET %2$I = ARRAY(
                SELECT item FROM unnest(%2$I) WITH ORDINALITY AS one (item, n)
                WHERE item IS NOT NULL ORDER BY n)
            WHERE CASE WHEN array_ndims(%2$I) > 1 THEN true
                ELSE array_position(%2$I, NULL) IS NOT NULL END;
            ALTER TABLE %1$I ADD CONSTRAINT %3$I CHECK (
                CASE WHEN array_ndims(%2$I) > 1 THEN false
                ELSE array_position(%2$I, NULL) IS NULL END)
        $sql$, in_table, of_column, in_table || '_' || of_column || '_list_check');
    END LOOP;
    FOR in_table, time_columns IN VALUES
        ('prime_users', ARRAY['created_at', 'updated_at']),
        ('studio_projects', ARRAY['created_at', 'updated_at']),
        ('project_members', ARRAY['created_at', 'updated_at']),
        ('project_snapshots', ARRAY['created_at']),
        ('audio_files', ARRAY['created_at', 'updated_at']),
        ('plugin_presets', ARRAY['created_at', 'updated_at']),
        ('mixx_recall', ARRAY['last_used_at', 'created_at', 'updated_at']),
        ('collaboration_sessions',
            ARRAY['started_at', 'ended_at', 'last_activity_at', 'created_at', 'updated_at']),
        ('session_states', ARRAY['heartbeat_at', 'created_at', 'updated_at']),
        ('session_stays', ARRAY['entered_at', 'seen_at']),
        ('auth_sessions',
            ARRAY['seen_at', 'last_used_at', 'expires_at', 'revoked_at', 'created_at']),
        ('audit_log', ARRAY['created_at']),
        ('invitations', ARRAY['expires_at', 'accepted_at', 'withdrawn_at', 'created_at'])
    LOOP
        FOREACH of_column IN ARRAY time_columns LOOP
            EXECUTE format($sql$
                UPDATE %1$I
                SET %2$I = greatest(to_timestamp(0), least(%2$I, to_timestamp(253402214399)))
                WHERE %2$I < to_timestamp(0) OR %2$I >= to_timestamp(253402214400)
            $sql$, in_table, of_column);
        END LOOP;
        EXECUTE format($sql$
            ALTER TABLE %1$I ADD CONSTRAINT %3$I CHECK (
                least(%2$s) >= to_timestamp(0) AND greatest(%2$s) < to_timestamp(253402214400))
        $sql$, in_table, array_to_string(time_columns, ', '), in_table || '_time_range_check');
    END LOOP;
END $$;

UPDATE prime_users
SET devices = jsonb_path_query_array(devices, 'strict $[*] ? (@.type() == "object")')
WHERE jsonb_path_exists(devices, 'strict $[*] ? (@.type() <> "object")');
ALTER TABLE prime_users ADD CONSTRAINT prime_users_devices_maps_check
    CHECK (NOT jsonb_path_exists(devices, 'strict $[*] ? (@.type() <> "object")'));

UPDATE mixx_recall SET data = '{}' WHERE jsonb_typeof(data) <> 'object';
ALTER TABLE mixx_recall ADD CONSTRAINT mixx_recall_data_check
    CHECK (jsonb_typeof(data) = 'object');

UPDATE session_states SET cursor = NULL WHERE jsonb_typeof(cursor) <> 'object';
UPDATE session_states SET view_state = NULL WHERE jsonb_typeof(view_state) <> 'object';
ALTER TABLE session_states
    ADD CONSTRAINT session_states_cursor_check CHECK (jsonb_typeof(cursor) = 'object'),
    ADD CONSTRAINT session_states_view_state_check CHECK (jsonb_typeof(view_state) = 'object');

-- NaN is more than any number here.
UPDATE audio_files SET duration_seconds = NULL WHERE duration_seconds >= 'Infinity';
ALTER TABLE audio_files ADD CONSTRAINT audio_files_duration_seconds_finite_check
    CHECK (duration_seconds < 'Infinity');
UPDATE session_stays SET seconds = 0 WHERE seconds >= 'Infinity';
ALTER TABLE session_stays ADD CONSTRAINT session_stays_seconds_finite_check
    CHECK (seconds < 'Infinity');
