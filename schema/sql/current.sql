-- The sum of the migrations, written by: python -m persistence.migrate --dump-current
SET check_function_bodies = off; -- functions come before the tables they name

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE FUNCTION public.add_heat(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT greatest(a, b)
        + ln(1 + power(2::double precision, -least(abs(a - b), 60))) / 0.6931471805599453
$$;

CREATE FUNCTION public.append_deltas(projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[], payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[], step_names text[], known_projects uuid[], known_heads bigint[]) RETURNS TABLE(proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid, member text, ops json, atomic boolean, committed_at timestamp with time zone, payload_hash bytea, purpose text, reverts bigint, step text)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY SELECT a.proposal, a.outcome, a.project_id, a.seq, a.delta_id, a.author, a.member,
        a.ops, a.atomic, a.committed_at, a.payload_hash, a.purpose, a.reverts, a.step
    FROM append_deltas(projects, delta_ids, authors, auth_sessions, members,
        payloads, atomics, hashes, purposes, reverted_seqs, step_names,
        known_projects, known_heads, NULL::text[], NULL::text[]) AS a;
END $$;

CREATE FUNCTION public.append_deltas(projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[], payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[], step_names text[], known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]) RETURNS TABLE(proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid, member text, ops json, atomic boolean, committed_at timestamp with time zone, payload_hash bytea, purpose text, reverts bigint, step text, more boolean)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY SELECT * FROM append_deltas(projects, delta_ids, authors, auth_sessions, members,
        payloads, atomics, hashes, purposes, reverted_seqs, step_names, NULL::bigint[],
        known_projects, known_heads, known_epochs, known_ids);
END $$;

CREATE FUNCTION public.append_deltas(projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[], payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[], step_names text[], fences bigint[], known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]) RETURNS TABLE(proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid, member text, ops json, atomic boolean, committed_at timestamp with time zone, payload_hash bytea, purpose text, reverts bigint, step text, more boolean)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY SELECT a.proposal, a.outcome, a.project_id, a.seq, a.delta_id, a.author, a.member,
        a.ops, a.atomic, a.committed_at, a.payload_hash, a.purpose, a.reverts, a.step, a.more
    FROM append_deltas(projects, delta_ids, authors, auth_sessions, members,
        payloads, atomics, hashes, purposes, reverted_seqs, step_names, fences, NULL::text[],
        known_projects, known_heads, known_epochs, known_ids) AS a;
END $$;

CREATE FUNCTION public.append_deltas(projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[], payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[], step_names text[], fences bigint[], aspects text[], known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]) RETURNS TABLE(proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid, member text, ops json, atomic boolean, committed_at timestamp with time zone, payload_hash bytea, purpose text, reverts bigint, step text, more boolean, aspect text)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY SELECT a.proposal,
        CASE a.outcome WHEN 'grant_changed' THEN 'forbidden' ELSE a.outcome END,
        a.project_id, a.seq, a.delta_id, a.author, a.member,
        a.ops, a.atomic, a.committed_at, a.payload_hash, a.purpose, a.reverts, a.step, a.more,
        a.aspect
    FROM append_deltas(projects, delta_ids, authors, auth_sessions, members,
        payloads, atomics, hashes, purposes, reverted_seqs, step_names, fences, aspects,
        NULL::text[], known_projects, known_heads, known_epochs, known_ids) AS a;
END $$;

