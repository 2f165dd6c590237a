"""Gestures are shown while they last, and leave nothing behind."""

from typing import Any

import msgspec

from rooms.roles import Grant
from schema.limits import (
    MAX_GESTURES,
    MAX_MEMBERS_PER_ROOM,
    MAX_OUTBOX_BYTES,
    MAX_PREVIEWED,
    MAX_SELECTED_TOLD,
    MAX_SELECTION,
    MAX_SHOWN_BYTES,
    MAX_SHOWN_IN_ROOM_BYTES,
)
from schema.messages import Error, Gesture, Joined, MovePresence, Previewed, Tick
from schema.ops import Set
from schema.server_limits import MAX_BUS_MESSAGE_BYTES
from tests.rooms.bench import PROJECT, Bench


def bench_with(*names: str) -> Bench:
    bench = Bench()
    for name in names:
        bench.join(name)
    return bench


def show(bench: Bench, who: str, gesture: str, **volumes: float) -> None:
    values = {entity: Previewed("channels", {"volume": v}) for entity, v in volumes.items()}
    bench.take(bench.room.gesture(who, Gesture(PROJECT, gesture, values)))


def tick(bench: Bench, now: float) -> Any:
    assert bench.room.tick_due() is not None
    bench.take(bench.room.tick(now))
    heard = bench.last("bob")
    assert isinstance(heard, Tick)
    return heard.gestures


def member(bench: Bench, who: str) -> str:
    return bench.room.seats[who].member


def test_G1_others_see_the_values_and_the_state_keeps_its_own() -> None:
    bench = bench_with("ann", "bob")
    before = bench.room.document.frozen()
    show(bench, "ann", "ride", ch_bass_=0.4)
    shown = {member(bench, "ann"): {"ride": {"ch_bass_": Previewed("channels", {"volume": 0.4})}}}
    assert tick(bench, 1.0) == shown
    assert bench.room.document.frozen() == before
    assert bench.entries == []


def test_G1_the_latest_value_of_each_entity_and_property_wins() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4, ch_drums=0.1)
    show(bench, "ann", "ride", ch_bass_=0.5)
    values = {"ch_bass_": Previewed("channels", {"pan": 0.2})}
    bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride", values)))
    [shown] = tick(bench, 1.0).values()
    assert shown["ride"]["ch_bass_"].props == {"volume": 0.5, "pan": 0.2}
    assert shown["ride"]["ch_drums"].props == {"volume": 0.1}
    show(bench, "ann", "ride", ch_drums=0.2)
    [shown] = tick(bench, 2.0).values()
    assert list(shown["ride"]) == ["ch_drums"]


def test_P2_a_tick_that_names_one_by_its_gesture_alone_is_not_sent_to_that_one() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    before = len(bench.heard["ann"])
    assert list(tick(bench, 1.0)) == [member(bench, "ann")]
    assert len(bench.heard["ann"]) == before
    show(bench, "ann", "ride", ch_bass_=0.5)
    bench.room.seats["ann"].move(MovePresence(project=PROJECT, tool="knife"))
    tick(bench, 2.0)
    assert len(bench.heard["ann"]) == before
    show(bench, "ann", "ride", ch_bass_=0.6)
    bench.room.seats["bob"].move(MovePresence(project=PROJECT, tool="knife"))
    tick(bench, 3.0)
    assert len(bench.heard["ann"]) == before + 1


def test_G1_leaves_of_params_are_shown_beside_each_other() -> None:
    bench = bench_with("ann", "bob")
    for leaf in ("cutoff", "res"):
        values = {"dev_synth": Previewed("devices", {"params": {leaf: 0.5}})}
        bench.take(bench.room.gesture("ann", Gesture(PROJECT, "two_hands", values)))
    [shown] = tick(bench, 1.0).values()
    assert shown["two_hands"]["dev_synth"].props == {"params": {"cutoff": 0.5, "res": 0.5}}


