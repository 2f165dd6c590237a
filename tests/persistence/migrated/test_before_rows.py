"""Rows that were there before calls reached their tables come through the migrations whole."""

import pytest

from persistence import migrate
from persistence.migrate import known_migrations
from persistence.pool import Database
from tests.databases import execute

MIGRATIONS_BEFORE = 20

HASH = "ab" * 32

ROWS = f"""
INSERT INTO prime_users (id, email, username) VALUES
    ('10000000-0000-0000-0000-000000000001', 'ann@example.com', 'ann');
INSERT INTO studio_projects (id, owner_id, name) VALUES
    ('20000000-0000-0000-0000-000000000001', '10000000-0000-0000-0000-000000000001', 'song'),
    ('20000000-0000-0000-0000-000000000002', '10000000-0000-0000-0000-000000000001', 'other');
INSERT INTO audio_files (id, project_id, name, content_hash, upload_status, parent_id) VALUES
    ('30000000-0000-0000-0000-000000000001', '20000000-0000-0000-0000-000000000001', 'first',
        '{HASH}', 'uploaded', NULL),
    ('30000000-0000-0000-0000-000000000002', '20000000-0000-0000-0000-000000000001', 'again',
        '{HASH}', 'uploaded', NULL),
    ('30000000-0000-0000-0000-000000000003', '20000000-0000-0000-0000-000000000001', 'thrice',
        '{HASH.upper()}', 'pending', NULL),
    ('30000000-0000-0000-0000-000000000004', '20000000-0000-0000-0000-000000000002', 'elsewhere',
        '{HASH}', 'failed', '30000000-0000-0000-0000-000000000001'),
    ('30000000-0000-0000-0000-000000000005', '20000000-0000-0000-0000-000000000001', 'drums',
        NULL, 'uploading', '30000000-0000-0000-0000-000000000001'),
    ('30000000-0000-0000-0000-000000000006', '20000000-0000-0000-0000-000000000001', 'kick',
        NULL, 'pending', '30000000-0000-0000-0000-000000000005'),
    ('30000000-0000-0000-0000-000000000007', '20000000-0000-0000-0000-000000000001', 'round',
        NULL, 'pending', '30000000-0000-0000-0000-000000000001');
INSERT INTO audio_files (id, project_id, name, parent_id) VALUES
    ('30000000-0000-0000-0000-000000000008', '20000000-0000-0000-0000-000000000001', 'circle',
        '30000000-0000-0000-0000-000000000007');
UPDATE audio_files SET parent_id = '30000000-0000-0000-0000-000000000008' WHERE name = 'round';
INSERT INTO plugin_presets (id, owner_id, plugin, name, usage_count) VALUES
    ('40000000-0000-0000-0000-000000000001', '10000000-0000-0000-0000-000000000001', 'OTT', 'a', 3);
INSERT INTO mixx_recall (user_id, category, key, usage_count) VALUES
    ('10000000-0000-0000-0000-000000000001', 'eq', 'airy', 5);
"""

KEPT = """
SELECT name, status, content_hash, parent_id IS NOT NULL AS is_stem, depth, version
FROM audio_files ORDER BY id
"""

LOGGED = "SELECT count(*) FROM change_log"


@pytest.mark.postgres
async def test_rows_of_before_keep_what_they_hold_and_are_not_told_of(
    empty_database_url: str,
) -> None:
    await migrate.migrate(empty_database_url, known_migrations()[:MIGRATIONS_BEFORE])
    await execute(empty_database_url, ROWS)
    db = await Database.open(empty_database_url, max_size=1)
    logged = await db.fetchval(LOGGED)
    versions = {row[0]: row[1] for row in await db.fetch("SELECT name, version FROM audio_files")}
    await db.close()
    await migrate.migrate(empty_database_url)
    db = await Database.open(empty_database_url, max_size=1)
    try:
        assert [tuple(row)[:5] for row in await db.fetch(KEPT)] == [
            ("first", "available", HASH, False, 0),
            ("again", "available", HASH, False, 0),
            ("thrice", "announced", HASH, False, 0),
            ("elsewhere", "failed", HASH, False, 0),
            ("drums", "uploading", None, True, 1),
            ("kick", "announced", None, True, 2),
            ("round", "announced", None, False, 0),
            ("circle", "announced", None, False, 0),
        ]
        assert {row["name"]: row["version"] for row in await db.fetch(KEPT)} == versions
        assert await db.fetchval(LOGGED) == logged
        assert await db.fetchval("SELECT uses FROM preset_usage_counts") == 3
        assert await db.fetchval("SELECT usage_count FROM mixx_recall") == 5
        disabled = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
        assert await db.fetchval(disabled) == 0
    finally:
        await db.close()
