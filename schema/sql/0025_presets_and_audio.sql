-- breaking: no
-- Presets keep where they come from, the product ships a set of its own, uses are counted beside
-- the row; audio files say how far they are, and their stems are a tree. No call of before this
-- reached either table.

-- Presets

ALTER TABLE plugin_presets
    -- The preset that this one is a copy of, and what it was called then.
    ADD COLUMN forked_from uuid REFERENCES plugin_presets ON DELETE SET NULL,
    ADD COLUMN origin_name text CHECK (length(origin_name) BETWEEN 1 AND 120),
    -- Of the product's own: which one it is, whatever it is called, and the set it came with.
    ADD COLUMN system_key text COLLATE "C" CHECK (length(system_key) BETWEEN 1 AND 128),
    ADD COLUMN system_version integer CHECK (system_version >= 1),
    ADD CONSTRAINT plugin_presets_system_check
        CHECK (system_key IS NULL OR (owner_id IS NULL AND system_version IS NOT NULL)),
    ADD CONSTRAINT plugin_presets_origin_check CHECK (forked_from <> id);
CREATE UNIQUE INDEX plugin_presets_system_key ON plugin_presets (system_key);
CREATE INDEX plugin_presets_forked_idx ON plugin_presets (forked_from)
    WHERE forked_from IS NOT NULL;
CREATE INDEX plugin_presets_parameters_idx ON plugin_presets
    USING gin (parameters jsonb_path_ops);

-- A use is not a change of the preset: nobody who watches it hears of one.
DROP TRIGGER touch ON plugin_presets;
CREATE TABLE preset_usage_counts (
    preset_id  uuid PRIMARY KEY REFERENCES plugin_presets ON DELETE CASCADE,
    uses       bigint NOT NULL CHECK (uses >= 0)
);
INSERT INTO preset_usage_counts SELECT id, usage_count FROM plugin_presets WHERE usage_count > 0;
ALTER TABLE plugin_presets DROP COLUMN usage_count;
CREATE TRIGGER touch BEFORE UPDATE ON plugin_presets
    FOR EACH ROW EXECUTE FUNCTION touch_version();

-- When a user's use of a preset was last counted: the next one counts an hour later.
CREATE TABLE preset_uses (
    preset_id   uuid NOT NULL REFERENCES plugin_presets ON DELETE CASCADE,
    user_id     uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    counted_at  timestamptz NOT NULL,
    PRIMARY KEY (preset_id, user_id)
);
CREATE INDEX preset_uses_user_idx ON preset_uses (user_id);

-- With the row, also for those who may not read the counts of all.
CREATE FUNCTION preset_usage_count(preset uuid) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
RETURN coalesce((SELECT c.uses FROM preset_usage_counts AS c WHERE c.preset_id = preset), 0);

