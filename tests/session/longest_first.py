"""In which order the tests go, so that no process has most of the long ones."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def longest_first(tests: Sequence[T], seconds_of: Callable[[T], float], processes: int) -> list[T]:
    """The long ones (of some seconds) dealt out to the processes: each begins with its own.

    xdist gives each process a run of tests one after the other, all of about one length, and moves
    those at the end of a run to whoever is done with its own.
    """
    rest = [test for test in tests if not seconds_of(test)]
    hands: list[list[T]] = [[] for _ in range(processes)]
    for test in sorted(filter(seconds_of, tests), key=seconds_of, reverse=True):
        min(hands, key=lambda hand: sum(map(seconds_of, hand))).append(test)
    ordered: list[T] = []
    for number, hand in enumerate(hands):
        run = (len(tests) - len(ordered)) // (processes - number)
        more = max(0, run - len(hand))
        ordered += [*hand, *rest[:more]]
        del rest[:more]
    return ordered + rest
