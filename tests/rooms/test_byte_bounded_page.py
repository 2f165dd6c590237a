"""As much of a list as one page holds."""

import msgspec
import pytest

from rooms.byte_bounded_page import first_that_fit
from rooms.pauses import PAUSE_EVERY

ITEMS = ["aa", "bbb", "c"]
SIZES = [len(msgspec.msgpack.encode(item)) for item in ITEMS]


@pytest.mark.parametrize("taken", range(4))
def test_just_as_many_as_fit_to_the_byte(taken: int) -> None:
    room = sum(SIZES[:taken])
    assert first_that_fit(ITEMS, room) == ITEMS[:taken]
    assert first_that_fit(ITEMS, room - 1) == ITEMS[: max(0, taken - 1)]


def test_nothing_behind_the_first_that_does_not_fit_is_taken() -> None:
    """A page is the beginning of the list, without holes."""
    assert first_that_fit(["a", "long" * 99, "b"], 50) == ["a"]


def test_others_get_their_turn() -> None:
    pauses: list[None] = []
    first_that_fit([0] * PAUSE_EVERY, pause=lambda: pauses.append(None))
    assert len(pauses) == 1
