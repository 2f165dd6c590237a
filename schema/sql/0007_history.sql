-- breaking: yes
-- History: what a delta is for and what took effect, digests of states, compaction, forks.

-- effective is null where the ops proposed took effect as they are; json for the reasons of ops.
ALTER TABLE project_deltas
    ADD COLUMN purpose text NOT NULL DEFAULT 'edit'
        CHECK (purpose IN ('edit', 'undo', 'redo', 'restore')),
    ADD COLUMN reverts bigint CHECK (reverts >= 1),
    ADD COLUMN step text CHECK (length(step) BETWEEN 1 AND 64),
    ADD COLUMN effective json;

-- Of history at or below compacted_seq nobody is given ops; up to emptied_seq they are gone from
-- the rows as well. An empty digest: stored by a Prime that made none. forked_from is the snapshot
-- a project began as; no foreign key, because it may be deleted.
-- A CHECK is run by every update of a row, so one that looks into project_state would unpack it for
-- every delta: 7 ms at 11 MB.
ALTER TABLE studio_projects
    DROP CONSTRAINT studio_projects_project_state_check,
    ADD COLUMN state_digest text NOT NULL DEFAULT '' CHECK (length(state_digest) IN (0, 16)),
    ADD COLUMN compacted_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN emptied_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN forked_from uuid,
    ADD CONSTRAINT studio_projects_compacted_check
        CHECK (0 <= emptied_seq AND emptied_seq <= compacted_seq AND compacted_seq <= state_seq);

-- Compaction, too, leaves the version to those who edit fields.
DROP TRIGGER touch_fields ON studio_projects;
CREATE TRIGGER touch_fields BEFORE UPDATE ON studio_projects
    FOR EACH ROW WHEN (
        (NEW.head_seq = OLD.head_seq AND NEW.state_seq = OLD.state_seq
            AND NEW.compacted_seq = OLD.compacted_seq AND NEW.emptied_seq = OLD.emptied_seq)
        OR NEW.epoch <> OLD.epoch)
    EXECUTE FUNCTION touch_version();

ALTER TABLE project_snapshots
    DROP COLUMN checksum,
    ADD COLUMN checksum text NOT NULL DEFAULT '' CHECK (checksum ~ '^([0-9a-f]{16})?$'),
    ADD COLUMN description text NOT NULL DEFAULT '' CHECK (length(description) <= 10000);
DROP INDEX project_snapshots_project_idx;
CREATE INDEX project_snapshots_project_idx ON project_snapshots (project_id, created_at, id);

DO $$
BEGIN
    ALTER TABLE project_deltas ALTER COLUMN effective SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- Something to replay history from.
INSERT INTO project_snapshots (project_id, author_id, kind, state, epoch, seq, checksum)
SELECT p.id, p.owner_id, 'auto', p.project_state, p.epoch, p.state_seq, p.state_digest
FROM studio_projects AS p
WHERE NOT EXISTS (SELECT FROM project_snapshots AS s WHERE s.project_id = p.id);

DROP FUNCTION append_deltas(
    uuid[], text[], uuid[], uuid[], text[], json[], boolean[], bytea[], uuid[], bigint[]);

-- Stores a batch. Several statements on purpose: under READ COMMITTED each sees what was committed
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
    known_projects uuid[], known_heads bigint[]
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
        NULL, NULL::uuid, NULL, NULL::json, NULL::boolean, o.at,
        NULL::bytea, NULL, NULL::bigint, NULL
    FROM unnest(outcomes, seqs, times) WITH ORDINALITY AS o (outcome, seq, at, n);

    RETURN QUERY
    SELECT NULL::bigint, NULL, e.project_id, e.seq, e.delta_id,
        e.author, e.member, e.ops, e.atomic, e.committed_at,
        e.payload_hash, e.purpose, e.reverts, e.step
    FROM unnest(known_projects, known_heads) AS k (project, head)
    JOIN studio_projects AS p ON p.id = k.project AND p.compacted_seq <= k.head
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
