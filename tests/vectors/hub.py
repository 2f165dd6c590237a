"""The server's side of a session: a project, its journal, and what one member hears."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rooms.document.document import AppliedDelta, Document, State
from schema.messages import (
    Ack,
    DeltaCommitted,
    Digest,
    Dropped,
    Joined,
    Member,
    Position,
    Presence,
    StatePart,
    Tick,
)
from schema.ops import Op, decode_ops
from tests.vectors.frames import Frame, deflated, frame, framed

PROJECT = "3f0e6f0c-2f0d-4b6e-9d52-0a4a5f0c1b2d"
ME, ANN, BEN = "11aa11aa11aa11aa", "22bb22bb22bb22bb", "33cc33cc33cc33cc"
USERS = {ME: "user-me", ANN: "user-ann", BEN: "user-ben"}


@dataclass(frozen=True)
class Entry:
    """One delta of the journal."""

    message: DeltaCommitted
    applied: AppliedDelta


@dataclass
class Hub:
    """One project. What it says is `Frame`s; who hears them is not its business."""

    document: Document
    epoch: str = "epoch-one"
    journal: list[Entry] = field(default_factory=list)
    """Seq 1 first, of all epochs."""

    @property
    def head(self) -> int:
        """The newest seq."""
        return len(self.journal)

    @property
    def digest(self) -> Digest:
        """Of the state at the head."""
        return Digest(self.head, self.document.digest)

    # What is committed.

    def commit(
        self, delta_id: str, member: str, ops: Sequence[Op], *, atomic: bool = False, **more: Any
    ) -> Entry:
        """Store a delta; it is not said yet."""
        applied = self.document.apply(ops, atomic=atomic)
        seq = self.head + 1
        message = DeltaCommitted(
            PROJECT, seq, delta_id, USERS[member], member, 1.7e12 + seq, applied.ops, **more
        )
        entry = Entry(message, applied)
        self.journal.append(entry)
        return entry

    def ack(self, entry: Entry, *, always_ops: bool = False, with_digest: bool = False) -> Frame:
        """What its author hears."""
        message, applied = entry.message, entry.applied
        ops = applied.ops if always_ops or not applied.as_sent else None
        drops = [Dropped(drop.op, drop.reason) for drop in applied.drops]
        digest = self.document.digest if with_digest else None
        return frame(Ack(PROJECT, message.id, message.seq, message.at, drops, ops, digest=digest))

    def duplicate(self, entry: Entry) -> Frame:
        """What its author hears who sends it again."""
        message = entry.message
        return frame(Ack(PROJECT, message.id, message.seq, 0.0, duplicate=True))

    # Who comes in.

    def joined(self, join_id: str, position: Position | None, committed: Sequence[str]) -> Frame:
        """With a position: what follows are the deltas after it. Without: the state."""
        seqs = {entry.message.id: entry.message.seq for entry in self.journal}
        return frame(
            Joined(
                join_id,
                PROJECT,
                ME,
                "editor",
                [member_named(ME), member_named(ANN)],
                position or Position(self.epoch, self.head),
                resumed=position is not None,
                parts=0 if position else 2,
                digest=None if position else self.digest,
                head=self.head,
                committed={delta_id: seqs[delta_id] for delta_id in committed},
            )
        )

    def state_parts(self) -> list[Frame]:
        """The state of now in two parts."""
        return state_parts(self.document.collections)

    def missed(self, seq: int) -> list[Frame]:
        """Every delta after this one."""
        return [frame(entry.message) for entry in self.journal[seq:]]


def state_parts(state: State) -> list[Frame]:
    """A state in two parts. Base64 fills up the first, so there is padding in the middle."""
    encoded = (msgspec.json.encode(state), msgspec.msgpack.encode(state))
    halves = [(data[:100], data[100:]) for data in map(deflated, encoded)]
    return [
        framed(StatePart(PROJECT, part, 2, text), StatePart(PROJECT, part, 2, binary))
        for part, (text, binary) in enumerate(zip(*halves, strict=True))
    ]


def tick(digest: Digest | None = None, **more: Any) -> Frame:
    """Someone moves."""
    moved = {ANN: Presence(tool="pencil"), ME: Presence(tool=None)}
    return frame(Tick(PROJECT, moved, digest=digest, **more))


def ops_of(message: dict[str, Any]) -> list[Op]:
    """The ops of a `delta` that a client says, as a server decodes them."""
    return decode_ops(msgspec.json.encode(message["ops"]))


def member_named(member: str) -> Member:
    user = USERS[member]
    return Member(member, user, user, "device", "editor", "#4aa8e0", Presence())
