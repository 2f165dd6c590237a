"""`python -m persistence.tools.fill_tables`: N rows in every table that users reach, for plans.

Also for `./run loadtest calls`. The same N gives the same rows, but for their ids and times. A few
users and projects have most of it. No change is logged.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass

import asyncpg

from machine.caller_paths import path_of_caller
from machine.children.child_process import ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres
from persistence.database_url import chosen
from persistence.errors import PersistenceError
from persistence.migrate import migrate
from persistence.sqlstates import own_errors

MANY_ENOUGH = 4_000
"""Users and projects in the smallest database: with fewer, reading all of them is the best plan."""

WORDS = """ARRAY['Airy', 'Warm', 'Dark', 'Wide', 'Night', 'Dust', 'Glass', 'Acid', 'Vocal', 'Reese',
    'Sub', 'Pluck', 'Pad', 'Lead', 'Kick', 'Snare', 'Hall', 'Tape', 'Grit', 'Ghost']"""

TAGS = """ARRAY['techno', 'house', 'bass', 'dub', 'trap', 'ambient', 'jungle', 'garage', 'soul',
    'drill', 'noise', 'disco', 'funk', 'grime', 'electro', 'trance']"""

SETUP = f"""
CREATE TEMPORARY TABLE filled_users AS SELECT n, gen_random_uuid() AS id
    FROM generate_series(1, {{users}}) AS n;
CREATE TEMPORARY TABLE filled_projects AS SELECT n, gen_random_uuid() AS id
    FROM generate_series(1, {{projects}}) AS n;
ALTER TABLE filled_users ADD PRIMARY KEY (n);
ALTER TABLE filled_projects ADD PRIMARY KEY (n);
ANALYZE filled_users, filled_projects;

-- The first of many are taken often, the last seldom.
CREATE FUNCTION pg_temp.few(most integer) RETURNS integer LANGUAGE sql VOLATILE AS $$
    SELECT 1 + floor(most * power(random(), 2))::integer