CREATE FUNCTION public.append_deltas(projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[], payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[], step_names text[], fences bigint[], aspects text[], reaches text[], known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]) RETURNS TABLE(proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid, member text, ops json, atomic boolean, committed_at timestamp with time zone, payload_hash bytea, purpose text, reverts bigint, step text, more boolean, aspect text, reach text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    outcomes text[];
    seqs bigint[];
    times timestamptz[];
    stored bigint;
    strayed uuid[];
    verdicts text[];
    went_back uuid[];
    olds text[];
    locked_at timestamptz;
    agreed uuid[];
BEGIN
    PERFORM FROM studio_projects AS p WHERE p.id = ANY (projects) ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM pg_advisory_xact_lock_shared(k.lock)
    FROM (SELECT DISTINCT lock_key(a) AS lock FROM unnest(authors) AS a ORDER BY 1) AS k;

    -- One look at the index for each project, not for each proposal.
    SELECT array_agg(s.project), array_agg(s.verdict),
        array_agg(s.project) FILTER (WHERE s.verdict = 'went_back'),
        array_agg(s.epoch) FILTER (WHERE s.verdict = 'went_back')
    INTO strayed, verdicts, went_back, olds
    FROM journal_stands(known_projects, known_heads, known_epochs, known_ids) AS s
    WHERE s.verdict IS NOT NULL;
    IF went_back IS NOT NULL THEN
        PERFORM FROM renew_epochs(went_back, olds);
    END IF;

    -- By an index that is as good as empty: most sessions agree on nothing.
    SELECT array_agg(s.project_id) INTO agreed FROM collaboration_sessions AS s
    WHERE s.project_id = ANY (projects) AND s.status = 'active' AND s.permissions <> '{}';

    locked_at := clock_timestamp();

    WITH proposed AS (
        SELECT u.n, u.project, u.delta_id, u.hash, p.head_seq,
            d.seq AS known_seq, d.payload_hash AS known_hash, d.committed_at AS known_at,
            -- Time never runs backwards within a project, whatever clocks do.
            greatest(locked_at, last.committed_at) AS at,
            verdicts[array_position(strayed, u.project)] AS strays,
            CASE
                WHEN p.id IS NULL THEN 'not_found'
                WHEN s.id IS NULL OR s.revoked_at IS NOT NULL OR s.user_id <> u.author
                    THEN 'session_revoked'
                WHEN m.role IS NULL OR m.role IN ('viewer', 'commenter') THEN 'forbidden'
                WHEN u.project = ANY (agreed) AND m.role <> 'owner'
                    AND lacks_permit(u.project, u.author, payloads[u.n]) THEN 'forbidden'
                WHEN p.archived_at IS NOT NULL THEN 'archived'
                WHEN m.role = 'contributor'
                    AND array_to_string(m.tracks, ',') IS DISTINCT FROM u.reach
                    THEN 'grant_changed'
                WHEN f.fence > u.fence THEN 'fenced'
            END AS refusal
        FROM unnest(projects, delta_ids, authors, auth_sessions, hashes, members, fences,
                reaches)
            WITH ORDINALITY
            AS u (project, delta_id, author, auth_session, hash, member, fence, reach, n)
        LEFT JOIN studio_projects AS p ON p.id = u.project
        -- Each index named by its order: as plain joins, a plan made while the table was empty may
        -- take the wrong one of the two, and read all of a project for each proposal.
        LEFT JOIN LATERAL (
            SELECT t.seq, t.delta_id, t.payload_hash, t.committed_at FROM project_deltas AS t
            WHERE t.project_id = u.project AND t.delta_id >= u.delta_id
            ORDER BY t.delta_id LIMIT 1
        ) AS d ON d.delta_id = u.delta_id
        LEFT JOIN LATERAL (
            SELECT t.committed_at FROM project_deltas AS t
            WHERE t.project_id = u.project AND t.seq <= p.head_seq
            ORDER BY t.seq DESC LIMIT 1
        ) AS last ON true
        LEFT JOIN auth_sessions AS s ON s.id = u.auth_session
        LEFT JOIN project_members AS m ON m.project_id = u.project AND m.user_id = u.author
        LEFT JOIN member_fences AS f ON f.project_id = u.project AND f.member = u.member
    ), fresh AS (
        -- Of proposals with one id, the first that nothing speaks against is stored.
        SELECT *, min(n) FILTER (WHERE coalesce(strays, refusal) IS NULL AND known_seq IS NULL)
            OVER (PARTITION BY project, delta_id) AS first
        FROM proposed
    ), numbered AS (
        SELECT *, head_seq + count(*) FILTER (WHERE n = first)
            OVER (PARTITION BY project ORDER BY n) AS next_seq
        FROM fresh
    ), same_id AS (
        SELECT *,
            coalesce(known_seq, first_value(next_seq) OVER stored_first) AS seq,
            coalesce(known_hash, first_value(hash) OVER stored_first) AS stored_hash
        FROM numbered
        WINDOW stored_first AS (PARTITION BY project, delta_id ORDER BY n IS DISTINCT FROM first)
    ), judged AS (
        SELECT n, seq, coalesce(known_at, at) AS at,
            CASE
                WHEN strays IS NOT NULL THEN strays
                WHEN n = first THEN 'committed'
                WHEN known_seq IS NULL AND (first IS NULL OR n < first) THEN refusal
                WHEN hash = stored_hash THEN 'duplicate'
                ELSE coalesce(refusal, 'id_reused')
            END AS outcome
        FROM same_id
    )
    SELECT array_agg(j.outcome ORDER BY j.n), array_agg(j.seq ORDER BY j.n),
        array_agg(j.at ORDER BY j.n), count(*) FILTER (WHERE j.outcome = 'committed')
    INTO outcomes, seqs, times, stored
    FROM judged AS j;

    RETURN QUERY
    SELECT o.n, o.outcome, NULL::uuid,
        CASE WHEN o.outcome IN ('committed', 'duplicate') THEN o.seq END,
        NULL, NULL::uuid, NULL, NULL::json, NULL::boolean, o.at,
        NULL::bytea, NULL, NULL::bigint, NULL, NULL::boolean, NULL, NULL
    FROM unnest(outcomes, seqs, times) WITH ORDINALITY AS o (outcome, seq, at, n);

    RETURN QUERY
    SELECT NULL::bigint, NULL, e.project_id, e.seq, e.delta_id,
        e.author, e.member, e.ops, e.atomic, e.committed_at,
        e.payload_hash, e.purpose, e.reverts, e.step, e.more, e.aspect, e.reach
    FROM unnest(known_projects, known_heads) AS k (project, head)
    JOIN studio_projects AS p ON p.id = k.project AND p.compacted_seq <= k.head
        AND p.head_seq > k.head AND array_position(strayed, k.project) IS NULL
    CROSS JOIN LATERAL read_deltas(p.id, k.head, 1000, 4194304) AS e;

    IF stored > 0 THEN
        INSERT INTO project_deltas (project_id, seq, delta_id, author, auth_session, member,
            ops, payload_hash, atomic, committed_at, purpose, reverts, step, bytes, aspect,
            reach)
        SELECT u.project, u.seq, u.delta_id, u.author, u.auth_session, u.member,
            u.payload, u.hash, u.atomic, u.at, u.purpose, u.reverts, u.step,
            octet_length(u.payload::text), coalesce(u.aspect, 'document'), u.reach
        FROM unnest(projects, seqs, delta_ids, authors, auth_sessions, members,
                payloads, hashes, atomics, times, outcomes, purposes, reverted_seqs, step_names,
                aspects, reaches)
            AS u (project, seq, delta_id, author, auth_session, member,
                payload, hash, atomic, at, outcome, purpose, reverts, step, aspect, reach)
        WHERE u.outcome = 'committed';

        UPDATE studio_projects AS p SET head_seq = p.head_seq + c.n
        FROM (
            SELECT u.project, count(*) AS n
            FROM unnest(projects, outcomes) AS u (project, outcome)
            WHERE u.outcome = 'committed' GROUP BY u.project
        ) AS c
        WHERE p.id = c.project;
    END IF;
END $$;

CREATE FUNCTION public.append_group(of_staging uuid, parts integer, of_project uuid, group_id text, of_author uuid, of_auth_session uuid, of_member text, is_atomic boolean, hash bytea, of_purpose text, reverted_seq bigint, step_name text, known_head bigint, known_epoch text, known_id text) RETURNS TABLE(outcome text, seq bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY SELECT * FROM append_group(of_staging, parts, of_project, group_id, of_author,
        of_auth_session, of_member, is_atomic, hash, of_purpose, reverted_seq, step_name,
        NULL::bigint, known_head, known_epoch, known_id);
END $$;

CREATE FUNCTION public.append_group(of_staging uuid, parts integer, of_project uuid, group_id text, of_author uuid, of_auth_session uuid, of_member text, is_atomic boolean, hash bytea, of_purpose text, reverted_seq bigint, step_name text, of_fence bigint, known_head bigint, known_epoch text, known_id text) RETURNS TABLE(outcome text, seq bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY SELECT
        CASE g.outcome WHEN 'grant_changed' THEN 'forbidden' ELSE g.outcome END, g.seq
    FROM append_group(of_staging, parts, of_project, group_id, of_author,
        of_auth_session, of_member, is_atomic, hash, of_purpose, reverted_seq, step_name,
        of_fence, NULL::text, known_head, known_epoch, known_id) AS g;
END $$;

CREATE FUNCTION public.append_group(of_staging uuid, parts integer, of_project uuid, group_id text, of_author uuid, of_auth_session uuid, of_member text, is_atomic boolean, hash bytea, of_purpose text, reverted_seq bigint, step_name text, of_fence bigint, of_reach text, known_head bigint, known_epoch text, known_id text) RETURNS TABLE(outcome text, seq bigint)
    LANGUAGE plpgsql
    AS $$
DECLARE
    last_ops json;
    lacking json;
    is_known boolean;
    first_seq bigint;
    stored_at timestamptz;
BEGIN
    PERFORM FROM studio_projects AS p WHERE p.id = of_project FOR NO KEY UPDATE;
    is_known := group_id = (
        SELECT d.delta_id FROM project_deltas AS d
        WHERE d.project_id = of_project AND d.delta_id >= group_id ORDER BY d.delta_id LIMIT 1
    );
    IF (SELECT count(*) FROM staged_deltas AS s WHERE s.staging = of_staging) = parts THEN
        SELECT s.ops INTO last_ops FROM staged_deltas AS s
        WHERE s.staging = of_staging AND s.part = parts;
        IF is_known IS NOT TRUE AND EXISTS (
            SELECT FROM collaboration_sessions AS s
            WHERE s.project_id = of_project AND s.status = 'active' AND s.permissions <> '{}'
        ) THEN  -- the last one is judged where all deltas are, those before it here
            lacking := (
                SELECT s.ops FROM staged_deltas AS s
                WHERE s.staging = of_staging AND lacks_permit(of_project, of_author, s.ops) LIMIT 1
            );
            last_ops := coalesce(lacking, last_ops);
        END IF;
    ELSIF is_known THEN
        last_ops := '[]';  -- it is known, and judged by its hash
    ELSE
        RETURN QUERY SELECT 'unstaged', NULL::bigint;
        RETURN;
    END IF;

    SELECT a.outcome, a.seq, a.committed_at INTO outcome, first_seq, stored_at
    FROM append_deltas(ARRAY[of_project], ARRAY[group_id], ARRAY[of_author],
        ARRAY[of_auth_session], ARRAY[of_member], ARRAY[last_ops], ARRAY[is_atomic], ARRAY[hash],
        ARRAY[of_purpose], ARRAY[reverted_seq], ARRAY[step_name], ARRAY[of_fence],
        NULL::text[], ARRAY[of_reach],
        ARRAY[of_project], ARRAY[known_head], ARRAY[known_epoch], ARRAY[known_id]) AS a
    WHERE a.proposal = 1;
    seq := first_seq;

    IF outcome = 'committed' THEN
        seq := first_seq + parts - 1;
        UPDATE project_deltas AS d SET seq = append_group.seq
        WHERE d.ctid = (
            SELECT t.ctid FROM project_deltas AS t
            WHERE t.project_id = of_project AND t.seq >= first_seq ORDER BY t.seq LIMIT 1
        );
        INSERT INTO project_deltas (project_id, seq, delta_id, author, auth_session, member,
            ops, payload_hash, atomic, committed_at, purpose, step, more, bytes, reach)
        SELECT of_project, first_seq + s.part - 1, s.delta_id, of_author, of_auth_session,
            of_member, s.ops, s.payload_hash, is_atomic, stored_at, of_purpose, step_name, true,
            s.bytes, of_reach
        FROM staged_deltas AS s WHERE s.staging = of_staging AND s.part < parts;
        UPDATE studio_projects AS p SET head_seq = p.head_seq + parts - 1 WHERE p.id = of_project;
    END IF;
    DELETE FROM staged_deltas AS s WHERE s.staging = of_staging;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.caller_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
    SELECT CASE
        WHEN current_setting('prime.caller', true)
            ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
        THEN current_setting('prime.caller', true)::uuid
    END
$_$;

CREATE FUNCTION public.caller_peers() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT coalesce(array_agg(DISTINCT peer.user_id), '{}')
    FROM project_members AS mine JOIN project_members AS peer USING (project_id)
    WHERE mine.user_id = caller_id()
$$;

CREATE FUNCTION public.caller_projects(roles text[]) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT coalesce(array_agg(m.project_id), '{}') FROM project_members AS m
    WHERE m.user_id = caller_id() AND m.role = ANY (roles)
$$;

CREATE FUNCTION public.count_preset_uses(presets uuid[], users uuid[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    counted bigint;
BEGIN
    -- In one order everywhere, so that two nodes never wait for each other.
    PERFORM FROM plugin_presets AS p WHERE p.id = ANY (presets) ORDER BY p.id FOR KEY SHARE;
    PERFORM FROM prime_users AS u WHERE u.id = ANY (users) ORDER BY u.id FOR KEY SHARE;
    WITH used AS (
        SELECT DISTINCT p.id AS preset, u.id AS person
        FROM unnest(presets, users) AS given (preset, person)
        JOIN plugin_presets AS p ON p.id = given.preset
        JOIN prime_users AS u ON u.id = given.person
        ORDER BY 1, 2
    ), fresh AS (
        INSERT INTO preset_uses AS seen (preset_id, user_id, counted_at)
        SELECT preset, person, statement_timestamp() FROM used
        ON CONFLICT (preset_id, user_id) DO UPDATE SET counted_at = excluded.counted_at
            WHERE seen.counted_at <= excluded.counted_at - interval '1 hour'
        RETURNING seen.preset_id
    ), summed AS (
        INSERT INTO preset_usage_counts AS c (preset_id, uses)
        SELECT preset_id, count(*) FROM fresh GROUP BY preset_id ORDER BY preset_id
        ON CONFLICT (preset_id) DO UPDATE SET uses = c.uses + excluded.uses
    )
    SELECT count(*) INTO counted FROM fresh;
    RETURN counted;
END $$;

CREATE FUNCTION public.default_address() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.address := coalesce(NEW.address, lower(NEW.email));
    RETURN NEW;
END $$;

CREATE FUNCTION public.forget_followers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM recall_heat
    WHERE user_id = OLD.user_id AND category = OLD.category AND context = 'after=' || OLD.key;
    RETURN NULL;
END $$;

CREATE FUNCTION public.give_color(of_project uuid, of_user uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    INSERT INTO project_colors (project_id, user_id, place)
    SELECT of_project, of_user, turn.place
    FROM (
        SELECT n, (own.place + n) % 12 AS place
        FROM own_color(of_user) AS own (place), generate_series(0, 11) AS n
    ) AS turn
    LEFT JOIN project_colors AS c ON c.project_id = of_project AND c.place = turn.place
    LEFT JOIN project_members AS m ON m.project_id = of_project AND m.user_id = c.user_id
    WHERE NOT EXISTS (
        SELECT FROM project_colors AS had WHERE had.project_id = of_project AND had.user_id = of_user
    )
    GROUP BY turn.n, turn.place
    ORDER BY count(m.user_id) > 0, count(c.user_id) > 0, turn.n
    LIMIT 1
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION public.give_color_to_member() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM give_color(NEW.project_id, NEW.user_id);
    RETURN NULL;
END $$;

CREATE FUNCTION public.heat_weight(x double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT CASE WHEN x < -60 THEN 0 ELSE power(2::double precision, least(x, 60)) END
$$;

CREATE FUNCTION public.hold_login(caller text, login uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_key(caller::uuid));
    RETURN require_login(caller, login);
END $$;

CREATE FUNCTION public.hold_login_alone(caller text, login uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(caller::uuid));
    RETURN require_login(caller, login);
END $$;

CREATE FUNCTION public.hold_role() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    is_own boolean := TG_NARGS > 1
        AND to_jsonb(coalesce(OLD, NEW)) ->> TG_ARGV[2] = caller_id()::text;
BEGIN
    PERFORM FROM project_members AS m
    WHERE m.project_id = coalesce(NEW.project_id, OLD.project_id) AND m.user_id = caller_id()
        AND m.role = ANY (CASE WHEN is_own THEN TG_ARGV[1] ELSE TG_ARGV[0] END::text[])
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the role was taken away meanwhile' USING ERRCODE = '42501';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION public.hold_user(who uuid) RETURNS void
    LANGUAGE sql
    AS $$ SELECT pg_advisory_xact_lock(lock_key(who)) $$;

CREATE FUNCTION public.hold_user_of(login uuid) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT pg_advisory_xact_lock(lock_key(s.user_id)) FROM auth_sessions AS s WHERE s.id = login
$$;

CREATE FUNCTION public.is_operator(one uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT coalesce((SELECT u.is_operator FROM prime_users AS u WHERE u.id = one), false)
$$;

CREATE FUNCTION public.journal_stands(known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]) RETURNS TABLE(project uuid, epoch text, head bigint, verdict text)
    LANGUAGE sql STABLE
    AS $$
    SELECT p.id, p.epoch, p.head_seq,
        CASE
            WHEN p.epoch <> k.epoch THEN 'other_epoch'
            WHEN k.epoch IS NOT NULL AND (p.head_seq < k.head OR mine.delta_id <> k.delta_id)
                THEN 'went_back'
        END
    FROM unnest(known_projects, known_heads, known_epochs, known_ids)
        AS k (project, head, epoch, delta_id)
    JOIN studio_projects AS p ON p.id = k.project
    LEFT JOIN LATERAL (
        SELECT d.seq, d.delta_id FROM project_deltas AS d
        WHERE d.project_id = k.project AND d.seq >= k.head AND k.delta_id IS NOT NULL
        ORDER BY d.seq LIMIT 1
    ) AS mine ON mine.seq = k.head
$$;

CREATE FUNCTION public.lacks_permit(of_project uuid, of_user uuid, ops json) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (
        SELECT FROM collaboration_sessions AS s
        WHERE s.project_id = of_project AND s.status = 'active' AND s.permissions <> '{}'
            AND s.host_id IS DISTINCT FROM of_user
            AND (jsonb_typeof(s.permissions -> 'edit') = 'array'
                    AND NOT s.permissions -> 'edit' ? of_user::text
                OR jsonb_typeof(s.permissions -> 'transport') = 'array'
                    AND NOT s.permissions -> 'transport' ? of_user::text
                    AND json_typeof(ops) = 'array'
                    AND EXISTS (
                        SELECT FROM json_array_elements(ops) AS op
                        WHERE json_typeof(op) = 'object' AND op ->> 'col' = 'transport'
                    ))
    ) AND NOT EXISTS (
        SELECT FROM project_members AS m
        WHERE m.project_id = of_project AND m.user_id = of_user AND m.role = 'owner'
    )
$$;

CREATE FUNCTION public.lock_appends() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(OLD.user_id));
    RETURN NEW;
END $$;

CREATE FUNCTION public.lock_key(user_id uuid) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT hashtextextended(user_id::text, 5063) $$;

CREATE FUNCTION public.lock_project() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM studio_projects
    WHERE id = coalesce(NEW.project_id, OLD.project_id) FOR NO KEY UPDATE;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION public.log_audio_files() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_auth_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_collaboration_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_mixx_recall() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_plugin_presets() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_prime_users() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_project_members() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_project_snapshots() RETURNS trigger
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

CREATE FUNCTION public.log_session_states() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.log_studio_projects() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.newest_fence() RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    SELECT last_value + is_called::integer FROM fences
$$;

CREATE FUNCTION public.open_collaboration_session(project uuid, host uuid) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
DECLARE
    session uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('collaboration session ' || project, 0));
    SELECT id INTO session FROM collaboration_sessions
    WHERE project_id = project AND status = 'active'
    ORDER BY started_at DESC LIMIT 1;
    IF session IS NULL THEN
        INSERT INTO collaboration_sessions (project_id, host_id, participants)
        SELECT id, (
            SELECT m.user_id FROM project_members AS m
            WHERE m.project_id = project AND m.user_id = host
                AND m.role IN ('contributor', 'editor', 'owner')
        ), ARRAY[host]
        FROM studio_projects WHERE id = project
        RETURNING id INTO session;
    END IF;
    RETURN session;
END $$;

CREATE FUNCTION public.own_color(of_user uuid) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    bytes bytea := convert_to(of_user::text, 'UTF8');
    crc bigint := 4294967295;
BEGIN
    FOR n IN 0 .. length(bytes) - 1 LOOP
        crc := crc # get_byte(bytes, n);
        FOR bit IN 1 .. 8 LOOP
            crc := (crc >> 1) # ((crc & 1) * 3988292384);
        END LOOP;
    END LOOP;
    RETURN (crc # 4294967295) % 12;
END $$;

CREATE FUNCTION public.place_stem() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.parent_id IS DISTINCT FROM OLD.parent_id AND NEW.parent_id IS NOT NULL
            OR NEW.project_id <> OLD.project_id
        THEN
            RAISE EXCEPTION 'a file stays in its project, and with the file that it is a stem of'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'audio_files_place_check';
        END IF;
        NEW.depth := OLD.depth;
        RETURN NEW;
    END IF;
    NEW.depth := 0;
    IF NEW.parent_id IS NOT NULL THEN
        SELECT p.depth + 1 INTO NEW.depth FROM audio_files AS p
        WHERE p.id = NEW.parent_id AND p.project_id = NEW.project_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the file that this is a stem of is not in the project'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'audio_files_parent_id_fkey';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE public.preset_usage_counts (
    preset_id uuid NOT NULL,
    uses bigint NOT NULL,
    CONSTRAINT preset_usage_counts_uses_check CHECK ((uses >= 0))
);

CREATE FUNCTION public.preset_usage_count(preset uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    RETURN COALESCE((SELECT c.uses FROM public.preset_usage_counts c WHERE (c.preset_id = preset_usage_count.preset)), (0)::bigint);

CREATE TABLE public.studio_projects (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    bpm double precision DEFAULT 120 NOT NULL,
    key text,
    scale text,
    signature text DEFAULT '4/4'::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    state_seq bigint DEFAULT 0 NOT NULL,
    head_seq bigint DEFAULT 0 NOT NULL,
    epoch text DEFAULT (gen_random_uuid())::text NOT NULL,
    default_role text DEFAULT 'viewer'::text NOT NULL,
    link_sharing boolean DEFAULT false NOT NULL,
    member_limit integer DEFAULT 500 NOT NULL,
    storage_path text,
    stems_path text,
    archived_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    state_digest text DEFAULT ''::text NOT NULL,
    compacted_seq bigint DEFAULT 0 NOT NULL,
    emptied_seq bigint DEFAULT 0 NOT NULL,
    forked_from uuid,
    state_id uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT studio_projects_bpm_check CHECK (((bpm >= (10)::double precision) AND (bpm <= (1000)::double precision))),
    CONSTRAINT studio_projects_check CHECK ((head_seq >= state_seq)),
    CONSTRAINT studio_projects_compacted_check CHECK (((0 <= emptied_seq) AND (emptied_seq <= compacted_seq) AND (compacted_seq <= state_seq))),
    CONSTRAINT studio_projects_default_role_check CHECK ((default_role = ANY (ARRAY['editor'::text, 'viewer'::text]))),
    CONSTRAINT studio_projects_description_check CHECK ((length(description) <= 10000)),
    CONSTRAINT studio_projects_epoch_check CHECK (((length(epoch) >= 1) AND (length(epoch) <= 64))),
    CONSTRAINT studio_projects_key_check CHECK ((length(key) <= 16)),
    CONSTRAINT studio_projects_member_limit_check CHECK (((member_limit >= 1) AND (member_limit <= 500))),
    CONSTRAINT studio_projects_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT studio_projects_scale_check CHECK ((length(scale) <= 32)),
    CONSTRAINT studio_projects_signature_check CHECK ((signature ~ '^[0-9]{1,2}/[0-9]{1,2}$'::text)),
    CONSTRAINT studio_projects_state_digest_check CHECK ((length(state_digest) = ANY (ARRAY[0, 16]))),
    CONSTRAINT studio_projects_state_seq_check CHECK ((state_seq >= 0)),
    CONSTRAINT studio_projects_stems_path_check CHECK ((length(stems_path) <= 1024)),
    CONSTRAINT studio_projects_storage_path_check CHECK ((length(storage_path) <= 1024)),
    CONSTRAINT studio_projects_tags_check CHECK ((cardinality(tags) <= 32)),
    CONSTRAINT studio_projects_tags_list_check CHECK (
CASE
    WHEN (array_ndims(tags) > 1) THEN false
    ELSE (array_position(tags, NULL::text) IS NULL)
END),
    CONSTRAINT studio_projects_time_range_check CHECK (((LEAST(created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision))))
)
WITH (fillfactor='70');

CREATE FUNCTION public.project_state(p public.studio_projects) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    SELECT s.project_state FROM project_states AS s WHERE s.id = p.state_id
$$;

CREATE FUNCTION public.raise_fence(of_project uuid, of_member text, OUT raised bigint, OUT epoch text, OUT head bigint) RETURNS record
    LANGUAGE plpgsql
    SET lock_timeout TO '100ms'
    AS $$
BEGIN
    SELECT p.epoch, p.head_seq INTO epoch, head
    FROM studio_projects AS p WHERE p.id = of_project FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO member_fences AS f (project_id, member, fence)
    VALUES (of_project, of_member, nextval('fences') + 1)
    ON CONFLICT (project_id, member) DO UPDATE SET fence = excluded.fence, raised_at = now()
    RETURNING f.fence INTO raised;
END $$;

CREATE TABLE public.project_deltas (
    project_id uuid NOT NULL,
    seq bigint NOT NULL,
    delta_id text NOT NULL COLLATE pg_catalog."C",
    author uuid NOT NULL,
    auth_session uuid NOT NULL,
    member text NOT NULL,
    ops json NOT NULL,
    payload_hash bytea NOT NULL,
    atomic boolean DEFAULT false NOT NULL,
    committed_at timestamp with time zone NOT NULL,
    purpose text DEFAULT 'edit'::text NOT NULL,
    reverts bigint,
    step text,
    effective json,
    more boolean DEFAULT false NOT NULL,
    bytes integer DEFAULT 0 NOT NULL,
    aspect text DEFAULT 'document'::text NOT NULL COLLATE pg_catalog."C",
    reach text COLLATE pg_catalog."C",
    CONSTRAINT project_deltas_aspect_check CHECK (((length(aspect) >= 1) AND (length(aspect) <= 32))),
    CONSTRAINT project_deltas_delta_id_check CHECK (((length(delta_id) >= 1) AND (length(delta_id) <= 64))),
    CONSTRAINT project_deltas_member_check CHECK (((length(member) >= 1) AND (length(member) <= 128))),
    CONSTRAINT project_deltas_payload_hash_check CHECK ((length(payload_hash) = 16)),
    CONSTRAINT project_deltas_purpose_check CHECK ((purpose = ANY (ARRAY['edit'::text, 'undo'::text, 'redo'::text, 'restore'::text]))),
    CONSTRAINT project_deltas_reach_check CHECK ((length(reach) <= 4096)),
    CONSTRAINT project_deltas_reverts_check CHECK ((reverts >= 1)),
    CONSTRAINT project_deltas_seq_check CHECK ((seq >= 1)),
    CONSTRAINT project_deltas_step_check CHECK (((length(step) >= 1) AND (length(step) <= 64)))
);

CREATE FUNCTION public.read_deltas(of_project uuid, after bigint, most bigint, most_bytes bigint) RETURNS SETOF public.project_deltas
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    entry project_deltas;
    size bigint := 0;
BEGIN
    FOR entry IN
        SELECT * FROM project_deltas AS d
        WHERE d.project_id = of_project AND d.seq > after
        ORDER BY d.seq LIMIT most
    LOOP
        RETURN NEXT entry;
        size := size
            + CASE WHEN entry.bytes > 0 THEN entry.bytes ELSE octet_length(entry.ops::text) END;
        EXIT WHEN size >= most_bytes;
    END LOOP;
END $$;

CREATE FUNCTION public.refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are watched, and TRUNCATE tells nobody; use DELETE', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END $$;

CREATE FUNCTION public.renew_epochs(ids uuid[], olds text[]) RETURNS TABLE(projects bigint, snapshots bigint)
    LANGUAGE sql
    AS $$
    WITH wanted AS MATERIALIZED (
        SELECT p.id, p.epoch AS old, gen_random_uuid()::text AS new
        FROM studio_projects AS p
        WHERE ids IS NULL
            OR (p.id, p.epoch) IN (SELECT u.id, u.old FROM unnest(ids, olds) AS u (id, old))
    ), renewed AS (
        UPDATE studio_projects AS p SET epoch = w.new
        FROM wanted AS w WHERE p.id = w.id AND p.epoch = w.old
        RETURNING w.id, w.old, w.new
    ), kept AS (
        UPDATE project_snapshots AS s SET epoch = r.new
        FROM renewed AS r WHERE s.project_id = r.id AND s.epoch = r.old
        RETURNING s.id
    )
    SELECT (SELECT count(*) FROM renewed), (SELECT count(*) FROM kept)
$$;

CREATE FUNCTION public.require_login(caller text, login uuid) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM auth_sessions AS s
        WHERE s.id = login AND s.user_id = caller::uuid AND s.revoked_at IS NULL
            AND s.expires_at > now())
    THEN
        RAISE EXCEPTION 'this login was ended' USING ERRCODE = 'LG001';
    END IF;
    RETURN caller;
END $$;

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    RETURN NEW;
END $$;

CREATE FUNCTION public.touch_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE TABLE public.account_deletions (
    user_id uuid NOT NULL,
    archived uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    erase_at timestamp with time zone NOT NULL,
    is_erasing boolean DEFAULT false NOT NULL
);

CREATE TABLE public.audio_files (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    project_id uuid NOT NULL,
    owner_id uuid,
    name text NOT NULL,
    storage_path text,
    content_hash text COLLATE pg_catalog."C",
    bytes bigint,
    duration_seconds double precision,
    sample_rate integer,
    bit_depth integer,
    channels integer,
    format text,
    analysis jsonb,
    parent_id uuid,
    stem_kind text,
    status text DEFAULT 'announced'::text CONSTRAINT audio_files_upload_status_not_null NOT NULL COLLATE pg_catalog."C",
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    failure text,
    depth integer DEFAULT 0 NOT NULL,
    is_repeated boolean DEFAULT false NOT NULL,
    CONSTRAINT audio_files_analysis_check CHECK ((jsonb_typeof(analysis) = 'object'::text)),
    CONSTRAINT audio_files_bit_depth_check CHECK (((bit_depth >= 1) AND (bit_depth <= 64))),
    CONSTRAINT audio_files_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT audio_files_channels_check CHECK (((channels >= 1) AND (channels <= 256))),
    CONSTRAINT audio_files_check CHECK ((parent_id <> id)),
    CONSTRAINT audio_files_content_hash_check CHECK ((content_hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT audio_files_depth_check CHECK (((depth >= 0) AND (depth <= 4))),
    CONSTRAINT audio_files_duration_seconds_check CHECK ((duration_seconds >= (0)::double precision)),
    CONSTRAINT audio_files_duration_seconds_finite_check CHECK ((duration_seconds < 'Infinity'::double precision)),
    CONSTRAINT audio_files_failure_check CHECK (((length(failure) >= 1) AND (length(failure) <= 500))),
    CONSTRAINT audio_files_format_check CHECK (((length(format) >= 1) AND (length(format) <= 32))),
    CONSTRAINT audio_files_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT audio_files_only_failed_check CHECK (((failure IS NULL) OR (status = 'failed'::text))),
    CONSTRAINT audio_files_sample_rate_check CHECK (((sample_rate >= 1) AND (sample_rate <= 1536000))),
    CONSTRAINT audio_files_status_check CHECK ((status = ANY (ARRAY['announced'::text, 'uploading'::text, 'measuring'::text, 'available'::text, 'failed'::text]))),
    CONSTRAINT audio_files_stem_kind_check CHECK (((length(stem_kind) >= 1) AND (length(stem_kind) <= 64))),
    CONSTRAINT audio_files_stem_kind_needed CHECK (((parent_id IS NULL) OR (stem_kind IS NOT NULL))),
    CONSTRAINT audio_files_storage_path_check CHECK ((length(storage_path) <= 1024)),
    CONSTRAINT audio_files_time_range_check CHECK (((LEAST(created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision))))
);

CREATE TABLE public.audit_log (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    event text NOT NULL COLLATE pg_catalog."C",
    user_id uuid,
    actor_id uuid,
    project_id uuid,
    auth_session_id uuid,
    address text COLLATE pg_catalog."C",
    account bytea,
    count integer DEFAULT 1 NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT audit_log_account_check CHECK ((length(account) = 16)),
    CONSTRAINT audit_log_address_check CHECK ((length(address) <= 64)),
    CONSTRAINT audit_log_check CHECK (((project_id IS NULL) OR (address IS NULL))),
    CONSTRAINT audit_log_count_check CHECK ((count >= 1)),
    CONSTRAINT audit_log_details_check CHECK ((jsonb_typeof(details) = 'object'::text)),
    CONSTRAINT audit_log_event_check CHECK (((length(event) >= 1) AND (length(event) <= 64))),
    CONSTRAINT audit_log_time_range_check CHECK (((LEAST(created_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at) < to_timestamp(('253402214400'::bigint)::double precision))))
);

CREATE TABLE public.auth_credentials (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    provider text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    password_hash text,
    verified_at timestamp with time zone,
    verify_token_hash bytea,
    verify_expires_at timestamp with time zone,
    reset_token_hash bytea,
    reset_expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT auth_credentials_check CHECK (((provider = 'password'::text) = (password_hash IS NOT NULL))),
    CONSTRAINT auth_credentials_check1 CHECK (((verify_token_hash IS NULL) = (verify_expires_at IS NULL))),
    CONSTRAINT auth_credentials_check2 CHECK (((reset_token_hash IS NULL) = (reset_expires_at IS NULL))),
    CONSTRAINT auth_credentials_password_hash_check CHECK ((length(password_hash) <= 512)),
    CONSTRAINT auth_credentials_provider_check CHECK ((provider ~ '^[a-z0-9_]{1,32}$'::text)),
    CONSTRAINT auth_credentials_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);

CREATE TABLE public.auth_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    counter bigint DEFAULT 0 NOT NULL,
    rotated_at timestamp with time zone,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    refresh_key bytea,
    device_name text DEFAULT ''::text NOT NULL,
    device_kind text DEFAULT ''::text NOT NULL,
    client text DEFAULT ''::text NOT NULL,
    network text DEFAULT ''::text NOT NULL,
    seen_at timestamp with time zone,
    proved_at timestamp with time zone,
    proved_by text DEFAULT ''::text NOT NULL,
    second_factor boolean DEFAULT false NOT NULL,
    approved_by uuid,
    CONSTRAINT auth_sessions_check CHECK (((revoked_at IS NULL) = (revoked_reason IS NULL))),
    CONSTRAINT auth_sessions_client_check CHECK ((length(client) <= 120)),
    CONSTRAINT auth_sessions_counter_check CHECK ((counter >= 0)),
    CONSTRAINT auth_sessions_device_check CHECK ((length(device) <= 120)),
    CONSTRAINT auth_sessions_device_kind_check CHECK ((length(device_kind) <= 32)),
    CONSTRAINT auth_sessions_device_name_check CHECK ((length(device_name) <= 120)),
    CONSTRAINT auth_sessions_network_check CHECK ((length(network) <= 64)),
    CONSTRAINT auth_sessions_proved_by_check CHECK ((length(proved_by) <= 32)),
    CONSTRAINT auth_sessions_refresh_key_check CHECK ((length(refresh_key) = 32)),
    CONSTRAINT auth_sessions_revoked_reason_check CHECK (((length(revoked_reason) >= 1) AND (length(revoked_reason) <= 120))),
    CONSTRAINT auth_sessions_time_range_check CHECK (((LEAST(seen_at, last_used_at, expires_at, revoked_at, created_at) >= to_timestamp((0)::double precision)) AND (GREATEST(seen_at, last_used_at, expires_at, revoked_at, created_at) < to_timestamp(('253402214400'::bigint)::double precision))))
);

CREATE TABLE public.backup_runs (
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    ended_at timestamp with time zone DEFAULT now() NOT NULL,
    seconds double precision NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT backup_runs_kind_check CHECK ((kind = ANY (ARRAY['backup'::text, 'rehearsal'::text]))),
    CONSTRAINT backup_runs_name_check CHECK ((length(name) <= 255))
);

CREATE TABLE public.change_log (
    "position" bigint NOT NULL,
    xact xid8 DEFAULT pg_current_xact_id() NOT NULL,
    table_name text NOT NULL,
    row_id text NOT NULL,
    project_id uuid,
    user_id uuid,
    action text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    old_project_id uuid,
    old_user_id uuid,
    everyone boolean DEFAULT false NOT NULL,
    private boolean DEFAULT false NOT NULL,
    content boolean DEFAULT false NOT NULL,
    CONSTRAINT change_log_action_check CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])))
);

CREATE SEQUENCE public.change_log_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.change_log_position_seq OWNED BY public.change_log."position";

CREATE TABLE public.change_log_trimmed (
    cluster text NOT NULL COLLATE pg_catalog."C",
    xact xid8 NOT NULL,
    CONSTRAINT change_log_trimmed_cluster_check CHECK ((length(cluster) <= 128))
);

CREATE TABLE public.closed_rooms (
    project_id uuid NOT NULL,
    reason text NOT NULL,
    closed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    until timestamp with time zone,
    CONSTRAINT closed_rooms_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
);

CREATE TABLE public.collaboration_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    project_id uuid NOT NULL,
    host_id uuid,
    participants uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    permissions jsonb DEFAULT '{}'::jsonb NOT NULL,
    invite_code text COLLATE pg_catalog."C",
    status text DEFAULT 'active'::text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    last_activity_at timestamp with time zone DEFAULT now() NOT NULL,
    transport jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collaboration_sessions_check CHECK (((status = 'ended'::text) = (ended_at IS NOT NULL))),
    CONSTRAINT collaboration_sessions_invite_code_check CHECK (((length(invite_code) >= 8) AND (length(invite_code) <= 128))),
    CONSTRAINT collaboration_sessions_participants_list_check CHECK (
CASE
    WHEN (array_ndims(participants) > 1) THEN false
    ELSE (array_position(participants, NULL::uuid) IS NULL)
END),
    CONSTRAINT collaboration_sessions_permissions_check CHECK ((jsonb_typeof(permissions) = 'object'::text)),
    CONSTRAINT collaboration_sessions_status_check CHECK ((status = ANY (ARRAY['active'::text, 'ended'::text]))),
    CONSTRAINT collaboration_sessions_time_range_check CHECK (((LEAST(started_at, ended_at, last_activity_at, created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(started_at, ended_at, last_activity_at, created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT collaboration_sessions_transport_check CHECK ((jsonb_typeof(transport) = 'object'::text))
);

CREATE TABLE public.device_logins (
    device_hash bytea NOT NULL,
    code_hash bytea NOT NULL,
    device text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    address text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    looked_by uuid,
    approved_by uuid,
    interval_ms integer NOT NULL,
    polled_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT device_logins_address_check CHECK ((length(address) <= 64)),
    CONSTRAINT device_logins_check CHECK (((state = 'approved'::text) = (approved_by IS NOT NULL))),
    CONSTRAINT device_logins_code_hash_check CHECK ((length(code_hash) = 32)),
    CONSTRAINT device_logins_device_check CHECK ((length(device) <= 120)),
    CONSTRAINT device_logins_device_hash_check CHECK ((length(device_hash) = 32)),
    CONSTRAINT device_logins_interval_ms_check CHECK (((interval_ms >= 0) AND (interval_ms <= 600000))),
    CONSTRAINT device_logins_name_check CHECK ((length(name) <= 120)),
    CONSTRAINT device_logins_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'denied'::text])))
);

CREATE SEQUENCE public.fences
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    method text NOT NULL COLLATE pg_catalog."C",
    params_digest bytea NOT NULL,
    reply bytea,
    bytes integer DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_keys_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 64))),
    CONSTRAINT idempotency_keys_method_check CHECK (((length(method) >= 1) AND (length(method) <= 64))),
    CONSTRAINT idempotency_keys_params_digest_check CHECK ((length(params_digest) = 16))
);

