"""Every message of `prime.v1`: those that a client sends and those that it gets.

Both subprotocols carry the same maps: `prime.v1.msgpack` as binary frames, `prime.v1.json` as text.
The field `t` names the message.
"""

# Long: all messages of the protocol, in the order of PROTOCOL.md.

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from schema.limits import (
    MAX_BEATS,
    MAX_CONTRIBUTOR_TRACKS,
    MAX_NAME_LENGTH,
    MAX_OPS_PER_DELTA,
    MAX_PREVIEWED,
    MAX_SELECTION,
    MAX_UNANSWERED,
)
from schema.ops import Collection, EntityId, Name, Op
from schema.text.enumerations import one_of
from schema.text.name_normalization import spell_names_alike
from schema.text.text_rules import DELTA_ID, DIGEST, PROJECT_ID, SHOWN, SHOWN_NOT_EMPTY

PROTOCOL_VERSION = 1
SUBPROTOCOL_MSGPACK = "prime.v1.msgpack"
SUBPROTOCOL_JSON = "prime.v1.json"

RequestId = Annotated[str, Meta(min_length=1, max_length=64)]
StepName = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
"""Stored with the delta, unlike the id of a request."""

IdempotencyKey = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
"""Stored with the reply of a write."""

DeltaId = Annotated[str, Meta(pattern=DELTA_ID)]
ProjectId = Annotated[str, Meta(pattern=PROJECT_ID)]
JoinedProjectId = Annotated[str, Meta(min_length=36, max_length=36)]
"""Of what is said thirty times a second, and looked up among the joined rooms: a pattern would cost
a twentieth of a busy server."""

ShownTrackId = Annotated[str, Meta(min_length=8, max_length=36)]
"""Of what is said as often, and only shown: as long as an entity's id, for the same reason."""

