"""Presets over the socket: copied, published, used."""

import asyncio
import uuid
from typing import Any

import pytest

from persistence.library import system_presets
from schema.errors import ErrorCode
from tests.server.conftest import Node, Nodes, eventually
from tests.server.wire import Wire

NEW = "6a1f0c9e-2c0d-4a53-8f0e-0d7c5b2e9f11"

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def make(wire: Wire, name: str = "Reese", **more: Any) -> Any:
    return await wire.result("presets.create", plugin="tripleoscillator", name=name, **more)


async def refused(wire: Wire, method: str, **params: Any) -> tuple[str, Any]:
    answer = await wire.call(method, **params)
    assert answer["t"] == "error", answer
    return answer["code"], answer["details"].get("field")


async def system_preset(node: Node) -> str:
    """One of the set that comes with Prime; installs it."""
    async with node.server.foundation.db.behind.transaction() as transaction:
        await system_presets.install(transaction)
    found = await node.context.db.fetchval(
        "SELECT id FROM plugin_presets WHERE system_key = 'tripleoscillator/reese'"
    )
    return str(found)


async def test_L6_everyone_finds_what_comes_with_prime_and_nobody_changes_it(node: Node) -> None:
    preset = await system_preset(node)
    ann = await node.musician("ann")
    where = {"owner": {"is_null": True}, "plugin": "tripleoscillator", "name": {"ilike": "%ree%"}}
    page = await ann.result("presets.list", where=where)
    [row] = page["presets"]
    assert (row["id"], row["owner"], row["is_public"], row["usage_count"]) == (
        preset,
        None,
        True,
        0,
    )
    assert row["parameters"]["wavetype0"] == 2.0
    for method, params in (
        ("presets.update", {"version": 1, "name": "Mine"}),
        ("presets.delete", {}),
        ("presets.unpublish", {}),
    ):
        assert await refused(ann, method, preset=preset, **params) == (ErrorCode.FORBIDDEN, None)


async def test_L6_presets_are_found_by_a_value_of_a_parameter(node: Node) -> None:
    await system_preset(node)
    ann = await node.musician("ann")
    where: dict[str, Any] = {"parameters": {"contains": {"prime.nothing": 1}}}
    assert (await ann.result("presets.list", where=where))["presets"] == []
    where = {"parameters": {"contains": {"wavetype0": 2.0, "coarse2": -24.0}}}
    names = {row["name"] for row in (await ann.result("presets.list", where=where))["presets"]}
    assert names == {"Reese"}


async def test_L7_a_copy_without_a_name_gets_a_free_one(node: Node) -> None:
    ann = await node.musician("ann")
    origin = await make(ann)
    copies = [await ann.result("presets.copy", preset=origin["id"]) for _ in range(2)]
    assert [one["name"] for one in copies] == ["Reese 2", "Reese 3"]
    at_once = [node.again(ann, f"window {n}") for n in range(3)]
    windows = [await one for one in at_once]
    made = await asyncio.gather(*(w.result("presets.copy", preset=origin["id"]) for w in windows))
    assert {one["name"] for one in made} == {"Reese 4", "Reese 5", "Reese 6"}
    again = [await ann.result("presets.copy", preset=origin["id"], id=NEW) for _ in range(2)]
    assert [one["name"] for one in again] == ["Reese 7"] * 2
    taken = await refused(ann, "presets.copy", preset=origin["id"], name="reese 2")
    assert taken == (ErrorCode.TAKEN, "name")


