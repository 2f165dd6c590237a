"""Every call: its name, its parameters, its result, and what it does."""

# Long: all calls of the protocol, in the order of PROTOCOL.md.

from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from schema.calling.accounts.all_account_calls import ACCOUNT_METHODS, ACCOUNTS_WITHOUT_LOGIN
from schema.calling.accounts.auth_session_calls import login_methods
from schema.calling.accounts.registration_and_login_calls import Email
from schema.calling.invitation_calls import INVITATIONS_WITHOUT_LOGIN, invitation_methods
from schema.calling.params import Done as Done
from schema.calling.params import Params as Params
from schema.calling.preset_and_audio_file_calls import library_methods
from schema.calling.row_calls import Cursor, RowCalls
from schema.calling.session_permission_calls import PERMIT_METHODS
from schema.columns.music import AudioAnalysis
from schema.columns.types import (
    Bpm,
    Description,
    MusicalKey,
    PlainName,
    ProjectName,
    Role,
    Scale,
    Signature,
    Tags,
    Version,
)
from schema.limits import (
    MAX_BEATS,
    MAX_CALLS_IN_BATCH,
)
from schema.messages import (
    DeltaId,
    Details,
    Milliseconds,
    Position,
    ProjectId,
    PurposeWord,
    Seq,
    TrackIds,
    User,
)
from schema.operating.operator_calls import OPERATOR_METHODS
from schema.ops import Collection, EntityId, Op
from schema.recall.calls import RECALL_METHODS
from schema.tables.all_tables import TABLES
from schema.tables.project_members import MEMBERS
from schema.tables.project_snapshots import SNAPSHOTS
from schema.tables.studio_projects import PROJECTS, DefaultRole, MemberLimit
from schema.text.enumerations import one_of
from schema.text.text_rules import MEMBER_ID

# projects


class CreateProject(Params, frozen=True, forbid_unknown_fields=True):
    """Make a project and own it. With an `id`, sending the call again makes no second one.

    Without `bpm` it has the `default_bpm` of your account.
    """

    name: ProjectName
    id: ProjectId | None = None
    description: Description = ""
    bpm: Bpm | UnsetType = UNSET
    key: MusicalKey | None = None
    scale: Scale | None = None
    signature: Signature = "4/4"
    tags: Tags = []  # noqa: RUF012 - msgspec makes a new one each time


class UpdateProject(Params, frozen=True, forbid_unknown_fields=True):
    """Change fields of the row, if `version` is still the one you read."""

    project: ProjectId
    version: Version
    name: ProjectName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    bpm: Bpm | UnsetType = UNSET
    key: MusicalKey | UnsetType | None = UNSET
    scale: Scale | UnsetType | None = UNSET
    signature: Signature | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    default_role: DefaultRole | UnsetType = UNSET
    link_sharing: bool | UnsetType = UNSET
    member_limit: MemberLimit | UnsetType = UNSET


class ArchiveProject(Params, frozen=True, forbid_unknown_fields=True):
    """Archive a project, or bring it back: an archived one can be read and not edited."""

    project: ProjectId
    archived: bool = True


ROW_CALLS = RowCalls(TABLES.values())
"""The calls that tables have in common."""

OF_TABLES = ROW_CALLS.methods()

Project = ROW_CALLS.row(PROJECTS)

ProjectMember = ROW_CALLS.row(MEMBERS)

Snapshot = ROW_CALLS.row(SNAPSHOTS)


# members


class GrantRole(Params, frozen=True, forbid_unknown_fields=True):
    """Give a role: to anyone by `email`, or another one to who is a member by `user`; owners only.

    Without a `role`: the project's `default_role`. `tracks`: those that a contributor may edit.
    """

    project: ProjectId
    email: Email | None = None
    user: ProjectId | None = None
    role: Role | None = None
    tracks: TrackIds | None = None


