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
    """A tracer that counts: for `sys.settrace`."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> "Tracer | None":
        if event == "opcode":
            self.count += 1
        else:
            frame.f_trace_lines = False
            frame.f_trace_opcodes = True
            frame.f_trace = self
        return self


def _count_one(steps: Generator[Any, None, Any]) -> tuple[int, bool]:
    counter = Counter()
    before = sys.gettrace()
    # A generator's frame is entered anew by each `next`, which calls the tracer again.
    sys.settrace(counter)
    try:
        next(steps)
    except StopIteration:
        return counter.count, True
    finally:
        sys.settrace(before)
    return counter.count, False
