"""Copies, what is public, and uses, with writers at once."""

import asyncio
import uuid

import pytest

from persistence.errors import Forbidden, NotFound, Taken
from persistence.library import plugin_presets
from persistence.pool import Database, Executor
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import NOWHERE
from tests.persistence.planted_rows import make_user

pytestmark = pytest.mark.postgres


async def make(
    db: Executor, owner: str | None, name: str = "Reese", *, public: bool = False
) -> str:
    id: str = await db.fetchval(
        "INSERT INTO plugin_presets (owner_id, plugin, name, parameters, is_public)"
        """ VALUES ($1, 'tripleoscillator', $2, '{"vol0": 33}', $3) RETURNING id""",
        owner,
        name,
        public or owner is None,
    )
    return id


async def people(database: Database) -> tuple[str, str]:
    return (await make_user(database, "ann")).id, (await make_user(database, "ben")).id


async def one(database: Database, id: str) -> dict[str, object]:
    return dict(await database.fetchrow("SELECT * FROM plugin_presets WHERE id = $1", id) or {})


async def uses(database: Database, preset: str) -> int:
    return int(await database.fetchval("SELECT preset_usage_count($1)", preset))


async def test_L7_a_copy_is_ones_own_and_says_what_it_is_a_copy_of(database: Database) -> None:
    ann, ben = await people(database)
    origin = await make(database, ann, public=True)
    before = await one(database, origin)
    made = await one(database, await plugin_presets.copy(database, origin, ben, None, None))
    same = ("plugin", "name", "category", "parameters", "tags")
    assert {name: made[name] for name in same} == {name: before[name] for name in same}
    assert (made["owner_id"], made["is_public"], made["version"]) == (ben, False, 1)
    assert (made["forked_from"], made["origin_name"]) == (origin, "Reese")
    assert await one(database, origin) == before


async def test_L7_a_copy_outlives_its_origin(database: Database) -> None:
    ann, ben = await people(database)
    origin = await make(database, ann, public=True)
    id = await plugin_presets.copy(database, origin, ben, "Mine", None)
    await database.execute("DELETE FROM plugin_presets WHERE id = $1", origin)
    made = await one(database, id)
    assert (made["name"], made["forked_from"], made["origin_name"]) == ("Mine", None, "Reese")


async def test_L7_only_what_one_may_see_is_copied(database: Database) -> None:
    ann, ben = await people(database)
    secret = await make(database, ann)
    with pytest.raises(NotFound):
        await plugin_presets.copy(database, secret, ben, None, None)
    with pytest.raises(NotFound):
        await plugin_presets.copy(database, str(uuid.uuid4()), ben, None, None)


async def test_L7_of_copies_with_one_id_or_one_name_there_is_one(database: Database) -> None:
    ann, ben = await people(database)
    origin, id = await make(database, None), str(uuid.uuid4())
    copies = (plugin_presets.copy(database, origin, ben, None, id) for _ in range(6))
    assert set(await asyncio.gather(*copies)) == {id}
    names = [plugin_presets.copy(database, origin, ben, "MINE", None) for _ in range(6)]
    found = await asyncio.gather(*names, return_exceptions=True)
    assert sum(isinstance(each, str) for each in found) == 1
    assert {each.field for each in found if isinstance(each, Taken)} == {"name"}
    with pytest.raises(Taken) as taken:
        await plugin_presets.copy(database, origin, ann, None, id)
    assert taken.value.field == "id"


async def test_L8_only_whoever_it_belongs_to_publishes_it(database: Database) -> None:
    ann, ben = await people(database)
    mine, systems = await make(database, ann), await make(database, None, "System")
    with pytest.raises(NotFound):
        await plugin_presets.set_public(database, mine, ben, is_public=True)
    assert await plugin_presets.set_public(database, mine, ann, is_public=True)
    assert not await plugin_presets.set_public(database, mine, ann, is_public=True)
    for preset in (mine, systems):
        with pytest.raises(Forbidden):
            await plugin_presets.set_public(database, preset, ben, is_public=False)
    assert await plugin_presets.set_public(database, mine, ann, is_public=False)
    assert (await one(database, mine))["version"] == 3


async def test_L8_of_publishing_and_unpublishing_at_once_each_change_is_one_version(
    database: Database,
) -> None:
    ann, _ = await people(database)
    mine = await make(database, ann)
    asked = (
        plugin_presets.set_public(database, mine, ann, is_public=bool(n % 2)) for n in range(16)
    )
    changes = sum(await asyncio.gather(*asked))
    row = await one(database, mine)
    assert row["version"] == 1 + changes
    assert row["is_public"] == bool(changes % 2)


async def test_L9_a_use_counts_once_a_user_and_hour(database: Database) -> None:
    ann, ben = await people(database)
    preset = await make(database, None)
    assert await plugin_presets.count_uses(database, [(preset, ann), (preset, ben)]) == 2
    assert await plugin_presets.count_uses(database, [(preset, ann)]) == 0
    await database.execute("UPDATE preset_uses SET counted_at = counted_at - interval '1 hour'")
    assert await plugin_presets.count_uses(database, [(preset, ann)]) == 1
    assert await uses(database, preset) == 3


async def test_L9_a_use_changes_no_row_that_anyone_watches(database: Database) -> None:
    ann, _ = await people(database)
    preset = await make(database, None)
    before = await one(database, preset)
    place, _ = await change_log.since(database, NOWHERE, 1_000)
    await plugin_presets.count_uses(database, [(preset, ann)])
    assert await one(database, preset) == before
    assert (await change_log.since(database, place, 1_000))[1] == []


async def test_L9_what_is_gone_is_not_counted_and_keeps_nothing_else_from_it(
    database: Database,
) -> None:
    ann, _ = await people(database)
    preset, nobody = await make(database, None), str(uuid.uuid4())
    found = await plugin_presets.count_uses(
        database, [(str(uuid.uuid4()), ann), (preset, nobody), (preset, ann)]
    )
    assert (found, await uses(database, preset)) == (1, 1)


async def test_L9_nodes_that_count_at_once_lose_nothing_and_do_not_lock_each_other_out(
    database: Database,
) -> None:
    users = [(await make_user(database)).id for _ in range(4)]
    presets = [await make(database, None, f"Preset {n}") for n in range(4)]
    batches = [
        [(preset, user) for preset in presets[::step] for user in users[::-step]]
        for step in (1, -1) * 8
    ]
    counted = await asyncio.gather(*(plugin_presets.count_uses(database, b) for b in batches))
    assert sum(counted) == 16
    assert [await uses(database, preset) for preset in presets] == [4] * 4


async def test_L9_a_preset_deleted_meanwhile_takes_no_other_count_with_it(
    database: Database,
) -> None:
    ann, _ = await people(database)
    stays = await make(database, None)
    for _ in range(6):
        goes = await make(database, None, "Goes")
        await asyncio.gather(
            plugin_presets.count_uses(database, [(goes, ann), (stays, ann)]),
            database.execute("DELETE FROM plugin_presets WHERE id = $1", goes),
        )
    assert await uses(database, stays) == 1
