-- breaking: yes
-- The journal: each project's one sequence, and the only function that writes it.

-- ops is json, not jsonb: jsonb turns -0.0 into 0.0, 1e22 into an integer and reorders keys, and a
-- node that reads an entry would then hold other values than the node that wrote it.
-- author and auth_session have no foreign key: an entry outlives the account that made it.
CREATE TABLE project_deltas (
    project_id    uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    seq           bigint NOT NULL CHECK (seq >= 1),
    delta_id      text NOT NULL CHECK (length(delta_id) BETWEEN 1 AND 64),
    author        uuid NOT NULL,
    auth_session  uuid NOT NULL,
    member        text NOT NULL CHECK (length(member) BETWEEN 1 AND 128),
    kind          text NOT NULL DEFAULT 'ops' CHECK (kind IN ('ops', 'transport', 'leases')),
    ops           json NOT NULL,
    payload_hash  bytea NOT NULL CHECK (length(payload_hash) = 16),
    atomic        boolean NOT NULL DEFAULT false,
    committed_at  timestamptz NOT NULL,
    PRIMARY KEY (project_id, seq),
    CONSTRAINT project_deltas_delta_id_key UNIQUE (project_id, delta_id)
);

DO $$
BEGIN
    ALTER TABLE project_deltas ALTER COLUMN ops SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- The lock between appending as a user and ending one of that user's auth sessions: in memory, so
-- that an append writes nothing to auth_sessions. Two users of one hash wait for each other: harmless.
CREATE FUNCTION lock_key(user_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT hashtextextended(user_id::text, 5063) $$;

CREATE FUNCTION lock_appends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(OLD.user_id));
    RETURN NEW;
END $$;
CREATE TRIGGER lock_appends BEFORE UPDATE ON auth_sessions
    FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION lock_appends();

-- Stores a batch. Several statements on purpose: under READ COMMITTED each sees what was committed
-- before it began, so all that follow the locks see what the lock's last holder did. As one
-- statement it would judge and number by a snapshot from before it waited.
--
-- Rows with `proposal` (its index from 1): what became of it. Rows without: entries that others
-- stored after `heads`, at most 1,000 of a project; the caller has this batch's own already.
CREATE FUNCTION append_deltas(
    projects uuid[], delta_ids text[], authors uuid[], auth_sessions uuid[], members text[],
    payloads json[], atomics boolean[], hashes bytea[],
    known_projects uuid[], known_heads bigint[]
) RETURNS TABLE (
    proposal bigint, outcome text, project_id uuid, seq bigint, delta_id text,
    author uuid, member text, ops json, atomic boolean, committed_at timestamptz
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
    locked_at timestamptz;
BEGIN
    PERFORM FROM studio_projects AS p WHERE p.id = ANY (projects) ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM pg_advisory_xact_lock_shared(k.lock)
    FROM (SELECT DISTINCT lock_key(a) AS lock FROM unnest(authors) AS a ORDER BY 1) AS k;

    locked_at := clock_timestamp();

    WITH proposed AS (
        SELECT u.n, u.project, u.delta_id, u.hash, p.head_seq,
            d.seq AS known_seq, d.payload_hash AS known_hash, d.committed_at AS known_at,
            -- Time never runs backwards within a project, whatever clocks do.
            greatest(locked_at, last.committed_at) AS at,
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
        LEFT JOIN project_deltas AS d ON d.project_id = u.project AND d.delta_id = u.delta_id
        LEFT JOIN project_deltas AS last ON last.project_id = p.id AND last.seq = p.head_seq
        LEFT JOIN auth_sessions AS s ON s.id = u.auth_session
        LEFT JOIN project_members AS m ON m.project_id = u.project AND m.user_id = u.author
    ), fresh AS (
        -- Of proposals with one id, the first that nothing speaks against is stored.
        SELECT *, min(n) FILTER (WHERE refusal IS NULL AND known_seq IS NULL)
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
        NULL, NULL::uuid, NULL, NULL::json, NULL::boolean, o.at
    FROM unnest(outcomes, seqs, times) WITH ORDINALITY AS o (outcome, seq, at, n);

    RETURN QUERY
    SELECT NULL::bigint, NULL, e.project_id, e.seq, e.delta_id,
        e.author, e.member, e.ops, e.atomic, e.committed_at
    FROM unnest(known_projects, known_heads) AS k (project, head)
    CROSS JOIN LATERAL (
        SELECT d.* FROM project_deltas AS d
        WHERE d.project_id = k.project AND d.seq > k.head
        ORDER BY d.seq LIMIT 1000
    ) AS e;

    IF stored > 0 THEN
        INSERT INTO project_deltas (project_id, seq, delta_id, author, auth_session, member,
            ops, payload_hash, atomic, committed_at)
        SELECT u.project, u.seq, u.delta_id, u.author, u.auth_session, u.member,
            u.payload, u.hash, u.atomic, u.at
        FROM unnest(projects, seqs, delta_ids, authors, auth_sessions, members,
                payloads, hashes, atomics, times, outcomes)
            AS u (project, seq, delta_id, author, auth_session, member,
                payload, hash, atomic, at, outcome)
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
