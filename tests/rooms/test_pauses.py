"""Long walks give others their turn, and leave nothing out."""

from collections.abc import Generator

import pytest

from rooms.pauses import PAUSE_EVERY, finish, slices_of, walked


@pytest.mark.parametrize(("items", "pauses"), [(0, 0), (9, 0), (10, 1), (25, 2)])
def test_a_walk_pauses_behind_so_many(items: int, pauses: int) -> None:
    made: list[None] = []
    assert list(walked(range(items), lambda: made.append(None), every=10)) == [*range(items)]
    assert len(made) == pauses


def test_a_pause_comes_behind_what_was_handled_not_before_it() -> None:
    happened: list[object] = []
    for item in walked("ab", lambda: happened.append("pause"), every=1):
        happened.extend(item)
    assert happened == ["a", "pause", "b", "pause"]


def test_slices_are_all_of_it_in_order_with_a_pause_behind_each() -> None:
    whole = {str(n): n for n in range(2 * PAUSE_EVERY + 1)}
    made: list[None] = []
    slices = list(slices_of(whole, lambda: made.append(None)))
    assert [len(some) for some in slices] == [PAUSE_EVERY, PAUSE_EVERY, 1]
    assert [*(slices[0] | slices[1] | slices[2]).items()] == [*whole.items()]
    assert len(made) == 3


def test_of_nothing_there_is_no_slice() -> None:
    assert list(slices_of({}, pytest.fail)) == []


def test_steps_are_run_to_their_end_with_a_pause_behind_each_but_the_last() -> None:
    happened: list[str] = []

    def steps() -> Generator[None, None, str]:
        happened.append("one")
        yield
        happened.append("two")
        return "done"

    assert finish(steps(), lambda: happened.append("pause")) == "done"
    assert happened == ["one", "pause", "two"]
