-- breaking: no
-- Aspects: every entry of the journal is about one of them, and until now all were about the
-- document. A node of before reads an entry of another one as a delta that it cannot read: it is
-- quarantined there, and does nothing to the document, here or there.
ALTER TABLE project_deltas
    ADD COLUMN aspect text COLLATE "C" NOT NULL DEFAULT 'document'
        CHECK (length(aspect) BETWEEN 1 AND 32);

-- What was never used: nobody names it.
ALTER TABLE project_deltas DROP COLUMN kind;

-- By what an aspect is folded anew where no stored state holds it.
CREATE INDEX project_deltas_aspect_idx ON project_deltas (project_id, aspect, seq)
    WHERE aspect <> 'document';

-- What the aspects but the document held at the state's seq: name -> {"digest", "slices"}, slices
-- as collection -> id -> value. A node of before stores none: they are folded anew then.
ALTER TABLE project_states ADD COLUMN aspects jsonb NOT NULL DEFAULT '{}';

-- As in 0019, with the aspect of each proposal (NULL: all are of the document) and entry.
CREATE FUNCTION append_deltas(
    projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[],
    payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[],
    step_names text[], fences bigint[], aspects text[],
    known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]
) RETURNS TABLE (
    proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid,
    member text, ops json, atomic boolean, committed_at timestamptz, payload_hash bytea,
    purpose text, reverts bigint, step text, more boolean, aspect text
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
                WHEN m.role IS NULL OR m.role = 'viewer' THEN 'forbidden'
                WHEN p.archived_at IS NOT NULL THEN 'archived'
                WHEN f.fence > u.fence THEN 'fenced'
            END AS refusal
        FROM unnest(projects, delta_ids, authors, auth_sessions, hashes, members, fences)
            WITH ORDINALITY
            AS u (project, delta_id, author, auth_session, hash, member, fence, n)
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
        NULL::bytea, NULL, NULL::bigint, NULL, NULL::boolean, NULL
    FROM unnest(outcomes, seqs, times) WITH ORDINALITY AS o (outcome, seq, at, n);

    RETURN QUERY
    SELECT NULL::bigint, NULL, e.project_id, e.seq, e.delta_id,
        e.author, e.member, e.ops, e.atomic, e.committed_at,
        e.payload_hash, e.purpose, e.reverts, e.step, e.more, e.aspect
    FROM unnest(known_projects, known_heads) AS k (project, head)
    JOIN studio_projects AS p ON p.id = k.project AND p.compacted_seq <= k.head
        AND p.head_seq > k.head AND array_position(strayed, k.project) IS NULL
    CROSS JOIN LATERAL read_deltas(p.id, k.head, 1000, 4194304) AS e;

    IF stored > 0 THEN
        INSERT INTO project_deltas (project_id, seq, delta_id, author, auth_session, member,
            ops, payload_hash, atomic, committed_at, purpose, reverts, step, bytes, aspect)
        SELECT u.project, u.seq, u.delta_id, u.author, u.auth_session, u.member,
            u.payload, u.hash, u.atomic, u.at, u.purpose, u.reverts, u.step,
            octet_length(u.payload::text), coalesce(u.aspect, 'document')
        FROM unnest(projects, seqs, delta_ids, authors, auth_sessions, members,
                payloads, hashes, atomics, times, outcomes, purposes, reverted_seqs, step_names,
                aspects)
            AS u (project, seq, delta_id, author, auth_session, member,
                payload, hash, atomic, at, outcome, purpose, reverts, step, aspect)
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

-- For nodes of before, which know the document alone.
CREATE OR REPLACE FUNCTION append_deltas(
    projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[],
    payloads json[], atomics boolean[], hashes bytea[], purposes text[], reverted_seqs bigint[],
    step_names text[], fences bigint[],
    known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]
) RETURNS TABLE (
    proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text, author uuid,
    member text, ops json, atomic boolean, committed_at timestamptz, payload_hash bytea,
    purpose text, reverts bigint, step text, more boolean
)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT a.proposal, a.outcome, a.project_id, a.seq, a.delta_id, a.author, a.member,
        a.ops, a.atomic, a.committed_at, a.payload_hash, a.purpose, a.reverts, a.step, a.more
    FROM append_deltas(projects, delta_ids, authors, auth_sessions, members,
        payloads, atomics, hashes, purposes, reverted_seqs, step_names, fences, NULL::text[],
        known_projects, known_heads, known_epochs, known_ids) AS a;
END $$;
