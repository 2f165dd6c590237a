-- breaking: no
-- What operators tell nodes, and nodes each other of it: this is the truth, the bus only makes it sooner.
-- None of it is for prime_caller.

-- Nodes that run, each written by itself every two seconds. `is_drained`: an operator wants its members elsewhere.
CREATE TABLE server_nodes (
    name        text PRIMARY KEY COLLATE "C" CHECK (length(name) BETWEEN 1 AND 32),
    host        text NOT NULL CHECK (length(host) <= 255),
    address     text NOT NULL CHECK (length(address) <= 300),
    pid         integer NOT NULL,
    version     text NOT NULL CHECK (length(version) <= 64),
    connections integer NOT NULL DEFAULT 0,
    rooms       integer NOT NULL DEFAULT 0,
    members     integer NOT NULL DEFAULT 0,
    load        double precision NOT NULL DEFAULT 0, -- part of a core
    drains      boolean NOT NULL DEFAULT false, -- as the node says: a signal may have told it
    is_drained  boolean NOT NULL DEFAULT false,
    drain_words integer NOT NULL DEFAULT 0, -- how often operators have said whether it is
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A row, and nobody edits: all can be read.
CREATE TABLE maintenance (
    is_on       boolean PRIMARY KEY DEFAULT true CHECK (is_on),
    message     text NOT NULL CHECK (length(message) BETWEEN 1 AND 500),
    began_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Rooms that nobody joins. `until`: then they are open again; NULL: when an operator opens them.
CREATE TABLE closed_rooms (
    project_id  uuid PRIMARY KEY REFERENCES studio_projects (id) ON DELETE CASCADE,
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    closed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    until       timestamptz
);

-- What only the memory of nodes knows is asked for here, and answered within a second; then it is deleted.
CREATE UNLOGGED TABLE node_questions (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    asks        text NOT NULL COLLATE "C" CHECK (length(asks) BETWEEN 1 AND 32),
    params      jsonb NOT NULL DEFAULT '{}',
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNLOGGED TABLE node_answers (
    question_id uuid NOT NULL REFERENCES node_questions (id) ON DELETE CASCADE,
    node        text NOT NULL COLLATE "C" CHECK (length(node) BETWEEN 1 AND 32),
    answer      jsonb NOT NULL,
    PRIMARY KEY (question_id, node)
);
