"""An outage is two lines of the log: that it began, and that it is over and how long it took."""

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog
from structlog.typing import WrappedLogger

from persistence.errors import Busy, OtherHistory, Unavailable

DATABASE = "the database"
DATABASE_AT_START = "the database that it waits for"
BUS = "the bus"
MAIL = "the mail server"
SHARED_COUNTS = "what all nodes count together"

DATABASE_IS_OUT = "the database is unavailable; what needs it waits"
"""What the first line says, whoever noticed it."""

CANNOT_CONNECT = ("asyncpg.pool", "Failed to restore the pool connection")
"""A library, and how its warning begins that is of the same outage. Its others are not."""

STEADY_SECONDS = 2.0
"""What works for so long without a failure in between is back."""

log = structlog.get_logger()


def because(error: Exception) -> dict[str, Any]:
    """What a line says of an error; with it an outage of the database is told once."""
    is_out = isinstance(error, Unavailable) and not isinstance(error, (Busy, OtherHistory))
    return {"reason": str(error)} | ({"outage": DATABASE} if is_out else {})


@dataclass(slots=True)
class _Outage:
    began_at: float
    log_level: str
    """That its end is told at, too: who reads of one reads of both."""
    failure_count: int = 1
    """How often something failed for it."""
    working_since: float | None = None
    """Since when nothing has; None: the last we know is a failure."""


class Outages:
    """A processor of structlog, for those of a whole process.

    A line with `outage` begins one of that name, or goes no further while there is one already
    (`tells_all`: it goes on as `debug`). Its end is no matter of lines: a level may leave them out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.tells_all = False
        """Whether each failure is told."""
        self._clock = clock
        self._outages_by_name: dict[str, _Outage] = {}
        """By name: those that have begun."""

    def __call__(
        self, _logger: WrappedLogger, _name: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        library, beginning = CANNOT_CONNECT
        if line.get("library") == library and str(line.get("event")).startswith(beginning):
            line["outage"] = DATABASE
        if (outage_name := line.pop("outage", None)) is not None:
            return self._failed(outage_name, line)
        return line

    def works(self, outage_name: str) -> None:
        """It went well just now; an outage of it is over once that has lasted."""
        outage = self._outages_by_name.get(outage_name)
        if outage is None:
            return
        now = self._clock()
        if outage.working_since is None:
            outage.working_since = now
        if now - outage.working_since >= STEADY_SECONDS:
            self.ended(outage_name)

    def ended(self, outage_name: str, event: str = "it is back", **fields: Any) -> bool:
        """It is well again, for certain: told if an outage of it has begun. Returns whether."""
        outage = self._outages_by_name.pop(outage_name, None)
        if outage is None:
            return False
        until = self._clock() if outage.working_since is None else outage.working_since
        log_fields = {"seconds": round(until - outage.began_at, 1), "times": outage.failure_count}
        getattr(log, outage.log_level)(event, what=outage_name, **fields, **log_fields)
        return True

    def _failed(self, outage_name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        outage = self._outages_by_name.get(outage_name)
        if outage is None:
            self._outages_by_name[outage_name] = _Outage(self._clock(), str(line["level"]))
            if outage_name == DATABASE:
                line["event"], line["noticed"] = DATABASE_IS_OUT, line["event"]
            return line
        outage.failure_count += 1
        outage.working_since = None
        if not self.tells_all:
            raise structlog.DropEvent
        line["level"] = "debug"
        return line


OUTAGES = Outages()
"""Those of this process."""
