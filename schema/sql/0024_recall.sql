-- breaking: yes
-- Mixx Recall: how warm each key is in each context, and which uses were counted. Counters: unwatched.

-- Computed when it is read: a stored one is right only for the moment of the last use.
ALTER TABLE mixx_recall DROP COLUMN confidence;

ALTER TABLE mixx_recall
    ADD COLUMN shown_count bigint NOT NULL DEFAULT 0 CHECK (shown_count >= 0),
    ADD COLUMN taken_count bigint NOT NULL DEFAULT 0 CHECK (taken_count >= 0);

-- Counting is not editing, and whoever watches hears of edits alone.
DROP TRIGGER touch ON mixx_recall;
CREATE TRIGGER touch BEFORE UPDATE ON mixx_recall
    FOR EACH ROW WHEN (NEW.category <> OLD.category OR NEW.key <> OLD.key OR NEW.data <> OLD.data)
    EXECUTE FUNCTION touch_version();

-- One number for all uses of a key in a context: log2 of the sum of 2^(t / half-life), t in days
-- since 1970. Whoever deletes or renames a key does so here too, by the foreign key.
CREATE TABLE recall_heat (
    user_id      uuid NOT NULL,
    category     text COLLATE "C" NOT NULL,
    context      text COLLATE "C" NOT NULL CHECK (length(context) <= 320),
    key          text COLLATE "C" NOT NULL,
    heat         double precision NOT NULL,
    usage_count  bigint NOT NULL DEFAULT 0 CHECK (usage_count >= 0),
    PRIMARY KEY (user_id, category, context, key),
    FOREIGN KEY (user_id, category, key) REFERENCES mixx_recall (user_id, category, key)
        ON DELETE CASCADE ON UPDATE CASCADE
) WITH (fillfactor = 70); -- a use changes heat and count, which are in no index

-- What the foreign key looks for, at each key that goes or is renamed.
CREATE INDEX recall_heat_key_idx ON recall_heat (user_id, category, key);

-- Ids of uses that were counted, for as long as a client may send them again.
CREATE TABLE recall_uses (
    user_id  uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    use_id   uuid NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, use_id)
);
CREATE INDEX recall_uses_at_idx ON recall_uses (at);

-- The half-life is that of the stored heats: what changes it rescales them, under this row's lock.
CREATE TABLE recall_settings (
    user_id         uuid NOT NULL REFERENCES prime_users ON DELETE CASCADE,
    category        text COLLATE "C" NOT NULL CHECK (length(category) BETWEEN 1 AND 64),
    remembers       boolean NOT NULL DEFAULT true,
    half_life_days  double precision NOT NULL CHECK (half_life_days BETWEEN 0.01 AND 3650),
    heats           bigint NOT NULL DEFAULT 0, -- rows of recall_heat, about: counted anew nightly
    PRIMARY KEY (user_id, category)
);

-- Public presets that at least five users use: what is suggested to who has no habits yet.
CREATE TABLE recall_popular (
    category  text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    users     bigint NOT NULL CHECK (users >= 5),
    uses      bigint NOT NULL,
    PRIMARY KEY (category, key)
);

-- Commutative and associative, so uses may come late, in any order, from any node. PostgreSQL
-- raises where power() underflows: what is 60 halvings away adds nothing.
CREATE FUNCTION add_heat(a double precision, b double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT greatest(a, b)
        + ln(1 + power(2::double precision, -least(abs(a - b), 60))) / 0.6931471805599453
$$;

-- 2^x, and nothing where PostgreSQL would raise.
CREATE FUNCTION heat_weight(x double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN x < -60 THEN 0 ELSE power(2::double precision, least(x, 60)) END
$$;

-- A key that is gone is also gone as what others follow.
CREATE FUNCTION forget_followers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
    DELETE FROM recall_heat
    WHERE user_id = OLD.user_id AND category = OLD.category AND context = 'after=' || OLD.key;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_followers AFTER DELETE ON mixx_recall
    FOR EACH ROW EXECUTE FUNCTION forget_followers();

-- Counting is the server's own work; what is read of it is the user's alone (decision 0035).
ALTER TABLE recall_heat ENABLE ROW LEVEL SECURITY;
ALTER TABLE recall_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE recall_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE recall_popular ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_see ON recall_heat FOR SELECT TO prime_caller
    USING (user_id = (SELECT caller_id()));
CREATE POLICY callers_see ON recall_uses FOR SELECT TO prime_caller
    USING (user_id = (SELECT caller_id()));
CREATE POLICY callers_see ON recall_settings FOR SELECT TO prime_caller
    USING (user_id = (SELECT caller_id()));
CREATE POLICY callers_see ON recall_popular FOR SELECT TO prime_caller
    USING ((SELECT caller_id()) IS NOT NULL);
GRANT SELECT ON recall_heat, recall_uses, recall_settings, recall_popular TO prime_caller;
GRANT SELECT (shown_count, taken_count) ON mixx_recall TO prime_caller;
