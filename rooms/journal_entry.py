"""What goes into the journal and comes out of it: a proposal, its outcome, an entry."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b


class Outcome(StrEnum):
    """What became of a proposal; all but the first two stored nothing."""

    COMMITTED = "committed"
    DUPLICATE = "duplicate"
    ID_REUSED = "id_reused"
    FORBIDDEN = "forbidden"
    SESSION_REVOKED = "session_revoked"
    ARCHIVED = "archived"
    NOT_FOUND = "not_found"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A delta that wants a place in the journal; `ops` is the canonical JSON of `schema.ops`."""

    project: str
    delta_id: str
    author: str
    auth_session: str
    member: str
    ops: bytes
    atomic: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A delta that has its place: `seq` from 1 without holes, `committed_at` in ms since 1970."""

    project: str
    seq: int
    delta_id: str
    author: str
    member: str
    ops: bytes
    atomic: bool
    committed_at: float


def payload_hash(proposal: Proposal | Entry) -> bytes:
    """Two proposals of one id are the same proposal if these are equal (rule D3)."""
    digest = blake2b(proposal.author.encode(), digest_size=16)
    digest.update(b"\x01" if proposal.atomic else b"\x00")
    digest.update(proposal.ops)
    return digest.digest()
