"""What goes into the journal and comes out of it: a proposal, its outcome, an entry."""

from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct

DOCUMENT = "document"
"""The aspect that every entry was about before there were others."""


class Outcome(StrEnum):
    """What became of a proposal; of all but the first two nothing is stored."""

    COMMITTED = "committed"
    DUPLICATE = "duplicate"
    ID_REUSED = "id_reused"
    FORBIDDEN = "forbidden"
    SESSION_REVOKED = "session_revoked"
    ARCHIVED = "archived"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    OTHER_EPOCH = "other_epoch"
    WENT_BACK = "went_back"
    FENCED = "fenced"
    """Its author has joined again since, and named what had no answer (rule J15)."""
    GRANT_CHANGED = "grant_changed"
    """Its author is a contributor, and has other tracks than it was judged by (rule R24)."""
    OVERTAKEN = "overtaken"
    """It fitted into the project as it was judged; what was stored since may have filled it."""
    UNAVAILABLE = "unavailable"
    """The journal could not be written to for this project: the same id is to be sent again."""


STRAYED = (Outcome.OTHER_EPOCH, Outcome.WENT_BACK)
"""The journal is not the one that the proposer knows: nothing of that project was stored."""


class Purpose(StrEnum):
    """What a delta is for; all but edits are made by the server, when a member asks for it."""

    EDIT = "edit"
    UNDO = "undo"
    REDO = "redo"
    RESTORE = "restore"


class Margin(Struct, frozen=True, gc=False):
    """How much room a proposal leaves: judged at `seq`, it passes no bound of the project as long
    as no more than `bytes` of ops were stored since (rules O13, O16)."""

    seq: int
    bytes: int


class Proposal(Struct, frozen=True, gc=False, kw_only=True):
    """What wants a place in the journal. `payload`: a JSON array, for its `aspect` to read.

    That of the document is the canonical JSON of `schema.ops`.
    `reverts`: the seq of the delta that an undo takes back, or of the undo that a redo does.
    Deltas of a member with the same `step` are one step of its undo; a restore without ops has
    none. `snapshot`: the one that a restore brings back. `fence`: the newest that was given out
    before its author joined; a later one of the member keeps it out. None: nothing does.
    `reach`: the tracks of its author, if that is a contributor (`ContributorScope.text`).
    `margin`: where the project is nearly full; None: it is not, or nothing is added to it.
    """

    project: str
    delta_id: str
    author: str
    auth_session: str
    member: str
    payload: bytes
    atomic: bool
    aspect: str = DOCUMENT
    purpose: Purpose = Purpose.EDIT
    reverts: int | None = None
    step: str | None = None
    snapshot: str | None = None
    fence: int | None = None
    reach: str | None = None
    margin: Margin | None = None

    @property
    def payload_hash(self) -> bytes:
        """Two proposals of one id are the same proposal if these are equal (rule D3).

        The ops of an undo depend on when it is asked for; the request is what was sent.
        """
        ops = self.payload if self.purpose is Purpose.EDIT else self._request
        digest = blake2b(self.author.encode(), digest_size=16)
        digest.update(b"\x01" if self.atomic else b"\x00")
        digest.update(ops)
        if self.aspect != DOCUMENT:
            digest.update(b"\0" + self.aspect.encode())
        return digest.digest()

    def is_stored_as(self, entry: "Entry") -> bool:
        """Whether the entry is what became of it (rule D3)."""
        are_edits = self.purpose is Purpose.EDIT and entry.purpose is Purpose.EDIT
        if are_edits and self.payload == entry.payload and self.author == entry.author:
            return self.atomic == entry.atomic and self.aspect == entry.aspect  # as in the hash
        return self.payload_hash == entry.payload_hash

    @property
    def _request(self) -> bytes:
        """What was asked of the server where it makes the ops: of a restore, which snapshot."""
        if self.snapshot is None:
            return self.purpose.encode()
        return f"{self.purpose}\0{self.project}\0{self.snapshot}".encode()


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """What has its place in the journal: `seq` from 1 without holes; `committed_at` in Unix ms.

    `more`: the next one belongs to it, and nobody may stop between the two (rule D14). `reach`: as
    of the proposal; what it does is bounded by it, on every node.
    """

    project: str
    seq: int
    delta_id: str
    author: str
    member: str
    payload: bytes
    atomic: bool
    committed_at: float
    payload_hash: bytes
    aspect: str = DOCUMENT
    purpose: Purpose = Purpose.EDIT
    reverts: int | None = None
    step: str | None = None
    more: bool = False
    reach: str | None = None

    def mark(self, *, is_void: bool) -> "StepMark":
        """What the undo stacks need to know of it, and whether it has taken no effect."""
        size = len(self.payload)
        return StepMark(
            self.seq,
            self.member,
            self.purpose,
            self.reverts,
            self.step,
            size,
            self.more,
            is_void,
        )


class StepMark(Struct, frozen=True, gc=False):
    """What the undo stacks need to know of an entry that is not in memory any more.

    `bytes`: of its ops as they were proposed; 0 where that is not known. `is_void`: none of its ops
    has taken effect.
    """

    seq: int
    member: str
    purpose: Purpose
    reverts: int | None
    step: str | None
    bytes: int = 0
    more: bool = False
    is_void: bool = False

    @property
    def is_no_step(self) -> bool:
        """Whether nothing is there to be undone: a restore that had nothing to do names no step."""
        return self.purpose is Purpose.RESTORE and self.step is None
