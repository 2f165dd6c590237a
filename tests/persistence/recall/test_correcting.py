"""What a user says of suggestions: weighed down, renamed, forgotten, erased (rules W5, W6)."""

import uuid
from typing import Any

import pytest

from persistence.errors import NotFound
from persistence.pool import Database
from persistence.recall.correcting import correct, erase, forget
from persistence.recall.settings import set_remembers
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import HALF_LIFE, heats_of, observed, rank, use

pytestmark = pytest.mark.postgres

KEPT_OF_USERS = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'user_id'
    AND (table_name LIKE 'recall%' OR table_name LIKE '%recall')
"""


async def corrected(db: Database, user: str, **changes: Any) -> bool:
    wanted: dict[str, Any] = {"key": None, "weight": None, "rename": None, "data": None}
    wanted |= {"id": str(uuid.uuid4()), "shown_keys": ()} | changes
    return await correct(db, user, "plugin_choice", HALF_LIFE, **wanted)


async def kept_of(db: Database, user: str) -> dict[str, int]:
    """Table -> rows of the user, in every table that recall has."""
    tables = [row["table_name"] for row in await db.fetch(KEPT_OF_USERS)]
    assert len(tables) == 4, tables
    query = "SELECT count(*) FROM {} WHERE user_id = $1"
    return {table: await db.fetchval(query.format(table), user) for table in tables}


async def test_W5_a_key_weighs_less_once_however_often_it_is_said(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use(key) for key in "aaabbb"])
    before = await heats_of(database, user)
    id = str(uuid.uuid4())
    assert await corrected(database, user, id=id, key="a", weight=0.25, shown_keys=["a", "b"])
    assert not await corrected(database, user, id=id, key="a", weight=0.25, shown_keys=["a", "b"])
    after = await heats_of(database, user)
    assert after[""]["a"] == pytest.approx(before[""]["a"] - 2)
    assert after[""]["b"] == before[""]["b"]
    assert [row.key for row in await rank(database, user)] == ["b", "a"]
    rows = await database.fetch("SELECT key, shown_count, usage_count FROM mixx_recall ORDER BY 1")
    assert [tuple(row) for row in rows] == [("a", 1, 3), ("b", 1, 3)]
    await corrected(database, user, key="a", weight=0.0)
    assert [row.key for row in await rank(database, user)] == ["b"]
    with pytest.raises(NotFound):
        await corrected(database, user, key="nothing", weight=0.5)


@pytest.mark.parametrize("there", [False, True])
async def test_W5_a_renamed_key_takes_its_uses_along(database: Database, there: bool) -> None:
    user, other = [(await make_user(database)).id for _ in range(2)]
    told = [use("OOT", genre="trap"), use("OOT"), use("EQ", after="OOT")]
    if there:
        await observed(database, user, [use("OTT"), use("EQ", after="OTT")])
    await observed(database, user, told)
    right = [use(u.key.replace("OOT", "OTT"), genre="trap") for u in told[:1]]
    right += [use("OTT"), use("EQ", after="OTT")]
    right += [use("OTT"), use("EQ", after="OTT")] if there else []
    await observed(database, other, right)
    await corrected(database, user, key="OOT", rename="OTT")
    found, expected = await heats_of(database, user), await heats_of(database, other)
    assert found.keys() == expected.keys()
    for context, heats in expected.items():
        assert found[context] == pytest.approx(heats, abs=1e-3)
    count = "SELECT usage_count FROM mixx_recall WHERE user_id = $1 AND key = 'OTT'"
    assert await database.fetchval(count, user) == 2 + there


async def test_W6_a_forgotten_key_is_nowhere(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use("a", genre="trap"), use("b", after="a"), use("b")])
    assert await forget(database, user, "plugin_choice", "a") == 1
    assert await forget(database, user, "plugin_choice", "a") == 0
    heats = await heats_of(database, user)
    assert {context: set(keys) for context, keys in heats.items()} == {"": {"b"}, "now": {"b"}}
    assert await forget(database, user, "plugin_choice", None) == 1
    assert await heats_of(database, user) == {}


async def test_W6_erased_is_all_that_was_observed_and_nothing_of_others(
    database: Database,
) -> None:
    ann, ben = [(await make_user(database)).id for _ in range(2)]
    for user in (ann, ben):
        await observed(database, user, [use("a", genre="trap"), use("b")])
        await observed(database, user, [use("c")], "colors")
    before = await kept_of(database, ben)
    assert min(before.values()) > 0
    assert await erase(database, ann) == 3
    assert set((await kept_of(database, ann)).values()) == {0}
    assert await kept_of(database, ben) == before


async def test_W6_what_is_switched_off_stays_off(database: Database) -> None:
    user = (await make_user(database)).id
    await set_remembers(database, user, "plugin_choice", HALF_LIFE, False)
    await erase(database, user)
    assert await observed(database, user, [use("a")]) == 0
    assert (await kept_of(database, user))["mixx_recall"] == 0


async def test_W6_an_account_takes_along_what_was_remembered(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use("a", genre="trap"), use("b", after="a")])
    await database.execute("DELETE FROM prime_users WHERE id = $1", user)
    assert set((await kept_of(database, user)).values()) == {0}


FILL_KEYS = """
INSERT INTO mixx_recall (user_id, category, key)
SELECT $1, 'plugin_choice', 'key ' || n FROM generate_series(1, 300) AS n
"""

FILL_HEATS = """
INSERT INTO recall_heat (user_id, category, context, key, heat)
SELECT r.user_id, r.category, 'genre=' || n, r.key, 1
FROM mixx_recall AS r, generate_series(1, 10) AS n
"""

# What the foreign key runs for each key that goes.
OF_ONE_KEY = """
EXPLAIN DELETE FROM ONLY recall_heat
WHERE user_id = '{user}' AND category = 'plugin_choice' AND key = 'key 7'
"""


async def test_W6_what_a_key_takes_to_go_does_not_grow_with_the_others(database: Database) -> None:
    user = (await make_user(database)).id
    await database.execute(FILL_KEYS, user)
    await database.execute(FILL_HEATS)
    await database.execute("ANALYZE recall_heat")
    plan = "\n".join([row[0] for row in await database.fetch(OF_ONE_KEY.format(user=user))])
    assert "recall_heat_key_idx" in plan
    assert await erase(database, user) == 300
    assert await database.fetchval("SELECT count(*) FROM recall_heat") == 0