-- Counts uses, each a preset and a user; those of presets and users that have gone do nothing.
CREATE FUNCTION count_preset_uses(presets uuid[], users uuid[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    counted bigint;
BEGIN
    -- In one order everywhere, so that two nodes never wait for each other.
    PERFORM FROM plugin_presets AS p WHERE p.id = ANY (presets) ORDER BY p.id FOR KEY SHARE;
    PERFORM FROM prime_users AS u WHERE u.id = ANY (users) ORDER BY u.id FOR KEY SHARE;
    WITH used AS (
        SELECT DISTINCT p.id AS preset, u.id AS person
        FROM unnest(presets, users) AS given (preset, person)
        JOIN plugin_presets AS p ON p.id = given.preset
        JOIN prime_users AS u ON u.id = given.person
        ORDER BY 1, 2
    ), fresh AS (
        INSERT INTO preset_uses AS seen (preset_id, user_id, counted_at)
        SELECT preset, person, statement_timestamp() FROM used
        ON CONFLICT (preset_id, user_id) DO UPDATE SET counted_at = excluded.counted_at
            WHERE seen.counted_at <= excluded.counted_at - interval '1 hour'
        RETURNING seen.preset_id
    ), summed AS (
        INSERT INTO preset_usage_counts AS c (preset_id, uses)
        SELECT preset_id, count(*) FROM fresh GROUP BY preset_id ORDER BY preset_id
        ON CONFLICT (preset_id) DO UPDATE SET uses = c.uses + excluded.uses
    )
    SELECT count(*) INTO counted FROM fresh;
    RETURN counted;
END $$;

-- Audio files

-- Rows are brought into their new form, which is no change of theirs: none is logged or counted.
ALTER TABLE audio_files DISABLE TRIGGER USER;
ALTER TABLE audio_files RENAME COLUMN upload_status TO status;
ALTER TABLE audio_files DROP CONSTRAINT audio_files_upload_status_check;
ALTER TABLE audio_files ALTER COLUMN status SET DEFAULT 'announced';
UPDATE audio_files SET status = CASE status
        WHEN 'pending' THEN 'announced' WHEN 'uploaded' THEN 'available' ELSE status END
    WHERE status IN ('pending', 'uploaded');

-- A SHA-256 of the bytes, in small hexadecimal digits.
ALTER TABLE audio_files DROP CONSTRAINT audio_files_content_hash_check;
UPDATE audio_files SET content_hash = substring(lower(content_hash) FROM '^[0-9a-f]{64}$')
    WHERE content_hash !~ '^[0-9a-f]{64}$';
ALTER TABLE audio_files
    ALTER COLUMN status TYPE text COLLATE "C",
    ADD CONSTRAINT audio_files_status_check CHECK (
        status IN ('announced', 'uploading', 'measuring', 'available', 'failed')),
    ADD COLUMN failure text CHECK (length(failure) BETWEEN 1 AND 500),
    ADD CONSTRAINT audio_files_only_failed_check CHECK (failure IS NULL OR status = 'failed'),
    ADD CONSTRAINT audio_files_content_hash_check CHECK (content_hash ~ '^[0-9a-f]{64}$');

-- What a room says of its media at each join: few at any time.
CREATE INDEX audio_files_pending_idx ON audio_files (project_id, id) WHERE status <> 'available';
-- Whose media name their bytes alone.
CREATE INDEX audio_files_project_hash_idx ON audio_files (project_id, content_hash)
    WHERE content_hash IS NOT NULL;

-- Stems are a tree: without cycles, as a file's parent is there before it and never another one
-- after that; of one project, as no file goes to another; no deeper than depth says, which never
-- changes either. So no lock is needed, at any level of isolation.
ALTER TABLE audio_files
    ADD COLUMN depth integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT audio_files_depth_check CHECK (depth BETWEEN 0 AND 4);
WITH RECURSIVE placed AS (
    SELECT id, project_id, 0 AS depth FROM audio_files WHERE parent_id IS NULL
    UNION ALL
    SELECT a.id, a.project_id, p.depth + 1
    FROM placed AS p JOIN audio_files AS a ON a.parent_id = p.id AND a.project_id = p.project_id
    WHERE p.depth < 4
)
UPDATE audio_files AS a SET depth = p.depth, stem_kind = coalesce(a.stem_kind, 'stem')
FROM placed AS p WHERE p.id = a.id AND p.depth > 0;
-- Of another project, deeper, or in a circle: no stem.
UPDATE audio_files SET parent_id = NULL WHERE parent_id IS NOT NULL AND depth = 0;
ALTER TABLE audio_files ADD CONSTRAINT audio_files_stem_kind_needed
    CHECK (parent_id IS NULL OR stem_kind IS NOT NULL);

-- The same bytes are announced once in a project. Stems may be alike: two of them are silent. Those
-- of before were not held to it, and stay.
ALTER TABLE audio_files ADD COLUMN is_repeated boolean NOT NULL DEFAULT false;
UPDATE audio_files AS a SET is_repeated = true
FROM (
    SELECT id, row_number() OVER (
        PARTITION BY project_id, content_hash ORDER BY created_at, id
    ) AS place
    FROM audio_files WHERE content_hash IS NOT NULL AND stem_kind IS NULL
) AS placed
WHERE placed.id = a.id AND placed.place > 1;
ALTER TABLE audio_files ENABLE TRIGGER USER;
CREATE UNIQUE INDEX audio_files_content_key ON audio_files (project_id, content_hash)
    WHERE content_hash IS NOT NULL AND stem_kind IS NULL AND NOT is_repeated;

-- As the owner: whoever makes a stem may not read depths.
CREATE FUNCTION place_stem() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.parent_id IS DISTINCT FROM OLD.parent_id AND NEW.parent_id IS NOT NULL
            OR NEW.project_id <> OLD.project_id
        THEN
            RAISE EXCEPTION 'a file stays in its project, and with the file that it is a stem of'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'audio_files_place_check';
        END IF;
        NEW.depth := OLD.depth;
        RETURN NEW;
    END IF;
    NEW.depth := 0;
    IF NEW.parent_id IS NOT NULL THEN
        SELECT p.depth + 1 INTO NEW.depth FROM audio_files AS p
        WHERE p.id = NEW.parent_id AND p.project_id = NEW.project_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the file that this is a stem of is not in the project'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'audio_files_parent_id_fkey';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_stem BEFORE INSERT OR UPDATE OF parent_id, project_id, depth ON audio_files
    FOR EACH ROW EXECUTE FUNCTION place_stem();

GRANT SELECT (forked_from, origin_name) ON plugin_presets TO prime_caller;
GRANT SELECT (failure) ON audio_files TO prime_caller;
