-- breaking: yes
-- The stored state leaves the project's row, which every append locks: writing 20 MiB there kept
-- that row, and so all rooms, waiting. A state is written to a row of its own first; then the
-- project's row is pointed at it, in a moment. (An older Prime looks for the state in the row.)

CREATE TABLE project_states (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id      uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    project_state   jsonb NOT NULL,
    written_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX project_states_project_idx ON project_states (project_id);

DO $$
BEGIN
    ALTER TABLE project_states ALTER COLUMN project_state SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

ALTER TABLE studio_projects ADD COLUMN state_id uuid NOT NULL DEFAULT gen_random_uuid();
INSERT INTO project_states (id, project_id, project_state)
SELECT state_id, id, project_state FROM studio_projects;
ALTER TABLE studio_projects DROP COLUMN project_state;

-- For people at a prompt: SELECT p.project_state FROM studio_projects AS p.
CREATE FUNCTION project_state(p studio_projects) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT s.project_state FROM project_states AS s WHERE s.id = p.state_id
$$;

-- Parts of a state on its way in belong to the row that they become: two servers may write at once.
DROP TABLE state_parts;
CREATE UNLOGGED TABLE state_parts (
    state_id    uuid NOT NULL,
    part        integer NOT NULL,
    data        bytea NOT NULL,
    PRIMARY KEY (state_id, part)
);
