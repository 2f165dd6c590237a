"""What became of our deltas, for who waits until one is saved."""

import asyncio
from collections import Counter, OrderedDict

from prime_client.events import Refused
from prime_client.failures import DeltaRefused

OUTCOMES_KEPT = 4_096
"""Answers remembered for who asks `saved` late."""


OP_SHOWN = 500
"""Characters of a refused op that the log shows."""


def refusal_in_words(refusal: Refused) -> str:
    """The log line of a refusal that nobody waits for: the code, the sentence and the op."""
    index = refusal.details.get("op")
    at = index if isinstance(index, int) and 0 <= index < len(refusal.ops) else 0
    op_text = repr(refusal.ops[at])[:OP_SHOWN] if refusal.ops else "an undo or redo"
    return f"an edit was refused and taken back: {refusal.code}: {refusal.message}: {op_text}"


class Outcomes:
    """The answers of the last deltas, and everyone who waits for one."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, int | Refused] = OrderedDict()  # the seq, or the refusal
        self._answer_futures: dict[str, asyncio.Future[int]] = {}
        self._waiters = Counter[str]()  # how many wait for each just now

    def known(self, delta_id: str) -> int | None:
        """The seq, or None while there is no answer; raises `DeltaRefused`."""
        outcome = self._answers.get(delta_id)
        if isinstance(outcome, Refused):
            raise DeltaRefused(outcome)
        return outcome

    async def wait(self, delta_id: str) -> int:
        """Wait for the answer of a delta that has none yet; raises what `known` and `end` raise."""
        future = self._answer_futures.get(delta_id)
        if future is None:
            future = self._answer_futures[delta_id] = asyncio.get_running_loop().create_future()
        self._waiters[delta_id] += 1
        try:
            return await asyncio.shield(future)
        finally:
            self._waiters[delta_id] -= 1
            if not self._waiters[delta_id]:
                del self._waiters[delta_id]

    def is_awaited(self, delta_id: str) -> bool:
        """Whether somebody waits for the answer of this delta."""
        return delta_id in self._waiters

    def add(self, delta_id: str, outcome: int | Refused) -> None:
        """The answer came."""
        self._answers[delta_id] = outcome
        if len(self._answers) > OUTCOMES_KEPT:
            self._answers.popitem(last=False)
        future = self._answer_futures.pop(delta_id, None)
        if future is not None and not future.done():
            if isinstance(outcome, Refused):
                future.set_exception(DeltaRefused(outcome))
                future.exception()  # who waited may have given up: the log has it then
            else:
                future.set_result(outcome)

    def end(self, why: Exception) -> None:
        """No more answers will come: everyone who waits gets an error that says why."""
        for future in self._answer_futures.values():
            if not future.done():
                future.set_exception(why)
                future.exception()  # nobody may be waiting any more
        self._answer_futures.clear()
