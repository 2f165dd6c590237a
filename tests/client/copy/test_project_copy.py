"""What a replica makes of digests, undo and gestures."""

import itertools
import json
import zlib
from typing import Any

import pytest

from prime_client.copy.digest import digest
from prime_client.copy.replica import Replica
from prime_client.events import Acknowledged, Committed, FoundDiverged, Previewed, Skipped, Synced
from schema.entities import empty_state
from tests.client.model_server import unanswered

EPOCH = "epoch"


def decoded(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))


def replica_with(**joined: Any) -> Replica:
    """In the room of a new project, at seq 0."""
    numbers = itertools.count(1)
    replica = Replica("p", lambda: f"delta-{next(numbers):04}", decoded)
    replica.join_message("in")
    state = empty_state("Song")
    message = {
        "t": "joined",
        "id": "in",
        "you": "me",
        "role": "editor",
        "members": [{"member": "me", "presence": {}}, {"member": "ann", "presence": {}}],
        "position": {"epoch": EPOCH, "seq": 0},
        "resumed": False,
        "parts": 1,
        "digest": {"seq": 0, "digest": digest(state)},
    }
    replica.receive(message | joined)
    data = zlib.compress(json.dumps(state).encode())
    replica.receive({"t": "state", "part": 0, "parts": 1, "data": data})
    return replica


def marker(entity_id: str, name: str = "") -> dict[str, Any]:
    entity = {"time": 1.0, "name": name, "color": None}
    return {"op": "insert", "col": "markers", "id": entity_id, "entity": entity}


def committed(seq: int, *ops: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"t": "delta", "seq": seq, "id": f"theirs-{seq}", "member": "ann", "at": 1.0}
    return base | {"user": "u", "ops": list(ops)} | more


def test_S1_the_digest_follows_what_is_committed_and_not_what_is_pending() -> None:
    replica = replica_with()
    before = replica.digest
    replica.edit([marker("mine_001")])
    assert replica.digest == before
    replica.receive(committed(1, marker("theirs_1")))
    confirmed = empty_state("Song")
    confirmed["markers"]["theirs_1"] = marker("theirs_1")["entity"]
    assert replica.digest == digest(confirmed)
    replica.receive({"t": "ack", "id": "delta-0001", "seq": 2, "digest": None})
    assert replica.digest == digest(replica.state)


@pytest.mark.parametrize("by", ["ack", "tick", "joined"])
def test_S2_another_digest_at_our_seq_asks_for_fresh_state_and_says_so(by: str) -> None:
    wrong = {"seq": 0, "digest": "0" * 16}
    if by == "joined":
        replica = replica_with(digest=wrong)
        assert not replica.synced
        assert "diverged" in replica.join_message("again")
        return
    replica = replica_with()
    pending = replica.edit([marker("mine_001")])["id"]
    message: dict[str, Any] = {"t": "tick", "moved": {}, "digest": wrong}
    if by == "ack":
        message = {"t": "ack", "id": pending, "seq": 1, "digest": "0" * 16}
    events = replica.receive(message)
    assert isinstance(events[-1], FoundDiverged)
    assert isinstance(events[0], Acknowledged) is (by == "ack")
    join = replica.join_message("again")
    assert "position" not in join
    assert join["diverged"]["seq"] == (0 if by == "tick" else 1)
    assert join["diverged"]["digest"] == replica.digest
    assert "diverged" not in replica.join_message("third")
    assert replica.diverged == 1
    assert len(replica.pending) == (1 if by == "tick" else 0)


def test_S1_a_digest_of_another_seq_says_nothing() -> None:
    replica = replica_with()
    replica.receive({"t": "tick", "moved": {}, "digest": {"seq": 7, "digest": "0" * 16}})
    assert replica.position is not None


def test_U1_an_undo_waits_for_its_ack_and_takes_the_ops_from_it() -> None:
    replica = replica_with(undo=3, redo=1)
    assert (replica.undo_depth, replica.redo_depth) == (3, 1)
    replica.receive(committed(1, marker("marker_1")))
    message = replica.undo_or_redo("undo")
    assert message == {"t": "undo", "project": "p", "id": "delta-0001"}
    assert "marker_1" in replica.state["markers"]
    ops = [{"op": "delete", "col": "markers", "id": "marker_1"}]
    dropped = [{"op": 1, "reason": "changed", "col": "tracks", "id": "t", "props": ["name"]}]
    ack = {"t": "ack", "id": "delta-0001", "seq": 2, "ops": ops, "dropped": dropped, "undo": 2}
    [event] = replica.receive(ack)
    assert isinstance(event, Acknowledged)
    assert event.skipped == (Skipped("tracks", "t", "changed", ("name",)),)
    assert event.dropped_total == 1
    assert (replica.undo_depth, replica.state["markers"], replica.pending) == (2, {}, {})