def test_G2_the_delta_that_ends_a_gesture_is_heard_before_the_gesture_is_over() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    tick(bench, 1.0)
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.4}), gesture="ride")
    assert bench.last("bob").__class__.__name__ == "DeltaCommitted"
    assert tick(bench, 2.0) == {member(bench, "ann"): {"ride": None}}
    assert bench.room.edits.entries.stacks.depths(member(bench, "ann")) == (1, 0)


def test_G2_a_refused_end_ends_the_gesture_too() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    bench.propose("ann", Set("channels", "ch_bass_", {"volume": 9}), gesture="ride")
    assert isinstance(bench.last("ann"), Error)
    assert tick(bench, 1.0) == {member(bench, "ann"): {"ride": None}}


def test_G2_null_gives_a_gesture_up() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    tick(bench, 1.0)
    bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride", None)))
    assert tick(bench, 2.0) == {member(bench, "ann"): {"ride": None}}


def test_G3_a_gesture_is_refused_when_a_delta_with_its_values_would_be() -> None:
    bench = bench_with("ann")
    bench.join("eve", role="viewer")
    show(bench, "eve", "ride", ch_bass_=0.4)
    assert [m.code for m in bench.heard["eve"] if isinstance(m, Error)] == ["forbidden"]
    for col, props, words, field in (
        ("channels", {"pan": 0, "volume": 3}, "at most 2", "volume"),
        ("channels", {"loudness": 1}, "no property", "loudness"),
        ("chanels", {"volume": 1}, "no such collection", "col"),
        ("devices", {"params": {"toString": 1}}, "every JavaScript object has", "params"),
    ):
        values = {"ch_bass_": Previewed(col, props)}  # type: ignore[arg-type]
        bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride", values)))
        answer = bench.last("ann")
        assert isinstance(answer, Error)
        assert (answer.id, answer.code) == ("ride", "op_invalid")
        assert words in answer.message
        assert answer.details == {"field": field}
    assert bench.room.tick_due() is None


def test_G3_gestures_and_what_they_show_are_bounded() -> None:
    bench = bench_with("ann")
    for n in range(MAX_GESTURES + 1):
        show(bench, "ann", f"ride-{n}", ch_bass_=0.4)
    answer = bench.last("ann")
    assert isinstance(answer, Error)
    assert (answer.id, answer.code) == (f"ride-{MAX_GESTURES}", "limit_reached")
    many = {f"clip_{n:05}": Previewed("clips", {"time": 1}) for n in range(MAX_PREVIEWED)}
    bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride-0", many)))
    answer = bench.last("ann")
    assert isinstance(answer, Error)
    assert answer.code == "limit_reached"


def test_G4_who_vanishes_in_the_middle_of_a_gesture_leaves_no_ghost() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    bench.take(bench.room.leave("ann"))
    assert bench.room.gestures.changed_since_tick == {}
    assert bench.room.everyone().gestures == {}
    bench.join("cat")
    assert all(m.gestures == {} for m in bench.room.members.everyone())


def test_G4_who_comes_back_on_another_connection_has_let_go_of_the_fader() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    tick(bench, 1.0)
    who = bench.room.seats["ann"].request
    again = type(who)(
        "ann-2", "join", who.user, who.name, who.device, "login", "editor", None, member=who.member
    )
    bench.take(bench.room.join(again))
    assert tick(bench, 2.0) == {who.member: {"ride": None}}


def test_G5_who_missed_ticks_is_told_of_all_gestures_there_are() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    everyone = bench.room.everyone()
    assert everyone.whole
    assert list(everyone.gestures) == [member(bench, "ann")]
    bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride", None)))
    assert bench.room.everyone().gestures == {}


def leaves(first: int, count: int, size: int = 40) -> dict[str, Previewed]:
    """Values of a wide device, of about `count * (size + 10)` bytes."""
    return {
        "dev_synth": Previewed(
            "devices", {"params": {f"{n:0{size}}": 0.5 for n in range(first, first + count)}}
        )
    }


