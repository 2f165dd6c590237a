-- breaking: no
-- A large state on its way in, part by part: the server's event loop sends no 10 MB at once.

-- Lost in a crash, as the transaction is that filled it and would have emptied it again.
CREATE UNLOGGED TABLE state_parts (
    project_id  uuid NOT NULL,
    part        integer NOT NULL,
    data        bytea NOT NULL,
    PRIMARY KEY (project_id, part)
);
