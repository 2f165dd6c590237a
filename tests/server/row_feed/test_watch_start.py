"""A watch that is resumed: what was missed, from one change to many, of rows that come and go."""

import random
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from tests.server.conftest import Node, create_project
from tests.server.row_feed.watching import Shown
from tests.server.wire import Message, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

INSERT = """
INSERT INTO plugin_presets (owner_id, plugin, name, is_public) VALUES ($1, 'OTT', $2, $3)
RETURNING id::text
"""

TAKEN = {
    "made private": "UPDATE plugin_presets SET is_public = false WHERE id = '{id}'",
    "given away": "UPDATE plugin_presets SET owner_id = '{user}', is_public = false"
    " WHERE id = '{id}'",
    "called otherwise": "UPDATE plugin_presets SET id = '{new}' WHERE id = '{id}'",
}
"""How a row is taken from who watches."""

AFTERWARDS = {
    "nothing": [],
    "changed twice": ["UPDATE plugin_presets SET name = 'x' WHERE id = ANY ($1)"] * 2,
    "deleted": ["DELETE FROM plugin_presets WHERE id = ANY ($1)"],
}


@pytest.fixture
async def psql(database_url: str) -> AsyncIterator[Any]:
    """Somebody who writes past every node."""
    connection = await asyncpg.connect(database_url, timeout=10)
    yield connection
    await connection.close(timeout=10)


async def test_V8_a_row_that_was_taken_from_you_has_left_whatever_became_of_it(
    node: Node, psql: Any
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    for how, taken in TAKEN.items():
        for then, later in AFTERWARDS.items():
            owner = ben if how == "made private" else ann
            id = await psql.fetchval(INSERT, owner.user, "a", True)
            shown = await Shown(ann, "presets", {"where": {"plugin": "OTT"}}).begin()
            assert list(shown.rows) == [id]
            await ann.result("watch.end", watch=shown.watch)
            new = str(uuid.uuid4())
            await psql.execute(taken.format(id=id, user=ben.user, new=new))
            for statement in later:
                await psql.execute(statement, [id, new])
            await shown.begin(**{"from": shown.position})
            await ann.result("watch.end", watch=shown.watch)
            assert shown.resumed, (how, then)
            assert id not in shown.rows, (how, then)
            await psql.execute("DELETE FROM plugin_presets")


async def random_change(
    psql: Any, rng: random.Random, users: list[str], projects: list[str]
) -> None:
    """Of one preset or one audio file, by SQL."""
    preset = "WHERE id = (SELECT id FROM plugin_presets ORDER BY random() LIMIT 1)"
    file = "WHERE id = (SELECT id FROM audio_files ORDER BY random() LIMIT 1)"
    name, user, project = rng.choice("abc"), rng.choice(users), rng.choice(projects)
    changes: list[tuple[str, list[Any]]] = [
        (INSERT, [user, name, rng.random() < 0.5]),
        (INSERT, [user, name, rng.random() < 0.5]),
        (f"UPDATE plugin_presets SET name = $1 {preset}", [name]),
        (f"UPDATE plugin_presets SET is_public = NOT is_public {preset}", []),
        (f"UPDATE plugin_presets SET owner_id = $1 {preset}", [user]),
        (f"UPDATE plugin_presets SET id = $1 {preset}", [str(uuid.UUID(int=rng.getrandbits(128)))]),
        (f"DELETE FROM plugin_presets {preset}", []),
        ("INSERT INTO audio_files (project_id, name) VALUES ($1, $2)", [project, name]),
        (f"UPDATE audio_files SET name = $1 {file}", [name]),
        (f"DELETE FROM audio_files {file}", []),
    ]
    statement, given = rng.choice(changes)
    with suppress(asyncpg.UniqueViolationError):  # a name that the owner has already
        await psql.execute(statement, *given)


async def resumed(wire: Wire, calls: str, position: str, rows: dict[str, Message]) -> Shown:
    """From a position, with what was shown there."""
    shown = Shown(wire, calls, {"where": {"name": {"ne": "c"}}})
    shown.rows = dict(rows)
    await shown.begin(**({"from": position} if position else {}))
    await wire.result("watch.end", watch=shown.watch)
    return shown


@pytest.mark.parametrize("seed", [1, 3, 11, 21])
async def test_V8_from_any_position_one_comes_to_what_the_list_holds(
    node: Node, psql: Any, seed: int
) -> None:
    rng = random.Random(seed)
    await psql.execute("SELECT setseed($1)", seed / 100)
    ann, ben = await node.musician(f"ann{seed}"), await node.musician(f"ben{seed}")
    projects = [await create_project(ann), await create_project(ben)]
    kept: list[tuple[Wire, str, str, dict[str, Message]]] = [
        (wire, calls, "", {}) for wire in (ann, ben) for calls in ("presets", "audio_files")
    ]
    beginnings = list(kept)
    times = 0
    for _ in range(25):
        for _ in range(rng.randint(1, 8)):
            await random_change(psql, rng, [ann.user, ben.user], projects)
        wire, calls, position, rows = rng.choice(kept)
        shown = await resumed(wire, calls, position, rows)
        times += shown.resumed
        whole = await resumed(wire, calls, "", {})
        assert shown.rows == whole.rows
        kept.append((wire, calls, shown.position, shown.rows))
        if rng.random() < 0.2:
            kept.append(rng.choice(beginnings))
    assert times > 5
