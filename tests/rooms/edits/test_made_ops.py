"""A large undo or restore is a group of deltas: everyone sees all of it or nothing."""

from typing import Any

import pytest
from msgspec import UNSET

from rooms.edits import group_drops, made_ops
from rooms.edits.group_drops import GroupDrops
from rooms.edits.made_ops import TooLarge, parts_of
from rooms.effects import CommitGroup, Settled
from rooms.journal.entry import Outcome, Proposal, Purpose
from schema.errors import DropReason, ErrorCode
from schema.limits import (
    MAX_DROPPED_BYTES,
    MAX_GROUP_BYTES,
    MAX_PARAMS_BYTES,
    MAX_PARAMS_PER_DEVICE,
)
from schema.messages import Ack, DeltaCommitted, Dropped, Error, Joined, Position, ProposeDelta
from schema.ops import Insert, Op, Set, decode_ops, encode_ops
from schema.server_limits import MADE_BYTES, MADE_OPS
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.edits.test_proposals import CHANGE, Calls, code_of

UNDO = Proposal(
    project=PROJECT,
    delta_id="undo-1",
    author="ann",
    auth_session="login",
    member="member",
    payload=b"[]",
    atomic=False,
    purpose=Purpose.UNDO,
    reverts=7,
    step="undo-1",
)


def notes(count: int, name: str = "") -> list[Op]:
    note: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 1}
    if name:
        return [Insert("markers", f"many_{n:05}", {"time": n, "name": name}) for n in range(count)]
    return [Insert("notes", f"many_{n:05}", note) for n in range(count)]


def cut(ops: list[Op]) -> tuple[Proposal, ...]:
    steps = parts_of(UNDO, ops)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            parts: tuple[Proposal, ...] = stop.value
            return parts


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_ops, "MADE_OPS", 2)