ShortText = Annotated[str, Meta(max_length=MAX_NAME_LENGTH, pattern=SHOWN)]
DeviceName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH, pattern=SHOWN_NOT_EMPTY)]
Beats = Annotated[float, Meta(ge=-MAX_BEATS, le=MAX_BEATS)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Milliseconds = Annotated[float, Meta(ge=0, le=2**53)]

RoleWord = Annotated[str, one_of("Role")]
PurposeWord = Annotated[str, one_of("Purpose")]
AudioStatusWord = Annotated[str, one_of("AudioStatus")]
TrackIds = Annotated[list[EntityId], Meta(max_length=MAX_CONTRIBUTOR_TRACKS)]
"""The tracks of a contributor."""


Epoch = Annotated[str, Meta(min_length=1, max_length=64)]


class Position(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Where a reader of a project's journal stands: everything up to `seq` of `epoch`."""

    epoch: Epoch
    seq: Seq


DigestText = Annotated[str, Meta(min_length=16, max_length=16, pattern=DIGEST)]


class Digest(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the whole state comes to at `seq`, in 16 hex digits: see "The digest"."""

    seq: Seq
    digest: DigestText


# Presence: where a member is, and what it does there.


class Cursor(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Where a member points: a time in beats, perhaps on a track, perhaps at a height (0 to 1)."""

    time: Beats
    track: ShownTrackId | UnsetType | None = UNSET
    y: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET


class View(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The part of the song a member sees, in beats, and the topmost track."""

    start: Beats
    end: Beats
    track: EntityId | UnsetType | None = UNSET


class Playhead(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Where a member's own playback is, in beats, and whether it runs."""

    time: Beats
    playing: bool


class Presence(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is known of where a member is; a field left out is unchanged, null clears it."""

    cursor: Cursor | UnsetType | None = UNSET
    view: View | UnsetType | None = UNSET
    tool: Annotated[str, Meta(max_length=32)] | UnsetType | None = UNSET
    selection: Annotated[list[EntityId], Meta(max_length=MAX_SELECTION)] | UnsetType | None = UNSET
    playhead: Playhead | UnsetType | None = UNSET
    at: Milliseconds | UnsetType = UNSET


SHOWN_PROPS = 16
"""Properties of one entity that a gesture shows, in one message and in all of them together."""

SHOWN_LEAVES = 64
"""Leaves of one device's `params` that a gesture shows, likewise."""

ShownLeaves = Annotated[dict[Name, bool | int | float], Meta(max_length=SHOWN_LEAVES)]
ShownValue = bool | int | float | Annotated[str, Meta(max_length=64)] | ShownLeaves | None


class Previewed(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The values that an entity would have if a gesture ended now."""

    col: Collection
    props: Annotated[dict[Name, ShownValue], Meta(max_length=SHOWN_PROPS)]


Previews = Annotated[dict[EntityId, Previewed], Meta(max_length=MAX_PREVIEWED)]
"""Entity -> its values; later values of a property replace earlier ones."""


class Member(Struct, frozen=True, gc=False, omit_defaults=True):
    """A user on a device in a room. `member` is the same whenever that user and device return."""

    member: str
    user: str
    name: str
    device: str
    role: RoleWord
    color: str
    presence: Presence
    gestures: dict[str, dict[str, Previewed]] = {}


# What a client says.


class Hello(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="hello"):
    """The first message: the versions a client speaks, who it is, and on which device."""

    versions: Annotated[list[int], Meta(min_length=1, max_length=16)]
    device: DeviceName
    client: ShortText = ""
    token: Annotated[str, Meta(max_length=4_096)] | None = None
    device_name: ShortText = ""
    device_kind: Literal["", "desktop", "browser", "plugin", "mobile", "tool"] = ""

    def __post_init__(self) -> None:
        spell_names_alike(self)


class Call(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="call"):
    """A request; exactly one `reply` or `error` carries its id.

    With an `idempotency_key` a write may be sent again: it is done once (rule C10).
    """

    id: RequestId
    method: Annotated[str, Meta(max_length=64)]
    params: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    idempotency_key: IdempotencyKey | None = None


class Join(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="join"):
    """Enter a project's room; with a position, only what is missing is sent.

    `digest`: that of this client's copy at `position`; `diverged`: that of its copy where it saw
    the server's differ. `unanswered`: ids of its deltas that were sent before and have no answer.
    `state`: the encoding of a state inside the `state` messages; null: that of the subprotocol.
    """

    id: RequestId
    project: ProjectId
    position: Position | None = None
    diverged: Digest | None = None
    digest: DigestText | None = None
    unanswered: Annotated[list[DeltaId], Meta(max_length=MAX_UNANSWERED)] = []
    state: Literal["json"] | None = None


class Leave(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="leave"):
    """Go out of a project's room."""

    id: RequestId
    project: ProjectId


class MovePresence(
    Presence, frozen=True, forbid_unknown_fields=True, tag_field="t", tag="presence", kw_only=True
):
    """Say where you are. Not answered; the server may drop it, and stores it seconds later."""

    project: JoinedProjectId
    tool: Annotated[str, Meta(max_length=32, pattern=SHOWN)] | UnsetType | None = UNSET


class ProposeDelta(
    Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="delta"
):
    """Propose ops that are committed together; answered by `ack` or `error` with the same id.

    `gesture` ends that gesture. Deltas with the same `step` are undone together. `base`: the seq of
    the copy that it was made on; `base_epoch`: that of `base`, if `joined` brought another since.
    """

    project: ProjectId
    id: DeltaId
    ops: Annotated[list[Op], Meta(min_length=1, max_length=MAX_OPS_PER_DELTA)]
    atomic: bool = False
    step: StepName | None = None
    gesture: RequestId | None = None
    base: Seq | None = None
    base_epoch: Epoch | None = None


class Gesture(
    Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="gesture"
):
    """Begin or go on with a continuous edit: others see the values, nothing is stored.

    `values` null gives it up. Answered only if something is wrong with it.
    """

    project: ProjectId
    id: RequestId
    values: Previews | None = None


class Undo(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="undo"):
    """Undo your latest step as a delta with this id; answered like one."""

    project: ProjectId
    id: DeltaId


class Redo(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="redo"):
    """Do your latest undone step again as a delta with this id; answered like one."""

    project: ProjectId
    id: DeltaId


class Ping(Struct, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="t", tag="ping"):
    """The heartbeat, and a question for the server's clock."""

    time: Milliseconds = 0.0


ClientMessage = (
    Hello | Call | Join | Leave | MovePresence | Gesture | ProposeDelta | Undo | Redo | Ping
)


# What a client hears.


class User(Struct, frozen=True, gc=False):
    """An account as others see it."""

    id: str
    username: str
    name: str


class Welcome(Struct, frozen=True, gc=False, tag_field="t", tag="welcome"):
    """The answer to hello: the version agreed on, and the bounds that hold."""

    version: int
    connection: str
    node: str
    server_time: float
    heartbeat_seconds: float
    max_message_bytes: int
    user: User | None


class Reply(Struct, frozen=True, gc=False, tag_field="t", tag="reply"):
    """The result of the call with this id."""

    id: str
    result: Any


Details = dict[str, str | int | float | list[int]]
"""What a program needs of an error, beside its sentence: see the table of errors."""


class Error(Struct, frozen=True, gc=False, tag_field="t", tag="error"):
    """What went wrong, with the id of the message at fault where it had one."""

    id: str | None
    code: Annotated[str, one_of("ErrorCode")]
    message: str
    project: str | None = None
    details: Details = {}


class Joined(Struct, frozen=True, gc=False, tag_field="t", tag="joined"):
    """You are in. `parts` messages `state` follow, or the deltas that you missed.

    `undo` and `redo` count the steps that you can undo and do again. `head`: the newest seq at
    the join; a copy that has come to it has all that was acknowledged before. `committed`: those of
    the join's `unanswered` that are in the state at `position`, id -> seq. `media`: as in `media`,
    of all audio files of the project that are not available. `tracks`: as in `role_changed`, yours.
    `permissions`: as in `permitted`.
    """

    id: str
    project: str
    you: str
    role: RoleWord
    members: list[Member]
    position: Position
    resumed: bool
    parts: int
    degraded: bool = False
    undo: int = 0
    redo: int = 0
    digest: Digest | None = None
    head: int = 0
    committed: dict[str, int] = {}
    media: dict[str, AudioStatusWord] = {}
    tracks: TrackIds | None = None
    permissions: dict[str, list[str]] = {}


class StatePart(Struct, frozen=True, gc=False, tag_field="t", tag="state"):
    """One part of the project state: zlib over its encoding (rules J2, J16), cut into parts."""

    project: str
    part: int
    parts: int
    data: bytes


class MemberJoined(Struct, frozen=True, gc=False, tag_field="t", tag="member_joined"):
    """Someone came in."""

    project: str
    member: Member


class MemberLeft(Struct, frozen=True, gc=False, tag_field="t", tag="member_left"):
    """Someone went out, or vanished."""

    project: str
    member: str


class RoleChanged(Struct, frozen=True, gc=False, tag_field="t", tag="role_changed"):
    """A user's role is another one now; `role` null: that user is out of the project.

    `tracks`: of a contributor, those that it may edit; of others null.
    """

    project: str
    user: str
    role: RoleWord | None
    tracks: TrackIds | None = None


class Permitted(Struct, frozen=True, gc=False, tag_field="t", tag="permitted"):
    """What the session's host, or an owner, has agreed on: permission -> the users that have it.

    Everyone whose role lets them has a permission that is not named.
    """

    project: str
    permissions: dict[str, list[str]]


class Left(Struct, frozen=True, gc=False, tag_field="t", tag="left"):
    """You are out: as you asked (`id`), or because of `reason`.

    `message`: what an operator says to who is `kicked`, or the bound that is reached.
    """

    project: str
    id: str | None = None
    reason: Annotated[str, one_of("LeftReason")] | None = None
    message: str = ""


class Tick(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="t", tag="tick"):
    """Who moved since the last tick: member -> what changed. Ignore your own entry.

    `gestures`: member -> gesture -> the values that changed; null: it is over. With `whole` these
    are all gestures that there are: forget the others.
    """

    project: str
    moved: dict[str, Presence]
    gestures: dict[str, dict[str, dict[str, Previewed] | None]] = {}
    whole: bool = False
    digest: Digest | None = None


class Dropped(Struct, frozen=True, gc=False, omit_defaults=True):
    """An op of your delta that did nothing: its index and why (see the table of reasons).

    Of an undo, a redo or a restore, whose ops you did not send: what it was about.
    """

    op: int
    reason: Annotated[str, one_of("DropReason")]
    col: str = ""
    id: str = ""
    props: list[str] = []


class Ack(Struct, frozen=True, gc=False, tag_field="t", tag="ack"):
    """Your delta is on disk as `seq`. `ops` is what took effect; null: just what you sent.

    `dropped_total`: how many were dropped, where `dropped` does not name all of them.
    """

    project: str
    id: str
    seq: int
    at: float
    dropped: list[Dropped] = []
    ops: list[Op] | None = None
    duplicate: bool = False
    undo: int = 0
    redo: int = 0
    digest: str | None = None
    dropped_total: int | UnsetType = UNSET


class DeltaCommitted(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="t", tag="delta"):
    """A delta is on disk as `seq`: the ops that took effect. Seqs follow without holes.

    `purpose`: `edit`, `undo`, `redo` or `restore`; `reverts`: the seq that it takes back. `more`:
    the next delta belongs to the same group: show all of it at once.
    """

    project: str
    seq: int
    id: str
    user: str
    member: str
    at: float
    ops: list[Op]
    purpose: PurposeWord = "edit"
    reverts: int | None = None
    more: bool = False


class Degraded(Struct, frozen=True, gc=False, tag_field="t", tag="degraded"):
    """What the room cannot do just now, and why. Presence goes on either way.

    `what`: `journal`, nothing can be committed; `bus`, other servers' edits come seconds late;
    `maintenance`, an operator has asked everyone to wait with edits, and `reason` is the sentence.
    """

    project: str
    degraded: bool
    reason: str = ""
    what: Annotated[str, one_of("DegradedPart")] = "journal"


class ProjectChanged(Struct, frozen=True, gc=False, tag_field="t", tag="project_changed"):
    """The project's row is another one now; read it with `projects.get`."""

    project: str
    version: int
    archived: bool


class MediaStatuses(Struct, frozen=True, gc=False, tag_field="t", tag="media"):
    """How far the bytes of audio files are now: id or content hash -> status.

    null: no audio file of the project has that id or hash any more.
    """

    project: str
    statuses: dict[str, AudioStatusWord | None]


class RowChange(Struct, frozen=True, gc=False, omit_defaults=True):
    """What happened to one row, in terms of the list that is watched; `row`: what it holds now.

    `id`: of the row; where a row has no id of its own, the columns that name it, with `/` between.
    """

    change: Annotated[str, one_of("RowChangeKind")]
    id: str
    row: dict[str, Any] | UnsetType = UNSET


class Rows(Struct, frozen=True, gc=False, tag_field="t", tag="rows"):
    """Rows of a list that you watch have changed: take all of it at once.

    `position`: how far you have come; null: more of the same moment follows.
    """

    watch: str
    changes: list[RowChange]
    position: str | None


class Resync(Struct, frozen=True, gc=False, tag_field="t", tag="resync"):
    """A watch has ended, because what came since cannot be told: watch anew for the rows."""

    watch: str
    reason: Annotated[str, one_of("ResyncReason")]


class TokenExpiring(Struct, frozen=True, gc=False, tag_field="t", tag="token_expiring"):
    """The access token of this connection runs out; `auth.refresh` here, and nothing is missed."""

    in_ms: int


class ServerLeaving(Struct, frozen=True, gc=False, tag_field="t", tag="server_leaving"):
    """This server stops, and closes with 1012; come back `after_ms` later: another one serves."""

    after_ms: int


class Pong(Struct, frozen=True, gc=False, tag_field="t", tag="pong"):
    """The answer to ping: its time again, and the server's, in milliseconds since 1970."""

    time: float
    server_time: float


ServerMessage = (
    Welcome
    | Reply
    | Error
    | Joined
    | StatePart
    | MemberJoined
    | MemberLeft
    | RoleChanged
    | Permitted
    | Left
    | Tick
    | Ack
    | DeltaCommitted
    | Degraded
    | ProjectChanged
    | MediaStatuses
    | Rows
    | Resync
    | TokenExpiring
    | ServerLeaving
    | Pong
)
