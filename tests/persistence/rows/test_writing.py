"""Rows made, changed and deleted; what PostgreSQL refuses comes out in the words of the call."""

from typing import Any, cast

import pytest

from persistence.errors import (
    BadQuery,
    Conflict,
    Faulty,
    Forbidden,
    IdReused,
    NotFound,
    Taken,
    TooMany,
    TooSlow,
)
from persistence.lanes import Lanes
from persistence.pool import Database, Executor
from persistence.rows.reading import count, get, list_
from persistence.rows.row_lanes import RowLanes
from persistence.rows.writing import create, delete, refusals, update
from schema.errors import ErrorCode
from schema.limits import MAX_COUNTED
from schema.tables.all_tables import TABLES
from schema.tables.audio_files import AUDIO_FILES
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from server.calls.failures import as_error
from tests.persistence.rows.conftest import Asked
from tests.persistence.rows.recorded import Recorded

pytestmark = pytest.mark.postgres

ID = "11111111-1111-4111-8111-111111111111"
OTHER_ID = "22222222-2222-4222-8222-222222222222"
OTT = {"plugin": "OTT", "name": "Warm"}


async def join(asked: Asked, user: str, role: str, project: str) -> None:
    await asked.owner.execute(
        "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, $3)"
        " ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
        project, user, role,
    )  # fmt: skip


async def test_a_row_is_made_whole_and_its_own_users(asked: Asked) -> None:
    made = await create(asked.access, PRESETS, asked.ann, {**OTT, "parameters": {"a": [1, "é"]}})
    assert made["owner"] == asked.ann
    assert made["parameters"] == {"a": [1, "é"]}
    assert made["version"] == 1
    assert made == await get(asked.access, PRESETS, asked.ann, made["id"])


async def test_Q6_the_same_id_again_answers_the_row_that_was_made(asked: Asked) -> None:
    made = await create(asked.access, PRESETS, asked.ann, OTT, ID)
    assert await create(asked.access, PRESETS, asked.ann, OTT, ID) == made
    with pytest.raises(IdReused, match="another `name`"):
        await create(asked.access, PRESETS, asked.ann, {**OTT, "name": "Other"}, ID)
    with pytest.raises(Taken) as taken:
        await create(asked.access, PRESETS, asked.bob, OTT, ID)
    assert taken.value.field == "id"
    changed = await update(asked.access, PRESETS, asked.ann, ID, 1, {"category": "x"})
    assert await create(asked.access, PRESETS, asked.ann, OTT, ID) == changed


async def test_Q9_a_row_more_than_there_may_be_is_not_made(asked: Asked) -> None:
    ann, bob, hot = asked.ann, asked.bob, {**OTT, "name": "Hot"}
    most = 1 + (await count(asked.access, PRESETS, ann, where={"owner": ann})).count
    made = await create(asked.access, PRESETS, ann, OTT, ID, most=most)
    for id in (None, OTHER_ID):
        with pytest.raises(TooMany, match=f"may be {most} presets"):
            await create(asked.access, PRESETS, ann, hot, id, most=most)
    assert await create(asked.access, PRESETS, ann, OTT, ID, most=most) == made
    assert (await create(asked.access, PRESETS, bob, OTT, most=most))["owner"] == bob
    assert (await create(asked.access, PRESETS, ann, hot, most=most + 1))["name"] == "Hot"


async def test_Q9_a_project_has_a_bound_of_its_own(asked: Asked) -> None:
    file = {"project": asked.song, "name": "a.wav"}
    where = {"project": asked.song}
    most = 1 + (await count(asked.access, AUDIO_FILES, asked.ann, where=where)).count
    await create(asked.access, AUDIO_FILES, asked.ann, file, most=most)
    with pytest.raises(TooMany, match=f"may be {most} audio files"):
        await create(asked.access, AUDIO_FILES, asked.ann, file, most=most)
    with pytest.raises(NotFound):  # nobody hears how full another's project is
        await create(asked.access, AUDIO_FILES, asked.bob, file, most=most)