def test_G6_values_that_pile_up_are_bounded_as_a_sum() -> None:
    bench = bench_with("ann", "bob")
    refused = []
    for n in range(100):
        bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride", leaves(50 * n, 50))))
        last = bench.last("ann")
        if isinstance(last, Error):
            refused.append(last.code)
    assert refused
    assert set(refused) == {"limit_reached"}
    [ann, _] = bench.room.members.everyone()
    assert len(msgspec.json.encode(ann.gestures)) < MAX_SHOWN_BYTES
    bench.take(bench.room.gesture("ann", Gesture(PROJECT, "ride", None)))
    assert bench.room.gestures.bytes == 0


def test_G6_all_members_together_show_so_much_that_a_joiner_can_be_told() -> None:
    bench = Bench()
    for n in range(40):
        bench.join(f"m{n}")
        for part in range(12):
            message = Gesture(PROJECT, "ride", leaves(50 * part, 50))
            bench.take(bench.room.gesture(f"m{n}", message))
    assert bench.room.gestures.bytes <= MAX_SHOWN_IN_ROOM_BYTES
    shown = msgspec.json.encode(bench.room.members.everyone())
    assert len(shown) < MAX_SHOWN_IN_ROOM_BYTES + 40 * 1_000
    for n in range(40):
        bench.take(bench.room.leave(f"m{n}"))
    assert bench.room.gestures.bytes == 0


def test_G6_who_may_not_edit_any_more_shows_nothing_any_more() -> None:
    bench = bench_with("ann", "bob")
    show(bench, "ann", "ride", ch_bass_=0.4)
    tick(bench, 1.0)
    bench.take(bench.room.members.role_changed("ann", Grant("viewer")))
    assert tick(bench, 2.0) == {member(bench, "ann"): {"ride": None}}
    show(bench, "bob", "ride", ch_bass_=0.4)
    bench.take(bench.room.tick(3.0))
    bench.room.end_gestures()
    assert bench.room.gestures.bytes == 0


def test_J12_a_full_room_that_shows_all_it_may_can_still_be_joined() -> None:
    bench = Bench()
    ids = [f"{n:032}" for n in range(MAX_SELECTION)]
    for n in range(MAX_MEMBERS_PER_ROOM - 1):
        bench.join(f"m{n}")
        seat = bench.room.seats[f"m{n}"]
        seat.move(MovePresence(project=PROJECT, selection=ids))
        bench.take(bench.room.gesture(f"m{n}", Gesture(PROJECT, "ride", leaves(0, 50))))
    bench.room.tick(1.0)
    bench.join("last")
    [joined] = [m for m in bench.heard["last"] if isinstance(m, Joined)]
    told = [m.presence.selection for m in joined.members if isinstance(m.presence.selection, list)]
    assert 0 < sum(map(len, told)) <= MAX_SELECTED_TOLD
    assert len(msgspec.json.encode(joined)) < MAX_OUTBOX_BYTES // 4
    assert len(msgspec.json.encode(bench.room.everyone())) < MAX_OUTBOX_BYTES // 4
    assert len(msgspec.json.encode(bench.room.members.here())) < MAX_BUS_MESSAGE_BYTES


def test_G1_what_a_gesture_shows_of_an_entity_is_what_one_message_may_say() -> None:
    """All of it is told at once to joiners and other nodes, who take no wider message."""
    bench = bench_with("ann", "bob")
    for n in range(10):
        leaves = {f"leaf {n} {leaf}": 0.5 for leaf in range(30)}
        values = {"dev_lead": Previewed("devices", {"params": leaves})}
        bench.take(bench.room.gesture("ann", Gesture(PROJECT, "turn", values)))
    refused = bench.last("ann")
    assert isinstance(refused, Error)
    assert "64 leaves" in refused.message
    shown = msgspec.msgpack.encode(bench.room.gestures.of(member(bench, "ann")))
    told = msgspec.msgpack.decode(shown, type=dict[str, dict[str, Previewed]])
    leaves_told = told["turn"]["dev_lead"].props["params"]
    assert isinstance(leaves_told, dict)
    assert len(leaves_told) == 60
