-- breaking: no
-- What is agreed on for a session (`sessions.permit`) is looked at where a delta is stored, as the
-- role is: whoever changes it holds the lock of the project. A node of before is judged as well; it
-- is told `forbidden`, which it knows.
CREATE INDEX collaboration_sessions_agreed_idx ON collaboration_sessions (project_id)
    WHERE status = 'active' AND permissions <> '{}';

-- Whether this user may not store these ops, by what is agreed on (`rooms.presence.session_permissions`).
CREATE FUNCTION lacks_permit(of_project uuid, of_user uuid, ops json) RETURNS boolean
LANGUAGE sql STABLE AS $$
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

-- The host is somebody who works on the project; without one there is none until one comes.
CREATE OR REPLACE FUNCTION open_collaboration_session(project uuid, host uuid) RETURNS uuid
LANGUAGE plpgsql AS $$
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

-- As in 0033, with what is agreed on.
CREATE OR REPLACE FUNCTION append_deltas(
    projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[],
    payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[],
    step_names text[], fences bigint[], aspects text[], reaches text[],
    known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]
) RETURNS TABLE (
    proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid,
    member text, ops json, atomic boolean, committed_at timestamptz, payload_hash bytea,
    purpose text, reverts bigint, step text, more boolean, aspect text, reach text
)
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

CREATE OR REPLACE FUNCTION append_group(
    of_staging uuid, parts integer, of_project uuid, group_id text, of_author uuid,
    of_auth_session uuid, of_member text, is_atomic boolean, hash bytea, of_purpose text,
    reverted_seq bigint, step_name text, of_fence bigint, of_reach text,
    known_head bigint, known_epoch text, known_id text
) RETURNS TABLE (outcome text, seq bigint) LANGUAGE plpgsql AS $$
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
