"""The messages that nodes send each other over the bus. Nothing that must be agreed rests on it.

A message of a node with another `VERSION` only makes this one read the journal.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schema.messages import Digest, Member, ProjectId

VERSION = 3

NodeId = Annotated[str, Meta(min_length=1, max_length=32)]
RowKey = Annotated[str, Meta(max_length=128)]


class RemoteMember(Struct, frozen=True, array_like=True):
    """A member, and since when it has its seat (ms since 1970): the latest is where it is.

    `is_absent`: its connection is lost, and any seat it has elsewhere counts more.
    """

    member: Member
    generation: Annotated[int, Meta(ge=0)]
    is_absent: bool = False


class Present(Struct, frozen=True, array_like=True, tag="present"):
    """Who of a room is on this node: all of them, so that the next one mends what was lost.

    `asks`: others are to say the same at once. `leaves`: the room is closed here. `digest`: of the
    state there. `holds_ms`: a restore is made there, for which nothing else of this project is to
    go to the journal for so long.
    """

    project: ProjectId
    members: list[RemoteMember]
    asks: bool = False
    leaves: bool = False
    digest: Digest | None = None
    holds_ms: Annotated[int, Meta(ge=0)] = 0


class Moved(Struct, frozen=True, array_like=True, tag="moved"):
    """A tick of this node's members, as the frame that its sockets got (msgpack)."""

    project: ProjectId
    frame: bytes


class Committed(Struct, frozen=True, array_like=True, gc=False, tag="committed"):
    """An entry of the journal, as `rooms.journal.entry.Entry` has it, after its COMMIT.

    `digest`: of the state after it; `previous`: the id of the entry before it, if it is known.
    """

    project: ProjectId
    epoch: str
    seq: Annotated[int, Meta(ge=1)]
    delta_id: str
    author: str
    member: str
    ops: bytes
    atomic: bool
    committed_at: float
    payload_hash: bytes
    purpose: Literal["edit", "undo", "redo", "restore"]
    reverts: int | None
    step: str | None
    digest: str
    previous: str | None = None
    aspect: str = "document"
    reach: str | None = None


class HeadMoved(Struct, frozen=True, array_like=True, tag="head"):
    """The journal of a project is so far: for entries too large for the bus."""

    project: ProjectId
    seq: Annotated[int, Meta(ge=0)]


class RowChanged(Struct, frozen=True, array_like=True, tag="row"):
    """A row was changed that every node must know of: read it."""

    table: RowKey
    row: RowKey
    project: RowKey | None = None
    user: RowKey | None = None


class RowsChanged(Struct, frozen=True, array_like=True, tag="rows"):
    """Rows that somebody may watch were changed: read the change log."""


NodeMessage = Present | Moved | Committed | HeadMoved | RowChanged | RowsChanged


class Envelope(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`number` counts what a node says: what comes twice or late is known by it."""

    version: int
    node: NodeId
    number: Annotated[int, Meta(ge=0)]
    body: NodeMessage


class EnvelopeHeader(Struct, frozen=True, array_like=True):
    """What is readable of a node of any version."""

    version: int
    node: NodeId
