"""A call that edits waits for what its member sent before; what that sends behind waits (U6)."""

from collections.abc import Iterable

import pytest

from rooms.edits.answers import try_again
from rooms.effects import Effect, Settled, TurnCame
from rooms.journal.entry import Purpose
from schema.errors import ErrorCode
from schema.ops import Op, Set
from tests.rooms.bench import PROJECT, Bench

LOUD: Op = Set("channels", "ch_bass_", {"volume": 0.5})
LEFT: Op = Set("channels", "ch_bass_", {"pan": 0.25})
NAMED: Op = Set("channels", "ch_bass_", {"name": "bass"})


class Turns(Bench):
    """Keeps what calls hear."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[TurnCame | Settled] = []
        self.join("ann")
        self.join("bob")

    def take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, TurnCame | Settled):
                self.told.append(effect)
            else:
                super().take([effect])

    def call(self, ticket: int, who: str = "ann") -> None:
        self.run(self.room.wait_for_turn(self.room.seats[who], f"restore-{ticket}", ticket))

    def end(self, ticket: int) -> None:
        self.run(self.room.end_turn(ticket))

    def undo(self, delta_id: str = "undo-0001") -> None:
        self.run(self.room.undo_or_redo("ann", delta_id, Purpose.UNDO))

    def commit_one(self) -> None:
        first, *self.waiting = self.waiting
        self.append(*first)


@pytest.fixture
def bench() -> Turns:
    return Turns()


def ids(bench: Bench) -> list[str]:
    return [entry.delta_id for entry in bench.entries]


def code(told: TurnCame | Settled) -> tuple[int, str, object]:
    assert isinstance(told, Settled)
    assert told.error is not None
    return told.ticket, told.error.code, told.error.details.get("after")


def test_U6_where_nothing_was_sent_before_its_turn_has_come(bench: Turns) -> None:
    bench.call(1)
    assert bench.told == [TurnCame(1)]


def test_U6_it_waits_for_all_that_its_member_sent_before_and_goes_before_the_rest(
    bench: Turns,
) -> None:
    one = bench.propose("ann", LOUD)
    bench.undo()
    two = bench.propose("ann", LEFT)
    bench.call(1)
    three = bench.propose("ann", NAMED)
    for stored in ([one], [one, "undo-0001"], [one, "undo-0001", two]):
        assert bench.told == []
        bench.commit_one()
        assert ids(bench) == stored
    assert bench.told == [TurnCame(1)]
    assert bench.waiting == []
    bench.end(1)
    bench.commit()
    assert ids(bench)[3:] == [three]


def test_U6_others_wait_for_nothing(bench: Turns) -> None:
    bench.propose("ann", LOUD)
    bench.call(1)
    bench.call(2, "bob")
    assert bench.told == [TurnCame(2)]
    bench.edit("bob", LEFT)  # only once the call has ended
    assert len(bench.entries) == 1
    bench.end(2)
    bench.commit()
    assert len(bench.entries) == 2
    assert bench.told == [TurnCame(2), TurnCame(1)]


def test_U6_of_several_calls_each_has_its_turn_in_their_order(bench: Turns) -> None:
    bench.propose("ann", LOUD)
    bench.call(1)
    between = bench.propose("ann", LEFT)
    bench.call(2)
    bench.commit()
    assert bench.told == [TurnCame(1)]
    bench.end(1)
    assert bench.told == [TurnCame(1)]
    bench.commit()
    assert ids(bench)[1:] == [between]
    assert bench.told == [TurnCame(1), TurnCame(2)]


def test_U6_N4_its_turn_comes_while_edits_are_held_back_for_another(bench: Turns) -> None:
    bench.run(bench.room.hold_edits())
    bench.call(1)
    assert bench.told == [TurnCame(1)]


def test_U6_D12_behind_what_was_refused_for_now_it_is_refused_as_well(bench: Turns) -> None:
    one = bench.propose("ann", LOUD)
    bench.call(1)
    [[proposal]], bench.waiting = bench.waiting, []
    bench.run(bench.room.given_back([proposal]))
    bench.call(2)
    assert [code(told) for told in bench.told] == [(n, "unavailable", one) for n in (1, 2)]
    bench.call(3, "bob")
    assert bench.told[2:] == [TurnCame(3)]


def test_U6_D12_what_is_refused_for_now_behind_it_does_not_matter(bench: Turns) -> None:
    one = bench.propose("ann", LOUD)
    bench.call(1)
    error = try_again(PROJECT, "delta-late", ErrorCode.RATE_LIMITED, "not now")
    bench.run(bench.room.refuse_for_now("ann", None, error))
    bench.commit()
    assert ids(bench) == [one]
    assert bench.told == [TurnCame(1)]


@pytest.mark.parametrize("undoes", [False, True])
def test_U6_D23_where_what_came_before_is_dropped_it_is_not_made(
    bench: Turns, undoes: bool
) -> None:
    seat = bench.room.seats["ann"]
    bench.propose("ann", LOUD)
    if undoes:
        bench.undo()
    bench.call(1)
    bench.take(bench.room.lost("ann", 0.0))
    bench.run(bench.room.calls_of(seat))
    bench.commit()
    assert [code(told) for told in bench.told] == [(1, "unavailable", None)]


def test_U6_D23_of_who_has_closed_its_connection_all_is_carried_out(bench: Turns) -> None:
    seat = bench.room.seats["ann"]
    one = bench.propose("ann", LOUD)
    bench.undo()
    bench.call(1)
    three = bench.propose("ann", NAMED)
    bench.take(bench.room.leave("ann"))
    bench.run(bench.room.calls_of(seat))
    assert bench.told == []
    bench.commit()
    assert bench.told == [TurnCame(1)]
    assert ids(bench) == [one, "undo-0001"]
    bench.end(1)
    bench.commit()
    assert ids(bench)[2:] == [three]


def test_U6_J15_behind_a_later_join_of_its_device_it_is_not_made(bench: Turns) -> None:
    seat = bench.room.seats["ann"]
    bench.propose("ann", LOUD)
    bench.call(1)
    seat.is_fenced = True
    bench.commit()
    assert [code(told) for told in bench.told] == [(1, "unavailable", None)]


def test_U6_one_whose_turn_has_come_is_not_stopped_by_its_members_going(bench: Turns) -> None:
    seat = bench.room.seats["ann"]
    bench.call(1)
    bench.take(bench.room.lost("ann", 0.0))
    bench.run(bench.room.calls_of(seat))
    bench.end(1)
    assert bench.told == [TurnCame(1)]
