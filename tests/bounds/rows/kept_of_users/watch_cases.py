"""Cases of the table of bounds: how much one may watch, and what is told at once."""

from typing import Any

from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from tests.bounds.cases import Seen, live_case
from tests.server.conftest import Node, create_project
from tests.server.wire import Wire

MAKE = """
INSERT INTO plugin_presets (owner_id, plugin, name)
SELECT $1::text::uuid, $2, 'preset ' || n FROM generate_series(1, $3::int) AS n
"""


async def _watch(wire: Wire, calls: str = "presets", **params: Any) -> Past | None:
    answer = await wire.call(f"{calls}.watch", **params)
    return None if answer["t"] == "reply" else ErrorCode(answer["code"])


async def _make(node: Node, wire: Wire, plugin: str, count: int) -> None:
    await node.server.foundation.db.behind.execute(MAKE, wire.user, plugin, count)


async def _told(wire: Wire) -> Past | None:
    """Whether changes were told, or that the list is to be read anew."""
    message = await wire.until_one_of("rows", "resync")
    while message["t"] == "rows" and message["position"] is None:
        message = await wire.until_one_of("rows", "resync")
    return None if message["t"] == "rows" else Instead.RESYNC


@live_case("MAX_WATCHES_PER_CONNECTION")
async def watches_of_a_connection(node: Node) -> Seen:
    ann = await node.musician("ann")
    for _ in range(limits.MAX_WATCHES_PER_CONNECTION - 1):
        assert await _watch(ann) is None
    return Seen(await _watch(ann), await _watch(ann))


@live_case("MAX_WATCHES_PER_USER")
async def watches_of_a_user(node: Node) -> Seen:
    ann = await node.musician("ann")
    for number in range(limits.MAX_WATCHES_PER_USER - 1):
        if number % limits.MAX_WATCHES_PER_CONNECTION == 0:
            again = await node.again(ann, device=f"device {number}")
        assert await _watch(again) is None
    return Seen(await _watch(again), await _watch(ann))


@live_case("MAX_WATCHED_ROWS")
async def rows_of_a_watch(node: Node) -> Seen:
    ann = await node.musician("ann")
    most = limits.MAX_WATCHED_ROWS
    await _make(node, ann, "few", most)
    await _make(node, ann, "many", most + 1)
    fields = ["name"]
    at = await _watch(ann, where={"plugin": "few"}, fields=fields)
    past = await _watch(ann, where={"plugin": "many"}, fields=fields)
    await _make(node, ann, "one more", 1)
    await node.server.foundation.db.behind.execute(
        "UPDATE plugin_presets SET plugin = 'few', name = 'last' WHERE plugin = 'one more'"
    )
    assert await _told(ann) is Instead.RESYNC  # it has grown past it
    return Seen(at, past)


@live_case("MAX_WATCHED_BYTES")
async def bytes_of_a_watch(node: Node) -> Seen:
    ann = await node.musician("ann")
    rows = limits.MAX_WATCHED_BYTES // limits.MAX_PAGE_BYTES + 1  # a larger map is clipped (C8)
    await _make(node, ann, "large", rows)
    seen: list[Past | None] = []
    for length in (limits.MAX_WATCHED_BYTES // 2 // rows, limits.MAX_PAGE_BYTES - 100):
        await node.server.foundation.db.behind.execute(
            "UPDATE plugin_presets SET parameters = jsonb_build_object('a', repeat('x', $1))",
            length,
        )
        seen.append(await _watch(ann, where={"plugin": "large"}))
    assert await _watch(ann, where={"plugin": "large"}, fields=["name"]) is None
    return Seen(*seen)


@live_case("MAX_CHANGES_AT_ONCE")
async def changes_at_once(node: Node) -> Seen:
    ann = await node.musician("ann")
    most = limits.MAX_CHANGES_AT_ONCE
    assert await _watch(ann, where={"plugin": "a"}, fields=["name"]) is None
    await _make(node, ann, "a", most)
    at = await _told(ann)
    db = node.server.foundation.db.behind
    async with db.transaction() as together:
        await together.execute("UPDATE plugin_presets SET plugin = 'b' WHERE name < 'preset 5'")
        gone = await together.fetchval("SELECT count(*) FROM plugin_presets WHERE plugin = 'b'")
        await together.execute("UPDATE plugin_presets SET category = 'c' WHERE plugin = 'a'")
        await together.execute(MAKE.replace("'preset '", "'new '"), ann.user, "a", 1)
    assert gone > 1
    return Seen(at, await _told(ann))


@live_case("MAX_CHANGES_READ")
async def changes_read(node: Node) -> Seen:
    ann = await node.musician("ann")
    most = server_limits.MAX_CHANGES_READ
    assert await _watch(ann, where={"plugin": "seen"}) is None

    async def makes(count: int, plugin: str) -> Past | None:
        async with node.server.foundation.db.behind.transaction() as together:
            await together.execute(MAKE, ann.user, plugin, count - 1)
            await together.execute(MAKE, ann.user, "seen", 1)
            await together.execute(
                "UPDATE plugin_presets SET name = $1 WHERE plugin = 'seen' AND name = 'preset 1'",
                plugin,
            )
        return await _told(ann)

    return Seen(await makes(most - 1, "a"), await makes(most, "b"))


@live_case("MAX_LISTS_ANEW")
async def lists_anew(node: Node) -> Seen:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await node.server.foundation.db.behind.execute(
        "INSERT INTO audio_files (project_id, name) VALUES ($1, 'kick')", project
    )
    for _ in range(server_limits.MAX_LISTS_ANEW):
        assert await _watch(ben, "audio_files") is None
    grant = {"project": project, "email": "ben@example.org", "role": "viewer"}
    await ann.result("members.grant", **grant)
    at = [await _told(ben) for _ in range(server_limits.MAX_LISTS_ANEW)]
    again = await node.again(ben, device="another")
    assert await _watch(again, "audio_files") is None
    await ann.result("members.revoke", project=project, user=ben.user)
    await ben.ping()
    past = [await _told(ben) for _ in range(server_limits.MAX_LISTS_ANEW)]
    past.append(await _told(again))
    assert past.count(Instead.RESYNC) == 1
    return Seen(max(at, key=str), Instead.RESYNC)


def _patterns(steps: int) -> dict[str, Any]:
    """A condition that takes so many."""
    return {"or": [{"name": {"ilike": "_" * 100}}] * (steps // 100)}


@live_case("MAX_WATCH_STEPS")
async def steps_of_a_watch(node: Node) -> Seen:
    ann = await node.musician("ann")
    at = _patterns(limits.MAX_WATCH_STEPS)
    past = {"and": [at, {"name": "x"}]}
    return Seen(await _watch(ann, where=at), await _watch(ann, where=past))


@live_case("MAX_WATCH_STEPS_PER_USER")
async def steps_of_a_user(node: Node) -> Seen:
    ann = await node.musician("ann")
    most, all_ = limits.MAX_WATCH_STEPS, limits.MAX_WATCH_STEPS_PER_USER
    for _ in range(all_ // most - 1):
        assert await _watch(ann, where=_patterns(most)) is None
    at = await _watch(ann, where=_patterns(most))
    again = await node.again(ann, device="phone")
    return Seen(at, await _watch(again, where={"name": "x"}))
