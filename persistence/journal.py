"""The journal, as a contract: each project's one durable, gapless sequence of deltas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rooms.journal_entry import Entry, Outcome, Proposal


@dataclass(frozen=True, slots=True)
class Appended:
    """Per proposal its outcome and seq (None: none), and every entry past the known heads."""

    outcomes: list[tuple[Outcome, int | None]]
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stored project state (JSON) and the position it is the sum of."""

    project: str
    epoch: str
    seq: int
    state: bytes


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

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        """The newest seq of each project that exists."""

    async def load(self, project: str) -> Checkpoint:
        """The newest checkpoint; raises `NotFound`."""

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint unless a newer one, or one of another epoch, is there."""
