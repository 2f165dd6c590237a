-- breaking: no
-- Indexes for every list, filter and search that the descriptions of tables offer: plans are looked
-- at in tests/persistence/test_plans.py. Lists go on behind the last row of a page, by what they
-- are sorted by and the id, in one direction: (column, id) serves both. Text is compared and sorted
-- as "C", so that an order is the same on every server. `pg_trgm` is there before this runs
-- (`persistence.trigrams`).
-- Builds come first, those of tables that nobody reached before at the front: an index that is built
-- holds up writes of its table until the end, and one that is dropped holds up reads as well.

-- Presets: those of all are visible to all, so each way to look for them has its index.
CREATE INDEX plugin_presets_updated_idx ON plugin_presets (updated_at, id);
CREATE INDEX plugin_presets_created_idx ON plugin_presets (created_at, id);
CREATE INDEX plugin_presets_name_idx ON plugin_presets (name COLLATE "C", id);
CREATE INDEX plugin_presets_own_idx ON plugin_presets (owner_id, updated_at, id);
CREATE INDEX plugin_presets_own_plugin_idx ON plugin_presets
    (owner_id, plugin, name COLLATE "C", id);
CREATE INDEX plugin_presets_plugin_idx ON plugin_presets (plugin, updated_at, id);
CREATE INDEX plugin_presets_category_idx ON plugin_presets (category, updated_at, id);
CREATE INDEX plugin_presets_name_trigrams_idx ON plugin_presets USING gin (name gin_trgm_ops);
CREATE INDEX plugin_presets_name_words_idx ON plugin_presets
    USING gin (to_tsvector('simple', name));

-- What belongs to a project or to a user is looked for among theirs.
CREATE INDEX audio_files_made_idx ON audio_files (project_id, created_at, id);
CREATE INDEX audio_files_name_idx ON audio_files (project_id, name COLLATE "C", id);
CREATE INDEX mixx_recall_own_idx ON mixx_recall (user_id, updated_at, id);
CREATE INDEX auth_sessions_made_idx ON auth_sessions (user_id, created_at, id);
CREATE INDEX collaboration_sessions_started_idx ON collaboration_sessions
    (project_id, started_at, id);
CREATE INDEX session_states_user_and_project_idx ON session_states (user_id, project_id);

-- Members: the role of one user in one project, also where rows of both are many.
CREATE INDEX project_members_roles_idx ON project_members (user_id, project_id) INCLUDE (role);

DROP INDEX plugin_presets_owner_idx;
DROP INDEX plugin_presets_public_idx;
DROP INDEX audio_files_project_idx;
DROP INDEX collaboration_sessions_project_idx;
DROP INDEX session_states_user_idx;
ALTER INDEX session_states_user_and_project_idx RENAME TO session_states_user_idx;
DROP INDEX project_members_user_idx;
ALTER INDEX project_members_roles_idx RENAME TO project_members_user_idx;