async def test_a_row_with_room_for_it_is_made_in_one_statement(asked: Asked, lanes: Lanes) -> None:
    asking = Recorded(lanes.callers)
    access = RowLanes(cast("Executor", asking), lanes.calls)
    await create(access, PRESETS, asked.ann, OTT, most=50)
    assert len(asking.texts) == 1


async def test_Q6_only_who_read_the_newest_version_changes_a_row(asked: Asked) -> None:
    await create(asked.access, PRESETS, asked.ann, OTT, ID)
    changed = await update(asked.access, PRESETS, asked.ann, ID, 1, {"name": "Hot"})
    assert (changed["name"], changed["version"]) == ("Hot", 2)
    for changes in ({"name": "Cold"}, {}):
        with pytest.raises(Conflict) as conflict:
            await update(asked.access, PRESETS, asked.ann, ID, 1, changes)
        assert conflict.value.version == 2
    assert await update(asked.access, PRESETS, asked.ann, ID, 2, {}) == changed


async def test_Q6_what_one_sees_and_may_not_change_is_forbidden(asked: Asked) -> None:
    song = asked.song
    file = await create(asked.access, AUDIO_FILES, asked.ann, {"project": song, "name": "a.wav"})
    await join(asked, asked.bob, "viewer", song)
    with pytest.raises(Forbidden, match="editors and owners of its project"):
        await update(asked.access, AUDIO_FILES, asked.bob, file["id"], 1, {"name": "b.wav"})
    with pytest.raises(Forbidden):
        await delete(asked.access, AUDIO_FILES, asked.bob, file["id"])
    with pytest.raises(Forbidden):
        await create(asked.access, AUDIO_FILES, asked.bob, {"project": song, "name": "c.wav"})
    await join(asked, asked.bob, "editor", song)
    await update(asked.access, AUDIO_FILES, asked.bob, file["id"], 1, {"name": "b.wav"})


async def test_Q18_a_role_that_was_taken_away_no_longer_counts(asked: Asked) -> None:
    await join(asked, asked.bob, "editor", asked.song)
    values = {"project": asked.song, "name": "a.wav"}
    file = await create(asked.access, AUDIO_FILES, asked.bob, values)
    await asked.owner.execute("DELETE FROM project_members WHERE user_id = $1", asked.bob)
    with pytest.raises(NotFound):
        await create(asked.access, AUDIO_FILES, asked.bob, values)
    with pytest.raises(NotFound):
        await update(asked.access, AUDIO_FILES, asked.bob, file["id"], 1, {"name": "b.wav"})
    assert not await delete(asked.access, AUDIO_FILES, asked.bob, file["id"])
    assert (await get(asked.access, AUDIO_FILES, asked.ann, file["id"]))["name"] == "a.wav"


async def test_the_second_delete_changes_nothing(asked: Asked) -> None:
    await create(asked.access, PRESETS, asked.ann, OTT, ID)
    assert await delete(asked.access, PRESETS, asked.ann, ID)
    assert not await delete(asked.access, PRESETS, asked.ann, ID)


