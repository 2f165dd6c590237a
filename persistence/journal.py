"""The journal, as a contract: each project's one durable, gapless sequence of deltas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rooms.journal_entry import Entry, Outcome, Proposal, StepMark


@dataclass(frozen=True, slots=True)
class Appended:
    """Per proposal its outcome and seq (None: none), and every entry past the known heads."""

    outcomes: list[tuple[Outcome, int | None]]
    entries: list[Entry]


SLICE_ENTITIES = 500
"""Entities in one slice of a state: decoding it holds the interpreter for about a millisecond."""


@dataclass(frozen=True, slots=True)
class StateSlice:
    """Some entities of one collection, as a JSON object id -> entity."""

    collection: str
    entities: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stored project state, the position it is the sum of, and the digest it must come to.

    An empty `digest`: stored by a Prime that made none.
    """

    project: str
    epoch: str
    seq: int
    digest: str
    slices: tuple[StateSlice, ...]


class Journal(Protocol):
    """Raises `Unavailable` when the outcome is unknown; append the same ids again then."""

    async def append(
        self, proposals: Sequence[Proposal], known_heads: Mapping[str, int]
    ) -> Appended:
        """Store all in one transaction and return after its COMMIT.

        `entries` holds, in order of seq, what each project of `known_heads` got after that head, by
        this call or any other node: the writer never has a gap (at most 1,000 of a project; then
        it reads on).
        """

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        """Entries with seq > `after`, in order."""

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        """What an earlier proposal with this id became (DUPLICATE, ID_REUSED), and its seq."""

    async def marks(self, project: str, up_to: int, limit: int) -> list[StepMark]:
        """The newest `limit` entries with seq <= `up_to`, in order, without their ops."""

    async def record_effects(self, project: str, effects: Mapping[int, bytes]) -> None:
        """Seq -> the ops that took effect, for entries where those are not the ones proposed."""

    async def base(self, project: str, at: int) -> Checkpoint | None:
        """The newest stored state at or before seq `at`, to replay from; None: there is none."""

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        """The newest seq of each project that exists."""

    async def load(self, project: str) -> Checkpoint:
        """The newest checkpoint; raises `NotFound`."""

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint unless a newer one, or one of another epoch, is there."""
