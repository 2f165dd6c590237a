"""Which steps there are to be undone, and which properties go back as one."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET, structs

from rooms.changes.inverse import CHANGED_AT_ONCE, UNITS
from rooms.edits import answers
from rooms.edits.undo_stacks import UndoStacks
from rooms.journal.entry import Purpose, StepMark
from schema.entities import ENTITY_TYPES
from schema.messages import Ack, DeltaCommitted, Error, ProposeDelta
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.chaos import Chaos
from tests.rooms.edits.test_undo import bench_with, redo, undo, volume


def set_volume(value: float) -> Set:
    return Set("channels", "ch_bass_", {"volume": value})


def pan(value: float) -> Set:
    return Set("channels", "ch_bass_", {"pan": value})


def entity(bench: Bench, entity_id: str) -> Any:
    return bench.room.document.get(entity_id)


def depths(answer: Any) -> tuple[int, int]:
    assert isinstance(answer, Ack)
    return answer.undo, answer.redo


GONE: list[list[Op]] = [
    [Set("tracks", "nobody__", {"name": "x"})],
    [Set("channels", "ch_bass_", {"volume": 0.1}, {"volume": 1.7})],
    [Delete("clips", "nobody__"), Move("notes", "note_one", parent="nobody__")],
]


@pytest.mark.parametrize("ops", GONE)
def test_U9_a_delta_of_which_nothing_took_effect_is_no_step_and_keeps_the_redo(
    ops: list[Op],
) -> None:
    bench = bench_with("ann")
    bench.edit("ann", set_volume(0.5))
    bench.edit("ann", set_volume(0.4))
    undo(bench, "ann")
    bench.edit("ann", *ops)
    assert depths(bench.last("ann")) == (1, 1)
    redo(bench, "ann")
    assert volume(bench) == 0.4
    undo(bench, "ann")
    undo(bench, "ann")
    assert volume(bench) == 1


def test_U9_a_delta_of_which_a_part_took_effect_is_a_step() -> None:
    bench = bench_with("ann")
    bench.edit("ann", set_volume(0.5))
    undo(bench, "ann")
    bench.edit("ann", *GONE[0], pan(0.1))
    assert depths(bench.last("ann")) == (1, 0)


def test_U10_an_undo_that_can_take_nothing_back_does_not_use_the_step_up() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", pan(0.1))
    bench.edit("ann", set_volume(0.5))
    bench.edit("bob", set_volume(0.9))
    answer = undo(bench, "ann")
    assert (answer.ops, [d.props for d in answer.dropped]) == ([], [["volume"]])
    assert depths(answer) == (1, 0)
    assert depths(undo(bench, "ann")) == (0, 1)
    assert (volume(bench), entity(bench, "ch_bass_")["pan"]) == (0.9, 0.5)
    assert undo(bench, "ann").code == "nothing_to_undo"
    bench.edit("bob", set_volume(0.5))
    bench.edit("ann", Set("tracks", "tr_bass_", {"name": "x"}))
    assert depths(bench.last("ann")) == (2, 0)
    undo(bench, "ann")
    undo(bench, "ann")
    assert volume(bench) == 1


def test_U10_a_redo_that_can_do_nothing_is_passed_by_as_well() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", set_volume(0.5))
    bench.edit("ann", pan(0.1))
    undo(bench, "ann")
    undo(bench, "ann")
    bench.edit("bob", set_volume(0.9))
    answer = redo(bench, "ann")
    assert (answer.ops, depths(answer)) == ([], (0, 1))
    redo(bench, "ann")
    assert entity(bench, "ch_bass_")["pan"] == 0.1
    assert redo(bench, "ann").code == "nothing_to_redo"


def test_U10_of_a_large_step_one_part_that_took_effect_is_enough() -> None:
    """Each mark but the last of a group has `more`; which of them are void may differ."""
    for voids in ([False, True, True], [True, False, True], [True, True, False]):
        stacks = UndoStacks()
        stacks.note(StepMark(1, "ann", Purpose.EDIT, None, "a"))
        for n, is_void in enumerate(voids):
            reverts = 1 if n == 2 else None
            mark = StepMark(n + 2, "ann", Purpose.UNDO, reverts, "u", 9, n < 2, is_void)
            stacks.note(mark)
        assert stacks.depths("ann") == (0, 1)
        [step] = stacks.steps("ann", Purpose.REDO)
        assert step.seqs == [n + 2 for n, is_void in enumerate(voids) if not is_void]
        assert not step.is_open


def test_U10_of_a_large_step_all_parts_of_which_are_void_nothing_is_used_up() -> None:
    stacks = UndoStacks()
    stacks.note(StepMark(1, "ann", Purpose.EDIT, None, "a"))
    for n in range(3):
        stacks.note(
            StepMark(n + 2, "ann", Purpose.UNDO, 1 if n == 2 else None, "u", 9, n < 2, True)
        )
    assert stacks.depths("ann") == (0, 0)
    stacks.note(StepMark(5, "ann", Purpose.EDIT, None, "b"))
    assert stacks.depths("ann") == (2, 0)


def test_U11_a_step_that_changed_nothing_takes_no_key_press() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", set_volume(0.5))
    for _ in range(3):
        bench.edit("ann", set_volume(0.5))
    undo(bench, "ann")
    assert volume(bench) == 1
    heard = bench.last("bob")
    assert isinstance(heard, DeltaCommitted)
    assert heard.reverts == 1


CLIP: dict[str, Any] = {"track": "tr_bass_", "time": 40, "duration": 4}

PUT_BACK: dict[str, list[list[Op]]] = {
    "a fader": [[set_volume(0.9)], [set_volume(1.0)]],
    "a fader in one delta": [[set_volume(0.9), set_volume(0.3), set_volume(1.0)]],
    "two faders, each at its own time": [
        [set_volume(0.9)],
        [Set("channels", "ch_drums", {"volume": 0.2}), set_volume(1.0)],
        [Set("channels", "ch_drums", {"volume": 1.0})],
    ],
    "a parameter": [
        [Set("devices", "dev_synth", {"params": {"new": 1}})],
        [Set("devices", "dev_synth", {"params": {"new": None}})],
    ],
    "a clip that was drawn and deleted": [
        [Insert("clips", "clip_new_", CLIP), Set("clips", "clip_new_", {"name": "x"})],
        [Delete("clips", "clip_new_")],
    ],
    "a place, one property after the other": [
        [Set("clips", "clip_loop", {"time": 9.0, "duration": 2.0})],
        [Set("clips", "clip_loop", {"time": 0.0})],
        [Set("clips", "clip_loop", {"duration": 4.0})],
    ],
}


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("name", PUT_BACK)
def test_U11_a_step_that_put_back_what_it_changed_takes_no_key_press(
    name: str, remembers: bool
) -> None:
    bench = Bench()
    bench.join("ann")
    bench.join("bob")
    bench.edit("ann", pan(0.1))
    before = bench.room.document.frozen()
    for ops in PUT_BACK[name]:
        bench.edit("ann", *ops, step="ride")
        bench.edit("bob", Set("markers", "marker_one", {"name": "others go on"}))
    before["markers"] = bench.room.document.frozen()["markers"]
    assert bench.room.document.frozen() == before
    if not remembers:
        for seq in list(bench.room.edits.entries.stacks._changes)[1:]:
            del bench.room.edits.entries.stacks._changes[seq]
    answer = undo(bench, "ann")
    assert answer.ops == [pan(0.5)]
    assert (entity(bench, "ch_bass_")["pan"], answer.dropped) == (0.5, [])


def test_U11_what_others_changed_between_is_not_put_back_by_the_step() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", set_volume(0.9), step="ride")
    bench.edit("bob", set_volume(0.4))
    bench.edit("ann", set_volume(1.0), step="ride")
    assert undo(bench, "ann").ops == [set_volume(0.4)]


def test_U11_of_a_step_that_put_a_part_back_the_rest_is_taken_back() -> None:
    bench = bench_with("ann")
    bench.edit("ann", set_volume(0.9), step="ride")
    bench.edit("ann", pan(0.1), set_volume(1.0), step="ride")
    undo(bench, "ann")
    channel = entity(bench, "ch_bass_")
    assert (channel["volume"], channel["pan"]) == (1, 0.5)


def test_U11_where_all_that_is_left_has_changed_nothing_the_undo_says_so() -> None:
    bench = bench_with("ann")
    bench.edit("ann", set_volume(1.0))
    answer = undo(bench, "ann")
    assert (answer.ops, answer.dropped, depths(answer)) == ([], [], (0, 0))
    assert isinstance(undo(bench, "ann"), Error)


TOGETHER: dict[str, tuple[Op, Op]] = {
    "a clip's move whose old track is gone": (
        Move("clips", "clip_loop", parent="tr_other", time=8.0),
        Delete("tracks", "tr_audio"),
    ),
    "a clip's move that somebody shifted since": (
        Move("clips", "clip_loop", parent="tr_other", time=8.0),
        Set("clips", "clip_loop", {"time": 9.0}),
    ),
    "a clip's trim at its beginning": (
        Set("clips", "clip_loop", {"time": 1.0, "duration": 3.0, "playStart": 1.0}),
        Set("clips", "clip_loop", {"duration": 2.0}),
    ),
    "a note's move into a clip": (
        Move("notes", "note_one", parent="clip_slot", time=2.0),
        Delete("clips", "clip_bass"),
    ),
    "a device's move into a channel": (
        Move("devices", "dev_synth", parent="ch_drums", order="a5"),
        Set("devices", "dev_synth", {"order": "a6"}),
    ),
    "a send's ends": (
        Set("sends", "send_bass", {"channel": "ch_drums", "order": "a4"}),
        Set("sends", "send_bass", {"order": "a5"}),
    ),
    "a slot's scene and track": (
        Set("slots", "slot_free", {"scene": "scene_two", "track": "tr_audio"}),
        Delete("scenes", "scene_one"),
    ),
    "a track's parent and order": (
        Move("tracks", "tr_bass_", parent=None, order="a7"),
        Delete("tracks", "tr_group"),
    ),
    "loop bounds": (
        Set("transport", "transport", {"loopStart": 20.0, "loopEnd": 24.0}),
        Set("transport", "transport", {"loopEnd": 32.0}),
    ),
    "a file and all that is known of it": (
        Set("media", "media_one", {"sha256": "b" * 64, "duration": 2.0, "channels": 1}),
        Set("media", "media_one", {"duration": 3.0}),
    ),
    "key and scale": (
        Set("project", "project", {"key": "D", "scale": "major"}),
        Set("project", "project", {"scale": "minor"}),
    ),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_U3_U12_what_one_edit_changed_together_goes_back_whole_or_not_at_all(name: str) -> None:
    mine, theirs = TOGETHER[name]
    bench = bench_with("ann", "bob")
    bench.edit("bob", Insert("tracks", "tr_other", {"content": ["audio"]}))
    bench.edit("bob", Insert("scenes", "scene_two", {}))
    bench.edit("bob", Insert("slots", "slot_free", {"scene": "scene_one", "track": "tr_bass_"}))
    before = entity(bench, mine.id)
    bench.edit("ann", mine)
    undo(bench, "ann")
    assert entity(bench, mine.id) == before
    redo(bench, "ann")
    moved = entity(bench, mine.id)
    bench.edit("bob", theirs)
    now = entity(bench, mine.id)
    answer = undo(bench, "ann")
    assert entity(bench, mine.id) == now
    changed = {prop for prop, value in moved.items() if before[prop] != value}
    named = [set(d.props) for d in answer.dropped if d.id == mine.id]
    assert any(changed <= props for props in named), answer.dropped


def test_U12_what_was_changed_by_itself_goes_back_by_itself() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("clips", "clip_loop", {"time": 8.0}))
    bench.edit("bob", Set("clips", "clip_loop", {"duration": 2.0}))
    undo(bench, "ann")
    clip = entity(bench, "clip_loop")
    assert (clip["time"], clip["duration"]) == (0, 2.0)


def test_U12_the_page_names_what_goes_back_as_one() -> None:
    page = (Path(__file__).parent.parent.parent.parent / "PROTOCOL.md").read_text(encoding="utf-8")
    rows = set()
    for line in page[page.index("| changed at once |") :].splitlines()[2:]:
        if "|" not in line:
            break
        collection, *names = re.findall("`([A-Za-z0-9]+)`", line)
        rows.add((collection, frozenset(names)))
    assert rows == {(col, names) for col, sets in CHANGED_AT_ONCE.items() for names in sets}


def test_U12_each_name_is_a_property() -> None:
    for table in (UNITS, CHANGED_AT_ONCE):
        for collection, sets in table.items():
            for names in sets:
                assert names <= ENTITY_TYPES[collection].keys()


@pytest.mark.parametrize("seed", range(20))
def test_U9_U10_a_server_that_reads_the_journal_has_the_same_steps(seed: int) -> None:
    """The journal knows what an entry was to do, and what it did where that differs."""
    rng = random.Random(seed)
    bench = bench_with("ann", "bob")
    for ops, atomic in Chaos(seed).deltas(bench.room.document, 120):
        who = rng.choice(["ann", "bob"])
        match rng.random():
            case chance if chance < 0.3:
                undo(bench, who)
            case chance if chance < 0.5:
                redo(bench, who)
            case chance if chance < 0.6:
                bench.edit(who, *GONE[0])
            case _:
                delta = ProposeDelta(PROJECT, f"delta-{rng.random()}"[:30].replace(".", "-"), ops)
                delta = structs.replace(delta, atomic=atomic, base=0)
                bench.run(bench.room.edits.propose(who, delta))
                bench.commit()
    entries, read = bench.room.edits.entries, UndoStacks()
    voids = 0
    for entry in bench.entries:
        recorded = entries.unrecorded_ops.get(entry.seq)
        is_void = entry.payload == b"[]" if recorded is None else not recorded
        voids += is_void
        read.note(entry.mark(is_void=is_void))
    assert voids > 3
    for seat in bench.room.seats.values():
        for purpose in (Purpose.UNDO, Purpose.REDO):
            steps = list(entries.stacks.steps(seat.member, purpose))
            assert list(read.steps(seat.member, purpose)) == steps


@pytest.mark.parametrize("seed", range(20))
def test_U10_no_step_stands_in_the_way_of_those_before_it(seed: int) -> None:
    """However others have changed what was done: every step is come to, each by one press."""
    bench = bench_with("ann", "bob")
    for n, (ops, _) in enumerate(Chaos(seed).deltas(bench.room.document, 60)):
        bench.edit("ann" if n % 2 else "bob", *ops)
    presses, left = 0, bench.room.edits.entries.stacks.depths(bench.room.seats["ann"].member)[0]
    while isinstance(undo(bench, "ann"), Ack):
        presses += 1
    assert presses <= left


def test_U1_each_op_of_an_undo_is_made_bare_once_for_all_who_hear_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others and its author are sent the same list: no piece of the job makes two of it."""
    bench = Bench()
    bench.join("ann")
    sets = [Set("channels", "ch_bass_", {"volume": n / 100}) for n in range(1, 50)]
    bench.edit("ann", Set("markers", "marker_one", {"name": "x"}), *sets)
    made: list[int] = []
    bare = answers.bare

    def counted(ops: Sequence[Op]) -> list[Op]:
        made.append(len(ops))
        return bare(ops)

    monkeypatch.setattr(answers, "bare", counted)
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    bench.commit()
    ack = bench.last("ann")
    assert isinstance(ack, Ack)
    assert ack.ops
    assert all(getattr(op, "expect", UNSET) is UNSET for op in ack.ops)
    assert made == [len(ack.ops)]
