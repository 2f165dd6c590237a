"""A category is switched on and off, and fades by one half-life at a time (rules W3, W6)."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from persistence.pool import Database, Executor
from persistence.recall import settings
from persistence.recall.correcting import forget
from persistence.recall.observing import observe
from persistence.recall.settings import (
    CategorySettings,
    NoRoom,
    lock_category,
    set_remembers,
    settings_of,
)
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import HALF_LIFE, heats_of, observed, use

pytestmark = pytest.mark.postgres


async def test_W3_another_half_life_leaves_what_each_key_weighs_now(database: Database) -> None:
    user = (await make_user(database)).id
    now = time.time() * 1_000
    days_ago = {"a": 14, "b": 0, "c": 7}
    uses = [use(key, now - days * 86_400_000) for key, days in days_ago.items()]
    await observed(database, user, uses)
    await observe(database, user, "plugin_choice", 28.0, [use("new")])
    heats = (await heats_of(database, user))[""]
    weights = {key: 2 ** (heat - now / 86_400_000 / 28) for key, heat in heats.items()}
    assert weights == pytest.approx({"a": 0.25, "b": 1, "c": 0.5, "new": 1}, rel=1e-4)
    assert [row.half_life_days for row in await settings_of(database, user)] == [28.0]


async def test_W6_what_is_switched_off_is_not_counted(database: Database) -> None:
    user = (await make_user(database)).id
    await set_remembers(database, user, "colors", HALF_LIFE, False)
    assert await observed(database, user, [use("a")], "colors") == 0
    assert await observed(database, user, [use("a")], "naming") == 1
    await set_remembers(database, user, "colors", HALF_LIFE, True)
    assert await observed(database, user, [use("a")], "colors") == 1
    kept = {row.category: row.remembers for row in await settings_of(database, user)}
    assert kept == {"colors": True, "naming": True}


async def test_W1_there_may_be_so_many_categories(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await make_user(database)).id
    monkeypatch.setattr(settings, "MAX_RECALL_CATEGORIES", 2)
    for category in ("one", "two", "one"):
        await observed(database, user, [use("a")], category)
    with pytest.raises(NoRoom):
        await observed(database, user, [use("a")], "three")


async def test_W6_a_forgotten_category_makes_room_for_another_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await make_user(database)).id
    monkeypatch.setattr(settings, "MAX_RECALL_CATEGORIES", 2)
    for category in ("one", "two"):
        await observed(database, user, [use("a", genre="trap"), use("b")], category)
    assert await forget(database, user, "one", "a") == 1
    with pytest.raises(NoRoom, match="forget one"):
        await observed(database, user, [use("a")], "three")
    assert await forget(database, user, "one", None) == 1
    assert await forget(database, user, "one", None) == 0
    assert [row.category for row in await settings_of(database, user)] == ["two"]
    assert await observed(database, user, [use("a")], "three") == 1
    with pytest.raises(NoRoom):
        await set_remembers(database, user, "one", HALF_LIFE, False)


class Meddled:
    """A transaction behind each of whose statements others do something, `meddle`."""

    def __init__(self, transaction: Executor, meddle: Callable[[], Awaitable[object]]) -> None:
        self._transaction = transaction
        self._meddle = meddle

    async def fetchrow(self, query: str, *args: object) -> Any:
        row = await self._transaction.fetchrow(query, *args)
        await self._meddle()
        return row

    async def execute(self, query: str, *args: object) -> Any:
        told = await self._transaction.execute(query, *args)
        await self._meddle()
        return told


MADE_BY_ANOTHER = """
INSERT INTO recall_settings (user_id, category, half_life_days) VALUES ($1, 'new', 7)
ON CONFLICT DO NOTHING
"""

# What another forgets; it waits for no lock.
FORGOTTEN_BY_ANOTHER = """
DELETE FROM recall_settings WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM recall_settings WHERE user_id = $1 FOR UPDATE SKIP LOCKED))
"""


async def test_W1_a_new_category_that_others_make_and_forget_is_locked_all_the_same(
    database: Database,
) -> None:
    user = (await make_user(database)).id
    acts = [MADE_BY_ANOTHER, "SELECT $1::uuid", FORGOTTEN_BY_ANOTHER]
    done: list[str] = []

    async def meddle() -> None:
        if acts:
            await database.execute(act := acts.pop(0), user)
            done.append(act)

    async with database.transaction() as transaction:
        meddled: Any = Meddled(transaction, meddle)
        locked = await lock_category(meddled, user, "new", HALF_LIFE)
        assert locked == CategorySettings(True, HALF_LIFE, 0)
        assert await database.execute(FORGOTTEN_BY_ANOTHER, user) == "DELETE 0"
    assert FORGOTTEN_BY_ANOTHER in done
    assert [row.category for row in await settings_of(database, user)] == ["new"]


async def test_W6_with_the_last_key_no_heats_are_left(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use("a", genre="trap"), use("b"), use("b", genre="x")], "one")
    for key, left in (("b", 3), ("none", 3), ("a", 0)):
        await forget(database, user, "one", key)
        counted = await database.fetchval("SELECT count(*) FROM recall_heat")
        assert (counted, await database.fetchval(HEATS, user, "one")) == (left, left)


HEATS = "SELECT heats FROM recall_settings WHERE user_id = $1 AND category = $2"


async def test_W6_a_category_that_is_switched_off_stays_so_and_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await make_user(database)).id
    monkeypatch.setattr(settings, "MAX_RECALL_CATEGORIES", 1)
    await observed(database, user, [use("a", genre="trap")], "one")
    await set_remembers(database, user, "one", HALF_LIFE, False)
    assert await forget(database, user, "one", None) == 1
    assert [row.remembers for row in await settings_of(database, user)] == [False]
    assert await database.fetchval(HEATS, user, "one") == 0
    assert await observed(database, user, [use("a")], "one") == 0
    with pytest.raises(NoRoom, match="switch it on first"):
        await observed(database, user, [use("a")], "two")
    await set_remembers(database, user, "one", HALF_LIFE, True)
    assert await forget(database, user, "one", None) == 0
    assert await observed(database, user, [use("a")], "two") == 1