class JoinProject(Params, frozen=True, forbid_unknown_fields=True):
    """Become a member of a project whose link is shared; its id is the link."""

    project: ProjectId


class RevokeRole(Params, frozen=True, forbid_unknown_fields=True):
    """Take a user's role in a project away; owners only, but everyone may take their own."""

    project: ProjectId
    user: ProjectId


# history

Page = Annotated[int, Meta(ge=1, le=200)]
MemberId = Annotated[str, Meta(pattern=MEMBER_ID)]
PropertyPath = Annotated[str, Meta(min_length=1, max_length=80)]
Part = Annotated[int, Meta(ge=0, le=10_000)]


class ListHistory(Params, frozen=True, forbid_unknown_fields=True):
    """Who changed what, newest first; `before` is the `next` of the page before."""

    project: ProjectId
    user: ProjectId | None = None
    member: MemberId | None = None
    entity: EntityId | None = None
    since: Milliseconds | None = None
    until: Milliseconds | None = None
    before: Seq | None = None
    limit: Page = 50


class Blame(Params, frozen=True, forbid_unknown_fields=True):
    """Who last set this property; a leaf of `params` is `params/<name>`."""

    project: ProjectId
    entity: EntityId
    property: PropertyPath


class StateAt(Params, frozen=True, forbid_unknown_fields=True):
    """The state after `seq`, or at `time` (ms since 1970), read-only; ask part by part."""

    project: ProjectId
    seq: Seq | None = None
    time: Milliseconds | None = None
    part: Part = 0


class ListOps(Params, frozen=True, forbid_unknown_fields=True):
    """The whole deltas after the seq `after` up to `to`, oldest first, to replay them.

    Of a group that `to` is in, all; without `to` as many as there are. `after` and `op` are the
    `next` of the page before.
    """

    project: ProjectId
    after: Seq = 0
    to: Seq | None = None
    op: Annotated[int, Meta(ge=0, le=2**31)] = 0


class HistoryEntry(Struct, frozen=True):
    """One delta of the journal: of the `total` ops that took effect the first 100, or 64 KiB.

    `color`: of the user in the project.
    """

    seq: int
    id: str
    at: float
    user: User
    member: str
    purpose: PurposeWord
    reverts: int | None
    ops: list[Op]
    total: int
    color: str = ""


class HistoryPage(Struct, frozen=True):
    """Some entries, the `before` of the next page, and the oldest seq whose ops are kept."""

    entries: list[HistoryEntry]
    next: int | None
    oldest: int


class HistoryDelta(Struct, frozen=True, omit_defaults=True):
    """A delta of the journal as the message `delta` told it, or a part of a large one.

    `op`: which of its ops is the first here; `cut`: the next page begins with more of them.
    """

    seq: int
    id: str
    user: str
    member: str
    at: float
    ops: list[Op]
    purpose: PurposeWord = "edit"
    reverts: int | None = None
    more: bool = False
    op: int = 0
    cut: bool = False


class OpsPlace(Struct, frozen=True):
    """Where the next page begins: the `after` and `op` of its call."""

    after: int
    op: int


class HistoryOps(Struct, frozen=True):
    """Some deltas, where the next page begins, and where a copy stands that has taken all pages."""

    deltas: list[HistoryDelta]
    next: OpsPlace | None
    position: Position


class Blamed(Struct, frozen=True):
    """The entry that gave the property its value, without its ops; null: from before the history.

    `clipped`: the value is too large for a reply; ask for a leaf of it.
    """

    entry: HistoryEntry | None
    value: bool | int | float | str | list[str] | dict[str, bool | int | float | str] | None
    clipped: bool = False


class StateData(Struct, frozen=True):
    """One part of a state: all parts joined are zlib over it, as in `state` messages (rule J2)."""

    position: Position
    digest: str
    part: int
    parts: int
    data: bytes


# snapshots

SnapshotId = ProjectId
SnapshotName = PlainName


class CreateSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Store the current state under a name. With an `id`, sending it again makes no second one."""

    project: ProjectId
    name: SnapshotName = ""
    description: Description = ""
    id: SnapshotId | None = None
    audio_analysis: AudioAnalysis | None = None


class SnapshotState(Params, frozen=True, forbid_unknown_fields=True):
    """The state that a snapshot holds; ask part by part."""

    project: ProjectId
    snapshot: SnapshotId
    part: Part = 0


class UpdateSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Name or describe a snapshot, or say what it sounds like; a named one is kept for good."""

    project: ProjectId
    snapshot: SnapshotId
    version: Version
    name: SnapshotName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    audio_analysis: AudioAnalysis | UnsetType | None = UNSET


class DiffSnapshots(Params, frozen=True, forbid_unknown_fields=True):
    """What differs between two snapshots; null is the current state."""

    project: ProjectId
    before: SnapshotId | None = None
    after: SnapshotId | None = None
    limit: Annotated[int, Meta(ge=1, le=2_000)] = 200


class RestoreSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Bring a snapshot's state back as a delta with this `id`, which can be undone."""

    project: ProjectId
    snapshot: SnapshotId
    id: DeltaId


class ForkSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Make a new project of your own out of a snapshot.

    With an `id`, sending it again makes no second one.
    """

    project: ProjectId
    snapshot: SnapshotId
    name: ProjectName
    id: ProjectId | None = None


class DeleteSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Delete a snapshot: its author or an owner may. The second time changes nothing."""

    project: ProjectId
    snapshot: SnapshotId


class Change(Struct, frozen=True, omit_defaults=True):
    """An entity that differs: added, removed or changed; `props`: name -> [before, after].

    `clipped`: they are too large for a reply, and some or all of them are left out.
    """

    col: str
    id: str
    action: Annotated[str, one_of("ChangeAction")]
    name: str = ""
    props: dict[str, list[Any]] = {}
    clipped: bool = False


class Diff(Struct, frozen=True):
    """All that differs in sentences, and the first of `total` entities one by one.

    At most `limit`, and as many as a page holds.
    """

    sentences: list[str]
    changes: list[Change]
    total: int


class Restored(Struct, frozen=True):
    """The last seq of the restore, how many ops it took, and the snapshot of what was before.

    `before` is null where nothing was kept: there were no ops, or the id was sent before.
    """

    seq: int
    ops: int
    before: str | None


# timeline


class Between(Params, frozen=True, forbid_unknown_fields=True):
    """What lies between two beats (from `start` up to `end`), on all tracks or on some."""

    project: ProjectId
    start: Annotated[float, Meta(ge=0, le=MAX_BEATS)]
    end: Annotated[float, Meta(ge=0, le=MAX_BEATS)]
    tracks: Annotated[list[EntityId], Meta(max_length=200)] | None = None
    notes: bool = False
    limit: Annotated[int, Meta(ge=1, le=5_000)] = 1_000


class ToSeconds(Params, frozen=True, forbid_unknown_fields=True):
    """Beats to seconds through the tempo map."""

    project: ProjectId
    beats: Annotated[list[Annotated[float, Meta(ge=0, le=MAX_BEATS)]], Meta(max_length=1_000)]


class ToBeats(Params, frozen=True, forbid_unknown_fields=True):
    """Seconds to beats through the tempo map."""

    project: ProjectId
    seconds: Annotated[list[Annotated[float, Meta(ge=0, le=1e7)]], Meta(max_length=1_000)]


class Found(Struct, frozen=True):
    """An entity that lies there; `start` and `end` in beats of the song."""

    col: Collection
    id: str
    start: float
    end: float
    entity: dict[str, Any]


class Range(Struct, frozen=True):
    """The first of `total` entities, in order of their start: as many as a page holds.

    At most `limit`; for those behind, ask from the `start` of the last one on.
    """

    found: list[Found]
    total: int


class Times(Struct, frozen=True):
    """One for each that was asked, in the same order."""

    times: list[float]


