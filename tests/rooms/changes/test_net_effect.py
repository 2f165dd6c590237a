"""Changes of a step that have changed nothing (rule U11)."""

from typing import Any

import pytest

from rooms.changes.net_effect import is_nothing
from rooms.document.document import Change
from tests.rooms.songs import finished


def changed(before: dict[str, Any] | None, after: dict[str, Any] | None, who: str = "a") -> Change:
    return "markers", who, before, after


ONE, TWO, THREE = {"time": 1}, {"time": 2}, {"time": 3}


@pytest.mark.parametrize(
    ("changes", "nothing"),
    [
        ([], True),
        ([changed(ONE, TWO)], False),
        ([changed(ONE, TWO), changed(TWO, ONE)], True),
        ([changed(ONE, TWO), changed(TWO, THREE), changed(THREE, ONE)], True),
        ([changed(ONE, TWO), changed(TWO, THREE)], False),
        ([changed(ONE, TWO), changed(THREE, ONE)], False),
        ([changed(None, ONE), changed(ONE, None)], True),
        ([changed(None, ONE), changed(TWO, None)], False),
        ([changed(ONE, TWO, "a"), changed(ONE, TWO, "b")], False),
        ([changed(ONE, ONE), changed(ONE, ONE)], True),
    ],
    ids=[
        "none",
        "one",
        "there and back",
        "round",
        "onward",
        "somebody came between",
        "in and out",
        "changed between",
        "two entities",
        "changed nothing at all",
    ],
)
def test_U11_nothing_is_what_was_put_back_by_the_step_itself(
    changes: list[Change], nothing: bool
) -> None:
    assert finished(is_nothing(changes)) is nothing


def test_U11_properties_are_judged_each_by_itself() -> None:
    both = {"time": 1, "name": "x"}, {"time": 2, "name": "y"}
    assert finished(is_nothing([changed(*both), changed(both[1], both[0])]))
    half = {"time": 1, "name": "y"}
    assert not finished(is_nothing([changed(*both), changed(both[1], half)]))


def test_U11_so_are_parameters_and_one_that_came_must_go() -> None:
    none, some = {"params": {"a": 1}}, {"params": {"a": 1, "b": 2}}
    assert finished(is_nothing([changed(none, some), changed(some, none)]))
    other = {"params": {"a": 1, "b": 3}}
    assert not finished(is_nothing([changed(none, some), changed(some, other)]))
