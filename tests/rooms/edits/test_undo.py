"""Undo takes back what its author did, where that is still in place, and says what it left."""

import itertools
import random
from collections.abc import Iterable
from typing import Any

import pytest

from rooms.document.document import Document
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import Effect, LookUp, Recall
from rooms.journal.entry import Outcome, Proposal, Purpose, StepMark
from schema.errors import ErrorCode
from schema.limits import MAX_UNDO_STEPS
from schema.messages import Ack, DeltaCommitted, Dropped, Error, ProposeDelta
from schema.ops import Delete, Insert, Move, Op, Set, encode_ops
from schema.server_limits import MADE_OPS, MAX_REMEMBERED_CHANGES
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.chaos import Chaos

ids = itertools.count()


def undo(bench: Bench, who: str, purpose: Purpose = Purpose.UNDO) -> Any:
    """Ask for it and commit it; what the member hears."""
    bench.run(bench.room.edits.undo_or_redo(who, f"{purpose}-{next(ids):05}", purpose))
    bench.commit()
    return bench.last(who)


def redo(bench: Bench, who: str) -> Any:
    return undo(bench, who, Purpose.REDO)


def bench_with(*names: str) -> Bench:
    bench = Bench()
    for name in names:
        bench.join(name)
    return bench


def volume(bench: Bench) -> Any:
    return bench.room.document.collections["channels"]["ch_bass_"]["volume"]


def test_U1_undo_takes_back_the_latest_delta_of_its_author_as_a_delta() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    answer = undo(bench, "ann")
    assert volume(bench) == 1
    assert isinstance(answer, Ack)
    assert answer.ops == [Set("channels", "ch_bass_", {"volume": 1})]
    assert (answer.undo, answer.redo) == (0, 1)
    heard = bench.last("bob")
    assert isinstance(heard, DeltaCommitted)
    assert (heard.purpose, heard.reverts, heard.ops) == ("undo", 1, answer.ops)


def test_U1_undo_leaves_alone_what_others_did() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("channels", "ch_bass_", {"pan": 0.1}))
    bench.edit("bob", Set("channels", "ch_bass_", {"volume": 0.2}))
    undo(bench, "ann")
    channel = bench.room.document.collections["channels"]["ch_bass_"]
    assert (channel["pan"], channel["volume"]) == (0.5, 0.2)


def test_U1_the_ack_says_what_took_effect_all_or_part_or_nothing_of_it() -> None:
    bench = bench_with("ann", "bob")
    for bob_pans, left in ((False, {"volume", "pan"}), (True, {"volume"})):
        bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.25, "pan": 0.75}))
        if bob_pans:
            bench.edit("bob", Set("channels", "ch_bass_", {"pan": 0.1}))
        ack = undo(bench, "ann")
        assert isinstance(ack, Ack)
        assert ack.ops is not None
        assert {name for op in ack.ops if isinstance(op, Set) for name in op.props} == left


def test_U1_the_stacks_belong_to_a_member_not_to_a_user() -> None:
    bench = bench_with("ann")
    bench.join("bob", device="laptop")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    assert isinstance(undo(bench, "bob"), Error)
    assert volume(bench) == 0.5


def test_U2_redo_does_it_again_and_an_edit_forgets_what_was_undone() -> None:
    bench = bench_with("ann")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    undo(bench, "ann")
    answer = redo(bench, "ann")
    assert volume(bench) == 0.5
    assert (answer.undo, answer.redo) == (1, 0)
    undo(bench, "ann")
    bench.edit("ann", Set("channels", "ch_bass_", {"pan": 0.3}))
    assert redo(bench, "ann").code == "nothing_to_redo"


def test_U2_undo_of_nothing_is_refused() -> None:
    bench = bench_with("ann")
    answer = undo(bench, "ann")
    assert isinstance(answer, Error)
    assert answer.code == "nothing_to_undo"
    assert bench.entries == []


def test_U2_what_a_viewer_asks_for_is_refused() -> None:
    bench = bench_with("ann")
    bench.join("eve", role="viewer")
    assert undo(bench, "eve").code == "forbidden"


def test_U3_a_property_that_others_changed_since_is_left_and_named() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5, "pan": 0.1}))
    bench.edit("bob", Set("channels", "ch_bass_", {"volume": 0.9}))
    answer = undo(bench, "ann")
    channel = bench.room.document.collections["channels"]["ch_bass_"]
    assert (channel["volume"], channel["pan"]) == (0.9, 0.5)
    assert [(d.reason, d.col, d.id, d.props) for d in answer.dropped] == [
        ("changed", "channels", "ch_bass_", ["volume"])
    ]