async def test_L7_as_many_copies_at_once_as_there_are_get_a_name_each(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    windows = [await node.again(ann, f"window {n}") for n in range(4) for node in (one, two)]
    origin = await make(ann)

    async def copy_often(window: Wire) -> list[str]:
        copies = [await window.result("presets.copy", preset=origin["id"]) for _ in range(6)]
        return [copy["name"] for copy in copies]

    names = [name for some in await asyncio.gather(*map(copy_often, windows)) for name in some]
    assert sorted(names) == sorted(f"Reese {n}" for n in range(2, 50))


async def test_L7_a_long_name_gets_its_number_too_and_past_99_it_is_taken(node: Node) -> None:
    ann = await node.musician("ann")
    origin = await make(ann, name="x" * 120)
    copy = await ann.result("presets.copy", preset=origin["id"])
    assert copy["name"] == "x" * 117 + " 2"
    await node.context.db.execute(
        "INSERT INTO plugin_presets (owner_id, plugin, name) SELECT owner_id, plugin,"
        " left(name, 117) || ' ' || n FROM plugin_presets, generate_series(3, 99) AS n"
        " WHERE id = $1",
        origin["id"],
    )
    assert await refused(ann, "presets.copy", preset=origin["id"]) == (ErrorCode.TAKEN, "name")


async def test_L7_a_copy_of_a_public_preset_is_ones_own(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    origin = await make(ann, tags=["bass"], parameters={"vol0": 33})
    code, _ = await refused(ben, "presets.copy", preset=origin["id"])
    assert code == ErrorCode.NOT_FOUND
    await ann.result("presets.publish", preset=origin["id"])
    made = await ben.result("presets.copy", preset=origin["id"], name="Ben's")
    assert (made["owner"], made["name"], made["is_public"]) == (ben.user, "Ben's", False)
    assert (made["forked_from"], made["origin_name"]) == (origin["id"], "Reese")
    assert (made["parameters"], made["tags"]) == ({"vol0": 33}, ["bass"])
    await ann.result("presets.delete", preset=origin["id"])
    row = await ben.result("presets.get", preset=made["id"])
    assert (row["forked_from"], row["origin_name"]) == (None, "Reese")


async def test_L7_a_name_or_an_id_in_use_is_taken_and_the_same_id_again_is_one(
    node: Node,
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    origin = await make(ann)
    copy = {"preset": origin["id"]}
    assert await refused(ann, "presets.copy", **copy, name="Reese") == (ErrorCode.TAKEN, "name")
    assert await refused(ann, "presets.copy", **copy, name="REESE") == (ErrorCode.TAKEN, "name")
    id = str(uuid.uuid4())
    again = [await ann.result("presets.copy", **copy, name="Two", id=id) for _ in range(2)]
    assert again[0] == again[1]
    await ann.result("presets.publish", preset=origin["id"])
    assert await refused(ben, "presets.copy", **copy, id=id) == (ErrorCode.TAKEN, "id")


async def test_L7_with_a_key_the_copy_is_made_once(node: Node) -> None:
    ann = await node.musician("ann")
    origin = await make(ann)
    call = {"t": "call", "method": "presets.copy", "idempotency_key": "copy-1"}
    call["params"] = {"preset": origin["id"], "name": "Two"}  # type: ignore[assignment]
    answers = [await ann.ask(call | {"id": ann.new_id()}) for _ in range(2)]
    assert answers[0]["result"] == answers[1]["result"]
    assert (await ann.result("presets.count"))["count"] == 2


@pytest.mark.parametrize("name", ["", "a\x00b", "x" * 121, "\u202e", 7])
async def test_L7_a_name_that_cannot_be_is_named(node: Node, name: object) -> None:
    ann = await node.musician("ann")
    origin = await make(ann)
    code, field = await refused(ann, "presets.copy", preset=origin["id"], name=name)
    assert code in (ErrorCode.VALIDATION, ErrorCode.BAD_MESSAGE)
    assert field in ("name", "params.name")


async def test_L8_what_is_published_everyone_sees_and_what_is_unpublished_nobody_else(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    mine = await make(ann)
    assert await refused(ben, "presets.publish", preset=mine["id"]) == (ErrorCode.NOT_FOUND, None)
    row = await ann.result("presets.publish", preset=mine["id"])
    assert (row["is_public"], row["version"]) == (True, 2)
    assert await ann.result("presets.publish", preset=mine["id"]) == row
    assert await ben.result("presets.get", preset=mine["id"]) == row
    theirs = await refused(ben, "presets.unpublish", preset=mine["id"])
    assert theirs == (ErrorCode.FORBIDDEN, None)
    assert not (await ann.result("presets.unpublish", preset=mine["id"]))["is_public"]
    assert await refused(ben, "presets.get", preset=mine["id"]) == (ErrorCode.NOT_FOUND, None)


async def usage_count(wire: Wire, preset: str) -> int:
    row = await wire.result("presets.get", preset=preset, fields=["usage_count"])
    return int(row["usage_count"])


async def test_L9_uses_are_counted_once_a_user_on_whichever_node(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    preset = await system_preset(one)
    ann, ben = await one.musician("ann"), await two.musician("ben")
    elsewhere = await two.again(ann, "phone")
    before = await ann.result("presets.get", preset=preset)
    for wire in (ann, ben, elsewhere, ann, ben):
        await wire.result("presets.use", preset=preset)

    async def both() -> bool:
        return await usage_count(ann, preset) == 2

    await eventually(both)
    for node in (one, two):
        await node.context.preset_uses.flush()
    assert await ben.result("presets.get", preset=preset) == before | {"usage_count": 2}


async def test_L9_a_server_that_stops_counts_what_it_has_gathered(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.calls.library.preset_uses.FLUSH_SECONDS", 3_600.0)
    one, two = await nodes.start(), await nodes.start()
    preset = await system_preset(two)
    ann, ben = await one.musician("ann"), await two.musician("ben")
    await ann.result("presets.use", preset=preset)
    await asyncio.gather(one.stop(), ann.closed(1012))
    assert await usage_count(ben, preset) == 1


async def test_L9_one_uses_what_one_may_see(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    mine = await make(ann)
    assert await refused(ben, "presets.use", preset=mine["id"]) == (ErrorCode.NOT_FOUND, None)
