"""The local copy: optimistic edits, rebase, refusals, coming back, and one order for everyone."""

import base64
import json
import random
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest

from prime_client.copy.digest import digest
from prime_client.copy.overtaken_ops import without_effect
from prime_client.copy.replica import Replica
from prime_client.copy.room_messages import Gap
from prime_client.events import (
    Acknowledged,
    CameIn,
    Committed,
    DegradedChanged,
    JoinFailed,
    Left,
    Moved,
    PermissionsChanged,
    Position,
    Postponed,
    Refused,
    RoleChanged,
    Synced,
    WentOut,
)
from schema.ops import encode_ops
from tests.client.model_server import (
    ModelServer,
    decoded,
    encoded,
    member_named,
    new_state,
    unanswered,
)
from tests.rooms.chaos import Chaos
from tests.rooms.songs import song

TRACK = {"op": "insert", "col": "tracks", "id": "track_01", "entity": {"name": "Bass"}}
MASTER = "ch_master"


def volume(value: float) -> dict[str, Any]:
    return {"op": "set", "col": "channels", "id": MASTER, "props": {"volume": value}}


class Peer:
    """A replica and its connection to the model server; both directions move when told to."""

    def __init__(self, server: ModelServer, name: str) -> None:
        self.server = server
        self.name = name
        numbers = count()
        self.replica = Replica("p", lambda: f"{name}-delta-{next(numbers):04}", decoded)
        self.events: list[Any] = []
        self.to_server: list[dict[str, Any]] = []
        self.connect()

    def connect(self) -> None:
        self.inbox = self.server.connect(self.name)
        self.to_server = []
        self.server.join(self.name, self.replica.join_message(f"join-{self.name}"))

    def edit(self, *ops: dict[str, Any], atomic: bool = False) -> str:
        message = self.replica.edit(list(ops), atomic)
        if self.replica.synced:
            self.to_server.append(message)
        return str(message["id"])

    def server_takes(self, messages: int = 1_000) -> None:
        for message in self.to_server[:messages]:
            self.server.propose(self.name, message)
        del self.to_server[:messages]

    def hears(self, messages: int = 1_000) -> None:
        heard = self.inbox[:messages]
        del self.inbox[:messages]
        for message in heard:
            for event in self.replica.receive(message):
                self.events.append(event)
                if isinstance(event, Synced):
                    self.to_server.extend(unanswered(self.replica))


@pytest.fixture
def server() -> ModelServer:
    return ModelServer()


@pytest.fixture
def ada(server: ModelServer) -> Peer:
    peer = Peer(server, "ada")
    peer.hears()
    return peer


@pytest.fixture
def ben(server: ModelServer) -> Peer:
    peer = Peer(server, "ben")
    peer.hears()
    return peer


def test_J2_fresh_state_comes_in_parts(ada: Peer) -> None:
    assert ada.events == [Synced(fresh=True)]
    assert ada.replica.synced
    assert ada.replica.position == Position("e", 0)
    assert ada.replica.state == new_state()
    assert ada.replica.role == "editor"


def test_J13_a_copy_is_synced_when_it_has_come_up_to_the_head_of_the_join(
    server: ModelServer,
) -> None:
    joined: dict[str, Any] = {"t": "joined", "id": "join-ada", "project": "p", "you": "ada"}
    joined |= {"role": "editor", "members": [], "resumed": False, "head": 7}
    joined |= {"position": {"epoch": "e", "seq": 5}}
    delta: dict[str, Any] = {
        "t": "delta",
        "project": "p",
        "user": "ben",
        "member": "ben",
        "at": 0.0,
        "ops": [],
    }
    state = {"t": "state", "project": "p", "part": 0, "parts": 1, "data": encoded(new_state())}
    replica = Replica("p", lambda: "delta-0001", decoded)
    replica.join_message("join-ada")
    for message in (joined, state, delta | {"seq": 6, "id": "a"}):
        assert not [e for e in replica.receive(message) if isinstance(e, Synced)]
    assert not replica.synced
    assert replica.receive(delta | {"seq": 7, "id": "b"})[-1] == Synced(fresh=True)
    replica.join_message("join-ada")
    resumed = joined | {"position": {"epoch": "e", "seq": 7}, "resumed": True, "head": 8}
    assert replica.receive(resumed) == []
    assert replica.receive(delta | {"seq": 8, "id": "c"})[-1] == Synced(fresh=False)


