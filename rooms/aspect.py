"""What each aspect of a project is to the journal: a reducer over its own entries.

All aspects share one order, one durability, one dedupe and one resume. An aspect sees its own
entries in the order of seq, and decides by them alone: time is `entry.committed_at`, never a clock.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rooms.journal.entry import Entry, Proposal


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


ASPECTS: dict[str, Callable[[], Aspect]] = {}
"""Every aspect but the document: its name in the journal -> one that holds nothing yet."""


def fresh_aspects() -> dict[str, Aspect]:
    """All but the document, holding nothing."""
    return {name: make() for name, make in ASPECTS.items()}


def state_of(aspect: Aspect) -> AspectState:
    """As it is stored."""
    return AspectState(aspect.digest, tuple(aspect.slices()))


def digest_with(document: str, others: Mapping[str, Aspect]) -> str:
    """What nodes compare: the document's digest, with those of the aspects that hold anything."""
    total = int(document, 16)
    for name, aspect in others.items():
        total ^= int(aspect.digest, 16) ^ int(ASPECTS[name]().digest, 16)
    return f"{total:016x}"
