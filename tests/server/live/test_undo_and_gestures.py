"""Undo, gestures and the digest over the wire, across reconnects and restarts."""

import asyncio
from typing import Any

import pytest

from rooms.document.digest import digest_of
from rooms.edits import group_drops, made_ops
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, MSGPACK, Message, Wire, delete, marker, rename

pytestmark = pytest.mark.postgres


def whole_digest(state: dict[str, Any]) -> str:
    return digest_of((col, i, e) for col, entities in state.items() for i, e in entities.items())


async def undo(wire: Wire, project: str, delta_id: str, kind: str = "undo") -> Message:
    return await wire.ask({"t": kind, "project": project, "id": delta_id})


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_U1_U2_undo_and_redo_over_the_wire(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    await ann.edit(project, marker("marker_1"))
    await ann.edit(project, rename("marker_1", "verse"))
    ack = await undo(ann, project, "undo-0001")
    assert (ack["t"], ack["seq"], ack["undo"], ack["redo"]) == ("ack", 3, 1, 1)
    assert [(op["op"], op["props"]) for op in ack["ops"]] == [("set", {"name": ""})]
    heard = [await ben.expect("delta") for _ in range(3)]
    assert [h.get("purpose", "edit") for h in heard] == ["edit", "edit", "undo"]
    assert heard[2]["reverts"] == 2
    assert heard[2]["ops"] == ack["ops"]
    again = await undo(ann, project, "redo-0001", "redo")
    assert again["ops"][0]["props"] == {"name": "verse"}
    assert (await undo(ann, project, "redo-0002", "redo"))["code"] == "nothing_to_redo"


async def test_U6_an_undo_sent_again_after_the_tail_has_forgotten_it_is_a_duplicate(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    assert (await undo(ann, project, "undo-0001"))["seq"] == 2
    follower = node.hub.rooms[project].room.follower
    follower.tail._by_id.clear()
    ack = await undo(ann, project, "undo-0001")
    assert (ack["t"], ack["seq"], ack["duplicate"]) == ("ack", 2, True)
    assert follower.head == 2


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@pytest.mark.parametrize(("most_bytes", "count", "total"), [(524_288, 5, None), (200, 2, 5)])
async def test_U13_a_large_undo_names_what_all_its_deltas_have_left(
    node: Node,
    monkeypatch: pytest.MonkeyPatch,
    codec: str,
    most_bytes: int,
    count: int,
    total: int | None,
) -> None:
    monkeypatch.setattr(made_ops, "MADE_OPS", 2)
    monkeypatch.setattr(group_drops, "MAX_DROPPED_BYTES", most_bytes)
    ann, ben, project = await node.pair((codec, codec))
    names = [f"marker_{number}" for number in range(5)]
    await ann.edit(project, *[marker(name) for name in names])
    await ann.edit(project, *[rename(name, "verse") for name in names])
    await ben.edit(project, *[rename(name, "chorus") for name in names])
    for _ in range(2):  # the second time, what the server remembers
        ack = await undo(ann, project, "undo-0001")
        assert (ack["t"], ack["seq"], ack["ops"]) == ("ack", 6, [])
        assert [drop["id"] for drop in ack["dropped"]] == names[::-1][:count]
        assert ack.get("dropped_total") == total


async def test_G3_a_gesture_in_a_project_that_was_not_joined_is_answered(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    shown = {"ch_master": {"col": "channels", "props": {"volume": 0.5}}}
    gesture = {"t": "gesture", "project": project, "id": "ride-1", "values": shown}
    answer = await ann.ask(gesture)
    assert (answer["t"], answer["id"], answer["code"]) == ("error", "ride-1", "not_joined")
    await ann.send(gesture | {"id": "ride-2", "values": None})
    await ann.send(gesture | {"id": "ride-3"})
    assert (await ann.until("error"))["id"] == "ride-3"


async def _reopened(node: Node, project: str) -> None:
    """The room is closed and opened from the database, as after a restart."""
    await node.server.write_behind.close_room(project)
    assert project not in node.hub.rooms


async def test_U7_steps_survive_a_restart_of_the_room(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    _, before = await ann.join(project)
    await ann.edit(project, marker("marker_1"), marker("marker_2"))
    await ann.edit(project, delete("marker_1"))
    await ann.ask({"t": "leave", "project": project, "id": "out"})
    await _reopened(node, project)
    joined, _ = await ann.join(project)
    assert (joined["undo"], joined["redo"]) == (2, 0)
    assert (await undo(ann, project, "undo-0001"))["dropped"] == []
    assert (await undo(ann, project, "undo-0002"))["dropped"] == []
    joined, after = await node.fresh(ann, project, "phone")
    assert after == before
    assert (joined["undo"], joined["redo"]) == (0, 0)


async def test_U7_a_step_older_than_the_history_that_is_kept_is_compacted(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    await ann.result("snapshots.create", project=project, name="v1")
    context = node.context
    await context.db.execute("UPDATE project_snapshots SET created_at = now() - interval '1 year'")
    from server.states.history_compaction import compact_old

    await compact_old(node.server.foundation.db.calls, 30)
    await ann.ask({"t": "leave", "project": project, "id": "out"})
    await _reopened(node, project)
    await ann.join(project)
    answer = await undo(ann, project, "undo-0001")
    assert answer["code"] == "compacted", answer
    assert (await ann.edit(project, rename("marker_1", "x")))["t"] == "ack"


async def test_G1_G2_a_gesture_is_seen_while_it_lasts_and_ends_with_its_delta(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    values = {"marker_1": {"col": "markers", "props": {"time": 2.5}}}
    await ann.send({"t": "gesture", "project": project, "id": "drag", "values": values})
    tick = await ben.until("tick")
    [shown] = tick["gestures"].values()
    assert shown == {"drag": values}
    joined, state = await node.fresh(ben, project, "phone")
    assert state["markers"]["marker_1"]["time"] == 1.0
    assert [m["gestures"] for m in joined["members"] if "gestures" in m] == [{"drag": values}]
    op = {"op": "set", "col": "markers", "id": "marker_1", "props": {"time": 2.5}}
    delta = {"t": "delta", "project": project, "id": "delta-drag", "ops": [op], "gesture": "drag"}
    assert (await ann.ask(delta))["t"] == "ack"
    await ben.until("delta")
    tick = await ben.until("tick")
    assert list(tick["gestures"].values()) == [{"drag": None}]


async def test_G3_a_gesture_with_an_impossible_value_is_answered(node: Node) -> None:
    ann, ben, project = await node.pair()
    values = {"marker_1": {"col": "markers", "props": {"time": -1}}}
    answer = await ann.ask({"t": "gesture", "project": project, "id": "drag", "values": values})
    assert (answer["code"], answer["id"]) == ("op_invalid", "drag")
    assert "time" in answer["message"]
    await ben.ping()
    assert not [tick for tick in ben.heard("tick") if "gestures" in tick]


async def test_G4_a_member_that_vanishes_takes_its_gestures_along(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.presence.absent_members.ABSENCE_SECONDS", 0.2)
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    values = {"marker_1": {"col": "markers", "props": {"time": 2.5}}}
    await ann.send({"t": "gesture", "project": project, "id": "drag", "values": values})
    await ben.until("tick")
    ann.socket.transport.abort()
    await ben.until("member_left")
    joined, _ = await node.fresh(ben, project, "phone")
    assert not [m for m in joined["members"] if "gestures" in m]


async def test_S1_acks_ticks_and_fresh_states_carry_the_digest(node: Node) -> None:
    ann, ben, project = await node.pair()
    acks = [await ann.edit(project, marker(f"marker_{n:02}")) for n in range(16)]
    assert [ack["seq"] for ack in acks if ack["digest"]] == [16]
    joined, state = await node.fresh(ben, project, "phone")
    digest = whole_digest(state)
    assert joined["digest"] == {"seq": 16, "digest": digest}
    assert acks[-1]["digest"] == digest
    await asyncio.sleep(0.05)
    await ann.send({"t": "presence", "project": project, "tool": "knife"})
    tick = await ben.until("tick")
    assert tick["digest"] == {"seq": 16, "digest": digest}


async def test_S2_who_has_diverged_says_so_and_gets_fresh_state_and_it_is_counted(
    node: Node,
) -> None:
    ann, _, project = await node.pair()
    ack = await ann.edit(project, marker("marker_1"))
    await ann.ask({"t": "leave", "project": project, "id": "out"})
    position = {"epoch": (await ann.join(project))[0]["position"]["epoch"], "seq": ack["seq"]}
    await ann.ask({"t": "leave", "project": project, "id": "out2"})
    join = {"t": "join", "id": "again", "project": project, "position": position}
    mine = {"seq": ack["seq"], "digest": "0" * 16}
    joined = await ann.ask(join | {"diverged": mine})
    assert (joined["resumed"], joined["parts"] > 0) == (False, True)
    assert "prime_diverged_total 1.0" in (await node.http("/metrics"))[1]


async def test_S2_nobody_raises_the_alarm_as_often_as_it_can_join(node: Node) -> None:
    ann, _, project = await node.pair()
    join = {"t": "join", "project": project, "diverged": {"seq": 0, "digest": "0" * 16}}
    for n in range(20):
        await ann.ask({"t": "leave", "project": project, "id": f"out{n}"})
        assert (await ann.ask(join | {"id": f"again{n}"}))["t"] == "joined"
    metrics = (await node.http("/metrics"))[1]
    assert "prime_diverged_total 1.0" in metrics
    assert "prime_diverged_again_total 19.0" in metrics


async def test_S2_one_user_raises_the_alarm_once_in_however_many_rooms(node: Node) -> None:
    ann, ben, project = await node.pair()
    projects = [await create_project(ann) for _ in range(5)]
    claim = {"diverged": {"seq": 0, "digest": "0" * 16}}
    for n, one in enumerate(projects):
        join = {"t": "join", "project": one, "id": f"join{n}"}
        assert (await ann.ask(join | claim))["t"] == "joined"
    assert (await ben.ask({"t": "join", "project": project, "id": "bens"} | claim))["t"] == "joined"
    metrics = (await node.http("/metrics"))[1]
    assert "prime_diverged_total 2.0" in metrics
    assert "prime_diverged_again_total 4.0" in metrics
