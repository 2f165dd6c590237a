"""Operators look at rooms, and close them, by both doors."""

import asyncio
from dataclasses import replace

import pytest

from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import create_project, eventually
from tests.server.live.test_hub import drop
from tests.server.wire import marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def test_R48_rooms_of_all_nodes_are_one_list(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project, other = await create_project(ann, "Song"), await create_project(ann, "Other")
    bob = await doors.second_device(ann)
    await ann.join(project)
    await bob.join(project)
    await bob.join(other)
    await ann.edit(project, marker("marker_01"))
    await bob.until("delta")  # the other node has it too
    by_call = await doors.by_call("rooms")
    assert by_call == await doors.by_machine("rooms")
    rows = {row["project"]: row for row in by_call["rooms"]}
    assert (by_call["silent"], by_call["next"], set(rows)) == ([], None, {project, other})
    song = rows[project]
    assert (song["name"], song["members"], song["seq"]) == ("Song", 2, 1)
    assert song["nodes"] == sorted([doors.near.hub.node, doors.far.hub.node])
    assert song["entities"] >= 1
    assert song["bytes"] > 0
    assert song["held_back"] == 0
    first = await doors.by_call("rooms", limit=1)
    second = await doors.by_call("rooms", limit=1, cursor=first["next"])
    pages = first["rooms"] + second["rooms"]
    assert [row["project"] for row in pages] == sorted([project, other])
    assert second["next"] is None


async def test_R48_a_room_says_who_is_in_it_from_where(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann, "Song")
    await ann.join(project)
    bob = await doors.second_device(ann)
    await bob.join(project)
    shown = await doors.by_call("room", project=project)
    assert shown == await doors.by_machine("room", project=project)
    assert [row["device"] for row in shown["members"]] == ["laptop", "phone"]
    assert {row["address"] for row in shown["members"]} == {"127.0.0.1"}
    assert {row["user"] for row in shown["members"]} == {ann.user}
    assert [row["node"] for row in shown["members"]] == [doors.near.hub.node, doors.far.hub.node]
    assert (shown["name"], shown["closed"], shown["clipped"]) == ("Song", None, False)
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert (await doors.ada.call("operator.room", project=nowhere))["code"] == "not_found"


async def test_R48_of_a_room_that_is_open_nowhere_the_seq_of_its_journal_is_told(
    doors: Doors,
) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann, "Song")
    await ann.join(project)
    assert (await ann.edit(project, marker("marker_01")))["seq"] == 1
    open_ = await doors.by_call("room", project=project)
    assert (open_["nodes"], open_["seq"]) == ([doors.near.hub.node], 1)
    assert min(open_["entities"], open_["bytes"]) > 0
    await drop(ann)
    await doors.near.server.write_behind.close_room(project)
    left = await doors.by_call("room", project=project)
    assert left == await doors.by_machine("room", project=project)
    told = [left[name] for name in ("nodes", "seq", "entities", "bytes", "members")]
    assert told == [[], 1, None, None, []]


async def test_R52_a_closed_room_cannot_be_joined_and_can_be_again(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann, "Song")
    await ann.join(project)
    assert (await ann.edit(project, marker("marker_01")))["t"] == "ack"
    closed = await doors.by_call("close_room", project=project, reason="It grows.")
    assert (closed["name"], closed["reason"], closed["until"]) == ("Song", "It grows.", None)
    await ann.closed(1012)
    assert [row["project"] for row in (await doors.by_call("closed_rooms"))["rooms"]] == [project]
    assert await doors.near.http("/readyz") == (200, "ready; closed rooms: 1\n")
    assert "prime_closed_rooms 1.0" in (await doors.near.http("/metrics"))[1]
    for node in (doors.near, doors.far):
        again = await node.again(ann)
        refused = await again.ask({"t": "join", "id": "j", "project": project})
        assert (refused["code"], refused["details"]["message"]) == ("unavailable", "It grows.")
        history = await again.call("history.list", project=project)
        assert [entry["seq"] for entry in history["result"]["entries"]] == [1]
        assert (await again.call("history.at", project=project, seq=1))["t"] == "reply"
    assert (await doors.by_call("open_room", project=project))["changed"] is True
    assert (await doors.by_call("open_room", project=project))["changed"] is False
    for node in (doors.near, doors.far):
        await node.server.operator_orders.look()
        joined, _ = await (await node.again(ann, node.hub.node)).join(project)
        assert joined["head"] == 1


async def test_R52_a_room_that_is_closed_for_a_while_opens_by_itself(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann)
    await doors.by_call("close_room", project=project, reason="A moment.", for_ms=1_000)
    await doors.database.execute("UPDATE closed_rooms SET until = now() - interval '1 second'")
    await doors.near.server.operator_orders.look()
    await ann.join(project)
    assert (await doors.by_call("closed_rooms"))["rooms"] == []


WAITS = "SELECT count(*) > 1 FROM pg_locks WHERE NOT granted"


async def test_R49_who_closes_a_room_that_another_closes_waits_for_that(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    params = {"project": await create_project(ann, "Song"), "reason": "It grows."}
    near = replace(doors, far=doors.near)
    async with doors.database.transaction() as tx:
        await tx.execute("LOCK TABLE closed_rooms IN SHARE MODE")  # it can be read
        both = [
            asyncio.create_task(each.by_machine("close_room", **params)) for each in (doors, near)
        ]

        async def waits() -> bool:
            return bool(await doors.near.context.db.fetchval(WAITS))

        await eventually(waits)
    await asyncio.gather(*both)
    assert len(await doors.audit("room_closed")) == 1


async def test_R49_what_many_do_at_once_is_noted_once(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann, "Song")
    near, node = replace(doors, far=doors.near), doors.far.hub.node
    done: dict[str, tuple[str, dict[str, str]]] = {
        "room_closed": ("close_room", {"project": project, "reason": "It grows."}),
        "room_opened": ("open_room", {"project": project}),
        "maintenance_begun": ("maintenance", {"mode": "read_only", "message": "It moves."}),
        "maintenance_ended": ("maintenance", {"mode": "off"}),
        "node_drained": ("drain", {"node": node}),
        "node_undrained": ("undrain", {"node": node}),
    }
    for event, (word, params) in done.items():
        await asyncio.gather(*[each.by_machine(word, **params) for each in [doors, near] * 4])
        assert len(await doors.audit(event)) == 1, event