async def test_several_are_one_transaction(asked: Asked) -> None:
    async def both(name: str) -> None:
        async with asked.access.callers.transaction() as transaction:
            together = asked.access.within(transaction)
            await create(together, PRESETS, asked.ann, OTT, ID)
            await get(together, PRESETS, asked.ann, ID)
            await create(together, PRESETS, asked.ann, {**OTT, "name": name})

    with pytest.raises(Taken):
        await both("warm")
    with pytest.raises(NotFound):
        await get(asked.access, PRESETS, asked.ann, ID)
    await both("Cold")


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        ({"name": "x"}, "plugin", "is missing"),
        ({**OTT, "owner": ID}, "owner", "cannot be given; allowed: category"),
        ({**OTT, "name": "a\x00"}, "name", "NUL"),
        ({**OTT, "name": "\ud800"}, "name", "surrogate"),
        ({**OTT, "parameters": {"\x00": 1}}, "parameters", "NUL"),
        ({**OTT, "parameters": {"a": float("inf")}}, "parameters", ""),
        ({**OTT, "tags": ["\x00"]}, "tags", "NUL"),
        ({**OTT, "name": ""}, "name", "breaks a rule"),
        ({**OTT, "tags": ["x"] * 40}, "tags", "breaks a rule"),
        ({**OTT, "name": None}, "name", "must not be null"),
        ({**OTT, "name": 5}, "preset", "breaks a rule"),
    ],
)
async def test_what_no_row_can_hold_is_refused_with_its_field(
    asked: Asked, values: dict[str, Any], field: str, told: str
) -> None:
    if told:
        with pytest.raises(BadQuery, match=told) as refused:
            await create(asked.access, PRESETS, asked.ann, values)
        assert refused.value.field == field
        assert as_error("1", refused.value).code is ErrorCode.VALIDATION
    else:
        made = await create(asked.access, PRESETS, asked.ann, values)
        assert made["parameters"] == {"a": None}, "what JSON has no number for is null"


async def test_Q7_what_must_be_unique_is_taken_with_its_field(asked: Asked) -> None:
    await create(asked.access, PRESETS, asked.ann, OTT)
    with pytest.raises(Taken) as taken:
        await create(asked.access, PRESETS, asked.ann, {**OTT, "name": "WARM"})
    assert taken.value.field == "name"


async def test_what_refers_to_nothing_is_refused_with_its_field(asked: Asked) -> None:
    values = {"project": asked.song, "name": "a.wav", "parent": ID, "stem_kind": "vocals"}
    with pytest.raises(BadQuery) as refused:
        await create(asked.access, AUDIO_FILES, asked.ann, values)
    assert refused.value.field == "parent"


def test_no_rule_of_a_table_is_ever_an_internal_error() -> None:
    for table in TABLES.values():
        for state in ("23505", "23503", "23502", "23514", "23P01", "22001", "22P02", "42501"):
            for constraint in (None, f"{table.relation}_pkey", "no_such_constraint"):
                with pytest.raises(Exception) as raised, refusals(table):  # noqa: PT011
                    raise Faulty(state, "said", constraint)
                error = as_error("1", raised.value)
                assert error.code is not ErrorCode.INTERNAL
                assert "said" not in error.message
    with pytest.raises(Faulty), refusals(PRESETS):
        raise Faulty("42883", "no such function")


async def test_Q16_counting_goes_to_ten_thousand(asked: Asked) -> None:
    await asked.owner.execute(
        "INSERT INTO plugin_presets (owner_id, plugin, name)"
        " SELECT $1, 'OTT', 'n' || n FROM generate_series(1, $2::int) AS n",
        asked.ann, MAX_COUNTED,
    )  # fmt: skip
    for where in (None, {"name": {"ilike": "%n%"}}):
        counted = await count(asked.access, PRESETS, asked.ann, where=where)
        assert (counted.count, counted.exact) == (MAX_COUNTED, False)
    counted = await count(asked.access, PRESETS, asked.ann, where={"name": {"like": "n%"}})
    assert (counted.count, counted.exact) == (MAX_COUNTED, True)


async def test_Q17_what_takes_too_long_is_given_up(asked: Asked, database_url: str) -> None:
    hasty = await Database.open(database_url, statement_timeout_seconds=0.05)
    try:
        async with asked.owner.transaction() as holding:
            await holding.execute("LOCK TABLE plugin_presets IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(TooSlow) as slow:
                await list_(RowLanes(hasty, hasty), PRESETS, asked.ann)
    finally:
        await hasty.close()
    error = as_error("1", slow.value)
    assert error.code is ErrorCode.UNAVAILABLE
    assert "ask for less" in error.message
    assert error.details["retry_after_ms"]
