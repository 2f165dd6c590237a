"""The slowest calls of the last hour, so many of each method; nothing of what they asked."""

import time
from collections.abc import Callable
from typing import NamedTuple

KEPT_SECONDS = 3_600.0

KEPT_OF_EACH = 20


class SlowCall(NamedTuple):
    """`replied_at`: seconds since 1970, of the reply. `code`: of the error that it got, if any."""

    replied_at: float
    seconds: float
    is_done: bool
    code: str = ""


class SlowCalls:
    """Those of one node. `clock`: seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._slowest_by_method: dict[str, list[SlowCall]] = {}
        """Method -> its slowest, the slowest first; only methods that exist come here."""
        self._until: dict[str, float] = {}
        """Method -> when the oldest of them is an hour old, in seconds since 1970."""

    def add(self, method: str, seconds: float, *, done: bool, code: str = "") -> None:
        """A call has its reply, or the error of this code, or neither: nobody waits any more."""
        now = self._clock()
        slow_calls = self._slowest_by_method.get(method, [])
        if (
            len(slow_calls) == KEPT_OF_EACH
            and seconds <= slow_calls[-1].seconds
            and now < self._until[method]
        ):
            return  # nearly every call: none of those goes, and it is none of them
        slow_calls = [
            slow_call for slow_call in slow_calls if slow_call.replied_at > now - KEPT_SECONDS
        ]
        slow_calls.append(SlowCall(now, seconds, done, code))
        slow_calls.sort(key=_slowest_first)
        self._slowest_by_method[method] = slow_calls[:KEPT_OF_EACH]
        self._until[method] = (
            min(one.replied_at for one in self._slowest_by_method[method]) + KEPT_SECONDS
        )

    def slowest(self, per_method: int, method: str | None = None) -> dict[str, list[SlowCall]]:
        """Method -> its slowest of the last hour."""
        since = self._clock() - KEPT_SECONDS
        calls_by_method = (
            self._slowest_by_method
            if method is None
            else {method: self._slowest_by_method.get(method, [])}
        )
        return {
            name: [slow_call for slow_call in slow_calls if slow_call.replied_at > since][
                :per_method
            ]
            for name, slow_calls in calls_by_method.items()
        }


def _slowest_first(slow_call: SlowCall) -> float:
    return -slow_call.seconds