class Reader:
    """A bench with a group in its journal, which the room is told of entry by entry."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.bench.join("ann")
        self.bench.join("ben")
        self.bench.edit("ann", *notes(5))
        self.bench.run(self.bench.room.edits.undo_or_redo("ann", "undo-1", Purpose.UNDO))
        [self.parts] = self.bench.waiting
        self.bench.waiting.clear()
        self.entries = [
            self.bench.stored(part, more=part is not self.parts[-1]) for part in self.parts
        ]

    def hear(self, number: int) -> None:
        self.bench.run(self.bench.room.follower.committed([self.entries[number]]))


def test_D14_the_parts_of_a_group_are_all_the_ops_in_their_order() -> None:
    ops = notes(2 * MADE_OPS + 5)
    parts = cut(ops)
    assert [op for part in parts for op in decode_ops(part.payload)] == ops
    assert [len(decode_ops(part.payload)) for part in parts] == [MADE_OPS, MADE_OPS, 5]
    assert [(part.reverts, part.step) for part in parts] == [(None, "undo-1")] * 2 + [(7, "undo-1")]
    assert parts[-1].delta_id == "undo-1"
    assert len({part.delta_id for part in parts}) == 3
    assert cut(ops) == parts


def test_D14_a_part_is_bounded_in_bytes_and_one_op_goes_whole() -> None:
    ops = notes(900, "x" * 250)
    parts = cut(ops)
    assert len(parts) > 1
    assert max(len(part.payload) for part in parts) <= MADE_BYTES + MADE_OPS + 1
    params: dict[str, Any] = {"params": {f"leaf-{n:04}": "x" * 1_000 for n in range(300)}}
    large: list[Op] = [Set("devices", "dev_synth", params), CHANGE]
    assert [decode_ops(part.payload) for part in cut(large)] == [[large[0]], [large[1]]]
    assert cut(large)[0].payload == encode_ops(large[:1])
    assert [part.payload for part in cut([])] == [b"[]"]


def test_U8_more_than_a_group_may_hold_is_refused_before_anything_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(made_ops, "MAX_GROUP_BYTES", 200)
    with pytest.raises(TooLarge):
        cut(notes(10))
    bench = Bench()
    bench.join("ann")
    bench.edit("ann", *notes(10))
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-1", Purpose.UNDO))
    answer = bench.last("ann")
    assert isinstance(answer, Error)
    assert (answer.id, answer.code) == ("undo-1", "limit_reached")
    assert f"{MAX_GROUP_BYTES // 1_048_576} MiB" in answer.message
    assert bench.waiting == []
    assert len(bench.room.edits.open_proposals) == 0


@pytest.mark.usefixtures("small")
def test_D14_every_part_but_the_last_says_that_there_is_more() -> None:
    reader = Reader()
    for number in range(3):
        reader.hear(number)
    told = [m for m in reader.bench.heard["ben"] if isinstance(m, DeltaCommitted)][-3:]
    assert [(m.seq, m.more, m.reverts) for m in told] == [
        (2, True, None),
        (3, True, None),
        (4, False, 1),
    ]
    answer = reader.bench.last("ann")
    assert isinstance(answer, Ack)
    assert (answer.id, answer.seq, answer.redo) == ("undo-1", 4, 1)


@pytest.mark.usefixtures("small")
def test_D14_what_is_proposed_inside_a_group_is_judged_at_its_end() -> None:
    reader = Reader()
    reader.hear(0)
    room = reader.bench.room
    is_inside = room.follower.is_inside_group
    assert is_inside
    again: list[Op] = [notes(5)[0]]  # refused as `exists`, if judged before the undo is done
    room_work = room.edits.propose("ben", ProposeDelta(PROJECT, "delta-ben", again))
    reader.bench.run(room_work)
    assert reader.bench.waiting == []
    assert room.seats["ben"].in_flight_count == 0
    reader.hear(1)
    reader.hear(2)
    is_inside = room.follower.is_inside_group
    assert not is_inside
    assert [parts[-1].delta_id for parts in reader.bench.waiting] == ["delta-ben"]


@pytest.mark.usefixtures("small")
def test_U6_D12_what_its_author_sends_after_a_large_undo_waits_for_it() -> None:
    bench = Bench()
    bench.join("ann")
    bench.join("ben")
    bench.edit("ann", *notes(5))
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-1", Purpose.UNDO))
    for who in ("ann", "ben"):
        bench.run(bench.room.edits.propose(who, ProposeDelta(PROJECT, f"delta-{who}", [CHANGE])))
    assert [parts[-1].delta_id for parts in bench.waiting] == ["undo-1", "delta-ben"]
    bench.commit()
    assert [entry.delta_id for entry in bench.entries][-3:] == ["undo-1", "delta-ben", "delta-ann"]


@pytest.mark.usefixtures("small")
def test_D14_one_large_change_at_a_time_and_the_next_has_its_turn_then() -> None:
    calls = Calls()
    many = notes(5)
    calls.bench.join("ben")
    calls.bench.edit("ben", CHANGE)
    calls.restore("restore-1", "snapshot-1", 1, *many)
    calls.restore("restore-2", "snapshot-1", 2, *many)
    assert code_of(calls.told[2]) == "unavailable"
    calls.bench.run(calls.bench.room.edits.undo_or_redo("ben", "undo-ben", Purpose.UNDO))
    assert len(calls.bench.waiting) == 1
    calls.commit()
    assert calls.told[1] == Settled(1, 4, None)
    assert [parts[-1].delta_id for parts in calls.bench.waiting] == ["undo-ben"]
    calls.commit()
    assert calls.is_at_rest()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("outcome", [Outcome.FORBIDDEN, Outcome.DUPLICATE])
def test_D14_what_is_not_stored_now_lets_the_others_go_on(outcome: Outcome) -> None:
    calls = Calls()
    calls.bench.join("ben")
    calls.bench.edit("ben", CHANGE)
    calls.restore("restore-1", "snapshot-1", 1, *notes(5))
    [parts] = calls.bench.waiting
    calls.bench.waiting.clear()
    calls.bench.run(calls.bench.room.edits.undo_or_redo("ben", "undo-ben", Purpose.UNDO))
    for effects in calls.bench.room.edits.answered(parts[-1], outcome, 1):
        calls.take(effects)
    assert code_of(calls.told[1]) == (None if outcome is Outcome.DUPLICATE else "forbidden")
    assert [parts[-1].delta_id for parts in calls.bench.waiting] == ["undo-ben"]


@pytest.mark.usefixtures("small")
def test_D14_a_group_of_which_nobody_knows_is_asked_for_again_with_its_id() -> None:
    calls = Calls()
    calls.restore("restore-1", "snapshot-1", 1, *notes(5))
    [parts] = calls.bench.waiting
    error = Error("restore-1", ErrorCode.INTERNAL, "", PROJECT)
    for effects in calls.bench.room.edits.gave_up(parts[-1], error):
        calls.take(effects)
    assert code_of(calls.told[1]) == "internal"
    calls.restore("restore-1", "snapshot-1", 2, *notes(5))
    assert calls.bench.waiting[-1] == parts
    calls.commit()
    assert calls.told[2].seq == 3
    assert calls.is_at_rest()


@pytest.mark.usefixtures("small")
def test_D14_who_joins_inside_a_group_gets_the_rest_of_it() -> None:
    reader = Reader()
    reader.hear(0)
    request = reader.bench.request("cleo")
    resuming = type(request)(
        **{f: getattr(request, f) for f in request.__dataclass_fields__}
        | {"position": Position("epoch", 2)}
    )
    reader.bench.heard["cleo"] = []
    reader.bench.take(reader.bench.room.join(resuming))
    reader.hear(1)
    reader.hear(2)
    joined, *rest = reader.bench.heard["cleo"]
    assert isinstance(joined, Joined)
    assert [(m.seq, m.more) for m in rest if isinstance(m, DeltaCommitted)] == [
        (3, True),
        (4, False),
    ]


@pytest.mark.usefixtures("small")
def test_U5_a_step_that_was_one_group_is_undone_at_once() -> None:
    bench = Bench()
    bench.join("ann")
    before = bench.room.document.frozen()
    bench.edit("ann", *notes(5))
    for purpose in (Purpose.UNDO, Purpose.REDO, Purpose.UNDO):
        bench.run(bench.room.edits.undo_or_redo("ann", f"{purpose}-{len(bench.entries)}", purpose))
        assert len(bench.waiting[-1]) == 3
        bench.commit()
    assert bench.room.document.frozen() == before
    assert bench.room.edits.entries.stacks.depths(bench.room.seats["ann"].member) == (0, 1)


def test_D14_a_group_is_one_effect() -> None:
    calls = Calls()
    seen: list[Any] = []
    proposal = Proposal(
        project=PROJECT,
        delta_id="r",
        author="ann",
        auth_session="login",
        member="m",
        payload=b"[]",
        atomic=False,
        purpose=Purpose.RESTORE,
    )
    for effects in calls.bench.room.edits.calls.restore(proposal, notes(MADE_OPS + 1), "ann", 1):
        seen += effects
    [group] = seen
    assert isinstance(group, CommitGroup)
    assert len(group.parts) == 2


# What a group has dropped.

SEVEN = [f"note_{number:03}" for number in range(7)]


def keys(key: int, *numbers: int) -> list[Op]:
    return [Set("notes", SEVEN[number], {"key": key}) for number in numbers]


def overtaken_song() -> Bench:
    """Ann has set the key of seven notes as one step; ben hears it."""
    bench = Bench()
    for who in ("ann", "ben"):
        bench.join(who)
    note: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 1}
    bench.edit("ben", *[Insert("notes", name, note) for name in SEVEN])
    bench.edit("ann", *keys(2, *range(7)))
    return bench


def pressed(bench: Bench, purpose: Purpose, delta_id: str) -> Ack:
    bench.run(bench.room.edits.undo_or_redo("ann", delta_id, purpose))
    bench.commit()
    answer = bench.last("ann")
    assert isinstance(answer, Ack)
    return answer


def named(ack: Ack) -> list[tuple[str, str, list[str]]]:
    return [(drop.col, drop.id, drop.props) for drop in ack.dropped]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("overtaken", [(0,), (0, 2, 5), (6,), tuple(range(7))])
@pytest.mark.parametrize("purpose", [Purpose.UNDO, Purpose.REDO])
def test_U13_the_ack_of_a_group_names_what_each_of_its_deltas_has_left(
    overtaken: tuple[int, ...], purpose: Purpose
) -> None:
    bench = overtaken_song()
    if purpose is Purpose.REDO:
        assert pressed(bench, Purpose.UNDO, "undo-0001").dropped == []
    bench.edit("ben", *keys(3, *overtaken))
    seq = bench.room.head
    ack = pressed(bench, purpose, "press-0001")
    assert bench.room.head == seq + 4
    assert sorted(named(ack)) == [("notes", SEVEN[number], ["key"]) for number in overtaken]
    assert {drop.reason for drop in ack.dropped} == {DropReason.CHANGED}
    assert ack.dropped_total is UNSET
    numbers = [drop.op for drop in ack.dropped]
    assert numbers == sorted(set(numbers)), "the ops of a group are counted through"
    # D3: the same once more, while the server remembers it.
    bench.run(bench.room.edits.undo_or_redo("ann", "press-0001", purpose))
    again = bench.last("ann")
    assert isinstance(again, Ack)
    assert (again.duplicate, again.dropped, again.dropped_total) == (True, ack.dropped, UNSET)
    bench.edit("ann", *keys(9, 0))
    assert named(pressed(bench, Purpose.UNDO, "press-0002")) == [], "of this group, not of another"


@pytest.mark.usefixtures("small")
def test_U13_past_the_bound_the_first_are_named_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group_drops, "MAX_DROPPED_BYTES", 300)
    bench = overtaken_song()
    bench.edit("ben", *keys(3, *range(7)))
    ack = pressed(bench, Purpose.UNDO, "undo-0001")
    assert ack.dropped_total == 7
    assert [drop.op for drop in ack.dropped] == [0, 1, 2, 3]
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    again = bench.last("ann")
    assert isinstance(again, Ack)
    assert (again.duplicate, again.dropped, again.dropped_total) == (True, ack.dropped, 7)


@pytest.mark.usefixtures("small")
def test_U13_another_node_that_is_asked_names_them_too() -> None:
    """The room there hears the entries; who asks it once more is told what all have left."""
    bench = overtaken_song()
    bench.edit("ben", *keys(3, 0, 6))
    ack = pressed(bench, Purpose.UNDO, "undo-0001")
    there = Bench()
    there.join("ann")
    there.run(there.room.follower.committed(bench.entries))
    heard = [m for m in there.heard["ann"] if isinstance(m, DeltaCommitted)][-4:]
    assert [m.more for m in heard] == [True, True, True, False]
    there.run(there.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    again = there.last("ann")
    assert isinstance(again, Ack)
    assert (again.seq, again.dropped) == (ack.seq, ack.dropped)


def test_U13_what_is_collected_of_a_group_is_bounded() -> None:
    drops = GroupDrops()
    of_one_delta = [
        Dropped(n, DropReason.CHANGED, "notes", f"note-{n:031}", ["key"]) for n in range(1_000)
    ]
    for _ in range(200):
        drops.add(of_one_delta, 1_000)
    told = drops.told()
    assert told.total == 200_000
    assert MAX_DROPPED_BYTES - 200 < told.bytes <= MAX_DROPPED_BYTES
    assert [drop.op for drop in told.named] == list(range(len(told.named)))


def test_U13_the_largest_device_is_named_whole() -> None:
    leaves = [f"params/{n:0{MAX_PARAMS_BYTES // MAX_PARAMS_PER_DEVICE}}" for n in range(4096)]
    drops = GroupDrops()
    drops.add([Dropped(0, DropReason.CHANGED, "devices", "d" * 64, leaves)], 1)
    assert drops.told().total is None
    assert drops.bytes < MAX_DROPPED_BYTES
