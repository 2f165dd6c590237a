"""Deltas over the wire: committed first, heard once, in order, whatever the database does."""

import asyncio

import pytest

from server.sockets.connection import Connection
from server.states.journal_audit import audit
from tests.server.conftest import HeldJournal, Node, eventually
from tests.server.wire import JSON, MSGPACK, Wire, delete, marker, rename

pytestmark = pytest.mark.postgres

CODECS = pytest.mark.parametrize("codec", [JSON, MSGPACK])


async def stored(journal: HeldJournal, count: int) -> None:
    """So many proposals have been through the database."""

    async def are_stored() -> bool:
        return journal.stored >= count

    await eventually(are_stored)


@CODECS
async def test_D1_nobody_hears_before_the_commit_returns(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    node.journal.gate.clear()
    delta_id = await ann.propose(project, marker("marker_1"))
    await stored(node.journal, 1)
    await ann.ping()
    await ben.ping()
    assert ann.heard("ack", "error", "delta") == ben.heard("delta") == []
    node.journal.gate.set()
    assert (await ann.expect("ack"))["id"] == delta_id
    assert (await ben.expect("delta"))["id"] == delta_id


async def test_D1_a_joiner_does_not_see_what_is_not_committed(node: Node) -> None:
    ann, ben, project = await node.pair()
    node.journal.gate.clear()
    await ann.propose(project, marker("marker_1"))
    await stored(node.journal, 1)
    phone = await node.again(ben, "phone")
    joined, state = await phone.join(project)
    assert joined["position"]["seq"] == 0
    assert state["markers"] == {}
    node.journal.gate.set()
    assert (await phone.expect("delta"))["seq"] == 1


async def test_operators_see_how_long_musicians_wait(node: Node) -> None:
    ann, _, project = await node.pair()
    node.journal.gate.clear()
    await ann.propose(project, marker("marker_1"))
    await stored(node.journal, 1)
    await asyncio.sleep(0.06)
    node.journal.gate.set()
    await ann.expect("ack")
    _, text = await node.http("/metrics")
    shown = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert shown["prime_members"] == "2.0"
    assert shown['prime_commit_seconds_bucket{le="0.05"}'] == "0.0"
    assert shown["prime_commit_seconds_count"] == shown["prime_ack_seconds_count"] == "1.0"
    for lane in ("appends", "rooms", "behind", "calls", "reads"):
        busy = float(shown[f'prime_database_busy{{lane="{lane}"}}'])
        assert 0 <= busy <= float(shown[f'prime_database_connections{{lane="{lane}"}}'])


async def _seqs(wire: Wire, count: int) -> list[int]:
    heard: list[int] = []
    while len(heard) < count:
        message = await wire.next()
        assert message["t"] != "error", message
        if message["t"] in ("ack", "delta"):
            heard.append(message["seq"])
    return heard


async def test_D2_everyone_hears_every_seq_once_in_order(node: Node, database_url: str) -> None:
    ann, ben, project = await node.pair((JSON, MSGPACK))
    for n in range(100):
        await ann.propose(project, marker(f"ann_mark_{n}", n))
        await ben.propose(project, marker(f"ben_mark_{n}", n))
    for wire in (ann, ben):
        assert await _seqs(wire, 200) == list(range(1, 201))
        await wire.ping()
        assert wire.heard("ack", "delta") == []
    found = await audit(database_url, project)
    assert (found["head"], found["gapless"]) == (200, True)


@CODECS
async def test_D3_the_same_delta_again(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    first = await ann.edit(project, marker("marker_1"), id="the_same_id")
    again = await ann.edit(project, marker("marker_1"), id="the_same_id")
    assert (again["seq"], again["duplicate"]) == (first["seq"], True)
    reused = await ann.edit(project, marker("marker_2"), id="the_same_id")
    assert reused["code"] == "id_reused"
    await ben.expect("delta")
    await ben.ping()
    assert ben.heard("delta") == []


async def test_D3_the_same_delta_after_the_tail_forgot_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.journal.tail.MAX_TAIL_BYTES", 1_000)
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_0"), id="the_same_id")
    await ann.edit(project, rename("marker_0", "x"), id="another_one")
    for n in range(1, 20):
        await ann.edit(project, marker(f"marker_{n}"))
    for delta_id, op, seq in (
        ("the_same_id", marker("marker_0"), 1),  # refused at the head, but for the look-up
        ("another_one", rename("marker_0", "x"), 2),
    ):
        again = await ann.edit(project, op, id=delta_id)
        assert (again["t"], again["seq"], again["duplicate"]) == ("ack", seq, True)
    reused = await ann.edit(project, marker("marker_99"), id="the_same_id")
    assert reused["code"] == "id_reused"


async def test_D3_the_same_delta_while_it_is_on_its_way(node: Node) -> None:
    ann, _, project = await node.pair()
    node.journal.gate.clear()
    for _ in range(3):
        await ann.propose(project, marker("marker_1"), id="the_same_id")
    await stored(node.journal, 1)
    node.journal.gate.set()
    assert (await ann.expect("ack"))["seq"] == 1
    await ann.ping()
    assert all(ack["duplicate"] for ack in ann.heard("ack"))


@CODECS
async def test_D4_a_delta_is_refused_whole(node: Node, codec: str, database_url: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    await ann.edit(project, marker("marker_1"))
    await ben.expect("delta")
    bad = [
        (marker("marker_1"), "op_exists"),
        (marker("marker_x", -5.0), "op_invalid"),
        (delete("ch_master") | {"col": "channels"}, "op_invalid"),
        ({"op": "insert", "col": "nothing", "id": "nothing_1", "entity": {}}, "op_invalid"),
    ]
    for op, code in bad:
        answer = await ann.edit(project, marker("marker_2"), op)
        assert (answer["t"], answer["code"]) == ("error", code)
        assert answer["details"]["op"] == 1
    await ben.ping()
    assert ben.heard("delta") == []
    assert (await audit(database_url, project))["head"] == 1


async def test_D4_a_cycle_is_refused(node: Node) -> None:
    ann, _, project = await node.pair()
    track = {"op": "insert", "col": "tracks", "entity": {"content": ["tracks"]}}
    await ann.edit(project, track | {"id": "track_one"}, track | {"id": "track_two"})
    move = {"op": "move", "col": "tracks"}
    await ann.edit(project, move | {"id": "track_one", "parent": "track_two"})
    answer = await ann.edit(project, move | {"id": "track_two", "parent": "track_one"})
    assert (answer["code"], answer["details"]["op"]) == ("op_cycle", 0)


async def _race(node: Node, *, atomic: bool) -> tuple[Wire, Wire, str, str]:
    """Ann deletes what Ben renames at the same moment, and hers comes first."""
    ann, ben, project = await node.pair((JSON, MSGPACK))
    await ann.edit(project, marker("marker_1"))
    await ben.expect("delta")
    node.journal.gate.clear()
    await ann.propose(project, delete("marker_1"))
    await stored(node.journal, 2)
    late = await ben.propose(project, rename("marker_1", "late"), marker("marker_2"), atomic=atomic)
    await ben.ping()
    node.journal.gate.set()
    await ann.expect("ack")
    await ben.expect("delta")
    return ann, ben, project, late


async def test_D5_what_was_overtaken_is_dropped_and_named(node: Node) -> None:
    ann, ben, _, late = await _race(node, atomic=False)
    ack = await ben.expect("ack")
    assert (ack["id"], ack["seq"]) == (late, 3)
    assert ack["dropped"] == [{"op": 0, "reason": "gone"}]
    assert [op["id"] for op in ack["ops"]] == ["marker_2"]
    assert (await ann.expect("delta"))["ops"] == ack["ops"]


@CODECS
async def test_D10_D18_D19_work_made_while_away_stands_but_for_what_others_overtook(
    node: Node, codec: str
) -> None:
    ann, ben, project = await node.pair((codec, codec))
    folder = {"op": "insert", "col": "tracks", "entity": {"content": ["notes", "tracks"]}}
    start = (folder | {"id": "folder_1"}, folder | {"id": "folder_2"})
    assert (await ann.edit(project, *start))["seq"] == 1
    for number in range(3):
        await ben.edit(project, marker(f"marker_{number}"), base=1)
    into = {"op": "move", "col": "tracks"}
    await ben.edit(project, into | {"id": "folder_1", "parent": "folder_2"}, base=1)
    named = {"op": "set", "col": "tracks", "id": "folder_1", "props": {"name": "Mine"}}
    mine = (
        named,
        marker("marker_1"),
        into | {"id": "folder_2", "parent": "folder_1"},
    )
    ack = await ann.edit(project, *mine, base=1)
    assert (ack["t"], ack["ops"]) == ("ack", [named])
    assert [(d["op"], d["reason"]) for d in ack["dropped"]] == [(1, "exists"), (2, "cycle")]
    error = await ann.edit(project, *mine, base=ack["seq"])
    assert (error["code"], error["details"]["op"]) == ("op_exists", 1)
    wrong = marker("folder_1")
    error = await ann.edit(project, named, wrong, base=1)
    assert (error["code"], error["details"]["op"]) == ("op_exists", 1)
    ack = await ann.edit(project, wrong, base=1, base_epoch="of before")
    assert [(d["op"], d["reason"]) for d in ack["dropped"]] == [(0, "exists")]


@pytest.mark.parametrize("base", [-1, 1.5, "1", 2**60])
async def test_D18_a_base_that_is_none_is_a_bad_message(node: Node, base: object) -> None:
    ann, _, project = await node.pair()
    delta_id = await ann.propose(project, marker("marker_1"), base=base)
    error = await ann.expect("error")
    assert (error["id"], error["code"]) == (delta_id, "bad_message")


async def test_D6_an_atomic_delta_is_dropped_whole(node: Node) -> None:
    ann, ben, _, late = await _race(node, atomic=True)
    ack = await ben.expect("ack")
    assert (ack["id"], ack["seq"], ack["ops"]) == (late, 3, [])
    assert ack["dropped"] == [{"op": 0, "reason": "gone"}, {"op": 1, "reason": "atomic"}]
    assert (await ann.expect("delta"))["ops"] == []


@CODECS
async def test_D7_edits_wait_while_the_database_is_away(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    node.journal.is_broken = True
    delta_id = await ann.propose(project, marker("marker_1"))
    for wire in (ann, ben):
        degraded = await wire.expect("degraded")
        assert degraded["degraded"] is True
        assert degraded["reason"]
    assert (await node.http("/readyz"))[0] == 503
    await ben.send({"t": "presence", "project": project, "tool": "pencil"})
    assert (await ann.until("tick"))["moved"]
    await ann.ping()
    assert ann.heard("ack", "error") == []
    node.journal.is_broken = False
    assert (await ann.expect("degraded"))["degraded"] is False
    ack = await ann.expect("ack")
    assert (ack["id"], ack["seq"]) == (delta_id, 1)
    await ben.expect("degraded")
    assert (await ben.expect("delta"))["seq"] == 1


async def test_D7_past_the_bound_edits_are_refused(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.edits.refusals.MAX_WAITING_BYTES", 500)
    ann, _, project = await node.pair()
    node.journal.is_broken = True
    first = await ann.propose(project, marker("marker_0"))
    codes = [await ann.propose(project, marker(f"marker_{n}")) for n in range(1, 10)]
    answer = await ann.until("error")
    assert (answer["code"], answer["id"] in codes) == ("unavailable", True)
    assert answer["details"]["retry_after_ms"] > 0
    node.journal.is_broken = False
    assert (await ann.until("ack"))["id"] == first


async def test_D7_a_refused_delta_is_answered_while_the_database_is_away(node: Node) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    node.journal.is_broken = True
    answer = await ann.edit(project, marker("marker_1"))
    assert answer["code"] in ("op_exists", "unavailable")


async def test_D9_deltas_in_flight_are_bounded(node: Node) -> None:
    ann, ben, project = await node.pair()
    node.journal.gate.clear()
    ids = [await ann.propose(project, marker(f"marker_{n}", n)) for n in range(257)]
    refused = await ann.expect("error")
    assert (refused["id"], refused["code"]) == (ids[256], "rate_limited")
    assert "at most 256 deltas" in refused["message"]
    await ben.propose(project, marker("ben_mark_1"))  # others have bounds of their own
    node.journal.gate.set()
    async with asyncio.timeout(30):
        assert [(await ann.until("ack"))["id"] for _ in range(256)] == ids[:256]
    assert (await ann.edit(project, marker("marker_256"), id=ids[256]))["t"] == "ack"


async def test_D12_E6_what_follows_one_over_the_rate_waits_for_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    is_within = True
    monkeypatch.setattr(Connection, "_is_within_rate", lambda *_: is_within)
    is_within = False
    first = await ann.edit(project, marker("marker_1"), id="delta_01")
    assert (first["code"], first["project"]) == ("rate_limited", project)
    assert "after" not in first["details"]
    is_within = True
    behind = [await ann.edit(project, marker("marker_2"), id="delta_02")]
    behind.append(await ann.ask({"t": "undo", "project": project, "id": "undo_003"}))
    assert [(m["code"], m["details"]["after"]) for m in behind] == [
        ("rate_limited", "delta_01")
    ] * 2
    assert (await ben.edit(project, marker("marker_3")))["seq"] == 1
    assert (await ann.edit(project, marker("marker_1"), id="delta_01"))["seq"] == 2
    assert (await ann.edit(project, marker("marker_2"), id="delta_02"))["seq"] == 3


async def test_an_archived_project_is_read_and_not_edited(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.result("projects.archive", project=project)
    assert (await ben.edit(project, marker("marker_1")))["code"] == "archived"
    phone = await node.again(ben, "phone")
    assert (await phone.join(project))[1]["project"]
    await ann.result("projects.archive", project=project, archived=False)
    assert (await ben.edit(project, marker("marker_1")))["seq"] == 1


@CODECS
async def test_D22_what_is_sent_before_a_leave_is_answered_before_left(
    node: Node, codec: str
) -> None:
    ann, _, project = await node.pair((codec, codec))
    sent = [await ann.propose(project, marker(f"marker_{number}")) for number in range(30)]
    await ann.send({"t": "leave", "id": "leave-1", "project": project})
    late = await ann.propose(project, marker("marker_30"))
    heard = []
    while (message := await ann.next())["t"] != "left":
        if message["t"] in ("ack", "error"):
            heard.append((message["t"], message["id"]))
    assert [h for h in heard if h[1] != late] == [("ack", delta_id) for delta_id in sent]
    assert ("error", late) in heard or (await ann.expect("error"))["id"] == late


@CODECS
async def test_D23_what_is_sent_before_a_clean_close_is_stored(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    sent = [await ann.propose(project, marker(f"marker_{number}")) for number in range(30)]
    await ann.socket.close(1000)
    assert [(await ben.until("delta"))["id"] for _ in sent] == sent


@CODECS
@pytest.mark.parametrize("way", ["access_revoked", "kicked"])
async def test_D23_who_is_put_out_hears_what_became_of_deltas_under_way(
    node: Node, codec: str, way: str
) -> None:
    ann, ben, project = await node.pair((codec, codec))
    node.journal.gate.clear()
    stored_one = await ben.propose(project, marker("marker_1"))
    await stored(node.journal, 1)
    later = await ben.propose(project, marker("marker_2"))
    await ben.ping()
    if way == "kicked":
        live = node.server.hub.rooms[project]
        [seat] = [seat for seat in live.room.seats.values() if seat.request.user == ben.user]
        assert node.server.hub.kick(seat.member, "enough") == 1
    else:
        await ann.result("members.revoke", project=project, user=ben.user)
    assert (await ben.until("left"))["reason"] == way
    node.journal.gate.set()
    ack = await ben.until("ack")
    assert (ack["id"], ack["duplicate"]) == (stored_one, True)
    answer = await ben.until("ack" if way == "kicked" else "error")
    assert answer["id"] == later
    assert answer.get("code") == (None if way == "kicked" else "forbidden")
    await ann.edit(project, marker("marker_3"))
    await ben.ping()
    assert ben.heard("delta") == []


async def test_D23_who_is_put_out_is_closed_with_the_room_that_owes_an_answer(node: Node) -> None:
    ann, ben, project = await node.pair()
    node.journal.gate.clear()
    await ben.propose(project, marker("marker_1"))
    await stored(node.journal, 1)
    await ann.result("members.revoke", project=project, user=ben.user)
    await ben.until("left")
    node.server.hub.close_rooms({project: "a test"})
    await ben.closed(1012)
    node.journal.gate.set()