@pytest.mark.parametrize("seq", [0, 1])
def test_U13_how_much_a_very_large_undo_has_left_is_told_though_the_first_are_named(
    seq: int,
) -> None:
    """Also of what the state holds already that we came back to."""
    replica = replica_with()
    replica.undo_or_redo("undo")
    dropped = [{"op": 1, "reason": "changed", "col": "tracks", "id": "t", "props": ["name"]}]
    ack = {"t": "ack", "id": "delta-0001", "seq": seq, "ops": [], "dropped": dropped}
    [event] = replica.receive(ack | {"dropped_total": 7_000})
    assert isinstance(event, Acknowledged)
    assert (event.dropped_total, len(event.dropped), len(event.skipped)) == (7_000, 1, 1)


def test_U6_an_undo_is_sent_again_in_its_place_after_coming_back() -> None:
    replica = replica_with()
    replica.edit([marker("mine_001")], step="paste")
    replica.undo_or_redo("undo")
    replica.edit([marker("mine_002")], gesture="g1")
    kinds = [(m["t"], m.get("step"), m.get("gesture")) for m in unanswered(replica)]
    assert kinds == [("delta", "paste", None), ("undo", None, None), ("delta", None, "g1")]


def test_U6_an_undo_that_was_committed_while_we_were_away_is_done_with() -> None:
    replica = replica_with()
    replica.undo_or_redo("redo")
    replica.join_message("again")
    position = {"epoch": EPOCH, "seq": 1}
    replica.receive(
        {"t": "joined", "id": "again", "you": "me", "role": "editor", "members": []}
        | {"position": position, "resumed": True, "parts": 0}
    )
    events = replica.receive(committed(1, marker("marker_1"), id="delta-0001", purpose="redo"))
    assert any(isinstance(event, Acknowledged) for event in events)
    assert any(isinstance(event, Synced) for event in events)
    assert replica.pending == {}


def test_U5_parts_of_our_own_undo_are_applied_as_they_come() -> None:
    replica = replica_with()
    replica.undo_or_redo("undo")
    [event] = replica.receive(
        committed(1, marker("marker_1"), id="part-1", member="me", purpose="undo", reverts=None)
    )
    assert isinstance(event, Committed)
    assert (event.purpose, event.reverts) == ("undo", None)
    assert list(replica.pending) == ["delta-0001"]


def shown(replica: Replica, **gestures: Any) -> list[Any]:
    return replica.receive({"t": "tick", "moved": {}, "gestures": {"ann": gestures}})


def test_G1_previews_are_laid_over_the_state_and_never_in_it() -> None:
    replica = replica_with()
    state = json.dumps(replica.state)
    values = {"ch_master": {"col": "channels", "props": {"volume": 0.3}}}
    events = shown(replica, ride=values)
    assert any(isinstance(event, Previewed) for event in events)
    shown(replica, ride={"ch_master": {"col": "channels", "props": {"pan": 0.1}}})
    seen = replica.shown("channels", "ch_master")
    assert seen is not None
    assert (seen["volume"], seen["pan"]) == (0.3, 0.1)
    assert json.dumps(replica.state) == state
    shown(replica, ride=None)
    assert replica.gestures == {}
    assert replica.shown("channels", "ch_master") == replica.state["channels"]["ch_master"]
    assert replica.shown("channels", "nobody__") is None


def test_G4_no_ghost_stays_of_who_left_or_of_another_connection() -> None:
    replica = replica_with()
    values = {"ch_master": {"col": "channels", "props": {"volume": 0.3}}}
    shown(replica, ride=values)
    replica.receive({"t": "member_left", "member": "ann"})
    assert replica.gestures == {}
    shown(replica, ride=values)
    assert replica.gestures == {}, "ann is not here any more"
    replica.receive({"t": "member_joined", "member": {"member": "ann", "presence": {}}})
    shown(replica, ride=values)
    replica.receive({"t": "tick", "moved": {}, "whole": True})
    assert replica.gestures == {}


def test_G1_our_own_gestures_come_back_to_us_and_are_ignored() -> None:
    replica = replica_with()
    values = {"ch_master": {"col": "channels", "props": {"volume": 0.3}}}
    replica.receive({"t": "tick", "moved": {}, "gestures": {"me": {"ride": values}}})
    assert replica.gestures == {}
