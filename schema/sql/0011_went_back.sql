-- breaking: no
-- The journal itself finds out that it went back: whoever appends says what it knows of a project,
-- and under the row lock that is compared. Then the project takes a new epoch.

-- How the journal stands to what a caller holds of each project: its epoch, its head, and the id of
-- the entry there (null: not compared). `verdict`: null, it goes on from there; `other_epoch`; or
-- `went_back`, the entry that the caller holds is gone, or is another one. Compacted entries keep
-- their ids. An epoch that is null is not compared.
CREATE FUNCTION journal_stands(
    known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]
) RETURNS TABLE (project uuid, epoch text, head bigint, verdict text)
LANGUAGE sql STABLE AS $$
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
        SELECT d.delta_id FROM project_deltas AS d
        WHERE d.project_id = k.project AND d.seq = k.head AND k.delta_id IS NOT NULL
    ) AS mine ON true
$$;

-- New epochs for these projects (null: for all), and for those of their snapshots that had the
-- epoch they had: one of an earlier epoch holds a state that came before an earlier restore. Who
-- comes second, with the `olds` that are not there any more, changes nothing.
CREATE FUNCTION renew_epochs(ids uuid[], olds text[])
RETURNS TABLE (projects bigint, snapshots bigint)
LANGUAGE sql AS $$
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

-- Stores a batch, but nothing of a project whose journal is not the one that the caller knows: its
-- proposals come to `other_epoch` or `went_back`, and in the same transaction a journal that went
-- back takes a new epoch, so that no number is given out anew in the old one. Several statements on purpose: under READ COMMITTED each sees what was committed
-- before it began, so all that follow the locks see what the lock's last holder did. As one
-- statement it would judge and number by a snapshot from before it waited.
--
-- Rows with `proposal` (its index from 1): what became of it. Rows without: entries that others
-- stored after `heads`, at most 1,000 of a project; the caller has this batch's own already. Of a
-- project whose head lies in compacted history there are none: reading on, the caller is told.
CREATE FUNCTION append_deltas(
    projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[],
    payloads json[], atomics boolean[], hashes bytea[],
    purposes text[], reverted_seqs bigint[], step_names text[],
    known_projects uuid[], known_heads bigint[], known_epochs text[], known_ids text[]
) RETURNS TABLE (
    proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text,
    author uuid, member text, ops json, atomic boolean, committed_at timestamptz,
    payload_hash bytea, purpose text, reverts bigint, step text
) LANGUAGE plpgsql
-- Planning anew for every batch would cost three times its work. Kept plans must suit any size of
-- batch and tables that grow under them: only nested loops over indexes do.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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
            END AS refusal
        FROM unnest(projects, delta_ids, authors, auth_sessions, hashes)
            WITH ORDINALITY AS u (project, delta_id, author, auth_session, hash, n)
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
        NULL::bytea, NULL, NULL::bigint, NULL
    FROM unnest(outcomes, seqs, times) WITH ORDINALITY AS o (outcome, seq, at, n);

    RETURN QUERY
    SELECT NULL::bigint, NULL, e.project_id, e.seq, e.delta_id,
        e.author, e.member, e.ops, e.atomic, e.committed_at,
        e.payload_hash, e.purpose, e.reverts, e.step
    FROM unnest(known_projects, known_heads) AS k (project, head)
    JOIN studio_projects AS p ON p.id = k.project AND p.compacted_seq <= k.head
        AND array_position(strayed, k.project) IS NULL
    CROSS JOIN LATERAL (
        SELECT d.* FROM project_deltas AS d
        WHERE d.project_id = k.project AND d.seq > k.head
        ORDER BY d.seq LIMIT 1000
    ) AS e;

    IF stored > 0 THEN
        INSERT INTO project_deltas (project_id, seq, delta_id, author, auth_session, member,
            ops, payload_hash, atomic, committed_at, purpose, reverts, step)
        SELECT u.project, u.seq, u.delta_id, u.author, u.auth_session, u.member,
            u.payload, u.hash, u.atomic, u.at, u.purpose, u.reverts, u.step
        FROM unnest(projects, seqs, delta_ids, authors, auth_sessions, members,
                payloads, hashes, atomics, times, outcomes, purposes, reverted_seqs, step_names)
            AS u (project, seq, delta_id, author, auth_session, member,
                payload, hash, atomic, at, outcome, purpose, reverts, step)
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

-- As a Prime from before this migration calls it, which may still run beside newer ones.
CREATE OR REPLACE FUNCTION append_deltas(
    projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[],
    payloads json[], atomics boolean[], hashes bytea[],
    purposes text[], reverted_seqs bigint[], step_names text[],
    known_projects uuid[], known_heads bigint[]
) RETURNS TABLE (
    proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text,
    author uuid, member text, ops json, atomic boolean, committed_at timestamptz,
    payload_hash bytea, purpose text, reverts bigint, step text
) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM append_deltas(projects, delta_ids, authors, auth_sessions, members,
        payloads, atomics, hashes, purposes, reverted_seqs, step_names,
        known_projects, known_heads, NULL::text[], NULL::text[]);
END $$;
