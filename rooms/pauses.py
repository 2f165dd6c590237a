"""Long walks through a state, with pauses in which others get their turn."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")
Result = TypeVar("Result")

Pause = Callable[[], None]

PAUSE_EVERY = 100
"""Entities handled between two pauses: to put so many into a document takes a millisecond."""

TRIED = 10
"""Ops tried on a document between two pauses."""


def no_pause() -> None:
    """For states that are small or a test's."""


def walked(items: Iterable[Item], pause: Pause, every: int = PAUSE_EVERY) -> Iterator[Item]:
    """All of them, with a pause behind so many."""
    for number, item in enumerate(items, start=1):
        yield item
        if not number % every:
            pause()


def slices_of(entities: Mapping[str, Value], pause: Pause) -> Iterator[dict[str, Value]]:
    """All of them, so many at a time, with a pause behind each."""
    remaining = iter(entities.items())
    while chunk := dict(islice(remaining, PAUSE_EVERY)):
        yield chunk
        pause()


def finish(steps: Generator[None, None, Result], pause: Pause = no_pause) -> Result:
    """What comes of the steps, all of them now, with this pause behind each but the last.

    As part of a job of a room: `rooms.effects.pausing`.
    """
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        pause()