# sessions


class SessionHistory(Params, frozen=True, forbid_unknown_fields=True):
    """Who was in a collaboration session, and for how long, the latest comer first."""

    session: ProjectId
    limit: Page = 50
    after: Cursor | None = None
    before: Cursor | None = None


class EndSession(Params, frozen=True, forbid_unknown_fields=True):
    """End a collaboration session: its host may, and owners. The second time changes nothing."""

    session: ProjectId


# batch


class BatchedCall(Struct, frozen=True, forbid_unknown_fields=True):
    """A call among others of one message."""

    method: Annotated[str, Meta(max_length=64)]
    params: Raw = field(default_factory=Raw)


BatchedCalls = Annotated[list[BatchedCall], Meta(min_length=1, max_length=MAX_CALLS_IN_BATCH)]


class Batch(Params, frozen=True, forbid_unknown_fields=True):
    """Several calls in one message, answered in their order; `atomic`: all of them, or none."""

    calls: BatchedCalls
    atomic: bool = False


class CallError(Struct, frozen=True):
    """Why one call of several was refused: as an `error` has it."""

    code: Annotated[str, one_of("ErrorCode")]
    message: str
    details: Details


class Answered(Struct, frozen=True, omit_defaults=True):
    """What one call of several is answered: a `result` as its `reply` has it, or an `error`."""

    result: Any | UnsetType = UNSET
    error: CallError | UnsetType = UNSET


class BatchAnswers(Struct, frozen=True):
    """One for each call, in their order; `done`: not one of them was refused."""

    answers: list[Answered]
    done: bool


# watch


class EndWatch(Params, frozen=True, forbid_unknown_fields=True):
    """Hear no more of a watch. The second time changes nothing."""

    watch: Annotated[str, Meta(min_length=1, max_length=64)]


BY_HAND: dict[str, tuple[type[Params], type[Struct]]] = {
    **ACCOUNT_METHODS,
    **login_methods(ROW_CALLS),
    "projects.create": (CreateProject, Project),
    "projects.update": (UpdateProject, Project),
    "projects.archive": (ArchiveProject, Project),
    "members.grant": (GrantRole, ProjectMember),
    "members.join": (JoinProject, ProjectMember),
    "members.revoke": (RevokeRole, Done),
    "history.list": (ListHistory, HistoryPage),
    "history.blame": (Blame, Blamed),
    "history.at": (StateAt, StateData),
    "history.ops": (ListOps, HistoryOps),
    "snapshots.create": (CreateSnapshot, Snapshot),
    "snapshots.state": (SnapshotState, StateData),
    "snapshots.update": (UpdateSnapshot, Snapshot),
    "snapshots.diff": (DiffSnapshots, Diff),
    "snapshots.restore": (RestoreSnapshot, Restored),
    "snapshots.fork": (ForkSnapshot, Project),
    "snapshots.delete": (DeleteSnapshot, Done),
    "timeline.between": (Between, Range),
    "timeline.seconds": (ToSeconds, Times),
    "timeline.beats": (ToBeats, Times),
    "sessions.history": (SessionHistory, OF_TABLES["session_stays.list"][1]),
    "sessions.end": (EndSession, Done),
    "batch": (Batch, BatchAnswers),
    **RECALL_METHODS,
    **library_methods(ROW_CALLS),
    **invitation_methods(ROW_CALLS),
    **PERMIT_METHODS,
    **OPERATOR_METHODS,
    "watch.end": (EndWatch, Done),
}
"""Those that are written out above."""

METHODS = BY_HAND | OF_TABLES | ROW_CALLS.watches()
"""Method name -> (parameters, result). `schema.generate` makes the table of PROTOCOL.md from it."""

WITHOUT_LOGIN = ACCOUNTS_WITHOUT_LOGIN | INVITATIONS_WITHOUT_LOGIN
"""Methods that a connection may call before it has logged in."""
