-- breaking: no
-- When a member was last put out, had a lesser role or fewer tracks, or left: what invites of before gives
-- nothing back. `by_owner`: an owner did it, and none has let them in since; the project's link is shut
-- to them. None of it is for prime_caller.
CREATE TABLE taken_roles (
    project_id  uuid NOT NULL REFERENCES studio_projects (id) ON DELETE CASCADE,
    user_id     uuid NOT NULL REFERENCES prime_users (id) ON DELETE CASCADE,
    taken_at    timestamptz NOT NULL,
    by_owner    boolean NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX taken_roles_user_id_idx ON taken_roles (user_id);
