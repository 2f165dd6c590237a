-- breaking: no
-- One entry is looked for by the index that its order names, as in `append_deltas`. As a plain join,
-- a plan made while the table was empty read all of a project for it: an append cost as much as the
-- journal is long.
CREATE OR REPLACE FUNCTION journal_stands(
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
        SELECT d.seq, d.delta_id FROM project_deltas AS d
        WHERE d.project_id = k.project AND d.seq >= k.head AND k.delta_id IS NOT NULL
        ORDER BY d.seq LIMIT 1
    ) AS mine ON mine.seq = k.head
$$;

CREATE OR REPLACE FUNCTION append_group(
    of_staging uuid, parts integer, of_project uuid, group_id text, of_author uuid,
    of_auth_session uuid, of_member text, is_atomic boolean, hash bytea, of_purpose text,
    reverted_seq bigint, step_name text, known_head bigint, known_epoch text, known_id text
) RETURNS TABLE (outcome text, seq bigint) LANGUAGE plpgsql AS $$
DECLARE
    last_ops json;
    first_seq bigint;
    stored_at timestamptz;
BEGIN
    PERFORM FROM studio_projects AS p WHERE p.id = of_project FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM staged_deltas AS s WHERE s.staging = of_staging) = parts THEN
        SELECT s.ops INTO last_ops FROM staged_deltas AS s
        WHERE s.staging = of_staging AND s.part = parts;
    ELSIF group_id = (
        SELECT d.delta_id FROM project_deltas AS d
        WHERE d.project_id = of_project AND d.delta_id >= group_id ORDER BY d.delta_id LIMIT 1
    ) THEN
        last_ops := '[]';  -- it is known, and judged by its hash
    ELSE
        RETURN QUERY SELECT 'unstaged', NULL::bigint;
        RETURN;
    END IF;

    SELECT a.outcome, a.seq, a.committed_at INTO outcome, first_seq, stored_at
    FROM append_deltas(ARRAY[of_project], ARRAY[group_id], ARRAY[of_author],
        ARRAY[of_auth_session], ARRAY[of_member], ARRAY[last_ops], ARRAY[is_atomic], ARRAY[hash],
        ARRAY[of_purpose], ARRAY[reverted_seq], ARRAY[step_name],
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
            ops, payload_hash, atomic, committed_at, purpose, step, more, bytes)
        SELECT of_project, first_seq + s.part - 1, s.delta_id, of_author, of_auth_session,
            of_member, s.ops, s.payload_hash, is_atomic, stored_at, of_purpose, step_name, true,
            s.bytes
        FROM staged_deltas AS s WHERE s.staging = of_staging AND s.part < parts;
        UPDATE studio_projects AS p SET head_seq = p.head_seq + parts - 1 WHERE p.id = of_project;
    END IF;
    DELETE FROM staged_deltas AS s WHERE s.staging = of_staging;
    RETURN NEXT;
END $$;
