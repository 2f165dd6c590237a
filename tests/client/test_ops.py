"""An edit is all or nothing, and an op that could never be applied says what is wrong with it."""

import copy
import random
from itertools import count
from typing import Any, get_args

import msgspec
import pytest

import schema.ops
from prime_client import DeltaTooLarge, MalformedOp, ops
from prime_client.copy.digest import digest
from prime_client.copy.replica import Replica
from prime_client.copy.room_messages import Gap
from tests.client.model_server import ModelServer, decoded

FADER = {"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": 0.123}}
LEAD = {"op": "insert", "col": "tracks", "id": "track_01", "entity": {"name": "Lead"}}

CLIP = {"track": "track_01", "kind": "notes", "time": 0, "duration": 4}

MALFORMED: list[tuple[Any, str]] = [
    (LEAD | {"props": {}}, "insert takes `col`, `id`, `entity`; this one has 'props'"),
    (
        {"op": "insert", "col": "tracks", "id": "track_01", "props": {}},
        "this one lacks `entity` and has 'props'",
    ),
    (
        {"op": "set", "col": "channels", "id": "ch_master", "entity": {}},
        "set takes `col`, `id`, `props` and may have `expect`; this one lacks `props`",
    ),
    (
        {"op": "insert", "col": "clips", "id": "clip_001", "entity": CLIP | {"duration": None}},
        "clips.duration is required",
    ),
    (
        {"op": "insert", "col": "markers", "id": "marker_1", "entity": {"name": "Drop"}},
        "markers.time is required",
    ),
    (FADER | {"op": "update"}, "there is no op 'update'; ops are set, insert, delete, move"),
    (FADER | {"col": "channel"}, "there is no collection 'channel': is `channels` meant?"),
    (FADER | {"col": ["channels"]}, "there is no collection"),
    (FADER | {"op": {}}, "there is no op"),
    (FADER | {"id": 7}, "id is text: 7"),
    (FADER | {"props": [("volume", 1)]}, "`props` is a dict of properties, not a list"),
    (FADER | {"props": {"params": 3}}, "`params` is a dict of leaves, not a int"),
    (FADER | {"props": {1: 2}}, "the names in a dict are text"),
    (FADER | {"props": {"volume": float("nan")}}, "nan cannot be sent"),
    (FADER | {"props": {"volume": 1 << 60}}, "cannot be sent: a int"),
    (FADER | {"props": {"name": "\ud800"}}, "cannot be sent: a str"),
    (FADER | {"props": {"volume": 1j}}, "cannot be sent: a complex"),
    (FADER | {"props": {"name": b"x"}}, "cannot be sent: a bytes"),
    (FADER | {"expect": "volume"}, "`expect` is a dict of properties, not a str"),
    (
        {"op": "move", "col": "markers", "id": "marker_1", "parent": "track_01"},
        "an entity of markers has no parent to move to",
    ),
    ("set", "it is a str, not a dict"),
]


@pytest.fixture
def replica() -> Replica:
    """A copy that is joined."""
    server, numbers = ModelServer(), count()
    replica = Replica("p", lambda: f"delta-{next(numbers):04}", decoded)
    inbox = server.connect("ada")
    server.join("ada", replica.join_message("join"))
    for message in inbox:
        replica.receive(message)
    assert replica.synced
    return replica


@pytest.mark.parametrize(("op", "told"), MALFORMED, ids=[told for _, told in MALFORMED])
def test_a_malformed_op_is_named_and_nothing_of_its_delta_is_applied(
    replica: Replica, op: Any, told: str
) -> None:
    before = copy.deepcopy(replica.state)
    with pytest.raises(MalformedOp, match="op 1: ") as raised:
        replica.edit([FADER, op])
    assert told in str(raised.value)
    assert (replica.state, replica.pending) == (before, {})
    assert replica.digest == digest(replica.state)


def test_what_is_no_list_is_named(replica: Replica) -> None:
    with pytest.raises(MalformedOp, match=r"an edit is a list of ops, not a dict"):
        replica.edit(FADER)  # type: ignore[arg-type]


