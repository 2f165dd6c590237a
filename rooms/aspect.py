"""What each aspect of a project is to the journal: a reducer over its own entries.

All aspects share one order, one durability, one dedupe and one resume. An aspect sees its own
entries in the order of seq, and decides by them alone: time is `entry.committed_at`, never a clock.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from rooms.journal.entry import Entry, Proposal

UNREADABLE = "it cannot be read"
"""What is wrong with a payload that an aspect cannot read."""


@dataclass(slots=True)
class Applied:
    """What an entry did to its aspect."""

    mistake: str | None = field(default=None, kw_only=True)
    """What was raised by, or is wrong with, an entry that is quarantined: it did nothing (D17)."""


@dataclass(frozen=True, slots=True)
class StateSlice:
    """Some of what an aspect holds: a JSON object id -> value, of one of its collections."""

    collection: str
    entities: bytes


@dataclass(frozen=True, slots=True)
class AspectState:
    """All that an aspect holds, and the digest that it comes to."""

    digest: str
    slices: tuple[StateSlice, ...]


class Aspect(Protocol):
    """A total, deterministic reducer: `apply` never raises, and does the same on every node."""

    @property
    def digest(self) -> str:
        """Of all that it holds: 16 hex digits."""

    def check(self, proposal: Proposal) -> str | None:
        """Why a proposal is refused before it is stored; None: it is not.

        The payload is a JSON array, as the ops of the document are.
        """

    def apply(self, entry: Entry, sent: object = None) -> Generator[None, None, Applied]:
        """Take in the next entry, with pauses. `sent`: its payload as an object, if it is at hand.

        One that cannot be read keeps its seq, and does nothing: `Applied.mistake` says why.
        """

    def slices(self) -> Iterator[StateSlice]:
        """All that it holds."""

    def load(self, slices: Iterable[StateSlice]) -> None:
        """Take in what `slices` gave, into an aspect that holds nothing."""


def state_of(aspect: Aspect) -> AspectState:
    """As it is stored."""
    return AspectState(aspect.digest, tuple(aspect.slices()))
