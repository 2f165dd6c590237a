"""What a replica reports of the messages it was given."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to `seq` of `epoch` is in the confirmed state."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Everything up to the `head` of `joined` is here (rule J13); `fresh`: as a new state."""

    fresh: bool


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """We are away: edits are kept, and sent when we have joined again (`Synced`)."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What an undo left alone, and why: others have changed it since."""

    collection: str
    entity: str
    reason: str
    props: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A delta of ours is on disk. `on_resume`: we heard of it only after coming back.

    `dropped`: the index of each op that others have overtaken, and why: a reason of the protocol,
    or `unheard` where the answer was lost. Of a delta that came with fresh state it is not known,
    nor of an undo whose answer was lost. `dropped_total`: how many they are in all; of a very large
    undo the server names the first alone.
    """

    delta_id: str
    seq: int
    dropped: tuple[tuple[int, str], ...] = ()
    on_resume: bool = False
    skipped: tuple[Skipped, ...] = ()
    dropped_total: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A delta of ours was refused and its effect taken back."""

    delta_id: str
    code: str
    message: str
    details: dict[str, Any]
    ops: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Postponed:
    """A delta of ours was not taken just now: it is sent again, with the same id.

    `after`: because that one, before it, was not taken either (rule D12). `message`: what an
    operator says of it, during maintenance.
    """

    delta_id: str
    code: str
    retry_after_ms: float
    after: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Committed:
    """A delta of someone else took effect, or a part of our own undo."""

    seq: int
    delta_id: str
    member: str
    ops: list[dict[str, Any]]
    purpose: str = "edit"
    reverts: int | None = None


@dataclass(frozen=True, slots=True)
class FoundDiverged:
    """The digest of our copy is not the server's: the next join brings fresh state."""

    seq: int
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """Gestures of others go on or end: member -> gesture -> values, or None."""

    gestures: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Moved:
    """Members moved: member -> what changed. Yourself included."""

    moved: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CameIn:
    """Someone came into the room."""

    member: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WentOut:
    """Someone left the room."""

    member: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A user has another role; None: that user is out of the project."""

    user: str
    role: str | None
    tracks: list[str] | None = None
    """Of a contributor, those that it may edit."""


@dataclass(frozen=True, slots=True)
class PermissionsChanged:
    """What the host of the session agrees to: permission -> users; who is not named has none.

    Of a permission that is not named, everyone has it whose role lets them.
    """

    permissions: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class DegradedChanged:
    """Whether something does not work, and why.

    `what`: `journal` (nothing is committed), `bus` (others' edits come late) or `maintenance` (an
    operator has asked everyone to wait: edits are kept, and sent when it is over; `reason` is the
    sentence to show).
    """

    degraded: bool
    reason: str
    what: str = "journal"


@dataclass(frozen=True, slots=True)
class ProjectChanged:
    """The project's row is another one; `projects.get` reads it."""

    version: int
    archived: bool


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """How far the bytes of some audio files are now.

    `statuses`: id or content hash -> status, of those that are still not available. `pending`: the
    clips that play them. `live`: the clips that wait for nothing any more.
    """

    statuses: dict[str, str]
    pending: tuple[str, ...]
    live: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rewound:
    """The project is of another epoch: a backup was restored, or a standby was behind.

    We were at `before`, and came in at `now`. `lost`: ids of deltas of ours, of the last 4,096,
    that were acknowledged and are gone; if not `is_exact` there may be more. What was not
    acknowledged is proposed again.
    """

    before: Position
    now: Position
    lost: tuple[str, ...]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class LoginNeeded:
    """The server does not know our login any more: log in again. Until then edits are kept."""

    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """We are out of the room; without a reason because we asked for it.

    `reason`: what the server says (`kicked`, `access_revoked`, `limit_reached`), the code of the
    refusal by which the room ended, `another_user` who has logged in, or `connection_over`.
    `message`: what an operator says to who was `kicked`, and of all others what there is to say.
    """

    reason: str | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class JoinFailed:
    """The server does not let us in.

    With `message` in its `details` an operator has closed the room for a while: edits are kept, and
    the join is tried again.
    """

    code: str
    message: str
    details: dict[str, Any]


Event = (
    Synced
    | ConnectionLost
    | Acknowledged
    | Refused
    | Postponed
    | Committed
    | Moved
    | Previewed
    | FoundDiverged
    | CameIn
    | WentOut
    | RoleChanged
    | PermissionsChanged
    | DegradedChanged
    | ProjectChanged
    | MediaChanged
    | Left
    | LoginNeeded
    | Rewound
    | JoinFailed
)