def test_an_edit_has_some_ops_and_no_more_than_a_delta_holds(replica: Replica) -> None:
    with pytest.raises(MalformedOp, match="at least one op"):
        replica.edit([])
    with pytest.raises(DeltaTooLarge, match="10001 ops, where one delta holds 10000"):
        replica.edit([FADER] * 10_001)
    assert replica.pending == {}


def test_values_within_themselves_are_refused(replica: Replica) -> None:
    endless: dict[str, Any] = {}
    endless["props"] = endless
    with pytest.raises(MalformedOp, match="more than 4 deep"):
        replica.edit([FADER | {"props": endless}])


def test_whatever_is_thrown_at_an_edit_is_all_or_nothing(replica: Replica) -> None:
    rng = random.Random(7)
    bases: list[dict[str, Any]] = [
        FADER,
        {"op": "insert", "col": "clips", "id": "clip_001", "entity": CLIP},
        {"op": "set", "col": "devices", "id": "device_1", "props": {"params": {"a": 1}}},
        {"op": "delete", "col": "tracks", "id": "track_01"},
        {"op": "move", "col": "tracks", "id": "track_01", "parent": None},
    ]
    names = ["op", "col", "id", "props", "entity", "expect", "parent", "time", "params"]
    values: list[Any] = [None, 1, "set", "insert", "delete", "move", "tracks", "channels", []]
    values += ["track_01", {}, {"volume": 1}, {"params": None}, {"track": []}, [{}], {"dest": {}}]
    taken = 0
    for _ in range(3_000):
        before = copy.deepcopy(replica.state)
        junk = rng.choice(bases) | {name: rng.choice(values) for name in rng.sample(names, 1)}
        try:
            message = replica.edit([LEAD, FADER, junk])
        except MalformedOp:
            assert replica.state == before
        else:
            taken += 1
            replica.withdraw(message["id"])
            assert replica.state == before
    assert taken > 300


def test_ops_are_copied(replica: Replica) -> None:
    mine = copy.deepcopy([LEAD | {"entity": {"name": "Lead", "content": ["notes"]}}])
    message = replica.edit(mine)
    mine[0]["entity"]["content"].append("audio")  # type: ignore[index]
    mine.clear()
    assert replica.state["tracks"]["track_01"]["content"] == ["notes"]
    assert replica.delta_message(replica.pending[message["id"]])["ops"] == message["ops"] != []


def test_a_committed_delta_that_cannot_be_applied_leaves_the_copy_whole(replica: Replica) -> None:
    """Pending effects included: until fresh state comes, that is what the musician sees."""
    mine = replica.edit([LEAD])["id"]
    before = copy.deepcopy(replica.state)
    ops = [FADER, {"op": "set", "col": "channels", "id": "ch_master", "props": None}]
    for delta_id in ("theirs__", mine):
        delta = {"t": "delta", "id": delta_id, "seq": 1, "member": "ben", "ops": ops}
        with pytest.raises(Gap):
            replica.receive(delta)
        assert replica.state == before
        assert list(replica.pending) == [mine]
        replica.position = replica.began_at


def test_the_op_makers_make_what_the_server_takes() -> None:
    made = [
        ops.set("channels", "ch_master", volume=0.5),
        ops.insert("tracks", "track_01", name="Lead"),
        ops.delete("tracks", "track_01"),
        ops.move("tracks", "track_01", parent=None, order="a1"),
    ]
    assert ops.copied(made, {}) == made
    msgspec.convert(made, list[schema.ops.Op])


def test_what_an_op_takes_is_what_the_server_takes() -> None:
    theirs = {}
    for struct in get_args(schema.ops.Op):
        fields = [one for one in msgspec.structs.fields(struct) if one.name not in ("col", "id")]
        needed = {one.name for one in fields if one.required}
        theirs[struct.__struct_config__.tag] = (needed, {one.name for one in fields} - needed)
    ours = {op: (set(needed), set(allowed)) for op, (needed, allowed) in ops.TAKES.items()}
    assert ours == theirs
