-- breaking: no
-- The colour of a user in a project, as a place among the twelve, given once to who becomes a member and never taken
-- away: not from who leaves, whose edits are shown in it, and not by it from who stays.

CREATE TABLE project_colors (
    project_id  uuid NOT NULL REFERENCES studio_projects (id) ON DELETE CASCADE,
    user_id     uuid NOT NULL,
    place       smallint NOT NULL CHECK (place BETWEEN 0 AND 11),
    PRIMARY KEY (project_id, user_id)
);

-- Where a user's own colour is: the CRC-32 of its id. Of `rooms.presence.colors`.
CREATE FUNCTION own_color(of_user uuid) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bytes bytea := convert_to(of_user::text, 'UTF8');
    crc bigint := 4294967295;
BEGIN
    FOR n IN 0 .. length(bytes) - 1 LOOP
        crc := crc # get_byte(bytes, n);
        FOR bit IN 1 .. 8 LOOP
            crc := (crc >> 1) # ((crc & 1) * 3988292384);
        END LOOP;
    END LOOP;
    RETURN (crc # 4294967295) % 12;
END $$;

-- The own one, or the next that nobody here ever had, or that no member has; past that the own one.
CREATE FUNCTION give_color(of_project uuid, of_user uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
    INSERT INTO project_colors (project_id, user_id, place)
    SELECT of_project, of_user, turn.place
    FROM (
        SELECT n, (own.place + n) % 12 AS place
        FROM own_color(of_user) AS own (place), generate_series(0, 11) AS n
    ) AS turn
    LEFT JOIN project_colors AS c ON c.project_id = of_project AND c.place = turn.place
    LEFT JOIN project_members AS m ON m.project_id = of_project AND m.user_id = c.user_id
    WHERE NOT EXISTS (
        SELECT FROM project_colors AS had WHERE had.project_id = of_project AND had.user_id = of_user
    )
    GROUP BY turn.n, turn.place
    ORDER BY count(m.user_id) > 0, count(c.user_id) > 0, turn.n
    LIMIT 1
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION give_color_to_member() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
    PERFORM give_color(NEW.project_id, NEW.user_id);
    RETURN NULL;
END $$;

CREATE TRIGGER give_color AFTER INSERT ON project_members FOR EACH ROW EXECUTE FUNCTION give_color_to_member();

-- Members of before get what they were shown with: in the order in which they came.
DO $$
DECLARE
    member record;
BEGIN
    FOR member IN
        SELECT project_id, user_id FROM project_members ORDER BY project_id, created_at, user_id
    LOOP
        PERFORM give_color(member.project_id, member.user_id);
    END LOOP;
END $$;
