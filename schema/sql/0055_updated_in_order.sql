-- breaking: no
-- Of two changes of a row the later one has the later `updated_at`, also where one of them has
-- waited for the row, or its transaction began long before.

CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION touch_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
