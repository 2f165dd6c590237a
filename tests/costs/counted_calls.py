"""What a call takes of the event loop and of worker threads: bytecodes, not seconds."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec

from schema.calls import METHODS
from schema.messages import Reply
from server.calls.caller import Caller
from server.calls.dispatch import dispatch
from server.loop import threads
from server.router.call_replies import within_bound
from server.sockets.connection import Connection
from server.states import freeing
from tests.costs.steps import Counter
from tests.server.conftest import Node


class Longest(NamedTuple):
    """The most bytecodes between two pauses: in the loop, and in worker threads."""

    in_loop: int
    in_threads: int


class _Steps:
    """Counts until the next pause of whoever it belongs to."""

    def __init__(self) -> None:
        self.longest = 0
        self._counter = Counter()
        self._began = 0

    def pause(self) -> None:
        self.longest = max(self.longest, self._counter.count - self._began)
        self._began = self._counter.count

    @contextmanager
    def counted(self) -> Iterator[None]:
        self._began = self._counter.count
        before = sys.gettrace()
        sys.settrace(self._counter.trace)
        try:
            yield
        finally:
            sys.settrace(before)
            self.pause()


@contextmanager
def _counting() -> Iterator[tuple[_Steps, _Steps]]:
    """The steps of the loop and of worker threads while this lasts."""
    loop_steps, thread_steps = _Steps(), _Steps()
    run, work = asyncio.Handle._run, threads._work

    def run_counted(handle: Any) -> None:
        with loop_steps.counted():
            run(handle)

    def work_counted(*args: Any) -> Any:
        with thread_steps.counted():
            return work(*args)

    clock = SimpleNamespace(sleep=lambda _: thread_steps.pause())
    with (
        patch.object(asyncio.Handle, "_run", run_counted),
        patch.object(threads, "_work", work_counted),
        patch.object(threads, "time", clock),
        patch.object(freeing, "time", clock),
    ):
        yield loop_steps, thread_steps


async def longest_of(node: Node, caller: Connection, method: str, **params: Any) -> Longest:
    """What it takes to answer this call, from its parameters to the frame of its reply."""
    kind, _ = METHODS[method]
    asked = msgspec.convert(params, kind)
    who = Caller(caller.id, caller.address, "laptop", caller.identity, outlet=caller)

    async def answer() -> None:
        result = await dispatch(node.context, who, method, asked, caller.codec)
        within_bound(caller.codec, Reply("c1", result))

    with _counting() as (loop_steps, thread_steps):
        await asyncio.create_task(answer())
    return Longest(loop_steps.longest, thread_steps.longest)