@pytest.mark.parametrize("is_resumed", [False, True])
def test_J15_what_the_joined_state_holds_of_ours_is_acknowledged_before_synced(
    ada: Peer, is_resumed: bool
) -> None:
    held, other = ada.edit(volume(0.5)), ada.edit(volume(0.7))
    if is_resumed:
        ada.replica.position = Position("e", 5)
    join = ada.replica.join_message("join-again", [held, other])
    assert join["unanswered"] == [held, other]
    joined: dict[str, Any] = {"t": "joined", "id": "join-again", "project": "p", "you": "ada"}
    joined |= {"role": "editor", "members": [], "resumed": is_resumed, "head": 5}
    joined |= {"position": {"epoch": "e", "seq": 5}, "committed": {held: 3}}
    state = new_state()
    state["channels"][MASTER]["volume"] = 0.5
    part = {"t": "state", "project": "p", "part": 0, "parts": 1, "data": encoded(state)}
    events = ada.replica.receive(joined)
    if not is_resumed:
        assert events == []
        assert list(ada.replica.pending) == [held, other]
        events = ada.replica.receive(part)
    assert events == [Acknowledged(held, 3, on_resume=True), Synced(fresh=not is_resumed)]
    assert list(ada.replica.pending) == [other]
    assert ada.replica.state["channels"][MASTER]["volume"] == 0.7


def test_edit_is_seen_at_once_and_complete(ada: Peer) -> None:
    ada.edit(TRACK)
    assert ada.replica.state["tracks"]["track_01"]["name"] == "Bass"
    assert ada.replica.state["tracks"]["track_01"]["content"] == ["notes"]
    assert ada.replica.position == Position("e", 0)


def test_D18_a_delta_says_what_it_was_made_on_whenever_it_is_sent(ada: Peer, ben: Peer) -> None:
    ada.edit(volume(0.1))
    ada.server_takes()
    ada.hears()
    ben.hears()
    first = ada.edit(volume(0.2))
    second = ada.edit(volume(0.3))
    ben.edit(volume(0.4))
    ben.server_takes()
    ada.hears()
    third = ada.edit(volume(0.5))
    sent = {m["id"]: m["base"] for m in unanswered(ada.replica)}
    assert sent == {first: 1, second: 1, third: 2}
    assert all("base_epoch" not in m for m in unanswered(ada.replica))


def test_D18_in_another_epoch_it_names_that_of_its_base(ada: Peer) -> None:
    before = ada.edit(volume(0.1))
    ada.server.epoch = "another"
    ada.connect()
    ada.hears()
    after = ada.edit(volume(0.2))
    sent = {m["id"]: m.get("base_epoch") for m in unanswered(ada.replica)}
    assert sent == {before: "e", after: None}


def test_D18_a_copy_that_is_to_be_replaced_still_says_where_it_stood(ada: Peer) -> None:
    ada.edit(volume(0.1))
    ada.server_takes()
    ada.hears()
    ada.replica.forget_position()
    ada.edit(volume(0.2))
    assert [m["base"] for m in unanswered(ada.replica)] == [1]


def test_ack_confirms_with_what_took_effect(ada: Peer) -> None:
    delta_id = ada.edit(TRACK)
    ada.server_takes()
    ada.hears()
    assert ada.events[-1] == Acknowledged(delta_id, 1)
    assert ada.replica.pending == {}
    assert ada.replica.state == ada.server.state


