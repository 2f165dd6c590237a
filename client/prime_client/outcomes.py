"""What became of our deltas, for who waits until one is saved."""

import asyncio
from collections import OrderedDict

from prime_client.events import Refused
from prime_client.failures import DeltaRefused

OUTCOMES_KEPT = 4_096
"""Answers remembered for who asks `saved` late."""


class Outcomes:
    """The answers of the last deltas, and everyone who waits for one."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, int | Refused] = OrderedDict()  # the seq, or the refusal
        self._waiting: dict[str, asyncio.Future[int]] = {}

    def known(self, delta_id: str) -> int | None:
        """The seq, or None while there is no answer; raises `DeltaRefused`."""
        outcome = self._known.get(delta_id)
        if isinstance(outcome, Refused):
            raise DeltaRefused(outcome)
        return outcome

    async def wait(self, delta_id: str) -> int:
        """Wait for the answer of a delta that has none yet; raises what `known` and `end` raise."""
        future = self._waiting.get(delta_id)
        if future is None:
            future = self._waiting[delta_id] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(future)

    def add(self, delta_id: str, outcome: int | Refused) -> None:
        """The answer came."""
        self._known[delta_id] = outcome
        if len(self._known) > OUTCOMES_KEPT:
            self._known.popitem(last=False)
        future = self._waiting.pop(delta_id, None)
        if future is not None and not future.done():
            if isinstance(outcome, Refused):
                future.set_exception(DeltaRefused(outcome))
            else:
                future.set_result(outcome)

    def end(self, why: Exception) -> None:
        """No more answers will come: everyone who waits is told why."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(why)
                future.exception()  # nobody may be waiting any more
        self._waiting.clear()