def test_U3_properties_that_belong_together_are_taken_back_together_or_not_at_all() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("transport", "transport", {"loopStart": 20.0, "loopEnd": 24.0}))
    bench.edit("bob", Set("transport", "transport", {"loopEnd": 32.0}))
    answer = undo(bench, "ann")
    transport = bench.room.document.collections["transport"]["transport"]
    assert (transport["loopStart"], transport["loopEnd"]) == (20.0, 32.0)
    assert answer.dropped[0].props == ["loopEnd", "loopStart"]


def test_U3_leaves_of_params_are_judged_one_by_one() -> None:
    bench = bench_with("ann", "bob")
    bench.edit(
        "ann", Set("devices", "dev_synth", {"params": {"cutoff": 0.9, "new": 1, "res": None}})
    )
    bench.edit("bob", Set("devices", "dev_synth", {"params": {"cutoff": 0.7}}))
    answer = undo(bench, "ann")
    params = bench.room.document.collections["devices"]["dev_synth"]["params"]
    assert params == {"cutoff": 0.7, "res": 1}
    assert answer.dropped == [Dropped(0, "changed", "devices", "dev_synth", ["params/cutoff"])]


def test_U4_undoing_a_delete_brings_back_all_that_went_with_it() -> None:
    bench = bench_with("ann")
    before = bench.room.document.frozen()
    bench.edit("ann", Delete("tracks", "tr_group"), Delete("tracks", "tr_bass_"))
    assert bench.room.document.frozen() != before
    assert undo(bench, "ann").dropped == []
    assert bench.room.document.frozen() == before


def test_U4_what_was_inserted_stays_if_others_built_on_it() -> None:
    bench = bench_with("ann", "bob")
    clip: dict[str, Any] = {"track": "tr_bass_", "time": 8, "duration": 4}
    bench.edit("ann", Insert("clips", "clip_mine", clip))
    note: dict[str, Any] = {"clip": "clip_mine", "time": 0, "duration": 1, "key": 60}
    bench.edit("bob", Insert("notes", "note_his", note))
    answer = undo(bench, "ann")
    assert [(d.reason, d.id) for d in answer.dropped] == [("changed", "clip_mine")]
    assert bench.room.document.get("note_his") is not None


def test_U4_what_was_inserted_stays_if_others_changed_it() -> None:
    bench = bench_with("ann", "bob")
    clip: dict[str, Any] = {"track": "tr_bass_", "time": 8, "duration": 4}
    bench.edit("ann", Insert("clips", "clip_mine", clip))
    bench.edit("bob", Set("clips", "clip_mine", {"name": "hook"}))
    assert undo(bench, "ann").dropped[0].reason == "changed"
    assert bench.room.document.get("clip_mine") is not None


def test_U4_a_link_to_what_others_deleted_since_comes_back_empty() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Delete("clips", "clip_loop"))
    bench.edit("bob", Delete("media", "media_one"))
    assert undo(bench, "ann").dropped == []
    clip = bench.room.document.get("clip_loop")
    assert clip is not None
    assert clip["media"] is None


def test_U5_deltas_of_one_step_are_undone_and_done_again_together() -> None:
    bench = bench_with("ann")
    before = bench.room.document.frozen()
    for n in range(3):
        note: dict[str, Any] = {"clip": "clip_bass", "time": n, "duration": 1, "key": 60 + n}
        bench.edit("ann", Insert("notes", f"pasted_{n}", note), step="paste")
    after = bench.room.document.frozen()
    answer = undo(bench, "ann")
    assert bench.room.document.frozen() == before
    assert (answer.undo, answer.redo) == (0, 1)
    redo(bench, "ann")
    assert bench.room.document.frozen() == after


def test_U5_a_large_step_is_taken_back_by_several_deltas_that_are_one_step_again() -> None:
    bench = bench_with("ann", "bob")
    before = bench.room.document.frozen()
    notes: list[Op] = [
        Insert("notes", f"many_{n:05}", {"clip": "clip_bass", "time": 0, "duration": 1, "key": 1})
        for n in range(2 * MADE_OPS + 5)
    ]
    bench.edit("ann", *notes)
    answer = undo(bench, "ann")
    assert bench.room.document.frozen() == before
    assert len(bench.entries) == 4
    assert (answer.undo, answer.redo) == (0, 1)
    assert [m.seq for m in bench.heard["ann"] if isinstance(m, Ack)] == [1, 4]
    assert [m.seq for m in bench.heard["ann"] if isinstance(m, DeltaCommitted)] == [2, 3]
    redo(bench, "ann")
    assert len(bench.room.document) == len(notes) + len(before_ids(before))


def before_ids(state: dict[str, dict[str, Any]]) -> list[str]:
    return [entity_id for entities in state.values() for entity_id in entities]