def test_D8_remote_delta_goes_below_pending(ada: Peer, ben: Peer) -> None:
    ada.edit(volume(0.2))
    ben.edit(volume(0.9), TRACK)
    ben.server_takes()
    ada.hears()
    assert isinstance(ada.events[-1], Committed)
    assert ada.replica.state["channels"][MASTER]["volume"] == 0.2
    assert "track_01" in ada.replica.state["tracks"]
    ada.server_takes()
    ada.hears()
    ben.hears()
    assert digest(ada.replica.state) == digest(ben.replica.state) == digest(ada.server.state)


def test_O1_pending_set_under_another_property_keeps_both(ada: Peer, ben: Peer) -> None:
    ada.edit({"op": "set", "col": "channels", "id": MASTER, "props": {"pan": 0.1}})
    ben.edit(volume(0.9))
    ben.server_takes()
    ada.hears()
    master = ada.replica.state["channels"][MASTER]
    assert (master["pan"], master["volume"]) == (0.1, 0.9)


def test_O2_params_merge_by_leaf_and_null_removes(ada: Peer) -> None:
    device = {"channel": MASTER, "role": "audioFX", "params": {"a": 1, "b": 2}}
    ada.edit({"op": "insert", "col": "devices", "id": "device_1", "entity": device})
    merge = {"params": {"a": None, "c": 3}}
    ada.edit({"op": "set", "col": "devices", "id": "device_1", "props": merge})
    assert ada.replica.state["devices"]["device_1"]["params"] == {"b": 2, "c": 3}


def test_O3_pending_op_on_what_was_deleted_does_nothing(ada: Peer, ben: Peer) -> None:
    ben.edit(TRACK)
    ben.server_takes()
    ada.hears()
    ben.hears()
    ada.edit({"op": "set", "col": "tracks", "id": "track_01", "props": {"name": "Deep"}})
    ben.edit({"op": "delete", "col": "tracks", "id": "track_01"})
    ben.server_takes()
    ada.hears()
    assert ada.replica.state["tracks"] == {}
    ada.server_takes()
    ada.hears()
    assert ada.events[-1].dropped == ((0, "gone"),)


def test_O5_cascade_arrives_with_the_ack(ada: Peer) -> None:
    clip = {"track": "track_01", "time": 0, "duration": 4}
    ada.edit(TRACK, {"op": "insert", "col": "clips", "id": "clip_001", "entity": clip})
    ada.edit({"op": "delete", "col": "tracks", "id": "track_01"})
    assert "clip_001" in ada.replica.state["clips"]
    ada.server_takes()
    ada.hears()
    assert ada.replica.state["clips"] == {}


def test_O6_move_changes_parent_and_time(ada: Peer) -> None:
    other = TRACK | {"id": "track_02"}
    clip = {"track": "track_01", "time": 0, "duration": 4}
    ada.edit(TRACK, other, {"op": "insert", "col": "clips", "id": "clip_001", "entity": clip})
    move = {"op": "move", "col": "clips", "id": "clip_001", "parent": "track_02", "time": 8}
    ada.edit(move)
    moved = ada.replica.state["clips"]["clip_001"]
    assert (moved["track"], moved["time"]) == ("track_02", 8)


def test_O7_expect_that_is_not_met_does_nothing_here_either(ada: Peer) -> None:
    ada.edit(volume(0.5) | {"expect": {"volume": 0.123}})
    assert ada.replica.state["channels"][MASTER]["volume"] == 1


def test_D6_atomic_does_nothing_if_one_op_would_not(ada: Peer) -> None:
    gone = {"op": "delete", "col": "tracks", "id": "track_09"}
    ada.edit(volume(0.5), gone, atomic=True)
    assert ada.replica.state["channels"][MASTER]["volume"] == 1
    ada.edit(volume(0.5), gone)
    assert ada.replica.state["channels"][MASTER]["volume"] == 0.5


def test_O4_insert_under_what_is_not_there_does_nothing(ada: Peer) -> None:
    clip = {"track": "track_09", "time": 0, "duration": 4}
    ada.edit({"op": "insert", "col": "clips", "id": "clip_001", "entity": clip})
    assert ada.replica.state["clips"] == {}


