"""Counts what Python does between two pauses of a generator: bytecodes, not seconds."""

import sys
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any, NamedTuple

Tracer = Callable[[FrameType, str, Any], Any]


class Cost(NamedTuple):
    """Bytecodes in all, and the most of them between two pauses."""

    total: int
    longest: int


def cost_of(steps: Generator[Any, None, Any]) -> Cost:
    """What it takes to run the generator to its end."""
    total = longest = 0
    is_over = False
    while not is_over:
        count, is_over = _count_one(steps)
        total += count
        longest = max(longest, count)
    return Cost(total, longest)


class Counter:
    """A tracer that counts: its `trace` is for `sys.settrace`, in one thread."""

    def __init__(self) -> None:
        count = 0

        def count_one(_frame: FrameType, event: str, _arg: Any) -> None:
            nonlocal count  # a field of an object takes half as long again, millions of times
            if event == "opcode":
                count += 1

        def enter(frame: FrameType, _event: str, _arg: Any) -> Tracer:
            frame.f_trace_lines = False
            frame.f_trace_opcodes = True
            return count_one

        def now() -> int:
            return count

        self.trace: Tracer = enter
        self._now = now

    @property
    def count(self) -> int:
        """Bytecodes so far."""
        return self._now()


def _count_one(steps: Generator[Any, None, Any]) -> tuple[int, bool]:
    counter = Counter()
    before = sys.gettrace()
    # A generator's frame is entered anew by each `next`, which calls the tracer again.
    sys.settrace(counter.trace)
    try:
        next(steps)
    except StopIteration:
        return counter.count, True
    finally:
        sys.settrace(before)
    return counter.count, False