def test_U6_an_undo_waits_for_what_its_author_sent_before_and_goes_before_what_came_after() -> None:
    bench = bench_with("ann")
    bench.propose("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-early", Purpose.UNDO))
    bench.propose("ann", Set("channels", "ch_bass_", {"pan": 0.2}))
    bench.commit()
    channel = bench.room.document.collections["channels"]["ch_bass_"]
    assert (channel["volume"], channel["pan"]) == (1, 0.2)
    assert [entry.purpose for entry in bench.entries] == ["edit", "undo", "edit"]


def test_U6_the_same_undo_sent_again_takes_back_nothing_more() -> None:
    bench = bench_with("ann")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.4}))
    told = []
    for _ in range(2):
        bench.run(bench.room.edits.undo_or_redo("ann", "undo-once", Purpose.UNDO))
        bench.commit()
        told.append(bench.last("ann"))
    assert volume(bench) == 0.5
    first, again = told
    assert isinstance(first, Ack)
    assert isinstance(again, Ack)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.ops == again.ops == [Set("channels", "ch_bass_", {"volume": 0.5})]


def test_U6_the_id_of_an_undo_is_not_one_for_an_edit() -> None:
    bench = bench_with("ann")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-once", Purpose.UNDO))
    bench.commit()
    ops: list[Op] = [Set("channels", "ch_bass_", {"volume": 0.1})]
    bench.run(bench.room.edits.propose("ann", ProposeDelta(PROJECT, "undo-once", ops)))
    answer = bench.last("ann")
    assert isinstance(answer, Error)
    assert answer.code == "id_reused"


def test_U6_an_undo_that_others_have_overtaken_is_an_entry_whose_id_is_remembered() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.edit("bob", Set("channels", "ch_bass_", {"volume": 0.2}))
    for is_again in (False, True):
        bench.run(bench.room.edits.undo_or_redo("ann", "undo-once", Purpose.UNDO))
        bench.commit()
        answer = bench.last("ann")
        assert isinstance(answer, Ack)
        assert (answer.seq, answer.duplicate, answer.undo, answer.redo) == (3, is_again, 0, 0)
    assert volume(bench) == 0.2


def restore(bench: Bench, delta_id: str, *ops: Op) -> None:
    """A restore that ann calls for."""
    member = bench.room.seats["ann"].member
    proposal = Proposal(
        project=PROJECT,
        delta_id=delta_id,
        author="ann",
        auth_session="login",
        member=member,
        payload=b"[]",
        atomic=False,
        purpose=Purpose.RESTORE,
        reverts=None,
        step=delta_id,
        snapshot="s",
    )
    bench.run(bench.room.edits.calls.restore(proposal, [*ops], "ann", 1))
    bench.commit()


class OfLongAgo(Bench):
    """A journal without the ops of its steps. `found`: what it says of each id."""

    found: tuple[Outcome, int] | None = None

    def take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Recall(connection):
                    error = Error("", ErrorCode.COMPACTED, "too old", PROJECT, {"oldest": 1})
                    self.run(self.room.edits.recalled(connection, {}, error))
                case LookUp():
                    self.run(self.room.edits.looked_up(effect, self.found))
                case _:
                    super().take([effect])


def test_U6_what_an_id_became_is_looked_up_before_an_undo_is_refused_for_good() -> None:
    bench = OfLongAgo(remembers=False)
    bench.join("ann")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    assert undo(bench, "ann").code == "compacted"
    bench.found = Outcome.DUPLICATE, 1
    answer = undo(bench, "ann")
    assert isinstance(answer, Ack)
    assert (answer.seq, answer.duplicate) == (1, True)
    bench.edit("ann", Set("channels", "ch_bass_", {"pan": 0.1}))
    assert volume(bench) == 0.5, "what comes after it does not wait"


class Asking(Bench):
    """A journal that has not answered yet when it is asked what an id became."""

    def take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, LookUp):
                self.look_ups.append(effect)
            else:
                super().take([effect])


def test_U6_an_undo_of_another_node_that_comes_while_the_journal_is_asked_is_the_answer() -> None:
    bench = Asking()
    bench.join("ann")
    bench.join("ann", device="tablet", connection="tablet")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.run(bench.room.edits.undo_or_redo("tablet", "undo-once", Purpose.UNDO))
    there = Proposal(
        project=PROJECT,
        delta_id="undo-once",
        author="ann",
        auth_session="login",
        member=bench.room.seats["ann"].member,
        payload=encode_ops([Set("channels", "ch_bass_", {"volume": 1})]),
        atomic=False,
        purpose=Purpose.UNDO,
        reverts=1,
    )
    bench.run(bench.room.follower.on_remote_entry(bench.stored(there)))
    assert isinstance(bench.last("tablet"), DeltaCommitted)
    [look_up] = bench.look_ups
    bench.run(bench.room.edits.looked_up(look_up, None))
    answer = bench.last("tablet")
    assert isinstance(answer, Ack)
    assert (answer.id, answer.seq, answer.duplicate) == ("undo-once", 2, True)


