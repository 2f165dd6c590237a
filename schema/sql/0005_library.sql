-- breaking: yes
-- What musicians keep: audio files, plug-in presets, and what the mixing assistant remembers.

CREATE TABLE audio_files (
    id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id        uuid NOT NULL REFERENCES studio_projects ON DELETE CASCADE,
    owner_id          uuid REFERENCES prime_users ON DELETE SET NULL,
    name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    storage_path      text CHECK (length(storage_path) <= 1024),
    content_hash      text CHECK (length(content_hash) BETWEEN 16 AND 128),
    bytes             bigint CHECK (bytes >= 0),
    duration_seconds  double precision CHECK (duration_seconds >= 0),
    sample_rate       integer CHECK (sample_rate BETWEEN 1 AND 1536000),
    bit_depth         integer CHECK (bit_depth BETWEEN 1 AND 64),
    channels          integer CHECK (channels BETWEEN 1 AND 256),
    format            text CHECK (length(format) BETWEEN 1 AND 32),
    analysis          jsonb CHECK (jsonb_typeof(analysis) = 'object'),
    parent_id         uuid REFERENCES audio_files ON DELETE SET NULL,
    stem_kind         text CHECK (length(stem_kind) BETWEEN 1 AND 64),
    upload_status     text NOT NULL DEFAULT 'pending'
                      CHECK (upload_status IN ('pending', 'uploading', 'uploaded', 'failed')),
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CHECK (parent_id <> id)
);
CREATE INDEX audio_files_project_idx ON audio_files (project_id, created_at DESC, id);
CREATE INDEX audio_files_hash_idx ON audio_files (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX audio_files_parent_idx ON audio_files (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX audio_files_owner_idx ON audio_files (owner_id);
CREATE TRIGGER touch BEFORE UPDATE ON audio_files
    FOR EACH ROW EXECUTE FUNCTION touch_version();

-- Without an owner: a preset of the system, for everyone to read.
CREATE TABLE plugin_presets (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id     uuid REFERENCES prime_users ON DELETE CASCADE,
    plugin       text NOT NULL CHECK (length(plugin) BETWEEN 1 AND 255),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    category     text NOT NULL DEFAULT '' CHECK (length(category) <= 64),
    parameters   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    tags         text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 32),
    is_public    boolean NOT NULL DEFAULT false,
    usage_count  bigint NOT NULL DEFAULT 0 CHECK (usage_count >= 0),
    version      bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (owner_id IS NOT NULL OR is_public)
);
CREATE UNIQUE INDEX plugin_presets_name_key ON plugin_presets
    (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'), plugin, lower(name));
CREATE INDEX plugin_presets_owner_idx ON plugin_presets (owner_id);
CREATE INDEX plugin_presets_public_idx ON plugin_presets (plugin, category) WHERE is_public;
CREATE INDEX plugin_presets_tags_idx ON plugin_presets USING gin (tags);
-- Using a preset is not editing it.
CREATE TRIGGER touch BEFORE UPDATE ON plugin_presets
    FOR EACH ROW WHEN (NEW.usage_count = OLD.usage_count) EXECUTE FUNCTION touch_version();

CREATE TABLE mixx_recall (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id       uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    category      text NOT NULL CHECK (length(category) BETWEEN 1 AND 64),
    key           text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    data          jsonb NOT NULL DEFAULT '{}',
    usage_count   bigint NOT NULL DEFAULT 0 CHECK (usage_count >= 0),
    confidence    double precision NOT NULL DEFAULT 0 CHECK (confidence BETWEEN 0 AND 1),
    last_used_at  timestamptz,
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mixx_recall_key_key UNIQUE (user_id, category, key)
);
CREATE INDEX mixx_recall_data_idx ON mixx_recall USING gin (data jsonb_path_ops);
CREATE TRIGGER touch BEFORE UPDATE ON mixx_recall
    FOR EACH ROW WHEN (NEW.usage_count = OLD.usage_count) EXECUTE FUNCTION touch_version();
