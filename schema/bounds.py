"""What a row of the table of bounds is: the value, where it holds, and what happens past it."""

from enum import StrEnum
from typing import NamedTuple, TypeVar

from schema.close_codes import CloseCode
from schema.errors import ErrorCode

Number = TypeVar("Number", int, float)


class Instead(StrEnum):
    """What happens past a bound where nothing is refused and nobody is closed."""

    CLOSED_1009 = "closed with 1009"
    CUT_OFF = "cut off without a close frame"
    CLIPPED = "clipped, and the reply says so"
    CUT_SHORT = "cut short"
    NEXT_PAGE = "the rest is on the next page"
    SPLIT = "goes in parts"
    WAITS = "waits"
    PACED = "is read a little at a time"
    TAKEN = "is taken at once"
    SKIPPED = "skipped, the latest is told later"
    OLDEST_FORGOTTEN = "the oldest is forgotten"
    COUNTS_AS_OVERTAKEN = "counts as overtaken by others"
    READ_FROM_JOURNAL = "is read from the journal"
    ENCODED_ANEW = "is made anew"
    DROPPED = "dropped, and made good later"
    LOST = "lost, and counted"
    STATUS_429 = "the handshake is answered with status 429"
    RESYNC = "`resync`: watch anew"
    LINK_ONLY = "the mail has a link and no code"
    OLDEST_ENDED = "the one that was not used for longest is ended"
    NOT_SENT = "is not sent, and the caller is answered alike"


Past = ErrorCode | CloseCode | Instead


class Bound(NamedTuple):
    """One bound. `door`: where it is looked at. `by`: the file that enforces it, from the root."""

    name: str
    value: float
    unit: str
    door: str
    past: Past
    by: str
    why: str

    @property
    def past_it(self) -> str:
        """What happens past it, as a table says it."""
        if isinstance(self.past, CloseCode):
            return f"closed with {self.past.code}"
        return f"`{self.past}`" if isinstance(self.past, ErrorCode) else str(self.past)


class Bounds:
    """Rows by name. A constant is defined by adding its row: neither is without the other."""

    def __init__(self) -> None:
        self.rows: dict[str, Bound] = {}

    def add(
        self, name: str, value: Number, unit: str, door: str, past: Past, by: str, why: str
    ) -> Number:
        """A row; gives back its value."""
        assert name not in self.rows, f"{name} is in the table already"
        self.rows[name] = Bound(name, value, unit, door, past, by, why)
        return value