CREATE TABLE public.invitations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    project_id uuid NOT NULL,
    inviter_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    email text,
    address text COLLATE pg_catalog."C",
    role text NOT NULL,
    tracks text[],
    max_uses integer NOT NULL,
    uses integer DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    guests boolean DEFAULT false NOT NULL,
    CONSTRAINT invitations_address_check CHECK (((length(address) >= 3) AND (length(address) <= 254))),
    CONSTRAINT invitations_check CHECK ((uses <= max_uses)),
    CONSTRAINT invitations_check1 CHECK ((((role = 'contributor'::text) = (tracks IS NOT NULL)) AND (COALESCE(cardinality(tracks), 0) <= 64))),
    CONSTRAINT invitations_check2 CHECK ((((email IS NULL) = (address IS NULL)) AND ((address IS NULL) OR (max_uses = 1)))),
    CONSTRAINT invitations_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT invitations_guests_check CHECK (((NOT guests) OR (address IS NULL))),
    CONSTRAINT invitations_max_uses_check CHECK ((max_uses >= 1)),
    CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['editor'::text, 'contributor'::text, 'commenter'::text, 'viewer'::text]))),
    CONSTRAINT invitations_time_range_check CHECK (((LEAST(expires_at, accepted_at, withdrawn_at, created_at) >= to_timestamp((0)::double precision)) AND (GREATEST(expires_at, accepted_at, withdrawn_at, created_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT invitations_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT invitations_tracks_list_check CHECK (
CASE
    WHEN (array_ndims(tracks) > 1) THEN false
    ELSE (array_position(tracks, NULL::text) IS NULL)
END),
    CONSTRAINT invitations_uses_check CHECK ((uses >= 0))
);

CREATE TABLE public.login_challenges (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    login_by text NOT NULL,
    device text NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT login_challenges_device_check CHECK ((length(device) <= 120)),
    CONSTRAINT login_challenges_login_by_check CHECK (((length(login_by) >= 1) AND (length(login_by) <= 32))),
    CONSTRAINT login_challenges_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT login_challenges_tries_check CHECK ((tries >= 0))
);

CREATE TABLE public.login_tries (
    account bytea NOT NULL,
    address text NOT NULL COLLATE pg_catalog."C",
    wrong integer DEFAULT 0 NOT NULL,
    free_at timestamp with time zone NOT NULL,
    known_until timestamp with time zone NOT NULL,
    under_way integer DEFAULT 0 NOT NULL,
    lost_at timestamp with time zone DEFAULT to_timestamp((0)::double precision) NOT NULL,
    CONSTRAINT login_tries_account_check CHECK ((length(account) = 16)),
    CONSTRAINT login_tries_address_check CHECK ((length(address) <= 64)),
    CONSTRAINT login_tries_under_way_check CHECK ((under_way >= 0)),
    CONSTRAINT login_tries_wrong_check CHECK ((wrong >= 0))
)
WITH (fillfactor='80');

CREATE TABLE public.mail_outbox (
    id bigint NOT NULL,
    user_id uuid,
    recipient text NOT NULL,
    kind text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone DEFAULT now() NOT NULL,
    last_error text,
    sent_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    address text COLLATE pg_catalog."C",
    give_up_at timestamp with time zone DEFAULT (now() + '1 day'::interval) NOT NULL,
    given_up_at timestamp with time zone,
    dropped integer DEFAULT 0 NOT NULL,
    CONSTRAINT mail_outbox_address_check CHECK (((length(address) >= 3) AND (length(address) <= 512))),
    CONSTRAINT mail_outbox_dropped_check CHECK ((dropped >= 0)),
    CONSTRAINT mail_outbox_kind_check CHECK (((length(kind) >= 1) AND (length(kind) <= 64))),
    CONSTRAINT mail_outbox_payload_check CHECK ((jsonb_typeof(payload) = 'object'::text)),
    CONSTRAINT mail_outbox_recipient_check CHECK (((length(recipient) >= 3) AND (length(recipient) <= 254))),
    CONSTRAINT mail_outbox_tries_check CHECK ((tries >= 0))
);

ALTER TABLE public.mail_outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.mail_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.maintenance (
    is_on boolean DEFAULT true NOT NULL,
    message text NOT NULL,
    began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT maintenance_is_on_check CHECK (is_on),
    CONSTRAINT maintenance_message_check CHECK (((length(message) >= 1) AND (length(message) <= 500)))
);

CREATE TABLE public.member_fences (
    project_id uuid NOT NULL,
    member text NOT NULL COLLATE pg_catalog."C",
    fence bigint NOT NULL,
    raised_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.mixx_recall (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    category text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    usage_count bigint DEFAULT 0 NOT NULL,
    last_used_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    shown_count bigint DEFAULT 0 NOT NULL,
    taken_count bigint DEFAULT 0 NOT NULL,
    CONSTRAINT mixx_recall_category_check CHECK (((length(category) >= 1) AND (length(category) <= 64))),
    CONSTRAINT mixx_recall_data_check CHECK ((jsonb_typeof(data) = 'object'::text)),
    CONSTRAINT mixx_recall_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255))),
    CONSTRAINT mixx_recall_shown_count_check CHECK ((shown_count >= 0)),
    CONSTRAINT mixx_recall_taken_count_check CHECK ((taken_count >= 0)),
    CONSTRAINT mixx_recall_time_range_check CHECK (((LEAST(last_used_at, created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(last_used_at, created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT mixx_recall_usage_count_check CHECK ((usage_count >= 0))
);

CREATE TABLE public.more_apps (
    app_id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    sealed bytea NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT more_apps_name_check CHECK ((length(name) <= 120)),
    CONSTRAINT more_apps_sealed_check CHECK (((length(sealed) >= 1) AND (length(sealed) <= 512)))
);

CREATE UNLOGGED TABLE public.node_answers (
    question_id uuid NOT NULL,
    node text NOT NULL COLLATE pg_catalog."C",
    answer jsonb NOT NULL,
    CONSTRAINT node_answers_node_check CHECK (((length(node) >= 1) AND (length(node) <= 32)))
);

CREATE UNLOGGED TABLE public.node_questions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    asks text NOT NULL COLLATE pg_catalog."C",
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    asked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT node_questions_asks_check CHECK (((length(asks) >= 1) AND (length(asks) <= 32)))
);

CREATE TABLE public.one_time_tokens (
    user_id uuid NOT NULL,
    purpose text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    token_hash bytea NOT NULL,
    code_hash bytea NOT NULL,
    wrong_codes integer DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    code_expires_at timestamp with time zone NOT NULL,
    made integer DEFAULT 1 NOT NULL,
    made_since timestamp with time zone DEFAULT now() NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT one_time_tokens_code_hash_check CHECK ((length(code_hash) = 32)),
    CONSTRAINT one_time_tokens_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT one_time_tokens_made_check CHECK ((made >= 0)),
    CONSTRAINT one_time_tokens_purpose_check CHECK ((purpose ~ '^[a-z_]{1,32}$'::text)),
    CONSTRAINT one_time_tokens_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT one_time_tokens_wrong_codes_check CHECK ((wrong_codes >= 0))
)
WITH (fillfactor='80');

CREATE TABLE public.prime_users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email text NOT NULL,
    username text NOT NULL COLLATE pg_catalog."C",
    name text DEFAULT ''::text NOT NULL,
    avatar_url text,
    favorite_genres text[] DEFAULT '{}'::text[] NOT NULL,
    default_bpm double precision DEFAULT 120 NOT NULL,
    target_lufs double precision DEFAULT '-14'::integer NOT NULL,
    preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
    devices jsonb DEFAULT '[]'::jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    address text NOT NULL COLLATE pg_catalog."C",
    email_verified_at timestamp with time zone,
    is_operator boolean DEFAULT false NOT NULL,
    is_guest boolean DEFAULT false NOT NULL,
    CONSTRAINT prime_users_address_check CHECK (((length(address) >= 3) AND (length(address) <= 512))),
    CONSTRAINT prime_users_avatar_url_check CHECK ((length(avatar_url) <= 2048)),
    CONSTRAINT prime_users_default_bpm_check CHECK (((default_bpm >= (10)::double precision) AND (default_bpm <= (1000)::double precision))),
    CONSTRAINT prime_users_devices_check CHECK ((jsonb_typeof(devices) = 'array'::text)),
    CONSTRAINT prime_users_devices_maps_check CHECK ((NOT jsonb_path_exists(devices, 'strict $[*]?(@.type() != "object")'::jsonpath))),
    CONSTRAINT prime_users_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT prime_users_favorite_genres_list_check CHECK (
CASE
    WHEN (array_ndims(favorite_genres) > 1) THEN false
    ELSE (array_position(favorite_genres, NULL::text) IS NULL)
END),
    CONSTRAINT prime_users_name_check CHECK ((length(name) <= 120)),
    CONSTRAINT prime_users_preferences_check CHECK ((jsonb_typeof(preferences) = 'object'::text)),
    CONSTRAINT prime_users_target_lufs_check CHECK (((target_lufs >= ('-70'::integer)::double precision) AND (target_lufs <= (0)::double precision))),
    CONSTRAINT prime_users_time_range_check CHECK (((LEAST(created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT prime_users_username_check CHECK (((length(username) >= 2) AND (length(username) <= 32)))
);

CREATE VIEW public.own_account WITH (security_barrier='true') AS
 SELECT id,
    email,
    username,
    name,
    avatar_url,
    favorite_genres,
    default_bpm,
    target_lufs,
    preferences,
    devices,
    version,
    created_at,
    updated_at,
    is_guest
   FROM public.prime_users
  WHERE (id = ( SELECT public.caller_id() AS caller_id))
  WITH LOCAL CHECK OPTION;

CREATE TABLE public.pending_invitations (
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pending_invitations_token_hash_check CHECK ((length(token_hash) = 32))
);

CREATE TABLE public.plugin_presets (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid,
    plugin text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    category text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    is_public boolean DEFAULT false NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    forked_from uuid,
    origin_name text,
    system_key text COLLATE pg_catalog."C",
    system_version integer,
    CONSTRAINT plugin_presets_category_check CHECK ((length(category) <= 64)),
    CONSTRAINT plugin_presets_check CHECK (((owner_id IS NOT NULL) OR is_public)),
    CONSTRAINT plugin_presets_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT plugin_presets_origin_check CHECK ((forked_from <> id)),
    CONSTRAINT plugin_presets_origin_name_check CHECK (((length(origin_name) >= 1) AND (length(origin_name) <= 120))),
    CONSTRAINT plugin_presets_parameters_check CHECK ((jsonb_typeof(parameters) = 'object'::text)),
    CONSTRAINT plugin_presets_plugin_check CHECK (((length(plugin) >= 1) AND (length(plugin) <= 255))),
    CONSTRAINT plugin_presets_system_check CHECK (((system_key IS NULL) OR ((owner_id IS NULL) AND (system_version IS NOT NULL)))),
    CONSTRAINT plugin_presets_system_key_check CHECK (((length(system_key) >= 1) AND (length(system_key) <= 128))),
    CONSTRAINT plugin_presets_system_version_check CHECK ((system_version >= 1)),
    CONSTRAINT plugin_presets_tags_check CHECK ((cardinality(tags) <= 32)),
    CONSTRAINT plugin_presets_tags_list_check CHECK (
CASE
    WHEN (array_ndims(tags) > 1) THEN false
    ELSE (array_position(tags, NULL::text) IS NULL)
END),
    CONSTRAINT plugin_presets_time_range_check CHECK (((LEAST(created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision))))
);

CREATE TABLE public.preset_uses (
    preset_id uuid NOT NULL,
    user_id uuid NOT NULL,
    counted_at timestamp with time zone NOT NULL
);

CREATE TABLE public.project_colors (
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    place smallint NOT NULL,
    CONSTRAINT project_colors_place_check CHECK (((place >= 0) AND (place <= 11)))
);

CREATE TABLE public.project_members (
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    tracks text[],
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT project_members_contributor_check CHECK (((role <> 'contributor'::text) OR ((tracks IS NOT NULL) AND (cardinality(tracks) <= 64)))),
    CONSTRAINT project_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'editor'::text, 'contributor'::text, 'commenter'::text, 'viewer'::text]))),
    CONSTRAINT project_members_time_range_check CHECK (((LEAST(created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT project_members_tracks_check CHECK ((cardinality(tracks) <= 1024)),
    CONSTRAINT project_members_tracks_list_check CHECK (
CASE
    WHEN (array_ndims(tracks) > 1) THEN false
    ELSE (array_position(tracks, NULL::text) IS NULL)
END)
);

CREATE TABLE public.project_snapshots (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    project_id uuid NOT NULL,
    author_id uuid,
    kind text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    state jsonb NOT NULL,
    epoch text NOT NULL,
    seq bigint NOT NULL,
    audio_analysis jsonb,
    musical_context jsonb,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    checksum text DEFAULT ''::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    CONSTRAINT project_snapshots_audio_analysis_check CHECK ((jsonb_typeof(audio_analysis) = 'object'::text)),
    CONSTRAINT project_snapshots_checksum_check CHECK ((checksum ~ '^([0-9a-f]{16})?$'::text)),
    CONSTRAINT project_snapshots_description_check CHECK ((length(description) <= 10000)),
    CONSTRAINT project_snapshots_epoch_check CHECK (((length(epoch) >= 1) AND (length(epoch) <= 64))),
    CONSTRAINT project_snapshots_kind_check CHECK ((kind = ANY (ARRAY['auto'::text, 'manual'::text, 'before-restore'::text]))),
    CONSTRAINT project_snapshots_musical_context_check CHECK ((jsonb_typeof(musical_context) = 'object'::text)),
    CONSTRAINT project_snapshots_name_check CHECK ((length(name) <= 120)),
    CONSTRAINT project_snapshots_seq_check CHECK ((seq >= 0)),
    CONSTRAINT project_snapshots_state_check CHECK ((jsonb_typeof(state) = 'object'::text)),
    CONSTRAINT project_snapshots_time_range_check CHECK (((LEAST(created_at) >= to_timestamp((0)::double precision)) AND (GREATEST(created_at) < to_timestamp(('253402214400'::bigint)::double precision))))
);

CREATE TABLE public.project_states (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    project_id uuid NOT NULL,
    project_state jsonb NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    aspects jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE public.provider_flows (
    state_hash bytea NOT NULL,
    flow_hash bytea NOT NULL,
    provider text NOT NULL,
    redirect_uri text NOT NULL,
    auth_session uuid,
    taken_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT provider_flows_flow_hash_check CHECK ((length(flow_hash) = 32)),
    CONSTRAINT provider_flows_provider_check CHECK ((provider ~ '^[a-z0-9_]{1,32}$'::text)),
    CONSTRAINT provider_flows_redirect_uri_check CHECK (((length(redirect_uri) >= 1) AND (length(redirect_uri) <= 2048))),
    CONSTRAINT provider_flows_state_hash_check CHECK ((length(state_hash) = 32))
);

CREATE TABLE public.provider_identities (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    provider text NOT NULL,
    issuer text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    email text,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT provider_identities_email_check CHECK ((length(email) <= 254)),
    CONSTRAINT provider_identities_issuer_check CHECK (((length(issuer) >= 1) AND (length(issuer) <= 512))),
    CONSTRAINT provider_identities_provider_check CHECK ((provider ~ '^[a-z0-9_]{1,32}$'::text)),
    CONSTRAINT provider_identities_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);

CREATE TABLE public.recall_heat (
    user_id uuid NOT NULL,
    category text NOT NULL COLLATE pg_catalog."C",
    context text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    heat double precision NOT NULL,
    usage_count bigint DEFAULT 0 NOT NULL,
    CONSTRAINT recall_heat_context_check CHECK ((length(context) <= 320)),
    CONSTRAINT recall_heat_usage_count_check CHECK ((usage_count >= 0))
)
WITH (fillfactor='70');

CREATE TABLE public.recall_popular (
    category text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    users bigint NOT NULL,
    uses bigint NOT NULL,
    CONSTRAINT recall_popular_users_check CHECK ((users >= 5))
);

CREATE TABLE public.recall_settings (
    user_id uuid NOT NULL,
    category text NOT NULL COLLATE pg_catalog."C",
    remembers boolean DEFAULT true NOT NULL,
    half_life_days double precision NOT NULL,
    heats bigint DEFAULT 0 NOT NULL,
    CONSTRAINT recall_settings_category_check CHECK (((length(category) >= 1) AND (length(category) <= 64))),
    CONSTRAINT recall_settings_half_life_days_check CHECK (((half_life_days >= (0.01)::double precision) AND (half_life_days <= (3650)::double precision)))
);

CREATE TABLE public.recall_uses (
    user_id uuid NOT NULL,
    use_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.recovery_codes (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT recovery_codes_code_hash_check CHECK ((length(code_hash) = 32))
);

CREATE TABLE public.second_factors (
    user_id uuid NOT NULL,
    sealed bytea NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    app_id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    CONSTRAINT second_factors_name_check CHECK ((length(name) <= 120)),
    CONSTRAINT second_factors_sealed_check CHECK (((length(sealed) >= 1) AND (length(sealed) <= 512)))
);

CREATE TABLE public.server_nodes (
    name text NOT NULL COLLATE pg_catalog."C",
    host text NOT NULL,
    address text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    connections integer DEFAULT 0 NOT NULL,
    rooms integer DEFAULT 0 NOT NULL,
    members integer DEFAULT 0 NOT NULL,
    load double precision DEFAULT 0 NOT NULL,
    drains boolean DEFAULT false NOT NULL,
    is_drained boolean DEFAULT false NOT NULL,
    drain_words integer DEFAULT 0 NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT server_nodes_address_check CHECK ((length(address) <= 300)),
    CONSTRAINT server_nodes_host_check CHECK ((length(host) <= 255)),
    CONSTRAINT server_nodes_name_check CHECK (((length(name) >= 1) AND (length(name) <= 32))),
    CONSTRAINT server_nodes_version_check CHECK ((length(version) <= 64))
);

CREATE TABLE public.server_secrets (
    name text NOT NULL COLLATE pg_catalog."C",
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT server_secrets_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
    CONSTRAINT server_secrets_value_check CHECK (((length(value) >= 1) AND (length(value) <= 65536)))
);

CREATE TABLE public.session_states (
    collaboration_session_id uuid NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    device text NOT NULL COLLATE pg_catalog."C",
    cursor jsonb,
    view_state jsonb,
    active_tool text,
    selection text[] DEFAULT '{}'::text[] NOT NULL,
    device_presence jsonb DEFAULT '{}'::jsonb NOT NULL,
    heartbeat_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT session_states_active_tool_check CHECK ((length(active_tool) <= 64)),
    CONSTRAINT session_states_cursor_check CHECK ((jsonb_typeof(cursor) = 'object'::text)),
    CONSTRAINT session_states_device_check CHECK ((length(device) <= 120)),
    CONSTRAINT session_states_device_presence_check CHECK ((jsonb_typeof(device_presence) = 'object'::text)),
    CONSTRAINT session_states_selection_list_check CHECK (
CASE
    WHEN (array_ndims(selection) > 1) THEN false
    ELSE (array_position(selection, NULL::text) IS NULL)
END),
    CONSTRAINT session_states_time_range_check CHECK (((LEAST(heartbeat_at, created_at, updated_at) >= to_timestamp((0)::double precision)) AND (GREATEST(heartbeat_at, created_at, updated_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT session_states_view_state_check CHECK ((jsonb_typeof(view_state) = 'object'::text))
)
WITH (fillfactor='50');

CREATE TABLE public.session_stays (
    collaboration_session_id uuid NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    entered_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    seconds double precision DEFAULT 0 NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    CONSTRAINT session_stays_seconds_check CHECK ((seconds >= (0)::double precision)),
    CONSTRAINT session_stays_seconds_finite_check CHECK ((seconds < 'Infinity'::double precision)),
    CONSTRAINT session_stays_time_range_check CHECK (((LEAST(entered_at, seen_at) >= to_timestamp((0)::double precision)) AND (GREATEST(entered_at, seen_at) < to_timestamp(('253402214400'::bigint)::double precision)))),
    CONSTRAINT session_stays_times_check CHECK ((times >= 1))
)
WITH (fillfactor='70');

CREATE TABLE public.signing_keys (
    kid text NOT NULL COLLATE pg_catalog."C",
    public_key bytea NOT NULL,
    private_key bytea,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    signs_from timestamp with time zone NOT NULL,
    retires_at timestamp with time zone,
    CONSTRAINT signing_keys_check CHECK ((retires_at > signs_from)),
    CONSTRAINT signing_keys_check1 CHECK (((private_key IS NOT NULL) OR (retires_at IS NOT NULL))),
    CONSTRAINT signing_keys_kid_check CHECK (((length(kid) >= 1) AND (length(kid) <= 64))),
    CONSTRAINT signing_keys_private_key_check CHECK ((length(private_key) = 32)),
    CONSTRAINT signing_keys_public_key_check CHECK ((length(public_key) = 32))
);

CREATE UNLOGGED TABLE public.staged_deltas (
    staging uuid NOT NULL,
    part integer NOT NULL,
    delta_id text NOT NULL COLLATE pg_catalog."C",
    ops json NOT NULL,
    bytes integer NOT NULL,
    payload_hash bytea NOT NULL,
    staged_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT staged_deltas_part_check CHECK ((part >= 1))
);

CREATE UNLOGGED TABLE public.state_parts (
    state_id uuid NOT NULL,
    part integer NOT NULL,
    data bytea NOT NULL
);

CREATE TABLE public.taken_roles (
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    by_owner boolean NOT NULL
);

CREATE VIEW public.whole_audit WITH (security_barrier='true') AS
 SELECT id,
    event,
    user_id,
    actor_id,
    project_id,
    auth_session_id,
    address,
    count,
    details,
    created_at
   FROM public.audit_log
  WHERE ( SELECT public.is_operator(( SELECT public.caller_id() AS caller_id)) AS is_operator);

ALTER TABLE ONLY public.change_log ALTER COLUMN "position" SET DEFAULT nextval('public.change_log_position_seq'::regclass);

ALTER TABLE ONLY public.account_deletions
    ADD CONSTRAINT account_deletions_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.audio_files
    ADD CONSTRAINT audio_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_credentials
    ADD CONSTRAINT auth_credentials_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_credentials
    ADD CONSTRAINT auth_credentials_provider_key UNIQUE (user_id, provider);

ALTER TABLE ONLY public.auth_credentials
    ADD CONSTRAINT auth_credentials_subject_key UNIQUE (provider, subject);

ALTER TABLE ONLY public.auth_sessions
    ADD CONSTRAINT auth_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.backup_runs
    ADD CONSTRAINT backup_runs_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY public.change_log
    ADD CONSTRAINT change_log_pkey PRIMARY KEY ("position");

ALTER TABLE ONLY public.change_log_trimmed
    ADD CONSTRAINT change_log_trimmed_pkey PRIMARY KEY (cluster);

ALTER TABLE ONLY public.closed_rooms
    ADD CONSTRAINT closed_rooms_pkey PRIMARY KEY (project_id);

ALTER TABLE ONLY public.collaboration_sessions
    ADD CONSTRAINT collaboration_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_code_key UNIQUE (code_hash);

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_pkey PRIMARY KEY (device_hash);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.login_challenges
    ADD CONSTRAINT login_challenges_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.login_tries
    ADD CONSTRAINT login_tries_pkey PRIMARY KEY (account, address);

ALTER TABLE ONLY public.mail_outbox
    ADD CONSTRAINT mail_outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.maintenance
    ADD CONSTRAINT maintenance_pkey PRIMARY KEY (is_on);

ALTER TABLE ONLY public.member_fences
    ADD CONSTRAINT member_fences_pkey PRIMARY KEY (project_id, member);

ALTER TABLE ONLY public.mixx_recall
    ADD CONSTRAINT mixx_recall_key_key UNIQUE (user_id, category, key);

ALTER TABLE ONLY public.mixx_recall
    ADD CONSTRAINT mixx_recall_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.more_apps
    ADD CONSTRAINT more_apps_pkey PRIMARY KEY (app_id);

ALTER TABLE ONLY public.node_answers
    ADD CONSTRAINT node_answers_pkey PRIMARY KEY (question_id, node);

ALTER TABLE ONLY public.node_questions
    ADD CONSTRAINT node_questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_pkey PRIMARY KEY (user_id, purpose);

ALTER TABLE ONLY public.pending_invitations
    ADD CONSTRAINT pending_invitations_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.plugin_presets
    ADD CONSTRAINT plugin_presets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.preset_usage_counts
    ADD CONSTRAINT preset_usage_counts_pkey PRIMARY KEY (preset_id);

ALTER TABLE ONLY public.preset_uses
    ADD CONSTRAINT preset_uses_pkey PRIMARY KEY (preset_id, user_id);

ALTER TABLE ONLY public.prime_users
    ADD CONSTRAINT prime_users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.project_colors
    ADD CONSTRAINT project_colors_pkey PRIMARY KEY (project_id, user_id);

ALTER TABLE ONLY public.project_deltas
    ADD CONSTRAINT project_deltas_delta_id_key UNIQUE (project_id, delta_id);

ALTER TABLE ONLY public.project_deltas
    ADD CONSTRAINT project_deltas_pkey PRIMARY KEY (project_id, seq);

ALTER TABLE ONLY public.project_members
    ADD CONSTRAINT project_members_pkey PRIMARY KEY (project_id, user_id);

ALTER TABLE ONLY public.project_snapshots
    ADD CONSTRAINT project_snapshots_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.project_states
    ADD CONSTRAINT project_states_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.provider_flows
    ADD CONSTRAINT provider_flows_pkey PRIMARY KEY (state_hash);

ALTER TABLE ONLY public.provider_identities
    ADD CONSTRAINT provider_identities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.provider_identities
    ADD CONSTRAINT provider_identities_subject_key UNIQUE (issuer, subject);

ALTER TABLE ONLY public.recall_heat
    ADD CONSTRAINT recall_heat_pkey PRIMARY KEY (user_id, category, context, key);

ALTER TABLE ONLY public.recall_popular
    ADD CONSTRAINT recall_popular_pkey PRIMARY KEY (category, key);

ALTER TABLE ONLY public.recall_settings
    ADD CONSTRAINT recall_settings_pkey PRIMARY KEY (user_id, category);

ALTER TABLE ONLY public.recall_uses
    ADD CONSTRAINT recall_uses_pkey PRIMARY KEY (user_id, use_id);

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash);

ALTER TABLE ONLY public.second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.server_nodes
    ADD CONSTRAINT server_nodes_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.server_secrets
    ADD CONSTRAINT server_secrets_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.session_states
    ADD CONSTRAINT session_states_pkey PRIMARY KEY (collaboration_session_id, user_id, device);

ALTER TABLE ONLY public.session_stays
    ADD CONSTRAINT session_stays_pkey PRIMARY KEY (collaboration_session_id, user_id);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.staged_deltas
    ADD CONSTRAINT staged_deltas_pkey PRIMARY KEY (staging, part);

ALTER TABLE ONLY public.state_parts
    ADD CONSTRAINT state_parts_pkey PRIMARY KEY (state_id, part);

ALTER TABLE ONLY public.studio_projects
    ADD CONSTRAINT studio_projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taken_roles
    ADD CONSTRAINT taken_roles_pkey PRIMARY KEY (project_id, user_id);

CREATE INDEX account_deletions_erase_idx ON public.account_deletions USING btree (erase_at);

CREATE UNIQUE INDEX audio_files_content_key ON public.audio_files USING btree (project_id, content_hash) WHERE ((content_hash IS NOT NULL) AND (stem_kind IS NULL) AND (NOT is_repeated));

CREATE INDEX audio_files_hash_idx ON public.audio_files USING btree (content_hash) WHERE (content_hash IS NOT NULL);

CREATE INDEX audio_files_made_idx ON public.audio_files USING btree (project_id, created_at, id);

CREATE INDEX audio_files_name_idx ON public.audio_files USING btree (project_id, name COLLATE "C", id);

CREATE INDEX audio_files_owner_idx ON public.audio_files USING btree (owner_id);

CREATE INDEX audio_files_parent_idx ON public.audio_files USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX audio_files_pending_idx ON public.audio_files USING btree (project_id, id) WHERE (status <> 'available'::text);

CREATE INDEX audio_files_project_hash_idx ON public.audio_files USING btree (project_id, content_hash) WHERE (content_hash IS NOT NULL);

CREATE INDEX audit_log_created_idx ON public.audit_log USING btree (created_at DESC, id DESC);

CREATE INDEX audit_log_event_idx ON public.audit_log USING btree (event, created_at DESC, id DESC);

CREATE INDEX audit_log_project_idx ON public.audit_log USING btree (project_id, created_at DESC, id DESC) WHERE (project_id IS NOT NULL);

CREATE INDEX audit_log_user_idx ON public.audit_log USING btree (user_id, created_at DESC, id DESC) WHERE (user_id IS NOT NULL);

CREATE INDEX auth_credentials_foreign_hash_idx ON public.auth_credentials USING btree ("substring"((password_hash COLLATE "C"), '^(?:\$2[abxy]\$[0-9]+|\$fbscrypt\$[^$]*|\$argon2[a-z]*\$(?:v=[0-9]+\$)?[^$]*)'::text)) WHERE (password_hash !~~ '$argon2id$v=19$m=19456,t=2,p=1$%'::text);

CREATE UNIQUE INDEX auth_credentials_reset_token_key ON public.auth_credentials USING btree (reset_token_hash) WHERE (reset_token_hash IS NOT NULL);

CREATE UNIQUE INDEX auth_credentials_verify_token_key ON public.auth_credentials USING btree (verify_token_hash) WHERE (verify_token_hash IS NOT NULL);

CREATE INDEX auth_sessions_approved_idx ON public.auth_sessions USING btree (approved_by) WHERE (approved_by IS NOT NULL);

CREATE INDEX auth_sessions_expires_idx ON public.auth_sessions USING btree (expires_at);

CREATE INDEX auth_sessions_made_idx ON public.auth_sessions USING btree (user_id, created_at, id);

CREATE INDEX auth_sessions_revoked_idx ON public.auth_sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX auth_sessions_user_idx ON public.auth_sessions USING btree (user_id) WHERE (revoked_at IS NULL);

CREATE INDEX change_log_project_idx ON public.change_log USING btree (project_id) WHERE (project_id IS NOT NULL);

CREATE INDEX change_log_xact_idx ON public.change_log USING btree (xact);

CREATE INDEX collaboration_sessions_active_idx ON public.collaboration_sessions USING btree (project_id) WHERE (status = 'active'::text);

CREATE INDEX collaboration_sessions_agreed_idx ON public.collaboration_sessions USING btree (project_id) WHERE ((status = 'active'::text) AND (permissions <> '{}'::jsonb));

CREATE INDEX collaboration_sessions_host_idx ON public.collaboration_sessions USING btree (host_id);

CREATE UNIQUE INDEX collaboration_sessions_invite_key ON public.collaboration_sessions USING btree (invite_code) WHERE (invite_code IS NOT NULL);

CREATE INDEX collaboration_sessions_participants_idx ON public.collaboration_sessions USING gin (participants);

CREATE INDEX collaboration_sessions_started_idx ON public.collaboration_sessions USING btree (project_id, started_at, id);

CREATE INDEX device_logins_approved_idx ON public.device_logins USING btree (approved_by);

CREATE INDEX device_logins_expires_idx ON public.device_logins USING btree (expires_at);

CREATE INDEX device_logins_looked_idx ON public.device_logins USING btree (looked_by);

CREATE INDEX idempotency_keys_claimed_idx ON public.idempotency_keys USING btree (claimed_at);

CREATE INDEX idempotency_keys_user_idx ON public.idempotency_keys USING btree (user_id, claimed_at DESC);

CREATE INDEX invitations_expires_at_idx ON public.invitations USING btree (expires_at);

CREATE INDEX invitations_inviter_id_idx ON public.invitations USING btree (inviter_id);

CREATE INDEX invitations_project_id_created_at_idx ON public.invitations USING btree (project_id, created_at DESC, id DESC);

CREATE INDEX login_challenges_expires_idx ON public.login_challenges USING btree (expires_at);

CREATE INDEX login_challenges_user_idx ON public.login_challenges USING btree (user_id);

CREATE INDEX login_tries_free_idx ON public.login_tries USING btree (free_at);

CREATE INDEX mail_outbox_address_idx ON public.mail_outbox USING btree (address, created_at);

CREATE INDEX mail_outbox_created_idx ON public.mail_outbox USING btree (created_at);

CREATE INDEX mail_outbox_dropped_idx ON public.mail_outbox USING btree (created_at) WHERE (dropped > 0);

CREATE INDEX mail_outbox_user_idx ON public.mail_outbox USING btree (user_id, created_at);

CREATE INDEX mail_outbox_waits_idx ON public.mail_outbox USING btree (next_try_at) WHERE ((sent_at IS NULL) AND (given_up_at IS NULL));

CREATE INDEX member_fences_raised_at ON public.member_fences USING btree (raised_at);

CREATE INDEX mixx_recall_data_idx ON public.mixx_recall USING gin (data jsonb_path_ops);

CREATE INDEX mixx_recall_key_idx ON public.mixx_recall USING btree (category, key);

CREATE INDEX mixx_recall_own_idx ON public.mixx_recall USING btree (user_id, updated_at, id);

CREATE UNIQUE INDEX more_apps_begun_key ON public.more_apps USING btree (user_id) WHERE (confirmed_at IS NULL);

CREATE INDEX more_apps_user_idx ON public.more_apps USING btree (user_id);

CREATE INDEX one_time_tokens_made_since_idx ON public.one_time_tokens USING btree (made_since);

CREATE UNIQUE INDEX one_time_tokens_token_key ON public.one_time_tokens USING btree (token_hash);

CREATE INDEX plugin_presets_category_idx ON public.plugin_presets USING btree (category, updated_at, id);

CREATE INDEX plugin_presets_created_idx ON public.plugin_presets USING btree (created_at, id);

CREATE INDEX plugin_presets_forked_idx ON public.plugin_presets USING btree (forked_from) WHERE (forked_from IS NOT NULL);

CREATE INDEX plugin_presets_name_idx ON public.plugin_presets USING btree (name COLLATE "C", id);

CREATE UNIQUE INDEX plugin_presets_name_key ON public.plugin_presets USING btree (COALESCE(owner_id, '00000000-0000-0000-0000-000000000000'::uuid), plugin, lower(name) COLLATE "C");

CREATE INDEX plugin_presets_name_trigrams_idx ON public.plugin_presets USING gin (name public.gin_trgm_ops);

CREATE INDEX plugin_presets_name_words_idx ON public.plugin_presets USING gin (to_tsvector('simple'::regconfig, name));

CREATE INDEX plugin_presets_own_idx ON public.plugin_presets USING btree (owner_id, updated_at, id);

CREATE INDEX plugin_presets_own_plugin_idx ON public.plugin_presets USING btree (owner_id, plugin, name COLLATE "C", id);

CREATE INDEX plugin_presets_parameters_idx ON public.plugin_presets USING gin (parameters jsonb_path_ops);

CREATE INDEX plugin_presets_plugin_idx ON public.plugin_presets USING btree (plugin, updated_at, id);

CREATE UNIQUE INDEX plugin_presets_system_key ON public.plugin_presets USING btree (system_key);

CREATE INDEX plugin_presets_tags_idx ON public.plugin_presets USING gin (tags);

CREATE INDEX plugin_presets_updated_idx ON public.plugin_presets USING btree (updated_at, id);

CREATE INDEX preset_uses_user_idx ON public.preset_uses USING btree (user_id);

CREATE UNIQUE INDEX prime_users_address_key ON public.prime_users USING btree (address);

CREATE UNIQUE INDEX prime_users_email_key ON public.prime_users USING btree (lower(email) COLLATE "C");

CREATE INDEX prime_users_guests_idx ON public.prime_users USING btree (created_at) WHERE is_guest;

CREATE UNIQUE INDEX prime_users_username_key ON public.prime_users USING btree (lower(username));

CREATE INDEX project_deltas_aspect_idx ON public.project_deltas USING btree (project_id, aspect, seq) WHERE (aspect <> 'document'::text);

CREATE INDEX project_members_user_idx ON public.project_members USING btree (user_id, project_id) INCLUDE (role);

CREATE INDEX project_snapshots_author_idx ON public.project_snapshots USING btree (author_id);

CREATE INDEX project_snapshots_project_idx ON public.project_snapshots USING btree (project_id, created_at, id);

CREATE INDEX project_states_project_idx ON public.project_states USING btree (project_id);

CREATE INDEX provider_flows_expires_idx ON public.provider_flows USING btree (expires_at);

CREATE INDEX provider_flows_session_idx ON public.provider_flows USING btree (auth_session);

CREATE INDEX provider_identities_user_idx ON public.provider_identities USING btree (user_id);

CREATE INDEX recall_heat_key_idx ON public.recall_heat USING btree (user_id, category, key);

CREATE INDEX recall_uses_at_idx ON public.recall_uses USING btree (at);

CREATE INDEX session_states_project_idx ON public.session_states USING btree (project_id);

CREATE INDEX session_states_user_idx ON public.session_states USING btree (user_id, project_id);

CREATE INDEX session_stays_project_idx ON public.session_stays USING btree (project_id, entered_at DESC, collaboration_session_id, user_id);

CREATE INDEX session_stays_user_idx ON public.session_stays USING btree (user_id, entered_at DESC, collaboration_session_id);

CREATE INDEX staged_deltas_staged_at_idx ON public.staged_deltas USING btree (staged_at);

CREATE INDEX studio_projects_owner_idx ON public.studio_projects USING btree (owner_id);

CREATE INDEX studio_projects_tags_idx ON public.studio_projects USING gin (tags);

CREATE INDEX taken_roles_user_id_idx ON public.taken_roles USING btree (user_id);

CREATE TRIGGER default_address BEFORE INSERT ON public.prime_users FOR EACH ROW EXECUTE FUNCTION public.default_address();

CREATE TRIGGER forget_followers AFTER DELETE ON public.mixx_recall FOR EACH ROW EXECUTE FUNCTION public.forget_followers();

CREATE TRIGGER give_color AFTER INSERT ON public.project_members FOR EACH ROW EXECUTE FUNCTION public.give_color_to_member();

CREATE TRIGGER hold_role_delete BEFORE DELETE ON public.audio_files FOR EACH ROW WHEN ((public.caller_id() IS NOT NULL)) EXECUTE FUNCTION public.hold_role('{editor,owner}', '{contributor,editor,owner}', 'owner_id');

CREATE TRIGGER hold_role_insert BEFORE INSERT ON public.audio_files FOR EACH ROW WHEN ((public.caller_id() IS NOT NULL)) EXECUTE FUNCTION public.hold_role('{contributor,editor,owner}');

CREATE TRIGGER hold_role_update BEFORE UPDATE ON public.audio_files FOR EACH ROW WHEN ((public.caller_id() IS NOT NULL)) EXECUTE FUNCTION public.hold_role('{editor,owner}', '{contributor,editor,owner}', 'owner_id');

CREATE TRIGGER lock_appends BEFORE UPDATE ON public.auth_sessions FOR EACH ROW WHEN (((old.revoked_at IS NULL) AND (new.revoked_at IS NOT NULL))) EXECUTE FUNCTION public.lock_appends();

CREATE TRIGGER lock_project BEFORE INSERT OR DELETE OR UPDATE ON public.project_members FOR EACH ROW EXECUTE FUNCTION public.lock_project();

CREATE TRIGGER log_delete AFTER DELETE ON public.audio_files REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_audio_files();

CREATE TRIGGER log_delete AFTER DELETE ON public.auth_sessions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_auth_sessions();

CREATE TRIGGER log_delete AFTER DELETE ON public.collaboration_sessions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_collaboration_sessions();

CREATE TRIGGER log_delete AFTER DELETE ON public.mixx_recall REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_mixx_recall();

CREATE TRIGGER log_delete AFTER DELETE ON public.plugin_presets REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_plugin_presets();

CREATE TRIGGER log_delete AFTER DELETE ON public.prime_users REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_prime_users();

CREATE TRIGGER log_delete AFTER DELETE ON public.project_members REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_project_members();

CREATE TRIGGER log_delete AFTER DELETE ON public.project_snapshots REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_project_snapshots();

CREATE TRIGGER log_delete AFTER DELETE ON public.session_states REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_session_states();

CREATE TRIGGER log_delete AFTER DELETE ON public.studio_projects REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_studio_projects();

CREATE TRIGGER log_insert AFTER INSERT ON public.audio_files REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_audio_files();

CREATE TRIGGER log_insert AFTER INSERT ON public.auth_sessions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_auth_sessions();

CREATE TRIGGER log_insert AFTER INSERT ON public.collaboration_sessions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_collaboration_sessions();

CREATE TRIGGER log_insert AFTER INSERT ON public.mixx_recall REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_mixx_recall();

CREATE TRIGGER log_insert AFTER INSERT ON public.plugin_presets REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_plugin_presets();

CREATE TRIGGER log_insert AFTER INSERT ON public.prime_users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_prime_users();

CREATE TRIGGER log_insert AFTER INSERT ON public.project_members REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_project_members();

CREATE TRIGGER log_insert AFTER INSERT ON public.project_snapshots REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_project_snapshots();

CREATE TRIGGER log_insert AFTER INSERT ON public.session_states REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_session_states();

CREATE TRIGGER log_insert AFTER INSERT ON public.studio_projects REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_studio_projects();

CREATE TRIGGER log_update AFTER UPDATE ON public.audio_files REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_audio_files();

CREATE TRIGGER log_update AFTER UPDATE ON public.auth_sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_auth_sessions();

CREATE TRIGGER log_update AFTER UPDATE ON public.collaboration_sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_collaboration_sessions();

CREATE TRIGGER log_update AFTER UPDATE ON public.mixx_recall REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_mixx_recall();

CREATE TRIGGER log_update AFTER UPDATE ON public.plugin_presets REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_plugin_presets();

CREATE TRIGGER log_update AFTER UPDATE ON public.prime_users REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_prime_users();

CREATE TRIGGER log_update AFTER UPDATE ON public.project_members REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_project_members();

CREATE TRIGGER log_update AFTER UPDATE ON public.project_snapshots REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.log_project_snapshots();

CREATE TRIGGER log_update AFTER UPDATE ON public.session_states FOR EACH ROW WHEN ((new.active_tool IS DISTINCT FROM old.active_tool)) EXECUTE FUNCTION public.log_session_states();

CREATE TRIGGER log_update AFTER UPDATE ON public.studio_projects FOR EACH ROW WHEN (((new.version <> old.version) OR (new.updated_at <> old.updated_at))) EXECUTE FUNCTION public.log_studio_projects();

CREATE TRIGGER place_stem BEFORE INSERT OR UPDATE OF parent_id, project_id, depth ON public.audio_files FOR EACH ROW EXECUTE FUNCTION public.place_stem();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.audio_files FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.auth_sessions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.collaboration_sessions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.mixx_recall FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.plugin_presets FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.prime_users FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.project_members FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.project_snapshots FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.session_states FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.studio_projects FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER touch BEFORE UPDATE ON public.audio_files FOR EACH ROW EXECUTE FUNCTION public.touch_version();

CREATE TRIGGER touch BEFORE UPDATE ON public.auth_credentials FOR EACH ROW EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.auth_sessions FOR EACH ROW EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.collaboration_sessions FOR EACH ROW WHEN (((new.id IS DISTINCT FROM old.id) OR (new.project_id IS DISTINCT FROM old.project_id) OR (new.host_id IS DISTINCT FROM old.host_id) OR (new.participants IS DISTINCT FROM old.participants) OR (new.permissions IS DISTINCT FROM old.permissions) OR (new.transport IS DISTINCT FROM old.transport) OR (new.status IS DISTINCT FROM old.status) OR (new.started_at IS DISTINCT FROM old.started_at) OR (new.ended_at IS DISTINCT FROM old.ended_at) OR (new.created_at IS DISTINCT FROM old.created_at) OR (new.updated_at IS DISTINCT FROM old.updated_at))) EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.mail_outbox FOR EACH ROW EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.mixx_recall FOR EACH ROW WHEN (((new.category <> old.category) OR (new.key <> old.key) OR (new.data <> old.data))) EXECUTE FUNCTION public.touch_version();

CREATE TRIGGER touch BEFORE UPDATE ON public.plugin_presets FOR EACH ROW EXECUTE FUNCTION public.touch_version();

CREATE TRIGGER touch BEFORE UPDATE ON public.prime_users FOR EACH ROW EXECUTE FUNCTION public.touch_version();

CREATE TRIGGER touch BEFORE UPDATE ON public.project_members FOR EACH ROW WHEN (((new.project_id IS DISTINCT FROM old.project_id) OR (new.user_id IS DISTINCT FROM old.user_id) OR (new.role IS DISTINCT FROM old.role) OR (new.tracks IS DISTINCT FROM old.tracks) OR (new.created_at IS DISTINCT FROM old.created_at) OR (new.updated_at IS DISTINCT FROM old.updated_at))) EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.project_snapshots FOR EACH ROW EXECUTE FUNCTION public.touch_version();

CREATE TRIGGER touch BEFORE UPDATE ON public.session_states FOR EACH ROW EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch_content BEFORE UPDATE ON public.studio_projects FOR EACH ROW WHEN (((new.head_seq = old.head_seq) AND (new.state_seq <> old.state_seq))) EXECUTE FUNCTION public.touch();

CREATE TRIGGER touch_fields BEFORE UPDATE ON public.studio_projects FOR EACH ROW WHEN ((((new.head_seq = old.head_seq) AND (new.state_seq = old.state_seq) AND (new.compacted_seq = old.compacted_seq) AND (new.emptied_seq = old.emptied_seq)) OR (new.epoch <> old.epoch))) EXECUTE FUNCTION public.touch_version();

ALTER TABLE ONLY public.account_deletions
    ADD CONSTRAINT account_deletions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.audio_files
    ADD CONSTRAINT audio_files_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.prime_users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.audio_files
    ADD CONSTRAINT audio_files_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.audio_files(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.audio_files
    ADD CONSTRAINT audio_files_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.auth_credentials
    ADD CONSTRAINT auth_credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.auth_sessions
    ADD CONSTRAINT auth_sessions_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.auth_sessions(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.auth_sessions
    ADD CONSTRAINT auth_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.closed_rooms
    ADD CONSTRAINT closed_rooms_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.collaboration_sessions
    ADD CONSTRAINT collaboration_sessions_host_id_fkey FOREIGN KEY (host_id) REFERENCES public.prime_users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.collaboration_sessions
    ADD CONSTRAINT collaboration_sessions_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.auth_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_looked_by_fkey FOREIGN KEY (looked_by) REFERENCES public.prime_users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_inviter_id_fkey FOREIGN KEY (inviter_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.login_challenges
    ADD CONSTRAINT login_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mail_outbox
    ADD CONSTRAINT mail_outbox_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.member_fences
    ADD CONSTRAINT member_fences_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mixx_recall
    ADD CONSTRAINT mixx_recall_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.more_apps
    ADD CONSTRAINT more_apps_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.second_factors(user_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.node_answers
    ADD CONSTRAINT node_answers_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.node_questions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.pending_invitations
    ADD CONSTRAINT pending_invitations_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plugin_presets
    ADD CONSTRAINT plugin_presets_forked_from_fkey FOREIGN KEY (forked_from) REFERENCES public.plugin_presets(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.plugin_presets
    ADD CONSTRAINT plugin_presets_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.preset_usage_counts
    ADD CONSTRAINT preset_usage_counts_preset_id_fkey FOREIGN KEY (preset_id) REFERENCES public.plugin_presets(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.preset_uses
    ADD CONSTRAINT preset_uses_preset_id_fkey FOREIGN KEY (preset_id) REFERENCES public.plugin_presets(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.preset_uses
    ADD CONSTRAINT preset_uses_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_colors
    ADD CONSTRAINT project_colors_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_deltas
    ADD CONSTRAINT project_deltas_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_members
    ADD CONSTRAINT project_members_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_members
    ADD CONSTRAINT project_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_snapshots
    ADD CONSTRAINT project_snapshots_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.prime_users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.project_snapshots
    ADD CONSTRAINT project_snapshots_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.project_states
    ADD CONSTRAINT project_states_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider_flows
    ADD CONSTRAINT provider_flows_auth_session_fkey FOREIGN KEY (auth_session) REFERENCES public.auth_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider_identities
    ADD CONSTRAINT provider_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.recall_heat
    ADD CONSTRAINT recall_heat_user_id_category_key_fkey FOREIGN KEY (user_id, category, key) REFERENCES public.mixx_recall(user_id, category, key) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.recall_settings
    ADD CONSTRAINT recall_settings_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.recall_uses
    ADD CONSTRAINT recall_uses_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.second_factors
    ADD CONSTRAINT second_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_states
    ADD CONSTRAINT session_states_collaboration_session_id_fkey FOREIGN KEY (collaboration_session_id) REFERENCES public.collaboration_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_states
    ADD CONSTRAINT session_states_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_states
    ADD CONSTRAINT session_states_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_stays
    ADD CONSTRAINT session_stays_collaboration_session_id_fkey FOREIGN KEY (collaboration_session_id) REFERENCES public.collaboration_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_stays
    ADD CONSTRAINT session_stays_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_stays
    ADD CONSTRAINT session_stays_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.studio_projects
    ADD CONSTRAINT studio_projects_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.prime_users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.taken_roles
    ADD CONSTRAINT taken_roles_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.studio_projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.taken_roles
    ADD CONSTRAINT taken_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.prime_users(id) ON DELETE CASCADE;

ALTER TABLE public.audio_files ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.auth_sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY callers_change ON public.audio_files FOR UPDATE TO prime_caller USING ((((owner_id = ( SELECT public.caller_id() AS caller_id)) AND (project_id = ANY (( SELECT public.caller_projects('{contributor,editor,owner}'::text[]) AS caller_projects)::uuid[]))) OR (project_id = ANY (( SELECT public.caller_projects('{editor,owner}'::text[]) AS caller_projects)::uuid[])))) WITH CHECK ((((owner_id = ( SELECT public.caller_id() AS caller_id)) AND (project_id = ANY (( SELECT public.caller_projects('{contributor,editor,owner}'::text[]) AS caller_projects)::uuid[]))) OR (project_id = ANY (( SELECT public.caller_projects('{editor,owner}'::text[]) AS caller_projects)::uuid[]))));

CREATE POLICY callers_change ON public.collaboration_sessions FOR UPDATE TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[]))) WITH CHECK ((project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_change ON public.idempotency_keys FOR UPDATE TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id))) WITH CHECK ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_change ON public.mixx_recall FOR UPDATE TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id))) WITH CHECK ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_change ON public.plugin_presets FOR UPDATE TO prime_caller USING ((owner_id = ( SELECT public.caller_id() AS caller_id))) WITH CHECK ((owner_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_change ON public.project_members FOR UPDATE TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[]))) WITH CHECK ((project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_change ON public.project_snapshots FOR UPDATE TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{editor,owner}'::text[]) AS caller_projects)::uuid[]))) WITH CHECK ((project_id = ANY (( SELECT public.caller_projects('{editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_change ON public.studio_projects FOR UPDATE TO prime_caller USING ((id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[]))) WITH CHECK ((id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_create ON public.audio_files FOR INSERT TO prime_caller WITH CHECK ((project_id = ANY (( SELECT public.caller_projects('{contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_create ON public.idempotency_keys FOR INSERT TO prime_caller WITH CHECK ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_create ON public.mixx_recall FOR INSERT TO prime_caller WITH CHECK ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_create ON public.plugin_presets FOR INSERT TO prime_caller WITH CHECK ((owner_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_create ON public.project_members FOR INSERT TO prime_caller WITH CHECK ((project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_create ON public.project_snapshots FOR INSERT TO prime_caller WITH CHECK ((project_id = ANY (( SELECT public.caller_projects('{editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_create ON public.studio_projects FOR INSERT TO prime_caller WITH CHECK ((owner_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_delete ON public.audio_files FOR DELETE TO prime_caller USING ((((owner_id = ( SELECT public.caller_id() AS caller_id)) AND (project_id = ANY (( SELECT public.caller_projects('{contributor,editor,owner}'::text[]) AS caller_projects)::uuid[]))) OR (project_id = ANY (( SELECT public.caller_projects('{editor,owner}'::text[]) AS caller_projects)::uuid[]))));

CREATE POLICY callers_delete ON public.mixx_recall FOR DELETE TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_delete ON public.plugin_presets FOR DELETE TO prime_caller USING ((owner_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_delete ON public.project_members FOR DELETE TO prime_caller USING (((user_id = ( SELECT public.caller_id() AS caller_id)) OR (project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[]))));

CREATE POLICY callers_delete ON public.project_snapshots FOR DELETE TO prime_caller USING (((author_id = ( SELECT public.caller_id() AS caller_id)) OR (project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[]))));

CREATE POLICY callers_see ON public.audio_files FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.audit_log FOR SELECT TO prime_caller USING (((user_id = ( SELECT public.caller_id() AS caller_id)) OR (project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[]))));

CREATE POLICY callers_see ON public.auth_sessions FOR SELECT TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_see ON public.collaboration_sessions FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.idempotency_keys FOR SELECT TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_see ON public.invitations FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.mixx_recall FOR SELECT TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_see ON public.plugin_presets FOR SELECT TO prime_caller USING (((owner_id = ( SELECT public.caller_id() AS caller_id)) OR is_public));

CREATE POLICY callers_see ON public.prime_users FOR SELECT TO prime_caller USING (((id = ( SELECT public.caller_id() AS caller_id)) OR (id = ANY (( SELECT public.caller_peers() AS caller_peers)::uuid[]))));

CREATE POLICY callers_see ON public.project_members FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.project_snapshots FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.recall_heat FOR SELECT TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_see ON public.recall_popular FOR SELECT TO prime_caller USING ((( SELECT public.caller_id() AS caller_id) IS NOT NULL));

CREATE POLICY callers_see ON public.recall_settings FOR SELECT TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_see ON public.recall_uses FOR SELECT TO prime_caller USING ((user_id = ( SELECT public.caller_id() AS caller_id)));

CREATE POLICY callers_see ON public.session_states FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.session_stays FOR SELECT TO prime_caller USING ((project_id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

CREATE POLICY callers_see ON public.studio_projects FOR SELECT TO prime_caller USING ((id = ANY (( SELECT public.caller_projects('{viewer,commenter,contributor,editor,owner}'::text[]) AS caller_projects)::uuid[])));

ALTER TABLE public.collaboration_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.mixx_recall ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.plugin_presets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.prime_users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.project_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.project_snapshots ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.recall_heat ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.recall_popular ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.recall_settings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.recall_uses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_states ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_stays ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.studio_projects ENABLE ROW LEVEL SECURITY;