def test_D4_refused_delta_is_taken_back_and_later_ones_stay(ada: Peer) -> None:
    ada.edit(volume(0.3), TRACK)
    ada.edit({"op": "set", "col": "channels", "id": MASTER, "props": {"pan": 0.9}})
    ada.server.refuse("ada", ada.to_server.pop(0))
    ada.hears()
    refused = ada.events[-1]
    assert isinstance(refused, Refused)
    assert refused.code == "op_invalid"
    assert ada.replica.state["channels"][MASTER]["volume"] == 1
    assert ada.replica.state["channels"][MASTER]["pan"] == 0.9
    assert ada.replica.state["tracks"] == {}


@pytest.mark.parametrize("code", ["unavailable", "rate_limited"])
def test_D7_D9_postponed_delta_stays_pending(ada: Peer, code: str) -> None:
    delta_id = ada.edit(volume(0.3))
    ada.server.refuse("ada", ada.to_server.pop(), code)
    ada.hears()
    assert ada.events[-1] == Postponed(delta_id, code, 0.0)
    assert list(ada.replica.pending) == [delta_id]
    assert ada.replica.state["channels"][MASTER]["volume"] == 0.3


def test_D2_a_gap_is_reported_and_position_stays(ada: Peer, ben: Peer) -> None:
    ada.edit(volume(0.1))
    for value in (0.5, 0.6):
        ben.edit(volume(value))
    ben.server_takes()
    del ada.inbox[0]
    with pytest.raises(Gap):
        ada.hears()
    assert ada.replica.position == Position("e", 0)
    assert ada.replica.state["channels"][MASTER]["volume"] == 0.1


def test_a_copy_gone_astray_asks_for_fresh_state(ada: Peer) -> None:
    op = {"op": "set", "col": "tracks", "id": "nowhere1", "props": {"name": "x"}}
    entry = {"t": "delta", "seq": 1, "id": "x", "member": "ben", "ops": [op]}
    with pytest.raises(Gap, match="astray"):
        ada.replica.receive(entry)
    assert "position" not in ada.replica.join_message("again")


def test_J3_resume_brings_what_was_missed_and_counts_as_ack(ada: Peer, ben: Peer) -> None:
    mine = ada.edit(volume(0.3))
    ada.server_takes()
    ben.edit(TRACK)
    ben.server_takes()
    unsent = ada.edit({"op": "set", "col": "channels", "id": MASTER, "props": {"pan": 0.2}})
    ada.connect()
    ada.events.clear()
    ada.hears()
    assert ada.events[0] == Acknowledged(mine, 1, on_resume=True)
    assert ada.events[-1] == Synced(fresh=False)
    assert [message["id"] for message in ada.to_server] == [unsent]
    ada.server_takes()
    ada.hears()
    assert ada.replica.state == ada.server.state


def test_D10_what_was_overtaken_is_named_also_where_the_ack_was_lost(ada: Peer, ben: Peer) -> None:
    ada.edit(TRACK)
    ada.server_takes()
    ada.hears()
    ben.hears()
    ben.edit({"op": "delete", "col": "tracks", "id": "track_01"})
    ben.server_takes()
    gone = {"op": "set", "col": "tracks", "id": "track_01", "props": {"name": "x"}}
    mine = ada.edit(volume(0.3), gone, TRACK | {"id": "track_02"}, volume(0.4))
    ada.server_takes()
    ada.connect()
    ada.events.clear()
    ada.hears()
    assert ada.events[1] == Acknowledged(mine, 3, ((1, "unheard"),), True, dropped_total=1)


def test_D5_an_ack_of_what_is_in_the_state_already_names_what_was_dropped(ada: Peer) -> None:
    gone = {"op": "set", "col": "tracks", "id": "track_09", "props": {"name": "x"}}
    mine = ada.edit(gone, volume(0.3))
    assert ada.replica.position is not None
    ack = {"t": "ack", "project": "p", "id": mine, "seq": 0, "at": 0.0, "duplicate": True}
    [event] = ada.replica.receive(ack | {"dropped": [{"op": 0, "reason": "gone"}], "ops": []})
    assert event == Acknowledged(mine, 0, ((0, "gone"),), True, dropped_total=1)


