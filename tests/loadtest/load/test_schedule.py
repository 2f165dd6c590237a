"""When moves are due, whoever is late."""

from hypothesis import given
from hypothesis import strategies as st

from loadtest.load.schedule import Schedule


def test_members_move_in_turn_evenly_spread() -> None:
    schedule = Schedule(begins_at=10.0, members=4, hz=5.0)
    taken = list(schedule.take_due(10.2))
    assert [(member, step) for member, step, _ in taken] == [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1)]
    assert [due for *_, due in taken] == [10.0, 10.05, 10.1, 10.15, 10.2]
    assert schedule.next_due == 10.25
    assert not list(schedule.take_due(10.2))


def test_a_late_sender_is_late_for_every_move_that_it_missed() -> None:
    schedule = Schedule(begins_at=0.0, members=1, hz=100.0)
    now = 0.5
    lateness = [now - due for *_, due in schedule.take_due(now)]
    assert len(lateness) == 51
    assert lateness[0] == 0.5
    assert lateness[-1] == 0.0
    assert sum(lateness) / len(lateness) == 0.25


@given(st.integers(1, 50), st.floats(0.5, 120), st.floats(0, 3), st.floats(0, 3))
def test_what_is_due_between_two_times_is_what_is_taken(
    members: int, hz: float, begin: float, length: float
) -> None:
    end = begin + length
    schedule = Schedule(0.0, members, hz)
    due = [due for *_, due in schedule.take_due(end)]
    assert schedule.due_between(begin, end) == sum(begin <= time < end for time in due)
    of_each = [schedule.due_of(member, begin, end) for member in range(members)]
    assert sum(of_each) == schedule.due_between(begin, end)
    assert max(of_each) - min(of_each) <= 1
    assert of_each[0] == sum(begin <= time < end for time in due[::members])
