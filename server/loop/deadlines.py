"""Deadlines with one timer of the loop for all of them.

`asyncio.timeout` makes a timer for each: a sixth of what the server itself does for a small call.
"""

import asyncio
from math import inf


class EndedEarly(TimeoutError):
    """It had time left, but the node stops."""


class Deadlines:
    """Those of a node's calls and joins. Times are the loop's."""

    def __init__(self) -> None:
        self._waiting_deadlines: set[Deadline] = set()
        """Of what goes on and is not late."""
        self._timer: asyncio.TimerHandle | None = None
        """Until somebody is looked for whose time is over; None: there is nobody."""
        self._looks_at = inf
        """When it looks."""

    def __len__(self) -> int:
        return len(self._waiting_deadlines)

    def within(self, seconds: float) -> "Deadline":
        """For `with`: what takes longer inside is cancelled, and becomes a `TimeoutError`."""
        return Deadline(self, seconds)

    def begin(self, deadline: "Deadline") -> None:
        """Look at it when its time is over."""
        self._waiting_deadlines.add(deadline)
        if deadline.ends_at < self._looks_at:
            self._look_again(deadline.ends_at)

    def end(self, deadline: "Deadline") -> None:
        """It is done. The timer stays: there is always one more call."""
        self._waiting_deadlines.discard(deadline)

    def end_all(self) -> None:
        """The node stops: what goes on is cancelled now, and becomes an `EndedEarly`."""
        ended, self._waiting_deadlines = self._waiting_deadlines, set()
        for deadline in ended:
            deadline.cancel(EndedEarly)

    def _look_again(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._cancel_late)
        self._looks_at = at

    def _cancel_late(self) -> None:
        now = asyncio.get_running_loop().time()
        self._timer, self._looks_at = None, inf
        for deadline in [
            waiting_deadline
            for waiting_deadline in self._waiting_deadlines
            if waiting_deadline.ends_at <= now
        ]:
            self._waiting_deadlines.discard(
                deadline
            )  # once: its clean-up goes on, however long it takes
            deadline.cancel()
        if self._waiting_deadlines:
            self._look_again(min(each.ends_at for each in self._waiting_deadlines))


class Deadline:
    """Of the task that enters it, as `asyncio.timeout` is."""

    __slots__ = ("_cancelled_before", "_deadlines", "_ended_by", "_seconds", "_task", "ends_at")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines = deadlines
        self._seconds = seconds
        self._ended_by: type[TimeoutError] | None = None
        self.ends_at = inf

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task, self._cancelled_before = task, task.cancelling()
        self.ends_at = asyncio.get_running_loop().time() + self._seconds
        self._deadlines.begin(self)

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        self._deadlines.end(self)
        if self._ended_by is None:
            return
        # Who cancels the task beside us wants it to end, whatever the time.
        is_ours = self._task.uncancel() <= self._cancelled_before
        if is_ours and isinstance(error, asyncio.CancelledError):
            raise self._ended_by from error

    def cancel(self, ended_by: type[TimeoutError] = TimeoutError) -> None:
        """Its time is over."""
        self._ended_by = ended_by
        self._task.cancel()