@pytest.mark.parametrize("seed", range(40))
def test_D10_what_took_effect_tells_which_ops_did_not(seed: int) -> None:
    """Held against a document of the server; of two equal ops one may stand for the other."""
    chaos, document = Chaos(seed), song()
    for ops, _ in chaos.deltas(document, 40):
        applied = document.apply(ops)
        plain, effective = as_plain(ops), as_plain(applied.ops)
        told = [index for index, _ in without_effect(plain, effective)]
        really = [drop.op for drop in applied.drops]
        assert [plain[index] for index in told] == [plain[index] for index in really]


def as_plain(ops: Sequence[Any]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = json.loads(encode_ops(ops))
    return plain


def test_D3_duplicate_ack_after_fresh_state_only_drops_the_pending(ada: Peer) -> None:
    mine = ada.edit(volume(0.3))
    ada.server_takes()
    ada.server.keeps = -1
    ada.connect()
    ada.hears()
    assert ada.events[-1] == Synced(fresh=True)
    assert [message["id"] for message in ada.to_server] == [mine]
    ada.server_takes()
    ada.hears()
    assert ada.events[-1] == Acknowledged(mine, 1, on_resume=True)
    assert ada.replica.pending == {}
    assert ada.replica.state == ada.server.state


def test_J4_another_epoch_brings_fresh_state_and_pending_on_top(ada: Peer) -> None:
    ada.edit(volume(0.3))
    ada.server.epoch = "restored"
    ada.connect()
    ada.hears()
    assert ada.replica.position == Position("restored", 0)
    assert ada.replica.state["channels"][MASTER]["volume"] == 0.3


def test_J5_position_ahead_is_a_failed_join(ada: Peer) -> None:
    join = ada.replica.join_message("again")
    details = {"t": "error", "id": "again", "code": "position_ahead", "message": "no"}
    assert join["position"] == {"epoch": "e", "seq": 0}
    assert ada.replica.receive(details) == [JoinFailed("position_ahead", "no", {})]
    ada.replica.forget_position()
    assert "position" not in ada.replica.join_message("more")


def test_until_a_new_join_is_answered_the_room_is_not_heard(ada: Peer, ben: Peer) -> None:
    ada.replica.join_message("again")
    ben.edit(volume(0.5))
    ben.server_takes()
    ada.hears()
    assert ada.replica.position == Position("e", 0)
    assert not ada.replica.synced


def test_a_resume_that_nobody_asked_for_is_a_gap(server: ModelServer) -> None:
    replica = Replica("p", lambda: "delta-id", decoded)
    replica.join_message("first")
    joined: dict[str, Any] = {"t": "joined", "id": "first", "you": "a", "role": "editor"}
    joined |= {"members": []}
    joined |= {"position": {"epoch": "e", "seq": 3}, "resumed": True, "parts": 0}
    with pytest.raises(Gap):
        replica.receive(joined)


def test_answers_to_nobody_change_nothing(ada: Peer) -> None:
    before = digest(ada.replica.state)
    stale: dict[str, Any] = {"t": "joined", "id": "stale"}
    assert ada.replica.receive(stale) == []
    old_ack = {"t": "ack", "id": "stranger", "seq": 0, "ops": None}
    assert ada.replica.receive(old_ack) == []
    error = {"t": "error", "id": None, "code": "bad_message", "message": "?"}
    assert ada.replica.receive(error) == []
    assert ada.replica.receive({"t": "something new"}) == []
    with pytest.raises(Gap):
        ada.replica.receive({"t": "ack", "id": "stranger", "seq": 1, "ops": None})
    assert digest(ada.replica.state) == before


def test_a_part_out_of_turn_is_a_gap(server: ModelServer) -> None:
    peer = Peer(server, "eve")
    del peer.inbox[1]
    with pytest.raises(Gap):
        peer.hears()


def test_withdrawn_edit_leaves_no_trace(ada: Peer) -> None:
    before = digest(ada.replica.state)
    ada.replica.withdraw(ada.edit(volume(0.3), TRACK))
    assert digest(ada.replica.state) == before


def test_P2_ticks_update_members_and_null_clears(ada: Peer) -> None:
    ben = member_named("ben")
    assert ada.replica.receive({"t": "member_joined", "member": ben}) == [CameIn(ben)]
    moved: dict[str, Any] = {
        "ben": {"tool": "knife", "cursor": {"time": 1.0}},
        "stranger": {"tool": "pen"},
    }
    assert ada.replica.receive({"t": "tick", "moved": moved}) == [Moved(moved)]
    ada.replica.receive({"t": "tick", "moved": {"ben": {"tool": None}}})
    assert ada.replica.members["ben"]["presence"] == {"cursor": {"time": 1.0}}
    assert ada.replica.receive({"t": "member_left", "member": "ben"}) == [WentOut("ben")]
    assert "ben" not in ada.replica.members


def test_R3_roles_degraded_and_being_put_out(ada: Peer) -> None:
    changed = {"t": "role_changed", "user": "ada", "role": "viewer"}
    assert ada.replica.receive(changed) == [RoleChanged("ada", "viewer")]
    assert ada.replica.role == "viewer"
    theirs = {"t": "role_changed", "user": "ada", "role": "contributor", "tracks": ["track_01"]}
    assert ada.replica.receive(theirs) == [RoleChanged("ada", "contributor", ["track_01"])]
    assert ada.replica.tracks == ["track_01"]
    agreed = {"t": "permitted", "permissions": {"edit": ["ben"]}}
    assert ada.replica.receive(agreed) == [PermissionsChanged({"edit": ["ben"]})]
    assert ada.replica.permissions == {"edit": ["ben"]}
    degraded = {"t": "degraded", "degraded": True, "reason": "database"}
    assert ada.replica.receive(degraded) == [DegradedChanged(True, "database")]
    assert ada.replica.degraded
    out = {"t": "left", "id": None, "reason": "access_revoked"}
    assert ada.replica.receive(out) == [Left("access_revoked")]
    assert not ada.replica.synced


def test_json_parts_are_base64(server: ModelServer) -> None:
    peer = Peer(server, "eve")
    for message in peer.inbox:
        if message["t"] == "state":
            message["data"] = base64.b64encode(message["data"]).decode()
    peer.hears()
    assert peer.replica.synced


@pytest.mark.parametrize("seed", range(40))
def test_D8_random_peers_agree_with_the_server(seed: int) -> None:
    rng = random.Random(seed)
    server = ModelServer()
    server.keeps = rng.choice((3, 1_000))
    peers = [Peer(server, name) for name in ("ada", "ben", "cleo")]
    for _ in range(300):
        something_happens(rng, rng.choice(peers))
    for _ in range(3):
        for peer in peers:
            peer.hears()
            peer.server_takes()
    for peer in peers:
        peer.hears()
        assert peer.replica.pending == {}
        assert peer.replica.state == server.state, f"seed {seed}"
    asked = {event.delta_id for p in peers for event in p.events if isinstance(event, Acknowledged)}
    assert asked == set(server.seq_of)


def something_happens(rng: random.Random, peer: Peer) -> None:
    match rng.choices(("edit", "server", "hear", "cut"), (5, 4, 6, 0.4))[0]:
        case "edit":
            peer.edit(*random_ops(rng), atomic=rng.random() < 0.2)
        case "server":
            peer.server_takes(rng.randint(1, 4))
        case "hear":
            peer.hears(rng.randint(1, 5))
        case "cut":
            peer.connect()


def random_ops(rng: random.Random) -> list[dict[str, Any]]:
    return [random_op(rng) for _ in range(rng.randint(1, 3))]


def random_op(rng: random.Random) -> dict[str, Any]:
    track, clip, note = (f"{kind}_{rng.randint(0, 4):03}" for kind in ("track", "clips", "notes"))
    collection, entity_id, parent = rng.choice(
        (("tracks", track, None), ("clips", clip, track), ("notes", note, clip))
    )
    match rng.choice(("insert", "insert", "set", "move", "delete", "volume")):
        case "insert":
            entity: dict[str, Any] = {"time": rng.randint(0, 9), "duration": 1}
            entity |= {"track": parent} if collection == "clips" else {"clip": parent, "key": 60}
            if collection == "tracks":
                entity = {"name": str(rng.random())}
            return {"op": "insert", "col": collection, "id": entity_id, "entity": entity}
        case "set":
            name = "order" if collection == "tracks" else "time"
            props = {name: f"a{rng.randint(0, 9)}" if name == "order" else rng.randint(0, 9)}
            return {"op": "set", "col": collection, "id": entity_id, "props": props}
        case "move":
            time = {} if collection == "tracks" else {"time": rng.randint(0, 9)}
            return {"op": "move", "col": collection, "id": entity_id, "parent": parent, **time}
        case "delete":
            return {"op": "delete", "col": collection, "id": entity_id}
        case _:
            return volume(rng.random())


def part(seq: int, name: str, *, more: bool, delta_id: str = "") -> dict[str, Any]:
    """One delta of someone's restore, which renames the track."""
    return {
        "t": "delta",
        "project": "p",
        "seq": seq,
        "id": delta_id or f"part-{seq}",
        "user": "ben",
        "member": "ben",
        "at": 0.0,
        "ops": [{"op": "set", "col": "tracks", "id": "track_01", "props": {"name": name}}],
        "purpose": "restore",
        "more": more,
    }


def peer_with_track(server: ModelServer) -> Peer:
    peer = Peer(server, "ada")
    peer.hears()
    peer.edit(TRACK)
    peer.server_takes()
    peer.hears()
    return peer


def test_D14_nobody_sees_a_part_of_a_group(server: ModelServer) -> None:
    ada = peer_with_track(server)
    receive, track = ada.replica.receive, ada.replica.state["tracks"]["track_01"]
    assert receive(part(2, "one", more=True)) == []
    assert receive(part(3, "two", more=True)) == []
    assert ada.replica.state["tracks"]["track_01"] == track
    assert ada.replica.position == Position("e", 1)
    events = receive(part(4, "three", more=False))
    assert [e.seq for e in events if isinstance(e, Committed)] == [2, 3, 4]
    assert ada.replica.state["tracks"]["track_01"]["name"] == "three"
    assert ada.replica.position == Position("e", 4)
    assert ada.replica.digest == digest(ada.replica.state)


def test_D14_our_own_group_ends_with_its_ack(server: ModelServer) -> None:
    ada = peer_with_track(server)
    undo = ada.replica.undo_or_redo("undo")
    ada.replica.receive(part(2, "one", more=True))
    last = part(3, "two", more=False)
    ack = {"t": "ack", "project": "p", "id": undo["id"], "seq": 3, "at": 0.0, "ops": last["ops"]}
    events = ada.replica.receive(ack)
    assert [type(event) for event in events] == [Committed, Acknowledged]
    assert ada.replica.position == Position("e", 3)
    assert ada.replica.pending == {}


def test_D14_a_group_has_no_hole(server: ModelServer) -> None:
    ada = peer_with_track(server)
    ada.replica.receive(part(2, "one", more=True))
    with pytest.raises(Gap):
        ada.replica.receive(part(4, "three", more=False))


def test_D14_who_comes_back_in_the_middle_asks_for_all_of_the_group(server: ModelServer) -> None:
    ada = peer_with_track(server)
    ada.replica.receive(part(2, "one", more=True))
    join = ada.replica.join_message("join-2")
    assert join["position"] == {"epoch": "e", "seq": 1}
    joined = {
        "t": "joined",
        "id": "join-2",
        "you": "ada",
        "role": "editor",
        "members": [],
        "position": join["position"],
        "resumed": True,
        "parts": 0,
        "head": 3,
    }
    ada.replica.receive(joined)
    ada.replica.receive(part(2, "one", more=True))
    ada.replica.receive(part(3, "two", more=False))
    assert ada.replica.position == Position("e", 3)
    assert ada.replica.state["tracks"]["track_01"]["name"] == "two"