def test_N4_a_restore_without_ops_is_an_entry_and_no_step_of_the_undo() -> None:
    bench = bench_with("ann", "bob")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.4}))
    undo(bench, "ann")
    restore(bench, "restore-nothing")
    heard = bench.last("bob")
    assert isinstance(heard, DeltaCommitted)
    assert (heard.seq, heard.purpose, heard.ops) == (4, "restore", [])
    assert isinstance(ack := bench.last("ann"), Ack)
    assert (ack.undo, ack.redo) == (1, 1)
    bench.edit("bob", Set("channels", "ch_bass_", {"pan": 0.2}))
    restore(bench, "restore-nothing", Set("channels", "ch_bass_", {"pan": 0.0}))
    assert bench.room.head == 5
    redo(bench, "ann")
    assert volume(bench) == 0.4
    restore(bench, "restore-more", Set("channels", "ch_bass_", {"volume": 1.0}))
    assert isinstance(ack := bench.last("ann"), Ack)
    assert (ack.undo, ack.redo) == (3, 0)


def test_U7_steps_that_memory_has_let_go_of_are_worked_out_from_the_journal() -> None:
    bench = Bench(remembers=False)
    bench.join("ann")
    before = bench.room.document.frozen()
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.5}))
    bench.edit("ann", Delete("clips", "clip_bass"), step="two")
    bench.edit("ann", Move("tracks", "tr_bass_", parent=None), step="two")
    undo(bench, "ann")
    undo(bench, "ann")
    assert bench.room.document.frozen() == before


def test_U7_another_server_has_the_same_stacks_from_the_journal_alone() -> None:
    bench = bench_with("ann", "bob")
    for n in range(5):
        bench.edit("ann", Set("channels", "ch_bass_", {"volume": n / 10}))
        bench.edit("bob", Set("channels", "ch_drums", {"volume": n / 10}))
    undo(bench, "ann")
    undo(bench, "ann")
    redo(bench, "ann")
    undo(bench, "bob")
    other = UndoStacks()
    for entry in bench.entries:
        other.note(entry.mark(is_void=False))
    here = bench.room.edits.entries.stacks
    for seat in bench.room.seats.values():
        assert other.depths(seat.member) == here.depths(seat.member)
        for purpose in (Purpose.UNDO, Purpose.REDO):
            steps = list(here.steps(seat.member, purpose))
            assert list(other.steps(seat.member, purpose)) == steps


def test_U7_the_stacks_are_bounded() -> None:
    stacks = UndoStacks()
    for seq in range(1, MAX_UNDO_STEPS + 10):
        stacks.note(StepMark(seq, "ann", Purpose.EDIT, None, None))
        stacks.remember(seq, [("notes", "n", None, None)] * 200)
    assert stacks.depths("ann") == (MAX_UNDO_STEPS, 0)
    kept = sum(stacks.changes(seq) is not None for seq in range(1, MAX_UNDO_STEPS + 10))
    assert kept == MAX_REMEMBERED_CHANGES // 200


@pytest.mark.parametrize("seed", range(50))
def test_U1_undoing_all_of_a_lonely_author_leads_back_and_redoing_leads_forth(seed: int) -> None:
    bench = bench_with("ann")
    states = [bench.room.document.frozen()]
    for ops, _ in Chaos(seed).deltas(bench.room.document, 150):
        bench.edit("ann", *ops)
        if bench.room.document.frozen() != states[-1]:
            states.append(bench.room.document.frozen())
    assert len(states) > 10
    for expected in reversed(states[:-1]):
        assert undo(bench, "ann").dropped == []
        assert bench.room.document.frozen() == expected
    for expected in states[1:]:
        assert redo(bench, "ann").dropped == []
        assert bench.room.document.frozen() == expected


@pytest.mark.parametrize("seed", range(50))
def test_U3_two_authors_undo_in_any_order_and_the_state_stays_whole(seed: int) -> None:
    rng = random.Random(seed)
    bench = bench_with("ann", "bob")
    for ops, _ in Chaos(seed).deltas(bench.room.document, 120):
        who = rng.choice(["ann", "bob"])
        chance = rng.random()
        if chance < 0.3:
            undo(bench, who)
        elif chance < 0.45:
            redo(bench, who)
        else:
            bench.edit(who, *ops)
    assert {"undo", "redo"} <= {entry.purpose for entry in bench.entries}
    assert Document(bench.room.document.frozen()).digest == bench.room.follower.digest
