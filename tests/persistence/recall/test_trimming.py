"""Old heats and ids go, and presets that many use are counted without showing one user's habits."""

import time
import uuid

import pytest

from persistence.pool import Database
from persistence.recall import trimming
from persistence.recall.suggesting import popular
from persistence.recall.trimming import LEAST_USERS, count_popular, trim
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import heats_of, observed, use

pytestmark = pytest.mark.postgres

PRESET = """
INSERT INTO plugin_presets (id, owner_id, plugin, name, is_public) VALUES ($1, $2, $3, $4, $5)
"""


async def test_W3_what_is_cold_beside_the_warmest_goes(database: Database) -> None:
    user = (await make_user(database)).id
    old = (time.time() - 89 * 86_400) * 1_000
    await observed(database, user, [use("old", old, genre="trap"), use("new", genre="trap")])
    await trim(database)
    heats = await heats_of(database, user)
    assert {context: set(keys) for context, keys in heats.items()} == {
        "": {"old", "new"},
        "genre=trap": {"new"},
        "now": {"new"},
    }
    assert await database.fetchval("SELECT heats FROM recall_settings") == 4


async def test_W3_past_the_most_contexts_the_coldest_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await make_user(database)).id
    monkeypatch.setattr(trimming, "MAX_RECALL_CONTEXTS_KEPT", 8)
    now = time.time() * 1_000
    for n in range(6):
        await observed(database, user, [use("a", now - n * 86_400_000, genre=f"g{n}")])
    await trim(database)
    assert sorted(await heats_of(database, user)) == ["", "genre=g0", "genre=g1", "now"]


async def test_W3_heats_are_counted_anew_where_none_is_left(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use("a", genre="trap")])
    await observed(database, user, [use("b")], "colors")
    await database.execute("DELETE FROM mixx_recall WHERE category = 'plugin_choice'")
    await database.execute("UPDATE recall_settings SET heats = heats + 7")
    await trim(database)
    counted = await database.fetch("SELECT category, heats FROM recall_settings ORDER BY category")
    assert [tuple(row.values()) for row in counted] == [("colors", 2), ("plugin_choice", 0)]


async def test_W1_ids_are_kept_for_two_weeks(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use("a"), use("b")])
    await database.execute(
        "UPDATE recall_uses SET at = now() - interval '15 days'"
        " WHERE use_id = (SELECT min(use_id::text)::uuid FROM recall_uses)"
    )
    await trim(database)
    assert await database.fetchval("SELECT count(*) FROM recall_uses") == 1


async def test_W8_a_public_preset_is_popular_from_five_users_on(database: Database) -> None:
    users = [(await make_user(database)).id for _ in range(LEAST_USERS)]
    wide, private, narrow = (str(uuid.uuid4()) for _ in range(3))
    for preset, name, is_public in ((wide, "W", True), (private, "P", False), (narrow, "N", True)):
        await database.execute(PRESET, preset, users[0], "OTT", name, is_public)
    for n, user in enumerate(users):
        keys = [wide, private, "no preset", *([narrow] if n else [])]
        await observed(database, user, [use(key) for key in keys], "mixing_presets")
    await count_popular(database)
    found = await popular(database, users[0], "mixing_presets", [], 10)
    assert [(row.key, row.users, row.name) for row in found] == [(wide, LEAST_USERS, "W")]
    assert await popular(database, users[0], "mixing_presets", [wide], 10) == []
    await database.execute("UPDATE plugin_presets SET is_public = false")
    assert await popular(database, users[0], "mixing_presets", [], 10) == []
    await count_popular(database)
    assert await database.fetchval("SELECT count(*) FROM recall_popular") == 0
