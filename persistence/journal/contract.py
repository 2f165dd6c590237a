"""The journal, as a contract: each project's one durable, gapless sequence of deltas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rooms.aspect import AspectState, StateSlice
from rooms.journal.entry import Entry, Outcome, Proposal, StepMark
from schema.server_limits import READ_BYTES

NOT_OURS = "the journal is not the one that this room knows; come back in a moment"
"""What `OtherHistory` says."""


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The head of a project as a node knows it: it has every entry of this epoch up to `seq`.

    `delta_id`: of the entry at `seq`, by which the journal sees whether that is its own; None: the
    node does not know it (nothing was ever appended, or it is not stored beside the state).
    """

    epoch: str
    seq: int
    delta_id: str | None = None


@dataclass(frozen=True, slots=True)
class JournalStand:
    """How a journal stands to a `KnownHead`: its epoch and head then.

    `verdict`: None, it goes on from what is known; else OTHER_EPOCH or WENT_BACK.
    """

    epoch: str
    head: int
    verdict: Outcome | None


@dataclass(frozen=True, slots=True)
class Fence:
    """`number`: higher than all before it. `epoch`, `head`: of the project as it was raised."""

    number: int
    epoch: str
    head: int


def may_have_more(entries: Sequence[Entry], limit: int) -> bool:
    """Whether a read stopped at a bound: then the caller reads on."""
    return len(entries) >= limit or sum(len(entry.payload) for entry in entries) >= READ_BYTES


@dataclass(frozen=True, slots=True)
class AppendResult:
    """Per proposal its outcome and seq (None: none), and every entry past the known heads."""

    outcomes: list[tuple[Outcome, int | None]]
    entries: list[Entry]


SLICE_ENTITIES = 500
"""Entities in one slice of a state: decoding it holds the interpreter for about a millisecond."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stored project state, the position it is the sum of, and the digest it must come to.

    An empty `digest`: stored by a Prime that made none. `delta_id`: of the entry at `seq`, as
    `KnownHead` has it.
    """

    project: str
    epoch: str
    seq: int
    digest: str
    slices: tuple[StateSlice, ...]
    delta_id: str | None = None
    aspects: Mapping[str, AspectState] = field(default_factory=dict)
    """What the aspects but the document hold; one that is not named is folded from its entries."""

    @property
    def known(self) -> KnownHead:
        """What this is the sum of."""
        return KnownHead(self.epoch, self.seq, self.delta_id)


class Journal(Protocol):
    """Raises `Unavailable` when the outcome is unknown; append the same ids again then."""

    async def append(
        self, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> AppendResult:
        """Store all in one transaction and return after its COMMIT.

        `entries` holds, in order of seq, what each project of `known_heads` got after that head,
        by this call or any other node: the writer never has a gap (at most 1,000 of a project; then
        it reads on).

        A proposal with a `margin` that is used up comes to OVERTAKEN: others have filled the
        project since it was judged.

        Nothing is stored of a project that `known_heads` does not fit: its proposals come to
        OTHER_EPOCH, or to WENT_BACK. In the latter case the project has a new epoch in the same
        transaction: no number is given out anew in the old one.
        """

    async def append_group(
        self, staging: str, parts: Sequence[Proposal], known_head: KnownHead
    ) -> tuple[Outcome, int | None]:
        """Store the deltas of one group with seqs in a row, or none of them (rule D14).

        The last one is judged, as by `append`, and its seq is the answer: the others have no answer
        of their own. `staging`, a UUID, is where they wait in the journal: the same for each try.
        """

    async def stand(self, known_heads: Mapping[str, KnownHead]) -> dict[str, JournalStand]:
        """How it stands to what is known of each project that exists, without any proposal.

        A project that went back has a new epoch when this returns, as after `append`.
        """

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        """Entries with seq > `after`, in order: at most `limit`, and no more past READ_BYTES.

        See `may_have_more`.
        """

    async def read_on(self, project: str, known_head: KnownHead, limit: int) -> list[Entry]:
        """The entries that follow on what is known; raises `OtherHistory`, and as `read` does."""

    async def read_aspect(
        self, project: str, aspect: str, after: int, up_to: int, limit: int
    ) -> list[Entry]:
        """The entries of one aspect but the document with `after` < seq <= `up_to`, in order.

        Compaction leaves them. At most `limit`: as many mean that there may be more.
        """

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        """What an earlier proposal with this id became (DUPLICATE, ID_REUSED), and its seq."""

    async def raise_fence(self, project: str, member: str) -> Fence:
        """From now on no proposal of this member is stored that carries a smaller fence.

        What is stored already is at or before the head of the answer. Raises `NotFound`.
        """

    async def seqs_of(
        self, project: str, author: str, delta_ids: Collection[str]
    ) -> dict[str, int]:
        """Which of these deltas of this user are stored: id -> seq."""

    async def marks(self, project: str, up_to: int, limit: int) -> list[StepMark]:
        """The newest `limit` entries with seq <= `up_to`, in order, without their ops."""

    async def record_effective_ops(
        self, project: str, effective_ops: Mapping[int, bytes], known_head: KnownHead
    ) -> None:
        """Seq -> the ops that took effect, for entries where those are not the ones proposed.

        Raises `OtherHistory`, and records nothing, where `known_head` does not fit.
        """

    async def base(self, project: str, at: int) -> Checkpoint | None:
        """The newest stored state at or before seq `at`, to replay from; None: there is none."""

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        """The newest seq of each project that exists."""

    async def load(self, project: str) -> Checkpoint:
        """The newest checkpoint; raises `NotFound`."""

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint unless one of the same epoch that is as new, or newer, is there.

        When it returns, there is one of this seq or a later one. Raises `OtherHistory`, and stores
        nothing, where the checkpoint's `known` does not fit.
        """
