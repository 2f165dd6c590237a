-- breaking: no
-- What jobs look for, so that each finds it by an index however many rows there are.
CREATE INDEX auth_sessions_revoked_idx ON auth_sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX mixx_recall_key_idx ON mixx_recall (category, key);
