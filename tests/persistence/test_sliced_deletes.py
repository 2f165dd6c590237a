"""Jobs that walk or delete rows of any number: a statement does a slice, and none is left out."""

import re
import uuid

import pytest

from persistence import sliced_deletes
from persistence.journal import compaction, fences, groups
from persistence.pool import Database
from persistence.recall import trimming
from persistence.recall.suggesting import popular
from persistence.tables import auth_sessions, collaboration_sessions
from persistence.tables.internal import change_log, idempotency_keys, login_tries
from tests.persistence.planted_rows import make_project, make_user


@pytest.mark.parametrize(
    "text",
    [
        fences.TRIM,
        groups.CLEAR_STAGED,
        *auth_sessions.TRIMS,
        idempotency_keys.TRIM,
        login_tries.TRIM,
        trimming.TRIM_USES,
        collaboration_sessions.CLOSE_ORPHANS,
        compaction.PROJECTS_TO_COMPACT,
        trimming.COUNT_POPULAR,
        trimming.FORGET_POPULAR,
        change_log.TRIM,
    ],
)
def test_a_statement_of_a_job_has_a_bound(text: str) -> None:
    assert re.search(r"LIMIT \$\d", text)


@pytest.mark.postgres
async def test_what_is_deleted_in_slices_is_deleted_whole(database: Database) -> None:
    user = (await make_user(database)).id
    await database.execute(
        "INSERT INTO idempotency_keys (user_id, key, method, params_digest, claimed_at)"
        " SELECT $1, n::text, 'm', decode(repeat('00', 16), 'hex'),"
        " now() - n * interval '1 hour' FROM generate_series(1, 30) AS n",
        user,
    )
    text, after = idempotency_keys.TRIM, 86_400.0 / 2 + 60
    assert await sliced_deletes.delete(database, text, after, rows_at_once=7) == 18
    assert await sliced_deletes.delete(database, text, after, rows_at_once=7) == 0
    assert await database.fetchval("SELECT count(*) FROM idempotency_keys") == 12


@pytest.mark.postgres
async def test_many_orphans_of_one_project_are_closed_slice_by_slice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collaboration_sessions, "LOOKED_AT_ONCE", 3)
    ann = await make_user(database)
    for _ in range(3):
        project = await make_project(database, ann)
        await database.execute(
            "INSERT INTO collaboration_sessions (project_id, host_id, last_activity_at)"
            " SELECT $1, $2, now() - CASE WHEN n % 5 = 0 THEN interval '0' ELSE interval '1 hour'"
            " END FROM generate_series(1, 10) AS n",
            project.id,
            ann.id,
        )
    assert await collaboration_sessions.close_orphans(database, 60) == 24
    assert await collaboration_sessions.close_orphans(database, 60) == 0


@pytest.mark.postgres
async def test_W8_six_users_make_presets_popular_slice_by_slice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trimming, "PRESETS_AT_ONCE", 2)
    monkeypatch.setattr(sliced_deletes, "ROWS_AT_ONCE", 2)
    users = [(await make_user(database)).id for _ in range(6)]
    presets = [str(uuid.uuid4()) for _ in range(5)]
    for preset in presets:
        await database.execute(
            "INSERT INTO plugin_presets (id, owner_id, plugin, name, is_public)"
            " VALUES ($1, $2, 'OTT', $3, true)",
            preset,
            users[0],
            preset,
        )
        await database.execute(
            "INSERT INTO mixx_recall (user_id, category, key, usage_count)"
            " SELECT u, 'mixing_presets', $2, 200 FROM unnest($1::uuid[]) AS u",
            users,
            preset,
        )
    await trimming.count_popular(database)
    found = await popular(database, users[0], "mixing_presets", [], 10)
    assert {(row.key, row.users, row.uses) for row in found} == {(p, 6, 600) for p in presets}
    # One is used by too few now, one is private, one is gone.
    few, private, gone, *left = presets
    await database.execute(
        "DELETE FROM mixx_recall WHERE key = $1 AND user_id <> $2", few, users[0]
    )
    await database.execute("UPDATE plugin_presets SET is_public = false WHERE id = $1", private)
    await database.execute("DELETE FROM plugin_presets WHERE id = $1", gone)
    await trimming.count_popular(database)
    kept = await database.fetch("SELECT key FROM recall_popular")
    assert {row["key"] for row in kept} == set(left)