$$;
CREATE FUNCTION pg_temp.named(n bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT ({WORDS})[1 + floor(20 * random())] || ' ' || ({WORDS})[1 + floor(20 * random())]
        || ' ' || n
$$;
CREATE FUNCTION pg_temp.tagged() RETURNS text[] LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.02 THEN ARRAY['rare ' || floor(200 * random())]
        ELSE ARRAY[({TAGS})[pg_temp.few(16)], ({TAGS})[pg_temp.few(16)]] END
$$;
CREATE FUNCTION pg_temp.before() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT now() - random() * interval '700 days'
$$;
"""
"""Names and times for what follows, on one connection."""

# `rows` is made once: what is random in it is not thought to be the same in each row.
FILL = {
    "prime_users": """
        INSERT INTO prime_users (id, email, username, name, created_at, updated_at)
        SELECT u.id, 'user' || u.n || '@example.org', 'user' || u.n, pg_temp.named(u.n),
            pg_temp.before(), pg_temp.before()
        FROM filled_users AS u
    """,
    "studio_projects": """
        INSERT INTO studio_projects (id, owner_id, name, bpm, tags, archived_at,
            created_at, updated_at)
        SELECT p.id, u.id, pg_temp.named(p.n), 60 + floor(120 * random()), pg_temp.tagged(),
            CASE WHEN random() < 0.1 THEN now() END, pg_temp.before(), pg_temp.before()
        FROM (SELECT n, id, pg_temp.few({users}) AS owner FROM filled_projects) AS p
        JOIN filled_users AS u ON u.n = p.owner
    """,
    "project_members": """
        INSERT INTO project_members (project_id, user_id, role, created_at)
        SELECT id, owner_id, 'owner', created_at FROM studio_projects;
        INSERT INTO project_members (project_id, user_id, role, created_at)
        SELECT p.id, u.id, CASE WHEN r.n % 3 = 0 THEN 'viewer' ELSE 'editor' END, pg_temp.before()
        FROM (
            SELECT n, pg_temp.few({projects}) AS project, pg_temp.few({users}) AS person
            FROM generate_series(1, {members}) AS n
        ) AS r
        JOIN filled_projects AS p ON p.n = r.project JOIN filled_users AS u ON u.n = r.person
        ON CONFLICT DO NOTHING
    """,
    "project_states": """
        INSERT INTO project_states (id, project_id, project_state)
        SELECT state_id, id, '{{}}' FROM studio_projects
    """,
    "project_deltas": """
        INSERT INTO project_deltas (project_id, seq, delta_id, author, auth_session, member, ops,
            payload_hash, committed_at, bytes)
        SELECT p.id, row_number() OVER (PARTITION BY r.project ORDER BY r.n), 'd' || r.n,
            p.owner_id, p.owner_id, 'm', '[]', substring(sha256(r.n::text::bytea) FOR 16), now(), 2
        FROM (
            SELECT n, pg_temp.few({projects}) AS project FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_projects AS f ON f.n = r.project JOIN studio_projects AS p ON p.id = f.id;
        UPDATE studio_projects AS p SET head_seq = d.head
        FROM (SELECT project_id, max(seq) AS head FROM project_deltas GROUP BY 1) AS d
        WHERE d.project_id = p.id
    """,
    "plugin_presets": """
        INSERT INTO plugin_presets (owner_id, plugin, name, category, parameters, tags, is_public,
            created_at, updated_at)
        SELECT u.id, CASE r.plugin WHEN 1 THEN 'OTT' ELSE 'Plugin ' || r.plugin END,
            pg_temp.named(r.n), 'category ' || pg_temp.few(20),
            jsonb_build_object('gain', floor(100 * random()), 'filter', jsonb_build_object(
                'type', CASE WHEN random() < 0.01 THEN 'low' ELSE 'high' END,
                'cutoff', floor(20000 * random()))),
            pg_temp.tagged(), random() < 0.2, pg_temp.before(), pg_temp.before()
        FROM (
            SELECT n, pg_temp.few({users}) AS owner, pg_temp.few(200) AS plugin
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_users AS u ON u.n = r.owner
    """,
    "audio_files": """
        INSERT INTO audio_files (project_id, owner_id, name, content_hash, bytes, duration_seconds,
            sample_rate, channels, format, analysis, status, created_at, updated_at)
        SELECT p.id, u.id, pg_temp.named(r.n) || '.wav',
            encode(sha256(r.n::text::bytea), 'hex'), floor(1e7 * random()), 300 * random(), 48000,
            2, CASE WHEN random() < 0.1 THEN 'flac' ELSE 'wav' END,
            jsonb_build_object('bpm', 60 + floor(120 * random()), 'key', 'Am'),
            CASE WHEN random() < 0.01 THEN 'announced' ELSE 'available' END,
            pg_temp.before(), pg_temp.before()
        FROM (
            SELECT n, pg_temp.few({projects}) AS project, pg_temp.few({users}) AS owner
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_projects AS p ON p.n = r.project JOIN filled_users AS u ON u.n = r.owner;
        UPDATE audio_files AS f SET parent_id = whole.id, stem_kind = 'vocals'
        FROM (
            SELECT DISTINCT ON (project_id) project_id, id FROM audio_files ORDER BY project_id, id
        ) AS whole
        WHERE whole.project_id = f.project_id AND f.id > whole.id AND f.bytes % 50 = 0
    """,
    "mixx_recall": """
        INSERT INTO mixx_recall (user_id, category, key, data, usage_count, last_used_at,
            created_at, updated_at)
        SELECT u.id, 'category ' || pg_temp.few(12), 'choice ' || r.n,
            jsonb_build_object('genre', CASE WHEN random() < 0.02 THEN 'trap' ELSE 'house' END),
            floor(50 * random()), pg_temp.before(), pg_temp.before(), pg_temp.before()
        FROM (
            SELECT n, pg_temp.few({users}) AS person FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_users AS u ON u.n = r.person
    """,
    "project_snapshots": """
        INSERT INTO project_snapshots (project_id, author_id, kind, name, state, epoch, seq,
            created_at)
        SELECT p.id, u.id, CASE WHEN random() < 0.2 THEN 'manual' ELSE 'auto' END,
            pg_temp.named(r.n), '{{}}', 'e', r.n, pg_temp.before()
        FROM (
            SELECT n, pg_temp.few({projects}) AS project, pg_temp.few({users}) AS author
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_projects AS p ON p.n = r.project JOIN filled_users AS u ON u.n = r.author
    """,
    "collaboration_sessions": """
        INSERT INTO collaboration_sessions (project_id, host_id, participants, status, started_at,
            ended_at)
        SELECT p.id, h.id, ARRAY[h.id, g.id], 'ended', r.at, r.at + interval '1 hour'
        FROM (
            SELECT pg_temp.few({projects}) AS project, pg_temp.few({users}) AS host,
                pg_temp.few({users}) AS guest, pg_temp.before() AS at
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_projects AS p ON p.n = r.project JOIN filled_users AS h ON h.n = r.host
        JOIN filled_users AS g ON g.n = r.guest;
        UPDATE collaboration_sessions AS s SET status = 'active', ended_at = NULL
        FROM filled_projects AS p
        WHERE p.n % 10 = 0 AND s.id = (
            SELECT t.id FROM collaboration_sessions AS t WHERE t.project_id = p.id
            ORDER BY t.started_at DESC LIMIT 1
        )
    """,
    "session_states": """
        INSERT INTO session_states (collaboration_session_id, project_id, user_id, device,
            heartbeat_at)
        SELECT id, project_id, host_id, 'laptop', started_at FROM collaboration_sessions
    """,
    "session_stays": """
        INSERT INTO session_stays (collaboration_session_id, project_id, user_id, entered_at)
        SELECT id, project_id, host_id, started_at FROM collaboration_sessions
    """,
    "invitations": """
        INSERT INTO invitations (project_id, inviter_id, token_hash, role, max_uses, expires_at,
            withdrawn_at, created_at)
        SELECT p.id, p.owner_id, sha256(r.n::text::bytea), 'editor', 1, r.at + interval '7 days',
            CASE WHEN r.n % 10 = 0 THEN r.at + interval '1 day' END, r.at
        FROM (
            SELECT n, pg_temp.few({projects}) AS project, pg_temp.before() AS at
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_projects AS f ON f.n = r.project JOIN studio_projects AS p ON p.id = f.id
    """,
    "auth_sessions": """
        INSERT INTO auth_sessions (user_id, device, last_used_at, expires_at, revoked_at,
            revoked_reason, created_at)
        SELECT u.id, 'laptop', r.at, r.at + interval '60 days',
            CASE WHEN r.n % 20 <> 0 THEN r.at + interval '1 day' END,
            CASE WHEN r.n % 20 <> 0 THEN 'logged out' END, r.at
        FROM (
            SELECT n, pg_temp.few({users}) AS person, pg_temp.before() AS at
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_users AS u ON u.n = r.person
    """,
    "audit_log": """
        INSERT INTO audit_log (event, user_id, project_id, created_at)
        SELECT CASE WHEN r.n % 3 = 0 THEN 'role_changed' ELSE 'login' END, u.id,
            CASE WHEN r.n % 3 = 0 THEN p.id END, pg_temp.before()
        FROM (
            SELECT n, pg_temp.few({users}) AS person, pg_temp.few({projects}) AS project
            FROM generate_series(1, {rows}) AS n
        ) AS r
        JOIN filled_users AS u ON u.n = r.person JOIN filled_projects AS p ON p.n = r.project
    """,
}
"""Table -> the statements that fill it, in this order."""


@dataclass(frozen=True, slots=True)
class FilledCounts:
    """What was made, and for whom to look at it."""

    rows: int
    users: int
    projects: int
    seconds: float
    user: str
    """The id of a user who has much: the twentieth of those who have the most."""
    project: str
    """And of the project with the most files of those that this user is in."""


def sizes(rows: int) -> dict[str, int]:
    """How many users and projects there are for so many rows in each other table."""
    users, projects = max(MANY_ENOUGH, rows // 100), max(MANY_ENOUGH, rows // 50)
    return {"rows": rows, "users": users, "projects": projects, "members": 2 * projects}


async def fill(dsn: str, rows: int) -> FilledCounts:
    """Fill a migrated database that is empty; raises `PersistenceError`."""
    began_at = time.perf_counter()
    row_counts = sizes(rows)
    with own_errors():
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            await connection.execute("SELECT setseed(0.5)")
            await connection.execute(SETUP.format(**row_counts))
            for table, fill_sql in FILL.items():
                await _fill_one(connection, table, fill_sql.format(**row_counts))
            await connection.execute("VACUUM ANALYZE")
            busy_ids = await connection.fetchrow(BUSY)
            assert busy_ids is not None
        finally:
            await connection.close(timeout=10)
    seconds = round(time.perf_counter() - began_at, 1)
    return FilledCounts(rows, row_counts["users"], row_counts["projects"], seconds, **busy_ids)


BUSY = """
SELECT u.id::text AS user, (
    SELECT f.project_id FROM audio_files AS f JOIN project_members AS m USING (project_id)
    WHERE m.user_id = u.id GROUP BY f.project_id ORDER BY count(*) DESC, 1 LIMIT 1
)::text AS project
FROM filled_users AS u WHERE u.n = 20
"""


FOREIGN_KEYS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS off,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
        pg_get_constraintdef(oid)) AS on
FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::text::regclass
"""

INDEXES = """
SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS off, pg_get_indexdef(i.indexrelid) AS on
FROM pg_index AS i WHERE i.indrelid = $1::text::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
"""


async def _fill_one(connection: asyncpg.Connection, table: str, fill_sql: str) -> None:
    """Without triggers: a change log of ten times as many rows is not what is asked for.

    Indexes and foreign keys are made behind the rows, which takes a third of the time, and before
    what changes rows, which looks for them.
    """
    async with connection.transaction():
        await connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        parts = [
            *await connection.fetch(FOREIGN_KEYS, table),
            *await connection.fetch(INDEXES, table),
        ]
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if table == "prime_users":
            await connection.execute("ALTER TABLE prime_users ENABLE TRIGGER default_address")
        inserts, word, updates = fill_sql.partition("UPDATE ")
        for part in parts:
            await connection.execute(part["off"])
        await connection.execute(inserts)
        for part in reversed(parts):
            await connection.execute(part["on"])
        if updates:
            await connection.execute(word + updates)
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m persistence.tools.fill_tables")
    parser.add_argument("--database-url", help="an empty database (default: DATABASE_URL)")
    parser.add_argument(
        "--data",
        type=path_of_caller,
        default=".data",
        help="where the embedded server keeps its data (default: %(default)s)",
    )
    parser.add_argument("--rows", type=int, default=100_000, help="in each table (100000)")
    arguments = parser.parse_args()
    if not 100 <= arguments.rows <= 10_000_000:
        parser.error("--rows must be from 100 to 10000000")
    return arguments


async def _migrated_and_filled(dsn: str, rows: int) -> FilledCounts:
    await migrate(dsn)
    return await fill(dsn, rows)


def main() -> int:
    """One line of JSON on stdout; exit 1 when the database does not answer or has rows, 2 for its
    URL."""
    arguments = _arguments()
    try:
        with ExitStack() as stack:
            dsn = chosen(arguments.database_url)
            if dsn is None:
                server = EmbeddedPostgres(arguments.data)
                stack.callback(server.stop)
                dsn = server.start()
            filled_counts = asyncio.run(_migrated_and_filled(dsn, arguments.rows))
    except (PersistenceError, ServerUnavailable) as error:
        print(f"fill_tables: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, PersistenceError) else 1
    print(json.dumps({name: getattr(filled_counts, name) for name in FilledCounts.__slots__}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
