# Made by `python -m schema.generate` from schema/calls.py, calling/ and tables/: change it there.
"""Every call by name: what it takes and what it answers.

A call raises `CallFailed`, `CallTimedOut`, `CallInterrupted`, `ConnectionOver`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, NotRequired, TypedDict, Unpack, overload

from prime_client.copy.state_ops import Op
from prime_client.schema.queries import (
    AudioFileColumn,
    AudioFileEmbed,
    AudioFileOrder,
    AudioFileWhere,
    AuditEntryColumn,
    AuditEntryEmbed,
    AuditEntryOrder,
    AuditEntryWhere,
    AuthSessionColumn,
    AuthSessionEmbed,
    AuthSessionOrder,
    AuthSessionWhere,
    CollaborationSessionColumn,
    CollaborationSessionEmbed,
    CollaborationSessionOrder,
    CollaborationSessionWhere,
    InvitationColumn,
    InvitationEmbed,
    InvitationOrder,
    InvitationWhere,
    OwnAccountColumn,
    OwnAccountWhere,
    PresetColumn,
    PresetEmbed,
    PresetOrder,
    PresetWhere,
    ProjectColumn,
    ProjectEmbed,
    ProjectMemberColumn,
    ProjectMemberEmbed,
    ProjectMemberOrder,
    ProjectMemberWhere,
    ProjectOrder,
    ProjectWhere,
    PublicUserColumn,
    PublicUserOrder,
    PublicUserWhere,
    RecalledColumn,
    RecalledEmbed,
    RecalledOrder,
    RecalledWhere,
    SessionStateColumn,
    SessionStateEmbed,
    SessionStateOrder,
    SessionStateWhere,
    SessionStayColumn,
    SessionStayEmbed,
    SessionStayOrder,
    SessionStayWhere,
    SnapshotColumn,
    SnapshotEmbed,
    SnapshotOrder,
    SnapshotWhere,
    WholeAuditEntryColumn,
    WholeAuditEntryEmbed,
    WholeAuditEntryOrder,
    WholeAuditEntryWhere,
)
from prime_client.watching.watch import Watch

Call = Callable[..., Awaitable[Any]]
Begin = Callable[..., Watch[Any]]

WRITES = frozenset(
    {
        "account.update",
        "audio_files.create",
        "audio_files.delete",
        "audio_files.set_status",
        "audio_files.update",
        "auth_sessions.rename",
        "auth_sessions.revoke",
        "batch",
        "invitations.accept",
        "invitations.withdraw",
        "members.grant",
        "members.join",
        "members.revoke",
        "presets.copy",
        "presets.create",
        "presets.delete",
        "presets.publish",
        "presets.unpublish",
        "presets.update",
        "presets.use",
        "projects.archive",
        "projects.create",
        "projects.update",
        "recall.correct",
        "recall.erase",
        "recall.forget",
        "recall.observe",
        "recall.settings",
        "recall.update",
        "sessions.end",
        "sessions.permit",
        "snapshots.create",
        "snapshots.delete",
        "snapshots.fork",
        "snapshots.restore",
        "snapshots.update",
    }
)
"""Sent again with the same `idempotency_key`, each is done once."""


READS = frozenset(
    {
        "account.get",
        "audio_files.count",
        "audio_files.get",
        "audio_files.list",
        "audio_files.stems",
        "audit.count",
        "audit.list",
        "auth_sessions.count",
        "auth_sessions.get",
        "auth_sessions.list",
        "history.at",
        "history.blame",
        "history.list",
        "history.ops",
        "invitations.count",
        "invitations.get",
        "invitations.list",
        "invitations.look",
        "members.count",
        "members.list",
        "operator.audit",
        "operator.closed_rooms",
        "operator.events",
        "operator.health",
        "operator.logins",
        "operator.nodes",
        "operator.room",
        "operator.rooms",
        "operator.sizes",
        "operator.slow_calls",
        "presets.count",
        "presets.get",
        "presets.list",
        "projects.count",
        "projects.get",
        "projects.list",
        "recall.count",
        "recall.export",
        "recall.get",
        "recall.list",
        "recall.suggest",
        "session_states.count",
        "session_states.get",
        "session_states.list",
        "session_stays.count",
        "session_stays.list",
        "sessions.count",
        "sessions.get",
        "sessions.history",
        "sessions.list",
        "snapshots.count",
        "snapshots.diff",
        "snapshots.get",
        "snapshots.list",
        "snapshots.state",
        "timeline.beats",
        "timeline.between",
        "timeline.seconds",
        "users.count",
        "users.get",
        "users.list",
        "whole_audit.count",
        "whole_audit.list",
    }
)
"""They change nothing."""


class UpgradeGuest(TypedDict):
    """Make an account of the guest who is logged in: the same user, and all stays theirs."""

    email: str
    username: str
    password: str


class User(TypedDict):
    """An account as others see it."""

    id: str
    username: str
    name: str


class Verify(TypedDict):
    """Prove the address of an account, by the `token` of a link or by `email` and `code`. The
    first time, give the account's `password` too, unless you are logged in to it: without
    either, the password, all logins and all linked identities are taken off.
    """

    token: NotRequired[str | None]
    email: NotRequired[str | None]
    code: NotRequired[str | None]
    password: NotRequired[str | None]


class Done(TypedDict):
    """It is done; there is nothing more to say."""


class SendVerification(TypedDict):
    """Ask for a mail with a link and a code for `auth.verify`; answered alike for any address."""

    email: str


class RequestReset(TypedDict):
    """Ask for a mail with which to set a new password; answered alike for any address."""

    email: str


class ResetPassword(TypedDict):
    """Set a new password, by the `token` of a link or by `email` and `code`; nobody is logged
    in. All logins of the account end.
    """

    password: str
    token: NotRequired[str | None]
    email: NotRequired[str | None]
    code: NotRequired[str | None]


class ChangePassword(TypedDict):
    """Change your password; all your other logins end."""

    password: str
    new_password: str


class ChangeEmail(TypedDict):
    """Ask for a mail to a new address; it is yours after `auth.confirm_email`."""

    password: str
    email: str


class ConfirmEmail(TypedDict):
    """Make the new address that of the account, by the `token`, or logged in by the `code`."""

    token: NotRequired[str | None]
    code: NotRequired[str | None]


class PreviewDeletion(TypedDict):
    """What would become of the projects that you own, if you deleted your account."""


class ProjectFate(TypedDict):
    """`becomes`: `kept` by its other owners; `archived`, then erased, unless you name an owner
    among its `others`; or `erased`, as nobody else is in it.
    """

    project: str
    name: str
    others: int
    becomes: str


class DeletionPreview(TypedDict):
    """The first of `total` projects; `days`: the grace time."""

    projects: list[ProjectFate]
    total: int
    days: float


class RequestDeletion(TypedDict):
    """Be mailed a code for `auth.delete_account`, where you know no password (rule A73)."""


class DeleteAccount(TypedDict):
    """Delete your account: it is erased after a grace time, unless you log in before.
    `projects`: project -> the member who is to own it. All your logins end. Without a
    password it takes the `code` of `auth.request_deletion`, or, where the account has no
    password, a login of the last ten minutes.
    """

    password: NotRequired[str | None]
    code: NotRequired[str | None]
    projects: NotRequired[dict[str, str]]


class Deletion(TypedDict):
    """What becomes of the projects, and when all is erased, in ms since 1970."""

    projects: list[ProjectFate]
    total: int
    erase_at: float


class RevokeLogin(TypedDict):
    """End one of your logins; its sockets are closed. The second time changes nothing."""

    auth_session: str


class ListProviders(TypedDict):
    """By which providers one can log in here."""


class ProviderShown(TypedDict):
    """`name` is for `auth.provider_begin`, `label` for the button."""

    name: str
    label: str


class ProvidersShown(TypedDict):
    """In the order of the settings."""

    providers: list[ProviderShown]


class BeginProviderLogin(TypedDict):
    """Begin a login by a provider (rule A32). `redirect_uri`: where it leads back to; this
    server's page `/account`, an address that its operator has allowed, or
    `http://127.0.0.1:<port>/` of your own program (RFC 8252).
    """

    provider: str
    redirect_uri: str


class ProviderLoginBegun(TypedDict):
    """Open `url` in a browser, and keep `flow` to yourself: only with it the login is finished.
    `state` is what the browser has to bring back. `expires_in`: seconds.
    """

    flow: str
    state: str
    url: str
    expires_in: int


class FinishProviderLogin(TypedDict):
    """Finish it with what the browser has brought back (rule A32). `iss`: if that is among it
    (RFC 9207). With the token of an `invitation`, an account that is new is a member of its
    project, also where strangers make none.
    """

    flow: str
    state: str
    code: str
    iss: NotRequired[str | None]
    invitation: NotRequired[str | None]


class Tokens(TypedDict):
    """An auth session: the access token for hello, the refresh token for `auth.refresh`. The
    device token is for the next `auth.login` on this device (rule A74); it logs nobody in.
    """

    user: User
    access_token: str
    expires_in: int
    refresh_token: str
    device_token: str


class ListIdentities(TypedDict):
    """Which providers' identities are linked to your account."""


class LinkedIdentity(TypedDict):
    """`email` is what the provider has proved; you are not known by it."""

    id: str
    provider: str
    email: str | None
    linked_at: float
    last_used_at: float


class LinkedIdentities(TypedDict):
    """`password`: whether you have one, too."""

    identities: list[LinkedIdentity]
    password: bool


class BeginLink(TypedDict):
    """Begin to link a provider's identity to your account, within ten minutes of your login."""

    provider: str
    redirect_uri: str


class FinishLink(TypedDict):
    """Link it; `taken` if it is linked to another account (rule A33)."""

    flow: str
    state: str
    code: str
    iss: NotRequired[str | None]


class Unlink(TypedDict):
    """Take a provider's identity off; not the last way in (rule A33)."""

    identity: str


class BeginDeviceLogin(TypedDict):
    """Ask to be let in by someone who is logged in elsewhere (rule A30). `name`: what that
    person is shown beside the device of hello.
    """

    name: NotRequired[str]


class DeviceLoginBegun(TypedDict):
    """Show `user_code` and `verification_uri`; keep `device_code` to yourself, and poll with it.
    `verification_uri_complete` has the code in it, for a QR code. `expires_in`: seconds.
    """

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    interval_ms: int
    expires_in: int


class PollDeviceLogin(TypedDict):
    """Ask whether you are let in; with `wait_ms`, answered as soon as it is decided (rule A30)."""

    device_code: str
    # 0 to 8,000; 0 if left out
    wait_ms: NotRequired[int]


class DeviceLoginPolled(TypedDict):
    """`approved` comes once, with `tokens`; poll again after `interval_ms` otherwise.
    `slow_down`: you asked too soon, and `interval_ms` has grown. `denied`: stop asking.
    """

    state: Literal["waiting", "slow_down", "denied", "approved"]
    interval_ms: int
    tokens: Tokens | None


class LookAtDeviceLogin(TypedDict):
    """Which device asks with this code: show it before you let it in (rule A31)."""

    user_code: str


class DeviceLoginShown(TypedDict):
    """The device as it calls itself, and the network that it asks from. `same_network`: yours is
    the same. Where it is not, someone else may have sent you the code.
    """

    device: str
    name: str
    network: str
    same_network: bool
    expires_in: int


class ApproveDeviceLogin(TypedDict):
    """Let the device in, as yourself, that you have looked at with `auth.device_look`."""

    user_code: str


class DenyDeviceLogin(TypedDict):
    """Turn the device away that you have looked at with `auth.device_look`."""

    user_code: str


class BeginTotp(TypedDict):
    """Get a secret for an authenticator app; it counts once `auth.totp_confirm` has shown a
    code. Logged in, within ten minutes of the login; or with the `challenge` of a login that
    was answered `second_factor_missing` (rule A37). Beside an app that counts it is one more
    (rule A75).
    """

    challenge: NotRequired[str | None]


class TotpBegun(TypedDict):
    """`uri` is for a QR code, `secret` for those who type it."""

    secret: str
    uri: str


class ConfirmTotp(TypedDict):
    """Show a code of the new app: from now on logins ask for one (rule A35). `name`: what tells
    it from your other apps.
    """

    code: str
    challenge: NotRequired[str | None]
    name: NotRequired[str]


class TotpConfirmed(TypedDict):
    """The recovery codes are told this once; none beside another app, as those of before stay
    good. `tokens`: of the login that the challenge was of.
    """

    recovery_codes: list[str]
    tokens: Tokens | None


class DisableTotp(TypedDict):
    """Take the second factor off, all apps of it, by a code or a recovery code (rule A36)."""

    code: str


class RemoveTotp(TypedDict):
    """Take one app off, by a code of any or a recovery code; with the last, all (rule A75)."""

    app: str
    code: str


class RenewRecoveryCodes(TypedDict):
    """Get new recovery codes by a code of the app; those of before are void (rule A36)."""

    code: str


class RecoveryCodes(TypedDict):
    """Each is good once, instead of a code of the app."""

    recovery_codes: list[str]


class RenameLogin(TypedDict):
    """Call the device of one of your logins by another name."""

    auth_session: str
    name: str


class PublicUserSummary(TypedDict):
    """What rows of other tables bring along of one of: people whom you share a project with, and
    yourself: what others see.
    """

    id: str
    username: str
    name: str
    avatar_url: str | None
    is_guest: bool


class AuthSession(TypedDict):
    """Where you are logged in, and where you were."""

    id: str
    user: str | PublicUserSummary
    device: str
    device_name: str
    device_kind: str
    client: str
    network: str
    seen_at: float | None
    last_used_at: float
    expires_at: float
    revoked_at: float | None
    revoked_reason: str | None
    current: bool
    created_at: float


class CreateProject(TypedDict):
    """Make a project and own it. With an `id`, sending the call again makes no second one.
    Without `bpm` it has the `default_bpm` of your account.
    """

    name: str
    id: NotRequired[str | None]
    description: NotRequired[str]
    bpm: NotRequired[float]
    key: NotRequired[str | None]
    scale: NotRequired[str | None]
    # "4/4" if left out
    signature: NotRequired[str]
    tags: NotRequired[list[str]]


class Project(TypedDict):
    """Your projects, and those that others let you into; without their states."""

    id: str
    owner: str | PublicUserSummary
    name: str
    description: str
    bpm: float
    key: str | None
    scale: str | None
    signature: str
    tags: list[str]
    default_role: Literal["editor", "viewer"]
    link_sharing: bool
    member_limit: int
    role: str
    head: int
    epoch: str
    archived: bool
    forked_from: str | None
    version: int
    created_at: float
    updated_at: float


class UpdateProject(TypedDict):
    """Change fields of the row, if `version` is still the one you read."""

    project: str
    version: int
    name: NotRequired[str]
    description: NotRequired[str]
    bpm: NotRequired[float]
    key: NotRequired[str | None]
    scale: NotRequired[str | None]
    signature: NotRequired[str]
    tags: NotRequired[list[str]]
    default_role: NotRequired[Literal["editor", "viewer"]]
    link_sharing: NotRequired[bool]
    member_limit: NotRequired[int]


class ArchiveProject(TypedDict):
    """Archive a project, or bring it back: an archived one can be read and not edited."""

    project: str
    # True if left out
    archived: NotRequired[bool]


class GrantRole(TypedDict):
    """Give a role: to anyone by `email`, or another one to who is a member by `user`; owners
    only. Without a `role`: the project's `default_role`. `tracks`: those that a contributor
    may edit.
    """

    project: str
    email: NotRequired[str | None]
    user: NotRequired[str | None]
    role: NotRequired[Literal["owner", "editor", "contributor", "commenter", "viewer"] | None]
    tracks: NotRequired[list[str] | None]


class ProjectSummary(TypedDict):
    """What rows of other tables bring along of one of: your projects, and those that others let
    you into; without their states.
    """

    id: str
    name: str


class ProjectMember(TypedDict):
    """Who may be in a project, and in which role."""

    project: str | ProjectSummary
    user: PublicUserSummary
    role: str
    color: str
    tracks: list[str] | None
    created_at: float
    updated_at: float


class JoinProject(TypedDict):
    """Become a member of a project whose link is shared; its id is the link."""

    project: str


class RevokeRole(TypedDict):
    """Take a user's role in a project away; owners only, but everyone may take their own."""

    project: str
    user: str


class ListHistory(TypedDict):
    """Who changed what, newest first; `before` is the `next` of the page before."""

    project: str
    user: NotRequired[str | None]
    member: NotRequired[str | None]
    entity: NotRequired[str | None]
    since: NotRequired[float | None]
    until: NotRequired[float | None]
    before: NotRequired[int | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]


class HistoryEntry(TypedDict):
    """One delta of the journal: of the `total` ops that took effect the first 100, or 64 KiB.
    `color`: of the user in the project.
    """

    seq: int
    id: str
    at: float
    user: User
    member: str
    purpose: str
    reverts: int | None
    ops: list[Op]
    total: int
    color: str


class HistoryPage(TypedDict):
    """Some entries, the `before` of the next page, and the oldest seq whose ops are kept."""

    entries: list[HistoryEntry]
    next: int | None
    oldest: int


class Blame(TypedDict):
    """Who last set this property; a leaf of `params` is `params/<name>`."""

    project: str
    entity: str
    property: str


class Blamed(TypedDict):
    """The entry that gave the property its value, without its ops; null: from before the
    history. `clipped`: the value is too large for a reply; ask for a leaf of it.
    """

    entry: HistoryEntry | None
    value: bool | int | float | str | list[str] | dict[str, bool | int | float | str] | None
    clipped: bool


class StateAt(TypedDict):
    """The state after `seq`, or at `time` (ms since 1970), read-only; ask part by part."""

    project: str
    seq: NotRequired[int | None]
    time: NotRequired[float | None]
    # 0 to 10,000; 0 if left out
    part: NotRequired[int]


class JournalPosition(TypedDict):
    """Where a reader of a project's journal stands: everything up to `seq` of `epoch`."""

    epoch: str
    seq: int


class StateData(TypedDict):
    """One part of a state: all parts joined are zlib over it, as in `state` messages (rule J2)."""

    position: JournalPosition
    digest: str
    part: int
    parts: int
    data: bytes | str


class ListOps(TypedDict):
    """The whole deltas after the seq `after` up to `to`, oldest first, to replay them. Of a
    group that `to` is in, all; without `to` as many as there are. `after` and `op` are the
    `next` of the page before.
    """

    project: str
    # 0 if left out
    after: NotRequired[int]
    to: NotRequired[int | None]
    # 0 to 2,147,483,648; 0 if left out
    op: NotRequired[int]


class HistoryDelta(TypedDict):
    """A delta of the journal as the message `delta` told it, or a part of a large one. `op`:
    which of its ops is the first here; `cut`: the next page begins with more of them.
    """

    seq: int
    id: str
    user: str
    member: str
    at: float
    ops: list[Op]
    purpose: NotRequired[str]
    reverts: NotRequired[int | None]
    more: NotRequired[bool]
    op: NotRequired[int]
    cut: NotRequired[bool]


class OpsPlace(TypedDict):
    """Where the next page begins: the `after` and `op` of its call."""

    after: int
    op: int


class HistoryOps(TypedDict):
    """Some deltas, where the next page begins, and where a copy stands that has taken all pages."""

    deltas: list[HistoryDelta]
    next: OpsPlace | None
    position: JournalPosition


class AudioAnalysis(TypedDict):
    """What a client measured on its own rendering of the project. LUFS and dBTP by EBU R 128."""

    integrated_lufs: NotRequired[float | None]
    loudness_range_lu: NotRequired[float | None]
    true_peak_dbtp: NotRequired[float | None]
    duration_seconds: NotRequired[float | None]
    bpm: NotRequired[float | None]
    key: NotRequired[str | None]
    scale: NotRequired[str | None]
    spectral_centroid_hz: NotRequired[float | None]
    stereo_correlation: NotRequired[float | None]
    tool: NotRequired[str | None]


class CreateSnapshot(TypedDict):
    """Store the current state under a name. With an `id`, sending it again makes no second one."""

    project: str
    name: NotRequired[str]
    description: NotRequired[str]
    id: NotRequired[str | None]
    audio_analysis: NotRequired[AudioAnalysis | None]


class TempoAt(TypedDict):
    """A tempo of the tempo map: from `time` (beats) on."""

    time: float
    bpm: float


class MusicalContext(TypedDict):
    """A state described as music; lengths reach to the end of the last clip. At most 256 tempi
    and 200 instruments are listed; `counts` says how many there are.
    """

    tempo: list[TempoAt]
    key: str | None
    scale: str | None
    signature: str
    length_beats: float
    length_seconds: float
    counts: dict[str, int]
    instruments: list[str]


class Snapshot(TypedDict):
    """States of a project that are kept; without the states themselves."""

    id: str
    project: str | ProjectSummary
    author: PublicUserSummary | None
    kind: Literal["auto", "manual", "before-restore"]
    name: str
    description: str
    position: JournalPosition
    digest: str
    musical_context: MusicalContext | None
    audio_analysis: AudioAnalysis | None
    version: int
    created_at: float


class SnapshotState(TypedDict):
    """The state that a snapshot holds; ask part by part."""

    project: str
    snapshot: str
    # 0 to 10,000; 0 if left out
    part: NotRequired[int]


class UpdateSnapshot(TypedDict):
    """Name or describe a snapshot, or say what it sounds like; a named one is kept for good."""

    project: str
    snapshot: str
    version: int
    name: NotRequired[str]
    description: NotRequired[str]
    audio_analysis: NotRequired[AudioAnalysis | None]


class DiffSnapshots(TypedDict):
    """What differs between two snapshots; null is the current state."""

    project: str
    before: NotRequired[str | None]
    after: NotRequired[str | None]
    # 1 to 2,000; 200 if left out
    limit: NotRequired[int]


class Change(TypedDict):
    """An entity that differs: added, removed or changed; `props`: name -> [before, after].
    `clipped`: they are too large for a reply, and some or all of them are left out.
    """

    col: str
    id: str
    action: str
    name: NotRequired[str]
    props: NotRequired[dict[str, list[Any]]]
    clipped: NotRequired[bool]


class Diff(TypedDict):
    """All that differs in sentences, and the first of `total` entities one by one. At most
    `limit`, and as many as a page holds.
    """

    sentences: list[str]
    changes: list[Change]
    total: int


class RestoreSnapshot(TypedDict):
    """Bring a snapshot's state back as a delta with this `id`, which can be undone."""

    project: str
    snapshot: str
    id: str


class Restored(TypedDict):
    """The last seq of the restore, how many ops it took, and the snapshot of what was before.
    `before` is null where nothing was kept: there were no ops, or the id was sent before.
    """

    seq: int
    ops: int
    before: str | None


class ForkSnapshot(TypedDict):
    """Make a new project of your own out of a snapshot. With an `id`, sending it again makes no
    second one.
    """

    project: str
    snapshot: str
    name: str
    id: NotRequired[str | None]


class DeleteSnapshot(TypedDict):
    """Delete a snapshot: its author or an owner may. The second time changes nothing."""

    project: str
    snapshot: str


class Between(TypedDict):
    """What lies between two beats (from `start` up to `end`), on all tracks or on some."""

    project: str
    # 0 to 1,000,000
    start: float
    # 0 to 1,000,000
    end: float
    tracks: NotRequired[list[str] | None]
    # False if left out
    notes: NotRequired[bool]
    # 1 to 5,000; 1000 if left out
    limit: NotRequired[int]


class Found(TypedDict):
    """An entity that lies there; `start` and `end` in beats of the song."""

    col: str
    id: str
    start: float
    end: float
    entity: dict[str, Any]


class FoundRange(TypedDict):
    """The first of `total` entities, in order of their start: as many as a page holds. At most
    `limit`; for those behind, ask from the `start` of the last one on.
    """

    found: list[Found]
    total: int


class ToSeconds(TypedDict):
    """Beats to seconds through the tempo map."""

    project: str
    beats: list[float]


class Times(TypedDict):
    """One for each that was asked, in the same order."""

    times: list[float]


class ToBeats(TypedDict):
    """Seconds to beats through the tempo map."""

    project: str
    seconds: list[float]


class SessionHistory(TypedDict):
    """Who was in a collaboration session, and for how long, the latest comer first."""

    session: str
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class SessionStay(TypedDict):
    """Who was in a collaboration session, and for how long: a row for each user."""

    session: str
    project: str | ProjectSummary
    user: PublicUserSummary
    entered_at: float
    seen_at: float
    seconds: float
    times: int


class SessionStayPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    session_stays: list[SessionStay]
    next: str | None
    previous: str | None


class EndSession(TypedDict):
    """End a collaboration session: its host may, and owners. The second time changes nothing."""

    session: str


class RecallContext(TypedDict):
    """Where a key is used: what is empty or null says nothing; `more` takes names of your own."""

    genre: NotRequired[str]
    bpm: NotRequired[float | None]
    plugin: NotRequired[str]
    after: NotRequired[str]
    hour: NotRequired[int | None]
    more: NotRequired[dict[str, str]]


class RecallUse(TypedDict):
    """A key was used: now, or at a time (ms since 1970) of the last 90 days. `suggested`: it was
    taken from a list of suggestions, and counts half.
    """

    id: str
    key: str
    at: NotRequired[float | None]
    # 1e-100 to 1; 1.0 if left out
    weight: NotRequired[float]
    # False if left out
    suggested: NotRequired[bool]
    context: NotRequired[RecallContext | None]
    data: NotRequired[dict[str, Any] | None]


class ObserveRecall(TypedDict):
    """Remember uses of keys in a category, each id once; answered when they are stored."""

    category: str
    uses: list[RecallUse]


class ObservedRecall(TypedDict):
    """How many uses were not known before; `remembers`: whether the category is switched on."""

    counted: int
    remembers: bool


class SuggestRecall(TypedDict):
    """What you are likely to use next, the likeliest first."""

    category: str
    context: NotRequired[RecallContext | None]
    # 1 to 20; 3 if left out
    limit: NotRequired[int]


class RecallSuggestion(TypedDict):
    """A key, and why. `confidence`: how likely you take it, at least; null: others' (`public`)."""

    key: str
    confidence: float | None
    reason: str
    source: str
    usage_count: int
    last_used_at: float | None
    data: dict[str, Any]


class RecallSuggestions(TypedDict):
    """None where too little is known: less than ten uses, or of the first a confidence of 0.05."""

    suggestions: list[RecallSuggestion]


class CorrectRecall(TypedDict):
    """A suggestion was wrong, or taken: what was shown, and what is to be changed of a key.
    `weight`: what the key's uses so far count from now on (0: not suggested until used
    again). `rename`: another key takes its place, and its uses. The same `id` again changes
    nothing.
    """

    category: str
    id: str
    key: NotRequired[str | None]
    weight: NotRequired[float | None]
    rename: NotRequired[str | None]
    data: NotRequired[dict[str, Any] | None]
    shown: NotRequired[list[str]]


class CorrectedRecall(TypedDict):
    """`changed`: false where this id was sent before."""

    changed: bool


class ForgetRecall(TypedDict):
    """Forget a key, or without `key` all of a category. The second time changes nothing. A
    category makes room for another one then, unless it is switched off.
    """

    category: str
    key: NotRequired[str | None]


class ForgottenRecall(TypedDict):
    """How many keys are gone."""

    keys: int


class ExportRecall(TypedDict):
    """All that is remembered of you, page by page; `after` is the `next` of the page before."""

    # 1 to 200; 200 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]


class RecallSetting(TypedDict):
    """How a category is kept: `half_life_days` without a use, and a key weighs half."""

    category: str
    remembers: bool
    half_life_days: float


class RememberedKey(TypedDict):
    """A key: how often it was used, shown as a suggestion, and taken from one."""

    category: str
    key: str
    data: dict[str, Any]
    usage_count: int
    shown_count: int
    taken_count: int
    last_used_at: float | None
    created_at: float


class RememberedContext(TypedDict):
    """A key in a context (empty: all its uses): `heat` is what ranks it."""

    category: str
    context: str
    key: str
    heat: float
    usage_count: int


class RememberedUse(TypedDict):
    """The id of a use, which is kept for 14 days so that it is counted once."""

    id: str
    at: float


class ExportedRecall(TypedDict):
    """One page: settings on the first, then keys, then contexts, then uses (null `next`: last)."""

    settings: list[RecallSetting]
    keys: list[RememberedKey]
    contexts: list[RememberedContext]
    uses: list[RememberedUse]
    next: str | None


class EraseRecall(TypedDict):
    """Forget all that is remembered of you, for good; what you have switched off stays off."""

    confirm: Literal["erase"]


class SetRecall(TypedDict):
    """Switch remembering on or off in a category; without one, only say how all are kept."""

    category: NotRequired[str | None]
    remembers: NotRequired[bool]


class RecallSettings(TypedDict):
    """Of all categories in which something was observed or set."""

    settings: list[RecallSetting]


class CopyPreset(TypedDict):
    """Make a preset of your own out of one that you may see; it is not public (rule L7). With an
    `id`, sending it again makes no second one.
    """

    preset: str
    name: NotRequired[str | None]
    id: NotRequired[str | None]


class Preset(TypedDict):
    """Settings of a plug-in: your own, those that others publish, those of the product."""

    id: str
    owner: str | PublicUserSummary | None
    plugin: str
    name: str
    category: str
    parameters: dict[str, Any]
    tags: list[str]
    is_public: bool
    usage_count: int
    forked_from: str | None
    origin_name: str | None
    version: int
    created_at: float
    updated_at: float


class PublishPreset(TypedDict):
    """Let everyone see a preset of yours. The second time changes nothing (rule L8)."""

    preset: str


class UnpublishPreset(TypedDict):
    """Let only yourself see a preset of yours. The second time changes nothing (rule L8)."""

    preset: str


class UsePreset(TypedDict):
    """Say that you have loaded a preset that you may see: it is counted (rule L9)."""

    preset: str


class ListStems(TypedDict):
    """All stems of an audio file and theirs, the nearest first (rule L5)."""

    audio_file: str


class AudioFile(TypedDict):
    """The audio of a project: what is known of each file, and which are stems of which."""

    id: str
    project: str | ProjectSummary
    owner: str | PublicUserSummary | None
    name: str
    content_hash: str | None
    bytes: int | None
    duration_seconds: float | None
    sample_rate: int | None
    bit_depth: int | None
    channels: int | None
    format: str | None
    analysis: dict[str, Any] | None
    parent: str | None
    stem_kind: str | None
    status: str
    failure: str | None
    version: int
    created_at: float
    updated_at: float


class Stems(TypedDict):
    """The stems, each with its `parent`; `clipped`: there are more than a reply holds."""

    audio_files: list[AudioFile]
    clipped: bool


class SetAudioStatus(TypedDict):
    """Say how far the bytes of an audio file are, and what is known with that (rule L4)."""

    audio_file: str
    status: Literal["announced", "uploading", "measuring", "available", "failed"]
    version: NotRequired[int | None]
    failure: NotRequired[str]
    bytes: NotRequired[int]
    content_hash: NotRequired[str]
    duration_seconds: NotRequired[float]
    sample_rate: NotRequired[int]
    bit_depth: NotRequired[int]
    channels: NotRequired[int]
    format: NotRequired[str]
    analysis: NotRequired[dict[str, Any]]


class CreateInvitation(TypedDict):
    """Ask someone into a project, by a link or, with `email`, by a mail; owners only. `tracks`:
    those that a contributor may edit. `max_uses`: how many may accept it; by mail, one.
    `expires_in`: seconds. `guests`: whether people without an account may come in by its
    link.
    """

    project: str
    role: Literal["editor", "contributor", "commenter", "viewer"]
    tracks: NotRequired[list[str] | None]
    email: NotRequired[str | None]
    # 1 to 500; 1 if left out
    max_uses: NotRequired[int]
    # 60 to 2,592,000; 604800 if left out
    expires_in: NotRequired[int]
    # False if left out
    guests: NotRequired[bool]


class InvitationMade(TypedDict):
    """`token` and `url`, which has it behind the `#`, are told this once; null: they are mailed.
    `is_mailed`, of one by mail: false where this server sends no mails.
    """

    id: str
    token: str | None
    url: str | None
    is_mailed: NotRequired[bool | None]


class WithdrawInvitation(TypedDict):
    """Let nobody accept it any more; owners only. Who has accepted it stays."""

    invitation: str


class LookAtInvitation(TypedDict):
    """What it is for, before it is accepted; without a login, too."""

    token: str


class InvitationShown(TypedDict):
    """What someone is asked into. `is_for_address`: only the address that it was mailed to may.
    `guests`: who has no account may, by `auth.register_guest`.
    """

    project: str
    name: str
    inviter: User
    role: str
    tracks: list[str] | None
    expires_at: float
    is_for_address: bool
    guests: bool


class AcceptInvitation(TypedDict):
    """Become a member as it says. Who has a better role keeps it, and uses nothing up."""

    token: str


class PermitInSession(TypedDict):
    """Say who may edit, gesture, and change the transport; its host may, and owners. Ids of
    users: only they, the host and owners. null: everyone whose role lets them. What is left
    out stays as it is.
    """

    session: str
    edit: NotRequired[list[str] | None]
    gesture: NotRequired[list[str] | None]
    transport: NotRequired[list[str] | None]


class ListNodes(TypedDict):
    """The nodes of this deployment, and whether there is maintenance; for operators."""


class NodeRow(TypedDict):
    """A node. `silent`: it has not said for five seconds that it is there; `silent_ms`: for how
    long. `load`: part of a core that its event loop takes.
    """

    node: str
    host: str
    address: str
    pid: int
    version: str
    state: Literal["serving", "drained", "silent"]
    started_at: float
    silent_ms: float
    connections: int
    rooms: int
    members: int
    load: float


class MaintenanceNow(TypedDict):
    """`read_only`: nobody edits, since `began_at`, for the reason that `message` says, but for
    nodes that do not hear of it. `unknown`: connections of nodes too old to know of
    maintenance. `silent`: nodes that are connected to the database and say nothing.
    """

    mode: Literal["read_only", "off"]
    message: str
    began_at: float | None
    unknown: int
    silent: list[str]
    form: int


class NodeRows(TypedDict):
    """The nodes, the oldest first."""

    nodes: list[NodeRow]
    maintenance: MaintenanceNow
    form: int


class ShowHealth(TypedDict):
    """How each node fares just now, as it says itself; for operators."""


class Trouble(TypedDict):
    """What a node cannot do, or what an operator has told it. `alarm`: its paragraph in
    docs/operating/alarms.md. `bad`: people notice.
    """

    what: Literal[
        "not_serving",
        "draining",
        "database",
        "task_down",
        "full",
        "bus",
        "project_held_up",
        "maintenance",
        "closed_rooms",
    ]
    says: str
    alarm: str
    bad: bool
    project: str | None


class LaneRow(TypedDict):
    """Connections to PostgreSQL for one kind of work: in use, open, and as many may be."""

    lane: str
    busy: int
    open: int
    most: int


class Latency(TypedDict):
    """How long something took of late: in the last 15 to 30 seconds. Null: it did not happen.
    `counts`: how many were within each of `upto_ms` and not within the one before, at last
    the others.
    """

    count: int
    p50_ms: float | None
    p99_ms: float | None
    upto_ms: list[float]
    counts: list[int]


class HealthRow(TypedDict):
    """A node. `says`: its `/readyz`; `is_ready`: whether that is 200. `load`: part of its core
    that its event loop takes, of `share` that it aims at; `core_waited`: part of the time in
    which others had the core. `gathering_ms`: how long its fullest rooms gather for the load.
    `outbox_bytes`: what waits for all sockets, `largest_outbox_bytes` for one. `sends_mail`:
    whether it hands over mails, and `mail_up`: whether it could when it tried last;
    `mails_waiting` wait, the oldest for `oldest_mail_ms`, as the node counted them
    `mails_counted_ms_ago`; null: it has not yet. `certificate_left_ms`: until its certificate
    runs out; null: it has none. `backup_age_ms`, `rehearsal_age_ms`: since the last that
    succeeded, as the database says when asked; null: none did.
    """

    node: str
    is_ready: bool
    says: str
    troubles: list[Trouble]
    load: float
    share: float
    core_waited: float
    gathering_ms: float
    rooms_gathering: int
    deltas_waiting: int
    calls_waiting: int
    calls_running: int
    outbox_bytes: int
    largest_outbox_bytes: int
    outboxes_waiting: int
    lanes: list[LaneRow]
    ack: Latency
    commit: Latency
    call: Latency
    join: Latency
    loop_late: Latency
    sends_mail: bool
    mails_waiting: int
    oldest_mail_ms: float
    backup_age_ms: float | None
    rehearsal_age_ms: float | None
    mail_up: bool
    certificate_left_ms: float | None
    mails_counted_ms_ago: float | None


class HealthRows(TypedDict):
    """The nodes that answered, by name. `silent` as in `operator.rooms`. `database_error`: why
    the database could not be asked: then there is what the node that was called knows, and
    nothing of others; empty: it could.
    """

    nodes: list[HealthRow]
    silent: list[str]
    form: int
    database_error: str


class ListEvents(TypedDict):
    """What went wrong on all nodes of late, the newest first; for operators. `kind`: one kind,
    or the first part of its name; `project`, `node`: of one.
    """

    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    cursor: NotRequired[str | None]
    kind: NotRequired[str | None]
    project: NotRequired[str | None]
    node: NotRequired[str | None]


class NodeEvent(TypedDict):
    """A fault of a node, or of a client that it has to do with. `kind`: the counter of
    `/metrics` that counts it; `means`: that in words; `alarm`: its paragraph in
    docs/operating/alarms.md. `count`: so often since `first_at`, about the same. What it is
    about nothing of is "".
    """

    node: str
    number: int
    kind: str
    means: str
    alarm: str
    first_at: float
    at: float
    count: int
    project: str
    project_name: str
    member: str
    user: str
    name: str
    address: str
    text: str


class NodeEvents(TypedDict):
    """A page. `silent` as in `operator.rooms`, `database_error` as in `operator.health`."""

    events: list[NodeEvent]
    next: str | None
    silent: list[str]
    form: int
    database_error: str


class ListRooms(TypedDict):
    """The open rooms of all nodes, in the order of their projects; for operators. With `order` =
    `load` those for which most is sent come first, and it is one page: no `cursor`.
    """

    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    cursor: NotRequired[str | None]
    # "project" if left out
    order: NotRequired[Literal["project", "load"]]


class RoomRow(TypedDict):
    """An open room. `bytes`: of the project state as JSON; `held_back`: deltas that wait. Of the
    last 15 to 30 seconds: `ack`, from a delta's coming until the room is told to acknowledge
    it; `tick_gap`, between two ticks while somebody goes on moving; of several nodes the
    worse. Of the last whole 15 seconds: `ticks_a_second`, `deltas_a_second`, and
    `sends_a_second`, for how many these were all together. `outbox_bytes`: what waits for its
    members' sockets.
    """

    project: str
    name: str
    members: int
    entities: int
    bytes: int
    seq: int
    held_back: int
    nodes: list[str]
    ack_p50_ms: float | None
    ack_p99_ms: float | None
    tick_gap_p50_ms: float | None
    tick_gap_p99_ms: float | None
    ticks_a_second: float
    deltas_a_second: float
    sends_a_second: float
    outbox_bytes: int


class RoomRows(TypedDict):
    """A page. `silent`: nodes that did not answer in time; what they hold is not here."""

    rooms: list[RoomRow]
    next: str | None
    silent: list[str]
    form: int


class ShowRoom(TypedDict):
    """Who is in the room of a project, from where, and what waits for them; for operators."""

    project: str


class RoomMemberRow(TypedDict):
    """A member. `since`: when it took its seat. `held_back`: its deltas without an answer.
    `outbox_bytes`: what waits until its socket takes it; `behind`: entries of the journal
    that did not even come to wait there. `client`: program and version, as it says; `codec`:
    subprotocol. `round_trip_ms`: to the other end of its socket, which may be a proxy; null:
    unknown.
    """

    member: str
    user: str
    name: str
    device: str
    role: str
    login: str
    node: str
    address: str
    since: float
    held_back: int
    outbox_bytes: int
    client: str
    codec: str
    round_trip_ms: float | None
    behind: int


class ClosedRoom(TypedDict):
    """A room that nobody joins; `until` null: until `operator.open_room`. `unknown`, `silent`:
    as in `operator.maintenance`, told when it is closed.
    """

    project: str
    name: str
    reason: str
    closed_at: float
    until: float | None
    unknown: int
    silent: list[str]
    form: int


class RoomShown(TypedDict):
    """A room, open or not. `silent` as in `operator.rooms`; `clipped`: there are more members.
    `nodes`: where it is open; where none has it open, `seq` is that of the journal, and
    `entities` and `bytes` are null, as only a node that has it open counts them. `ack`,
    `tick_gap`: as in `operator.rooms`, of all nodes together.
    """

    project: str
    name: str
    seq: int
    entities: int | None
    bytes: int | None
    members: list[RoomMemberRow]
    clipped: bool
    closed: ClosedRoom | None
    silent: list[str]
    form: int
    ack: Latency
    tick_gap: Latency
    nodes: list[str]


class ListUserLogins(TypedDict):
    """The logins of a user that go on, and where they are connected; for operators."""

    user: str


class LoginRow(TypedDict):
    """A login. `nodes`: where it is connected just now, once for each connection."""

    login: str
    device: str
    device_name: str
    created_at: float
    last_used_at: float
    nodes: list[str]


class LoginRows(TypedDict):
    """Those of one user, the one that was used last first. `silent` as in `operator.rooms`."""

    user: str
    username: str
    logins: list[LoginRow]
    silent: list[str]
    form: int


class ListClosedRooms(TypedDict):
    """The rooms that are closed, in the order of their projects; for operators."""

    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    cursor: NotRequired[str | None]


class ClosedRooms(TypedDict):
    """A page of them."""

    rooms: list[ClosedRoom]
    next: str | None
    form: int


class ShowSizes(TypedDict):
    """How large the database is, table by table, and the largest projects; for operators."""

    # 1 to 200; 20 if left out
    projects: NotRequired[int]


class TableRow(TypedDict):
    """A table with its indexes; `total_bytes` has both. `rows` as PostgreSQL estimates them;
    null before it has looked (ANALYZE).
    """

    table: str
    rows: float | None
    heap_bytes: float
    index_bytes: float
    total_bytes: float


class ProjectRow(TypedDict):
    """A project: its deltas so far, and those of which the ops are kept. `journal_bytes` is an
    estimate: its part of all that are kept, of the table of deltas.
    """

    project: str
    name: str
    deltas: float
    kept: float
    journal_bytes: float


class Sizes(TypedDict):
    """The largest first. `journal_bytes`: of the table of deltas with its indexes."""

    database_bytes: float
    journal_bytes: float
    tables: list[TableRow]
    projects: list[ProjectRow]
    form: int


class ListSlowCalls(TypedDict):
    """The slowest calls of the last hour, of each method so many; for operators."""

    method: NotRequired[str | None]
    # 1 to 20; 3 if left out
    per_method: NotRequired[int]


class SlowCall(TypedDict):
    """A call, without what it asked: how long it took to the reply, and whether it succeeded.
    `code`: of its error; without one and not `done`, the caller was gone before it was
    answered.
    """

    method: str
    node: str
    at: float
    took_ms: float
    done: bool
    code: str


class SlowCalls(TypedDict):
    """The slowest first. `silent` as in `operator.rooms`."""

    calls: list[SlowCall]
    silent: list[str]
    form: int


class ReadAudit(TypedDict):
    """The audit of everyone, newest first, also for who has no account here; for operators.
    `event`: one kind; `user`: of one user, an id, an address or a username.
    """

    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    cursor: NotRequired[str | None]
    event: NotRequired[str | None]
    user: NotRequired[str | None]


class AuditRow(TypedDict):
    """An entry as `whole_audit.list` has it; `details` say `by` whom where that is no user. The
    names are those of now; "": there is none any more.
    """

    id: str
    event: str
    user: str | None
    actor: str | None
    project: str | None
    login: str | None
    address: str | None
    count: int
    at: float
    details: dict[str, Any]
    user_name: str
    actor_name: str
    project_name: str


class AuditRows(TypedDict):
    """A page."""

    entries: list[AuditRow]
    next: str | None
    form: int


class Kick(TypedDict):
    """End all logins of a `user`, one `login`, or the seats of a `member`; for operators. Just
    one of the three. `reason` is shown to the person, who may log in, or join, again.
    """

    reason: str
    user: NotRequired[str | None]
    login: NotRequired[str | None]
    member: NotRequired[str | None]


class Kicked(TypedDict):
    """So many logins, or seats, were ended; 0: there was none any more. `silent`: nodes that did
    not answer in time, or say nothing; a member of theirs has its seat as before. `unknown`:
    as in `operator.maintenance`.
    """

    logins: int
    seats: int
    unknown: int
    silent: list[str]
    form: int


class CloseRoom(TypedDict):
    """Send everyone out of a room and let nobody in, for so long or until it is opened. For
    operators. Nothing is lost: clients keep what they have not sent, and come back.
    """

    project: str
    reason: str
    for_ms: NotRequired[int | None]


class OpenRoom(TypedDict):
    """Let people into a closed room again; for operators. The second time changes nothing."""

    project: str


class Changed(TypedDict):
    """Whether there was anything to change. `silent`: the node of which it is says nothing."""

    changed: bool
    silent: list[str]
    form: int


class SetMaintenance(TypedDict):
    """`read_only`: nobody edits, on any node, within two seconds; `off`: everyone does again.
    For operators. `message` is shown to everyone; it has to be there with `read_only`.
    """

    mode: Literal["read_only", "off"]
    message: NotRequired[str | None]


class DrainNode(TypedDict):
    """Send the members of a node to others, and let nobody new in; for operators."""

    node: str


class UndrainNode(TypedDict):
    """Let people into a drained node again; for operators. The second time changes nothing."""

    node: str


class GetPublicUser(TypedDict):
    """One of: people whom you share a project with, and yourself: what others see."""

    user: str


class PublicUser(TypedDict):
    """People whom you share a project with, and yourself: what others see."""

    id: str
    username: str
    name: str
    avatar_url: str | None
    favorite_genres: list[str]
    is_guest: bool


class PartialPublicUser(TypedDict):
    """Of a row `PublicUser` the columns that `fields` names, and those that name it."""

    id: str
    username: NotRequired[str]
    name: NotRequired[str]
    avatar_url: NotRequired[str | None]
    favorite_genres: NotRequired[list[str]]
    is_guest: NotRequired[bool]


class ListUsers(TypedDict):
    """People whom you share a project with, and yourself: what others see."""

    where: NotRequired[PublicUserWhere | None]
    order: NotRequired[list[PublicUserOrder] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class PublicUserPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    users: list[PublicUser]
    next: str | None
    previous: str | None


class PartialPublicUserPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    users: list[PartialPublicUser]
    next: str | None
    previous: str | None


class CountUsers(TypedDict):
    """How many there are; counted up to 10,000."""

    where: NotRequired[PublicUserWhere | None]


class Counted(TypedDict):
    """How many there are; not `exact`: at least so many."""

    count: int
    exact: bool


class GetOwnAccount(TypedDict):
    """One of: your own account: what you alone see and change."""

    user: NotRequired[str | None]


class OwnAccount(TypedDict):
    """Your own account: what you alone see and change."""

    id: str
    email: str | None
    username: str
    name: str
    avatar_url: str | None
    favorite_genres: list[str]
    default_bpm: float
    target_lufs: float
    preferences: dict[str, Any]
    devices: list[dict[str, Any]]
    is_guest: bool
    is_operator: bool
    version: int
    created_at: float
    updated_at: float


class PartialOwnAccount(TypedDict):
    """Of a row `OwnAccount` the columns that `fields` names, and those that name it."""

    id: str
    email: NotRequired[str | None]
    username: NotRequired[str]
    name: NotRequired[str]
    avatar_url: NotRequired[str | None]
    favorite_genres: NotRequired[list[str]]
    default_bpm: NotRequired[float]
    target_lufs: NotRequired[float]
    preferences: NotRequired[dict[str, Any]]
    devices: NotRequired[list[dict[str, Any]]]
    is_guest: NotRequired[bool]
    is_operator: NotRequired[bool]
    version: NotRequired[int]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class UpdateOwnAccount(TypedDict):
    """Change columns of a row, if `version` is still the one you read."""

    version: int
    user: NotRequired[str | None]
    name: NotRequired[str]
    avatar_url: NotRequired[str | None]
    favorite_genres: NotRequired[list[str]]
    default_bpm: NotRequired[float]
    target_lufs: NotRequired[float]
    preferences: NotRequired[dict[str, Any]]
    devices: NotRequired[list[dict[str, Any]]]


class GetProject(TypedDict):
    """One of: your projects, and those that others let you into; without their states."""

    project: str
    embed: NotRequired[list[ProjectEmbed] | None]


class PartialProject(TypedDict):
    """Of a row `Project` the columns that `fields` names, and those that name it."""

    id: str
    owner: NotRequired[str | PublicUserSummary]
    name: NotRequired[str]
    description: NotRequired[str]
    bpm: NotRequired[float]
    key: NotRequired[str | None]
    scale: NotRequired[str | None]
    signature: NotRequired[str]
    tags: NotRequired[list[str]]
    default_role: NotRequired[Literal["editor", "viewer"]]
    link_sharing: NotRequired[bool]
    member_limit: NotRequired[int]
    role: NotRequired[str]
    head: NotRequired[int]
    epoch: NotRequired[str]
    archived: NotRequired[bool]
    forked_from: NotRequired[str | None]
    version: NotRequired[int]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ListProjects(TypedDict):
    """Your projects, and those that others let you into; without their states."""

    # False if left out
    archived: NotRequired[bool]
    where: NotRequired[ProjectWhere | None]
    order: NotRequired[list[ProjectOrder] | None]
    embed: NotRequired[list[ProjectEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class ProjectPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    projects: list[Project]
    next: str | None
    previous: str | None


class PartialProjectPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    projects: list[PartialProject]
    next: str | None
    previous: str | None


class CountProjects(TypedDict):
    """How many there are; counted up to 10,000."""

    # False if left out
    archived: NotRequired[bool]
    where: NotRequired[ProjectWhere | None]


class ListMembers(TypedDict):
    """Who may be in a project, and in which role."""

    project: str
    where: NotRequired[ProjectMemberWhere | None]
    order: NotRequired[list[ProjectMemberOrder] | None]
    embed: NotRequired[list[ProjectMemberEmbed] | None]
    # 1 to 500; 500 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class PartialProjectMember(TypedDict):
    """Of a row `ProjectMember` the columns that `fields` names, and those that name it."""

    project: str | ProjectSummary
    user: PublicUserSummary
    role: NotRequired[str]
    color: NotRequired[str]
    tracks: NotRequired[list[str] | None]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ProjectMembers(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    members: list[ProjectMember]
    next: str | None
    previous: str | None


class PartialProjectMembers(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    members: list[PartialProjectMember]
    next: str | None
    previous: str | None


class CountMembers(TypedDict):
    """How many there are; counted up to 10,000."""

    project: str
    where: NotRequired[ProjectMemberWhere | None]


class GetSnapshot(TypedDict):
    """One of: states of a project that are kept; without the states themselves."""

    project: str
    snapshot: str
    embed: NotRequired[list[SnapshotEmbed] | None]


class PartialSnapshot(TypedDict):
    """Of a row `Snapshot` the columns that `fields` names, and those that name it."""

    id: str
    project: str | ProjectSummary
    author: NotRequired[PublicUserSummary | None]
    kind: NotRequired[Literal["auto", "manual", "before-restore"]]
    name: NotRequired[str]
    description: NotRequired[str]
    position: NotRequired[JournalPosition]
    digest: NotRequired[str]
    musical_context: NotRequired[MusicalContext | None]
    audio_analysis: NotRequired[AudioAnalysis | None]
    version: NotRequired[int]
    created_at: NotRequired[float]


class ListSnapshots(TypedDict):
    """States of a project that are kept; without the states themselves."""

    project: str
    kind: NotRequired[Literal["auto", "manual", "before-restore"] | None]
    where: NotRequired[SnapshotWhere | None]
    order: NotRequired[list[SnapshotOrder] | None]
    embed: NotRequired[list[SnapshotEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class SnapshotPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    snapshots: list[Snapshot]
    next: str | None
    previous: str | None


class PartialSnapshotPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    snapshots: list[PartialSnapshot]
    next: str | None
    previous: str | None


class CountSnapshots(TypedDict):
    """How many there are; counted up to 10,000."""

    project: str
    kind: NotRequired[Literal["auto", "manual", "before-restore"] | None]
    where: NotRequired[SnapshotWhere | None]


class GetAudioFile(TypedDict):
    """One of: the audio of a project: what is known of each file, and which are stems of which."""

    audio_file: str
    embed: NotRequired[list[AudioFileEmbed] | None]


class PartialAudioFile(TypedDict):
    """Of a row `AudioFile` the columns that `fields` names, and those that name it."""

    id: str
    project: NotRequired[str | ProjectSummary]
    owner: NotRequired[str | PublicUserSummary | None]
    name: NotRequired[str]
    content_hash: NotRequired[str | None]
    bytes: NotRequired[int | None]
    duration_seconds: NotRequired[float | None]
    sample_rate: NotRequired[int | None]
    bit_depth: NotRequired[int | None]
    channels: NotRequired[int | None]
    format: NotRequired[str | None]
    analysis: NotRequired[dict[str, Any] | None]
    parent: NotRequired[str | None]
    stem_kind: NotRequired[str | None]
    status: NotRequired[str]
    failure: NotRequired[str | None]
    version: NotRequired[int]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ListAudioFiles(TypedDict):
    """The audio of a project: what is known of each file, and which are stems of which."""

    project: NotRequired[str | None]
    where: NotRequired[AudioFileWhere | None]
    order: NotRequired[list[AudioFileOrder] | None]
    embed: NotRequired[list[AudioFileEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class AudioFilePage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    audio_files: list[AudioFile]
    next: str | None
    previous: str | None


class PartialAudioFilePage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    audio_files: list[PartialAudioFile]
    next: str | None
    previous: str | None


class CountAudioFiles(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[AudioFileWhere | None]


class CreateAudioFile(TypedDict):
    """Make a row. With an `id`, sending it again makes no second one."""

    project: str
    name: str
    id: NotRequired[str | None]
    content_hash: NotRequired[str | None]
    bytes: NotRequired[int | None]
    duration_seconds: NotRequired[float | None]
    sample_rate: NotRequired[int | None]
    bit_depth: NotRequired[int | None]
    channels: NotRequired[int | None]
    format: NotRequired[str | None]
    analysis: NotRequired[dict[str, Any] | None]
    parent: NotRequired[str | None]
    stem_kind: NotRequired[str | None]


class UpdateAudioFile(TypedDict):
    """Change columns of a row, if `version` is still the one you read."""

    audio_file: str
    version: int
    name: NotRequired[str]
    duration_seconds: NotRequired[float | None]
    sample_rate: NotRequired[int | None]
    bit_depth: NotRequired[int | None]
    channels: NotRequired[int | None]
    format: NotRequired[str | None]
    analysis: NotRequired[dict[str, Any] | None]


class DeleteAudioFile(TypedDict):
    """Delete a row. The second time changes nothing."""

    audio_file: str


class GetPreset(TypedDict):
    """One of: settings of a plug-in: your own, those that others publish, those of the product."""

    preset: str
    embed: NotRequired[list[PresetEmbed] | None]


class PartialPreset(TypedDict):
    """Of a row `Preset` the columns that `fields` names, and those that name it."""

    id: str
    owner: NotRequired[str | PublicUserSummary | None]
    plugin: NotRequired[str]
    name: NotRequired[str]
    category: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]
    tags: NotRequired[list[str]]
    is_public: NotRequired[bool]
    usage_count: NotRequired[int]
    forked_from: NotRequired[str | None]
    origin_name: NotRequired[str | None]
    version: NotRequired[int]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ListPresets(TypedDict):
    """Settings of a plug-in: your own, those that others publish, those of the product."""

    where: NotRequired[PresetWhere | None]
    order: NotRequired[list[PresetOrder] | None]
    embed: NotRequired[list[PresetEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class PresetPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    presets: list[Preset]
    next: str | None
    previous: str | None


class PartialPresetPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    presets: list[PartialPreset]
    next: str | None
    previous: str | None


class CountPresets(TypedDict):
    """How many there are; counted up to 10,000."""

    where: NotRequired[PresetWhere | None]


class CreatePreset(TypedDict):
    """Make a row. With an `id`, sending it again makes no second one."""

    plugin: str
    name: str
    id: NotRequired[str | None]
    category: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]
    tags: NotRequired[list[str]]


class UpdatePreset(TypedDict):
    """Change columns of a row, if `version` is still the one you read."""

    preset: str
    version: int
    name: NotRequired[str]
    category: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]
    tags: NotRequired[list[str]]


class DeletePreset(TypedDict):
    """Delete a row. The second time changes nothing."""

    preset: str


class GetRecalled(TypedDict):
    """One of: what the mixing assistant remembers of you."""

    recall: str
    embed: NotRequired[list[RecalledEmbed] | None]


class Recalled(TypedDict):
    """What the mixing assistant remembers of you."""

    id: str
    user: str | PublicUserSummary
    category: str
    key: str
    data: dict[str, Any]
    usage_count: int
    shown_count: int
    taken_count: int
    last_used_at: float | None
    version: int
    created_at: float
    updated_at: float


class PartialRecalled(TypedDict):
    """Of a row `Recalled` the columns that `fields` names, and those that name it."""

    id: str
    user: NotRequired[str | PublicUserSummary]
    category: NotRequired[str]
    key: NotRequired[str]
    data: NotRequired[dict[str, Any]]
    usage_count: NotRequired[int]
    shown_count: NotRequired[int]
    taken_count: NotRequired[int]
    last_used_at: NotRequired[float | None]
    version: NotRequired[int]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ListRecall(TypedDict):
    """What the mixing assistant remembers of you."""

    where: NotRequired[RecalledWhere | None]
    order: NotRequired[list[RecalledOrder] | None]
    embed: NotRequired[list[RecalledEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class RecalledPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    recall: list[Recalled]
    next: str | None
    previous: str | None


class PartialRecalledPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    recall: list[PartialRecalled]
    next: str | None
    previous: str | None


class CountRecall(TypedDict):
    """How many there are; counted up to 10,000."""

    where: NotRequired[RecalledWhere | None]


class UpdateRecalled(TypedDict):
    """Change columns of a row, if `version` is still the one you read."""

    recall: str
    version: int
    data: NotRequired[dict[str, Any]]


class GetCollaborationSession(TypedDict):
    """One of: the times at which a project was open, and who was there."""

    session: str
    embed: NotRequired[list[CollaborationSessionEmbed] | None]


class CollaborationSession(TypedDict):
    """The times at which a project was open, and who was there."""

    id: str
    project: str | ProjectSummary
    host: str | PublicUserSummary | None
    participants: list[str]
    status: str
    started_at: float
    ended_at: float | None
    last_activity_at: float
    permissions: dict[str, Any]
    transport: dict[str, Any]
    created_at: float
    updated_at: float


class PartialCollaborationSession(TypedDict):
    """Of a row `CollaborationSession` the columns that `fields` names, and those that name it."""

    id: str
    project: NotRequired[str | ProjectSummary]
    host: NotRequired[str | PublicUserSummary | None]
    participants: NotRequired[list[str]]
    status: NotRequired[str]
    started_at: NotRequired[float]
    ended_at: NotRequired[float | None]
    last_activity_at: NotRequired[float]
    permissions: NotRequired[dict[str, Any]]
    transport: NotRequired[dict[str, Any]]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ListSessions(TypedDict):
    """The times at which a project was open, and who was there."""

    project: NotRequired[str | None]
    where: NotRequired[CollaborationSessionWhere | None]
    order: NotRequired[list[CollaborationSessionOrder] | None]
    embed: NotRequired[list[CollaborationSessionEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class CollaborationSessionPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    sessions: list[CollaborationSession]
    next: str | None
    previous: str | None


class PartialCollaborationSessionPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    sessions: list[PartialCollaborationSession]
    next: str | None
    previous: str | None


class CountSessions(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[CollaborationSessionWhere | None]


class GetSessionState(TypedDict):
    """One of: where everyone is in a project, or was when they left it."""

    session: str
    user: str
    device: str
    embed: NotRequired[list[SessionStateEmbed] | None]


class SessionState(TypedDict):
    """Where everyone is in a project, or was when they left it."""

    session: str
    project: str | ProjectSummary
    user: str | PublicUserSummary
    device: str
    cursor: dict[str, Any] | None
    view: dict[str, Any] | None
    tool: str | None
    selection: list[str]
    device_presence: dict[str, Any]
    heartbeat_at: float
    created_at: float
    updated_at: float


class PartialSessionState(TypedDict):
    """Of a row `SessionState` the columns that `fields` names, and those that name it."""

    session: str
    project: NotRequired[str | ProjectSummary]
    user: str | PublicUserSummary
    device: str
    cursor: NotRequired[dict[str, Any] | None]
    view: NotRequired[dict[str, Any] | None]
    tool: NotRequired[str | None]
    selection: NotRequired[list[str]]
    device_presence: NotRequired[dict[str, Any]]
    heartbeat_at: NotRequired[float]
    created_at: NotRequired[float]
    updated_at: NotRequired[float]


class ListSessionStates(TypedDict):
    """Where everyone is in a project, or was when they left it."""

    project: NotRequired[str | None]
    where: NotRequired[SessionStateWhere | None]
    order: NotRequired[list[SessionStateOrder] | None]
    embed: NotRequired[list[SessionStateEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class SessionStatePage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    session_states: list[SessionState]
    next: str | None
    previous: str | None


class PartialSessionStatePage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    session_states: list[PartialSessionState]
    next: str | None
    previous: str | None


class CountSessionStates(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[SessionStateWhere | None]


class ListSessionStays(TypedDict):
    """Who was in a collaboration session, and for how long: a row for each user."""

    project: NotRequired[str | None]
    where: NotRequired[SessionStayWhere | None]
    order: NotRequired[list[SessionStayOrder] | None]
    embed: NotRequired[list[SessionStayEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class PartialSessionStay(TypedDict):
    """Of a row `SessionStay` the columns that `fields` names, and those that name it."""

    session: str
    project: NotRequired[str | ProjectSummary]
    user: PublicUserSummary
    entered_at: NotRequired[float]
    seen_at: NotRequired[float]
    seconds: NotRequired[float]
    times: NotRequired[int]


class PartialSessionStayPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    session_stays: list[PartialSessionStay]
    next: str | None
    previous: str | None


class CountSessionStays(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[SessionStayWhere | None]


class GetAuthSession(TypedDict):
    """One of: where you are logged in, and where you were."""

    auth_session: str
    embed: NotRequired[list[AuthSessionEmbed] | None]


class PartialAuthSession(TypedDict):
    """Of a row `AuthSession` the columns that `fields` names, and those that name it."""

    id: str
    user: NotRequired[str | PublicUserSummary]
    device: NotRequired[str]
    device_name: NotRequired[str]
    device_kind: NotRequired[str]
    client: NotRequired[str]
    network: NotRequired[str]
    seen_at: NotRequired[float | None]
    last_used_at: NotRequired[float]
    expires_at: NotRequired[float]
    revoked_at: NotRequired[float | None]
    revoked_reason: NotRequired[str | None]
    current: NotRequired[bool]
    created_at: NotRequired[float]


class ListAuthSessions(TypedDict):
    """Where you are logged in, and where you were."""

    where: NotRequired[AuthSessionWhere | None]
    order: NotRequired[list[AuthSessionOrder] | None]
    embed: NotRequired[list[AuthSessionEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class AuthSessionPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    auth_sessions: list[AuthSession]
    next: str | None
    previous: str | None


class PartialAuthSessionPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    auth_sessions: list[PartialAuthSession]
    next: str | None
    previous: str | None


class CountAuthSessions(TypedDict):
    """How many there are; counted up to 10,000."""

    where: NotRequired[AuthSessionWhere | None]


class ListAudit(TypedDict):
    """What happened to your account, and to roles in projects that you own."""

    project: NotRequired[str | None]
    where: NotRequired[AuditEntryWhere | None]
    order: NotRequired[list[AuditEntryOrder] | None]
    embed: NotRequired[list[AuditEntryEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class AuditEntry(TypedDict):
    """What happened to your account, and to roles in projects that you own."""

    id: str
    event: str
    user: str | PublicUserSummary | None
    actor: str | PublicUserSummary | None
    project: str | None
    auth_session: str | None
    address: str | None
    count: int
    details: dict[str, Any]
    created_at: float


class PartialAuditEntry(TypedDict):
    """Of a row `AuditEntry` the columns that `fields` names, and those that name it."""

    id: str
    event: NotRequired[str]
    user: NotRequired[str | PublicUserSummary | None]
    actor: NotRequired[str | PublicUserSummary | None]
    project: NotRequired[str | None]
    auth_session: NotRequired[str | None]
    address: NotRequired[str | None]
    count: NotRequired[int]
    details: NotRequired[dict[str, Any]]
    created_at: NotRequired[float]


class AuditEntryPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    audit: list[AuditEntry]
    next: str | None
    previous: str | None


class PartialAuditEntryPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    audit: list[PartialAuditEntry]
    next: str | None
    previous: str | None


class CountAudit(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[AuditEntryWhere | None]


class ListWholeAudit(TypedDict):
    """What happened to all accounts and roles, for operators."""

    project: NotRequired[str | None]
    where: NotRequired[WholeAuditEntryWhere | None]
    order: NotRequired[list[WholeAuditEntryOrder] | None]
    embed: NotRequired[list[WholeAuditEntryEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class WholeAuditEntry(TypedDict):
    """What happened to all accounts and roles, for operators."""

    id: str
    event: str
    user: str | PublicUserSummary | None
    actor: str | PublicUserSummary | None
    project: str | None
    auth_session: str | None
    address: str | None
    count: int
    details: dict[str, Any]
    created_at: float


class PartialWholeAuditEntry(TypedDict):
    """Of a row `WholeAuditEntry` the columns that `fields` names, and those that name it."""

    id: str
    event: NotRequired[str]
    user: NotRequired[str | PublicUserSummary | None]
    actor: NotRequired[str | PublicUserSummary | None]
    project: NotRequired[str | None]
    auth_session: NotRequired[str | None]
    address: NotRequired[str | None]
    count: NotRequired[int]
    details: NotRequired[dict[str, Any]]
    created_at: NotRequired[float]


class WholeAuditEntryPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    whole_audit: list[WholeAuditEntry]
    next: str | None
    previous: str | None


class PartialWholeAuditEntryPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    whole_audit: list[PartialWholeAuditEntry]
    next: str | None
    previous: str | None


class CountWholeAudit(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[WholeAuditEntryWhere | None]


class GetInvitation(TypedDict):
    """One of: who is asked into a project, by a link or by an address."""

    invitation: str
    embed: NotRequired[list[InvitationEmbed] | None]


class Invitation(TypedDict):
    """Who is asked into a project, by a link or by an address."""

    id: str
    project: str | ProjectSummary
    inviter: str | PublicUserSummary
    email: str | None
    role: str
    tracks: list[str] | None
    max_uses: int
    uses: int
    expires_at: float
    accepted_at: float | None
    withdrawn_at: float | None
    guests: bool
    created_at: float


class PartialInvitation(TypedDict):
    """Of a row `Invitation` the columns that `fields` names, and those that name it."""

    id: str
    project: NotRequired[str | ProjectSummary]
    inviter: NotRequired[str | PublicUserSummary]
    email: NotRequired[str | None]
    role: NotRequired[str]
    tracks: NotRequired[list[str] | None]
    max_uses: NotRequired[int]
    uses: NotRequired[int]
    expires_at: NotRequired[float]
    accepted_at: NotRequired[float | None]
    withdrawn_at: NotRequired[float | None]
    guests: NotRequired[bool]
    created_at: NotRequired[float]


class ListInvitations(TypedDict):
    """Who is asked into a project, by a link or by an address."""

    project: NotRequired[str | None]
    where: NotRequired[InvitationWhere | None]
    order: NotRequired[list[InvitationOrder] | None]
    embed: NotRequired[list[InvitationEmbed] | None]
    # 1 to 200; 50 if left out
    limit: NotRequired[int]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class InvitationPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    invitations: list[Invitation]
    next: str | None
    previous: str | None


class PartialInvitationPage(TypedDict):
    """Some rows, and where the next page and the one before start (null: there is none)."""

    invitations: list[PartialInvitation]
    next: str | None
    previous: str | None


class CountInvitations(TypedDict):
    """How many there are; counted up to 10,000."""

    project: NotRequired[str | None]
    where: NotRequired[InvitationWhere | None]


class WatchUsers(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[PublicUserWhere | None]
    user: NotRequired[str | None]


class WatchAccount(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[OwnAccountWhere | None]
    user: NotRequired[str | None]


class WatchProjects(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    # False if left out
    archived: NotRequired[bool]
    where: NotRequired[ProjectWhere | None]
    project: NotRequired[str | None]


class WatchMembers(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[ProjectMemberWhere | None]
    project: NotRequired[str | None]
    user: NotRequired[str | None]


class WatchSnapshots(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    kind: NotRequired[Literal["auto", "manual", "before-restore"] | None]
    where: NotRequired[SnapshotWhere | None]
    project: NotRequired[str | None]
    snapshot: NotRequired[str | None]


class WatchAudioFiles(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[AudioFileWhere | None]
    project: NotRequired[str | None]
    audio_file: NotRequired[str | None]


class WatchPresets(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[PresetWhere | None]
    preset: NotRequired[str | None]


class WatchRecall(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[RecalledWhere | None]
    recall: NotRequired[str | None]


class WatchSessions(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[CollaborationSessionWhere | None]
    project: NotRequired[str | None]
    session: NotRequired[str | None]


class WatchAuthSessions(TypedDict):
    """The rows that match, and from then on what changes of them (rules V1 to V12). `from`: the
    position that a watch before had come to.
    """

    where: NotRequired[AuthSessionWhere | None]
    auth_session: NotRequired[str | None]


class Auth:
    """`client.auth`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    async def upgrade_guest(self, **params: Unpack[UpgradeGuest]) -> User:
        """Make an account of the guest who is logged in: the same user, and all stays theirs."""
        result: User = await self._call("auth.upgrade_guest", **params)
        return result

    async def verify(self, **params: Unpack[Verify]) -> None:
        """Prove the address of an account, by the `token` of a link or by `email` and `code`.
        The first time, give the account's `password` too, unless you are logged in to it:
        without either, the password, all logins and all linked identities are taken off.
        """
        await self._call("auth.verify", **params)

    async def send_verification(self, **params: Unpack[SendVerification]) -> None:
        """Ask for a mail with a link and a code for `auth.verify`; answered alike for any
        address.
        """
        await self._call("auth.send_verification", **params)

    async def request_reset(self, **params: Unpack[RequestReset]) -> None:
        """Ask for a mail with which to set a new password; answered alike for any address."""
        await self._call("auth.request_reset", **params)

    async def reset_password(self, **params: Unpack[ResetPassword]) -> None:
        """Set a new password, by the `token` of a link or by `email` and `code`; nobody is
        logged in. All logins of the account end.
        """
        await self._call("auth.reset_password", **params)

    async def change_password(self, **params: Unpack[ChangePassword]) -> None:
        """Change your password; all your other logins end."""
        await self._call("auth.change_password", **params)

    async def change_email(self, **params: Unpack[ChangeEmail]) -> None:
        """Ask for a mail to a new address; it is yours after `auth.confirm_email`."""
        await self._call("auth.change_email", **params)

    async def confirm_email(self, **params: Unpack[ConfirmEmail]) -> None:
        """Make the new address that of the account, by the `token`, or logged in by the `code`."""
        await self._call("auth.confirm_email", **params)

    async def deletion_preview(self, **params: Unpack[PreviewDeletion]) -> DeletionPreview:
        """What would become of the projects that you own, if you deleted your account."""
        result: DeletionPreview = await self._call("auth.deletion_preview", **params)
        return result

    async def request_deletion(self, **params: Unpack[RequestDeletion]) -> None:
        """Be mailed a code for `auth.delete_account`, where you know no password (rule A73)."""
        await self._call("auth.request_deletion", **params)

    async def delete_account(self, **params: Unpack[DeleteAccount]) -> Deletion:
        """Delete your account: it is erased after a grace time, unless you log in before.
        `projects`: project -> the member who is to own it. All your logins end. Without a
        password it takes the `code` of `auth.request_deletion`, or, where the account has no
        password, a login of the last ten minutes.
        """
        result: Deletion = await self._call("auth.delete_account", **params)
        return result

    async def providers(self, **params: Unpack[ListProviders]) -> ProvidersShown:
        """By which providers one can log in here."""
        result: ProvidersShown = await self._call("auth.providers", **params)
        return result

    async def provider_begin(self, **params: Unpack[BeginProviderLogin]) -> ProviderLoginBegun:
        """Begin a login by a provider (rule A32). `redirect_uri`: where it leads back to; this
        server's page `/account`, an address that its operator has allowed, or
        `http://127.0.0.1:<port>/` of your own program (RFC 8252).
        """
        result: ProviderLoginBegun = await self._call("auth.provider_begin", **params)
        return result

    async def provider_finish(self, **params: Unpack[FinishProviderLogin]) -> Tokens:
        """Finish it with what the browser has brought back (rule A32). `iss`: if that is among
        it (RFC 9207). With the token of an `invitation`, an account that is new is a member
        of its project, also where strangers make none.
        """
        result: Tokens = await self._call("auth.provider_finish", **params)
        return result

    async def identities(self, **params: Unpack[ListIdentities]) -> LinkedIdentities:
        """Which providers' identities are linked to your account."""
        result: LinkedIdentities = await self._call("auth.identities", **params)
        return result

    async def link_begin(self, **params: Unpack[BeginLink]) -> ProviderLoginBegun:
        """Begin to link a provider's identity to your account, within ten minutes of your login."""
        result: ProviderLoginBegun = await self._call("auth.link_begin", **params)
        return result

    async def link_finish(self, **params: Unpack[FinishLink]) -> LinkedIdentity:
        """Link it; `taken` if it is linked to another account (rule A33)."""
        result: LinkedIdentity = await self._call("auth.link_finish", **params)
        return result

    async def unlink(self, **params: Unpack[Unlink]) -> None:
        """Take a provider's identity off; not the last way in (rule A33)."""
        await self._call("auth.unlink", **params)

    async def device_begin(self, **params: Unpack[BeginDeviceLogin]) -> DeviceLoginBegun:
        """Ask to be let in by someone who is logged in elsewhere (rule A30). `name`: what that
        person is shown beside the device of hello.
        """
        result: DeviceLoginBegun = await self._call("auth.device_begin", **params)
        return result

    async def device_poll(self, **params: Unpack[PollDeviceLogin]) -> DeviceLoginPolled:
        """Ask whether you are let in; with `wait_ms`, answered as soon as it is decided (rule
        A30).
        """
        result: DeviceLoginPolled = await self._call("auth.device_poll", **params)
        return result

    async def device_look(self, **params: Unpack[LookAtDeviceLogin]) -> DeviceLoginShown:
        """Which device asks with this code: show it before you let it in (rule A31)."""
        result: DeviceLoginShown = await self._call("auth.device_look", **params)
        return result

    async def device_approve(self, **params: Unpack[ApproveDeviceLogin]) -> None:
        """Let the device in, as yourself, that you have looked at with `auth.device_look`."""
        await self._call("auth.device_approve", **params)

    async def device_deny(self, **params: Unpack[DenyDeviceLogin]) -> None:
        """Turn the device away that you have looked at with `auth.device_look`."""
        await self._call("auth.device_deny", **params)

    async def totp_begin(self, **params: Unpack[BeginTotp]) -> TotpBegun:
        """Get a secret for an authenticator app; it counts once `auth.totp_confirm` has shown a
        code. Logged in, within ten minutes of the login; or with the `challenge` of a login
        that was answered `second_factor_missing` (rule A37). Beside an app that counts it is
        one more (rule A75).
        """
        result: TotpBegun = await self._call("auth.totp_begin", **params)
        return result

    async def totp_confirm(self, **params: Unpack[ConfirmTotp]) -> TotpConfirmed:
        """Show a code of the new app: from now on logins ask for one (rule A35). `name`: what
        tells it from your other apps.
        """
        result: TotpConfirmed = await self._call("auth.totp_confirm", **params)
        return result

    async def totp_disable(self, **params: Unpack[DisableTotp]) -> None:
        """Take the second factor off, all apps of it, by a code or a recovery code (rule A36)."""
        await self._call("auth.totp_disable", **params)

    async def totp_remove(self, **params: Unpack[RemoveTotp]) -> None:
        """Take one app off, by a code of any or a recovery code; with the last, all (rule A75)."""
        await self._call("auth.totp_remove", **params)

    async def recovery_codes(self, **params: Unpack[RenewRecoveryCodes]) -> RecoveryCodes:
        """Get new recovery codes by a code of the app; those of before are void (rule A36)."""
        result: RecoveryCodes = await self._call("auth.recovery_codes", **params)
        return result


class AuthSessions:
    """`client.auth_sessions`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def revoke(
        self, *, idempotency_key: str | None = None, **params: Unpack[RevokeLogin]
    ) -> None:
        """End one of your logins; its sockets are closed. The second time changes nothing."""
        await self._call("auth_sessions.revoke", idempotency_key=idempotency_key, **params)

    async def rename(
        self, *, idempotency_key: str | None = None, **params: Unpack[RenameLogin]
    ) -> AuthSession:
        """Call the device of one of your logins by another name."""
        result: AuthSession = await self._call(
            "auth_sessions.rename", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    async def get(self, **params: Unpack[GetAuthSession]) -> AuthSession: ...

    @overload
    async def get(
        self, *, fields: Sequence[AuthSessionColumn] | None, **params: Unpack[GetAuthSession]
    ) -> PartialAuthSession: ...

    async def get(self, **params: Any) -> Any:
        """One of: where you are logged in, and where you were."""
        return await self._call("auth_sessions.get", **params)

    @overload
    async def list(self, **params: Unpack[ListAuthSessions]) -> AuthSessionPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[AuthSessionColumn] | None, **params: Unpack[ListAuthSessions]
    ) -> PartialAuthSessionPage: ...

    async def list(self, **params: Any) -> Any:
        """Where you are logged in, and where you were."""
        return await self._call("auth_sessions.list", **params)

    async def count(self, **params: Unpack[CountAuthSessions]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("auth_sessions.count", **params)
        return result

    @overload
    def watch(self, **params: Unpack[WatchAuthSessions]) -> Watch[AuthSession]: ...

    @overload
    def watch(
        self, *, fields: Sequence[AuthSessionColumn] | None, **params: Unpack[WatchAuthSessions]
    ) -> Watch[PartialAuthSession]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("auth_sessions", **params)


class Projects:
    """`client.projects`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def create(
        self, *, idempotency_key: str | None = None, **params: Unpack[CreateProject]
    ) -> Project:
        """Make a project and own it. With an `id`, sending the call again makes no second one.
        Without `bpm` it has the `default_bpm` of your account.
        """
        result: Project = await self._call(
            "projects.create", idempotency_key=idempotency_key, **params
        )
        return result

    async def update(
        self, *, idempotency_key: str | None = None, **params: Unpack[UpdateProject]
    ) -> Project:
        """Change fields of the row, if `version` is still the one you read."""
        result: Project = await self._call(
            "projects.update", idempotency_key=idempotency_key, **params
        )
        return result

    async def archive(
        self, *, idempotency_key: str | None = None, **params: Unpack[ArchiveProject]
    ) -> Project:
        """Archive a project, or bring it back: an archived one can be read and not edited."""
        result: Project = await self._call(
            "projects.archive", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    async def get(self, **params: Unpack[GetProject]) -> Project: ...

    @overload
    async def get(
        self, *, fields: Sequence[ProjectColumn] | None, **params: Unpack[GetProject]
    ) -> PartialProject: ...

    async def get(self, **params: Any) -> Any:
        """One of: your projects, and those that others let you into; without their states."""
        return await self._call("projects.get", **params)

    @overload
    async def list(self, **params: Unpack[ListProjects]) -> ProjectPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[ProjectColumn] | None, **params: Unpack[ListProjects]
    ) -> PartialProjectPage: ...

    async def list(self, **params: Any) -> Any:
        """Your projects, and those that others let you into; without their states."""
        return await self._call("projects.list", **params)

    async def count(self, **params: Unpack[CountProjects]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("projects.count", **params)
        return result

    @overload
    def watch(self, **params: Unpack[WatchProjects]) -> Watch[Project]: ...

    @overload
    def watch(
        self, *, fields: Sequence[ProjectColumn] | None, **params: Unpack[WatchProjects]
    ) -> Watch[PartialProject]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("projects", **params)


class Members:
    """`client.members`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def grant(
        self, *, idempotency_key: str | None = None, **params: Unpack[GrantRole]
    ) -> ProjectMember:
        """Give a role: to anyone by `email`, or another one to who is a member by `user`; owners
        only. Without a `role`: the project's `default_role`. `tracks`: those that a
        contributor may edit.
        """
        result: ProjectMember = await self._call(
            "members.grant", idempotency_key=idempotency_key, **params
        )
        return result

    async def join(
        self, *, idempotency_key: str | None = None, **params: Unpack[JoinProject]
    ) -> ProjectMember:
        """Become a member of a project whose link is shared; its id is the link."""
        result: ProjectMember = await self._call(
            "members.join", idempotency_key=idempotency_key, **params
        )
        return result

    async def revoke(
        self, *, idempotency_key: str | None = None, **params: Unpack[RevokeRole]
    ) -> None:
        """Take a user's role in a project away; owners only, but everyone may take their own."""
        await self._call("members.revoke", idempotency_key=idempotency_key, **params)

    @overload
    async def list(self, **params: Unpack[ListMembers]) -> ProjectMembers: ...

    @overload
    async def list(
        self, *, fields: Sequence[ProjectMemberColumn] | None, **params: Unpack[ListMembers]
    ) -> PartialProjectMembers: ...

    async def list(self, **params: Any) -> Any:
        """Who may be in a project, and in which role."""
        return await self._call("members.list", **params)

    async def count(self, **params: Unpack[CountMembers]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("members.count", **params)
        return result

    @overload
    def watch(self, **params: Unpack[WatchMembers]) -> Watch[ProjectMember]: ...

    @overload
    def watch(
        self, *, fields: Sequence[ProjectMemberColumn] | None, **params: Unpack[WatchMembers]
    ) -> Watch[PartialProjectMember]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("members", **params)


class History:
    """`client.history`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    async def list(self, **params: Unpack[ListHistory]) -> HistoryPage:
        """Who changed what, newest first; `before` is the `next` of the page before."""
        result: HistoryPage = await self._call("history.list", **params)
        return result

    async def blame(self, **params: Unpack[Blame]) -> Blamed:
        """Who last set this property; a leaf of `params` is `params/<name>`."""
        result: Blamed = await self._call("history.blame", **params)
        return result

    async def at(self, **params: Unpack[StateAt]) -> StateData:
        """The state after `seq`, or at `time` (ms since 1970), read-only; ask part by part."""
        result: StateData = await self._call("history.at", **params)
        return result

    async def ops(self, **params: Unpack[ListOps]) -> HistoryOps:
        """The whole deltas after the seq `after` up to `to`, oldest first, to replay them. Of a
        group that `to` is in, all; without `to` as many as there are. `after` and `op` are
        the `next` of the page before.
        """
        result: HistoryOps = await self._call("history.ops", **params)
        return result


class Snapshots:
    """`client.snapshots`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def create(
        self, *, idempotency_key: str | None = None, **params: Unpack[CreateSnapshot]
    ) -> Snapshot:
        """Store the current state under a name. With an `id`, sending it again makes no second
        one.
        """
        result: Snapshot = await self._call(
            "snapshots.create", idempotency_key=idempotency_key, **params
        )
        return result

    async def state(self, **params: Unpack[SnapshotState]) -> StateData:
        """The state that a snapshot holds; ask part by part."""
        result: StateData = await self._call("snapshots.state", **params)
        return result

    async def update(
        self, *, idempotency_key: str | None = None, **params: Unpack[UpdateSnapshot]
    ) -> Snapshot:
        """Name or describe a snapshot, or say what it sounds like; a named one is kept for good."""
        result: Snapshot = await self._call(
            "snapshots.update", idempotency_key=idempotency_key, **params
        )
        return result

    async def diff(self, **params: Unpack[DiffSnapshots]) -> Diff:
        """What differs between two snapshots; null is the current state."""
        result: Diff = await self._call("snapshots.diff", **params)
        return result

    async def restore(
        self, *, idempotency_key: str | None = None, **params: Unpack[RestoreSnapshot]
    ) -> Restored:
        """Bring a snapshot's state back as a delta with this `id`, which can be undone."""
        result: Restored = await self._call(
            "snapshots.restore", idempotency_key=idempotency_key, **params
        )
        return result

    async def fork(
        self, *, idempotency_key: str | None = None, **params: Unpack[ForkSnapshot]
    ) -> Project:
        """Make a new project of your own out of a snapshot. With an `id`, sending it again makes
        no second one.
        """
        result: Project = await self._call(
            "snapshots.fork", idempotency_key=idempotency_key, **params
        )
        return result

    async def delete(
        self, *, idempotency_key: str | None = None, **params: Unpack[DeleteSnapshot]
    ) -> None:
        """Delete a snapshot: its author or an owner may. The second time changes nothing."""
        await self._call("snapshots.delete", idempotency_key=idempotency_key, **params)

    @overload
    async def get(self, **params: Unpack[GetSnapshot]) -> Snapshot: ...

    @overload
    async def get(
        self, *, fields: Sequence[SnapshotColumn] | None, **params: Unpack[GetSnapshot]
    ) -> PartialSnapshot: ...

    async def get(self, **params: Any) -> Any:
        """One of: states of a project that are kept; without the states themselves."""
        return await self._call("snapshots.get", **params)

    @overload
    async def list(self, **params: Unpack[ListSnapshots]) -> SnapshotPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[SnapshotColumn] | None, **params: Unpack[ListSnapshots]
    ) -> PartialSnapshotPage: ...

    async def list(self, **params: Any) -> Any:
        """States of a project that are kept; without the states themselves."""
        return await self._call("snapshots.list", **params)

    async def count(self, **params: Unpack[CountSnapshots]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("snapshots.count", **params)
        return result

    @overload
    def watch(self, **params: Unpack[WatchSnapshots]) -> Watch[Snapshot]: ...

    @overload
    def watch(
        self, *, fields: Sequence[SnapshotColumn] | None, **params: Unpack[WatchSnapshots]
    ) -> Watch[PartialSnapshot]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("snapshots", **params)


class Timeline:
    """`client.timeline`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    async def between(self, **params: Unpack[Between]) -> FoundRange:
        """What lies between two beats (from `start` up to `end`), on all tracks or on some."""
        result: FoundRange = await self._call("timeline.between", **params)
        return result

    async def seconds(self, **params: Unpack[ToSeconds]) -> Times:
        """Beats to seconds through the tempo map."""
        result: Times = await self._call("timeline.seconds", **params)
        return result

    async def beats(self, **params: Unpack[ToBeats]) -> Times:
        """Seconds to beats through the tempo map."""
        result: Times = await self._call("timeline.beats", **params)
        return result


class Sessions:
    """`client.sessions`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def history(self, **params: Unpack[SessionHistory]) -> SessionStayPage:
        """Who was in a collaboration session, and for how long, the latest comer first."""
        result: SessionStayPage = await self._call("sessions.history", **params)
        return result

    async def end(
        self, *, idempotency_key: str | None = None, **params: Unpack[EndSession]
    ) -> None:
        """End a collaboration session: its host may, and owners. The second time changes
        nothing.
        """
        await self._call("sessions.end", idempotency_key=idempotency_key, **params)

    async def permit(
        self, *, idempotency_key: str | None = None, **params: Unpack[PermitInSession]
    ) -> None:
        """Say who may edit, gesture, and change the transport; its host may, and owners. Ids of
        users: only they, the host and owners. null: everyone whose role lets them. What is
        left out stays as it is.
        """
        await self._call("sessions.permit", idempotency_key=idempotency_key, **params)

    @overload
    async def get(self, **params: Unpack[GetCollaborationSession]) -> CollaborationSession: ...

    @overload
    async def get(
        self,
        *,
        fields: Sequence[CollaborationSessionColumn] | None,
        **params: Unpack[GetCollaborationSession],
    ) -> PartialCollaborationSession: ...

    async def get(self, **params: Any) -> Any:
        """One of: the times at which a project was open, and who was there."""
        return await self._call("sessions.get", **params)

    @overload
    async def list(self, **params: Unpack[ListSessions]) -> CollaborationSessionPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[CollaborationSessionColumn] | None, **params: Unpack[ListSessions]
    ) -> PartialCollaborationSessionPage: ...

    async def list(self, **params: Any) -> Any:
        """The times at which a project was open, and who was there."""
        return await self._call("sessions.list", **params)

    async def count(self, **params: Unpack[CountSessions]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("sessions.count", **params)
        return result

    @overload
    def watch(self, **params: Unpack[WatchSessions]) -> Watch[CollaborationSession]: ...

    @overload
    def watch(
        self,
        *,
        fields: Sequence[CollaborationSessionColumn] | None,
        **params: Unpack[WatchSessions],
    ) -> Watch[PartialCollaborationSession]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("sessions", **params)


class Recall:
    """`client.recall`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def observe(
        self, *, idempotency_key: str | None = None, **params: Unpack[ObserveRecall]
    ) -> ObservedRecall:
        """Remember uses of keys in a category, each id once; answered when they are stored."""
        result: ObservedRecall = await self._call(
            "recall.observe", idempotency_key=idempotency_key, **params
        )
        return result

    async def suggest(self, **params: Unpack[SuggestRecall]) -> RecallSuggestions:
        """What you are likely to use next, the likeliest first."""
        result: RecallSuggestions = await self._call("recall.suggest", **params)
        return result

    async def correct(
        self, *, idempotency_key: str | None = None, **params: Unpack[CorrectRecall]
    ) -> CorrectedRecall:
        """A suggestion was wrong, or taken: what was shown, and what is to be changed of a key.
        `weight`: what the key's uses so far count from now on (0: not suggested until used
        again). `rename`: another key takes its place, and its uses. The same `id` again
        changes nothing.
        """
        result: CorrectedRecall = await self._call(
            "recall.correct", idempotency_key=idempotency_key, **params
        )
        return result

    async def forget(
        self, *, idempotency_key: str | None = None, **params: Unpack[ForgetRecall]
    ) -> ForgottenRecall:
        """Forget a key, or without `key` all of a category. The second time changes nothing. A
        category makes room for another one then, unless it is switched off.
        """
        result: ForgottenRecall = await self._call(
            "recall.forget", idempotency_key=idempotency_key, **params
        )
        return result

    async def export(self, **params: Unpack[ExportRecall]) -> ExportedRecall:
        """All that is remembered of you, page by page; `after` is the `next` of the page before."""
        result: ExportedRecall = await self._call("recall.export", **params)
        return result

    async def erase(
        self, *, idempotency_key: str | None = None, **params: Unpack[EraseRecall]
    ) -> ForgottenRecall:
        """Forget all that is remembered of you, for good; what you have switched off stays off."""
        result: ForgottenRecall = await self._call(
            "recall.erase", idempotency_key=idempotency_key, **params
        )
        return result

    async def settings(
        self, *, idempotency_key: str | None = None, **params: Unpack[SetRecall]
    ) -> RecallSettings:
        """Switch remembering on or off in a category; without one, only say how all are kept."""
        result: RecallSettings = await self._call(
            "recall.settings", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    async def get(self, **params: Unpack[GetRecalled]) -> Recalled: ...

    @overload
    async def get(
        self, *, fields: Sequence[RecalledColumn] | None, **params: Unpack[GetRecalled]
    ) -> PartialRecalled: ...

    async def get(self, **params: Any) -> Any:
        """One of: what the mixing assistant remembers of you."""
        return await self._call("recall.get", **params)

    @overload
    async def list(self, **params: Unpack[ListRecall]) -> RecalledPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[RecalledColumn] | None, **params: Unpack[ListRecall]
    ) -> PartialRecalledPage: ...

    async def list(self, **params: Any) -> Any:
        """What the mixing assistant remembers of you."""
        return await self._call("recall.list", **params)

    async def count(self, **params: Unpack[CountRecall]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("recall.count", **params)
        return result

    async def update(
        self, *, idempotency_key: str | None = None, **params: Unpack[UpdateRecalled]
    ) -> Recalled:
        """Change columns of a row, if `version` is still the one you read."""
        result: Recalled = await self._call(
            "recall.update", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    def watch(self, **params: Unpack[WatchRecall]) -> Watch[Recalled]: ...

    @overload
    def watch(
        self, *, fields: Sequence[RecalledColumn] | None, **params: Unpack[WatchRecall]
    ) -> Watch[PartialRecalled]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("recall", **params)


class Presets:
    """`client.presets`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def copy(
        self, *, idempotency_key: str | None = None, **params: Unpack[CopyPreset]
    ) -> Preset:
        """Make a preset of your own out of one that you may see; it is not public (rule L7).
        With an `id`, sending it again makes no second one.
        """
        result: Preset = await self._call("presets.copy", idempotency_key=idempotency_key, **params)
        return result

    async def publish(
        self, *, idempotency_key: str | None = None, **params: Unpack[PublishPreset]
    ) -> Preset:
        """Let everyone see a preset of yours. The second time changes nothing (rule L8)."""
        result: Preset = await self._call(
            "presets.publish", idempotency_key=idempotency_key, **params
        )
        return result

    async def unpublish(
        self, *, idempotency_key: str | None = None, **params: Unpack[UnpublishPreset]
    ) -> Preset:
        """Let only yourself see a preset of yours. The second time changes nothing (rule L8)."""
        result: Preset = await self._call(
            "presets.unpublish", idempotency_key=idempotency_key, **params
        )
        return result

    async def use(self, *, idempotency_key: str | None = None, **params: Unpack[UsePreset]) -> None:
        """Say that you have loaded a preset that you may see: it is counted (rule L9)."""
        await self._call("presets.use", idempotency_key=idempotency_key, **params)

    @overload
    async def get(self, **params: Unpack[GetPreset]) -> Preset: ...

    @overload
    async def get(
        self, *, fields: Sequence[PresetColumn] | None, **params: Unpack[GetPreset]
    ) -> PartialPreset: ...

    async def get(self, **params: Any) -> Any:
        """One of: settings of a plug-in: your own, those that others publish, those of the
        product.
        """
        return await self._call("presets.get", **params)

    @overload
    async def list(self, **params: Unpack[ListPresets]) -> PresetPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[PresetColumn] | None, **params: Unpack[ListPresets]
    ) -> PartialPresetPage: ...

    async def list(self, **params: Any) -> Any:
        """Settings of a plug-in: your own, those that others publish, those of the product."""
        return await self._call("presets.list", **params)

    async def count(self, **params: Unpack[CountPresets]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("presets.count", **params)
        return result

    async def create(
        self, *, idempotency_key: str | None = None, **params: Unpack[CreatePreset]
    ) -> Preset:
        """Make a row. With an `id`, sending it again makes no second one."""
        result: Preset = await self._call(
            "presets.create", idempotency_key=idempotency_key, **params
        )
        return result

    async def update(
        self, *, idempotency_key: str | None = None, **params: Unpack[UpdatePreset]
    ) -> Preset:
        """Change columns of a row, if `version` is still the one you read."""
        result: Preset = await self._call(
            "presets.update", idempotency_key=idempotency_key, **params
        )
        return result

    async def delete(
        self, *, idempotency_key: str | None = None, **params: Unpack[DeletePreset]
    ) -> None:
        """Delete a row. The second time changes nothing."""
        await self._call("presets.delete", idempotency_key=idempotency_key, **params)

    @overload
    def watch(self, **params: Unpack[WatchPresets]) -> Watch[Preset]: ...

    @overload
    def watch(
        self, *, fields: Sequence[PresetColumn] | None, **params: Unpack[WatchPresets]
    ) -> Watch[PartialPreset]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("presets", **params)


class AudioFiles:
    """`client.audio_files`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    async def stems(self, **params: Unpack[ListStems]) -> Stems:
        """All stems of an audio file and theirs, the nearest first (rule L5)."""
        result: Stems = await self._call("audio_files.stems", **params)
        return result

    async def set_status(
        self, *, idempotency_key: str | None = None, **params: Unpack[SetAudioStatus]
    ) -> AudioFile:
        """Say how far the bytes of an audio file are, and what is known with that (rule L4)."""
        result: AudioFile = await self._call(
            "audio_files.set_status", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    async def get(self, **params: Unpack[GetAudioFile]) -> AudioFile: ...

    @overload
    async def get(
        self, *, fields: Sequence[AudioFileColumn] | None, **params: Unpack[GetAudioFile]
    ) -> PartialAudioFile: ...

    async def get(self, **params: Any) -> Any:
        """One of: the audio of a project: what is known of each file, and which are stems of
        which.
        """
        return await self._call("audio_files.get", **params)

    @overload
    async def list(self, **params: Unpack[ListAudioFiles]) -> AudioFilePage: ...

    @overload
    async def list(
        self, *, fields: Sequence[AudioFileColumn] | None, **params: Unpack[ListAudioFiles]
    ) -> PartialAudioFilePage: ...

    async def list(self, **params: Any) -> Any:
        """The audio of a project: what is known of each file, and which are stems of which."""
        return await self._call("audio_files.list", **params)

    async def count(self, **params: Unpack[CountAudioFiles]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("audio_files.count", **params)
        return result

    async def create(
        self, *, idempotency_key: str | None = None, **params: Unpack[CreateAudioFile]
    ) -> AudioFile:
        """Make a row. With an `id`, sending it again makes no second one."""
        result: AudioFile = await self._call(
            "audio_files.create", idempotency_key=idempotency_key, **params
        )
        return result

    async def update(
        self, *, idempotency_key: str | None = None, **params: Unpack[UpdateAudioFile]
    ) -> AudioFile:
        """Change columns of a row, if `version` is still the one you read."""
        result: AudioFile = await self._call(
            "audio_files.update", idempotency_key=idempotency_key, **params
        )
        return result

    async def delete(
        self, *, idempotency_key: str | None = None, **params: Unpack[DeleteAudioFile]
    ) -> None:
        """Delete a row. The second time changes nothing."""
        await self._call("audio_files.delete", idempotency_key=idempotency_key, **params)

    @overload
    def watch(self, **params: Unpack[WatchAudioFiles]) -> Watch[AudioFile]: ...

    @overload
    def watch(
        self, *, fields: Sequence[AudioFileColumn] | None, **params: Unpack[WatchAudioFiles]
    ) -> Watch[PartialAudioFile]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("audio_files", **params)


class Invitations:
    """`client.invitations`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    async def create(self, **params: Unpack[CreateInvitation]) -> InvitationMade:
        """Ask someone into a project, by a link or, with `email`, by a mail; owners only.
        `tracks`: those that a contributor may edit. `max_uses`: how many may accept it; by
        mail, one. `expires_in`: seconds. `guests`: whether people without an account may come
        in by its link.
        """
        result: InvitationMade = await self._call("invitations.create", **params)
        return result

    async def withdraw(
        self, *, idempotency_key: str | None = None, **params: Unpack[WithdrawInvitation]
    ) -> None:
        """Let nobody accept it any more; owners only. Who has accepted it stays."""
        await self._call("invitations.withdraw", idempotency_key=idempotency_key, **params)

    async def look(self, **params: Unpack[LookAtInvitation]) -> InvitationShown:
        """What it is for, before it is accepted; without a login, too."""
        result: InvitationShown = await self._call("invitations.look", **params)
        return result

    async def accept(
        self, *, idempotency_key: str | None = None, **params: Unpack[AcceptInvitation]
    ) -> ProjectMember:
        """Become a member as it says. Who has a better role keeps it, and uses nothing up."""
        result: ProjectMember = await self._call(
            "invitations.accept", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    async def get(self, **params: Unpack[GetInvitation]) -> Invitation: ...

    @overload
    async def get(
        self, *, fields: Sequence[InvitationColumn] | None, **params: Unpack[GetInvitation]
    ) -> PartialInvitation: ...

    async def get(self, **params: Any) -> Any:
        """One of: who is asked into a project, by a link or by an address."""
        return await self._call("invitations.get", **params)

    @overload
    async def list(self, **params: Unpack[ListInvitations]) -> InvitationPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[InvitationColumn] | None, **params: Unpack[ListInvitations]
    ) -> PartialInvitationPage: ...

    async def list(self, **params: Any) -> Any:
        """Who is asked into a project, by a link or by an address."""
        return await self._call("invitations.list", **params)

    async def count(self, **params: Unpack[CountInvitations]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("invitations.count", **params)
        return result


class Operator:
    """`client.operator`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    async def nodes(self, **params: Unpack[ListNodes]) -> NodeRows:
        """The nodes of this deployment, and whether there is maintenance; for operators."""
        result: NodeRows = await self._call("operator.nodes", **params)
        return result

    async def health(self, **params: Unpack[ShowHealth]) -> HealthRows:
        """How each node fares just now, as it says itself; for operators."""
        result: HealthRows = await self._call("operator.health", **params)
        return result

    async def events(self, **params: Unpack[ListEvents]) -> NodeEvents:
        """What went wrong on all nodes of late, the newest first; for operators. `kind`: one
        kind, or the first part of its name; `project`, `node`: of one.
        """
        result: NodeEvents = await self._call("operator.events", **params)
        return result

    async def rooms(self, **params: Unpack[ListRooms]) -> RoomRows:
        """The open rooms of all nodes, in the order of their projects; for operators. With
        `order` = `load` those for which most is sent come first, and it is one page: no
        `cursor`.
        """
        result: RoomRows = await self._call("operator.rooms", **params)
        return result

    async def room(self, **params: Unpack[ShowRoom]) -> RoomShown:
        """Who is in the room of a project, from where, and what waits for them; for operators."""
        result: RoomShown = await self._call("operator.room", **params)
        return result

    async def logins(self, **params: Unpack[ListUserLogins]) -> LoginRows:
        """The logins of a user that go on, and where they are connected; for operators."""
        result: LoginRows = await self._call("operator.logins", **params)
        return result

    async def closed_rooms(self, **params: Unpack[ListClosedRooms]) -> ClosedRooms:
        """The rooms that are closed, in the order of their projects; for operators."""
        result: ClosedRooms = await self._call("operator.closed_rooms", **params)
        return result

    async def sizes(self, **params: Unpack[ShowSizes]) -> Sizes:
        """How large the database is, table by table, and the largest projects; for operators."""
        result: Sizes = await self._call("operator.sizes", **params)
        return result

    async def slow_calls(self, **params: Unpack[ListSlowCalls]) -> SlowCalls:
        """The slowest calls of the last hour, of each method so many; for operators."""
        result: SlowCalls = await self._call("operator.slow_calls", **params)
        return result

    async def audit(self, **params: Unpack[ReadAudit]) -> AuditRows:
        """The audit of everyone, newest first, also for who has no account here; for operators.
        `event`: one kind; `user`: of one user, an id, an address or a username.
        """
        result: AuditRows = await self._call("operator.audit", **params)
        return result

    async def kick(self, **params: Unpack[Kick]) -> Kicked:
        """End all logins of a `user`, one `login`, or the seats of a `member`; for operators.
        Just one of the three. `reason` is shown to the person, who may log in, or join,
        again.
        """
        result: Kicked = await self._call("operator.kick", **params)
        return result

    async def close_room(self, **params: Unpack[CloseRoom]) -> ClosedRoom:
        """Send everyone out of a room and let nobody in, for so long or until it is opened. For
        operators. Nothing is lost: clients keep what they have not sent, and come back.
        """
        result: ClosedRoom = await self._call("operator.close_room", **params)
        return result

    async def open_room(self, **params: Unpack[OpenRoom]) -> Changed:
        """Let people into a closed room again; for operators. The second time changes nothing."""
        result: Changed = await self._call("operator.open_room", **params)
        return result

    async def maintenance(self, **params: Unpack[SetMaintenance]) -> MaintenanceNow:
        """`read_only`: nobody edits, on any node, within two seconds; `off`: everyone does
        again. For operators. `message` is shown to everyone; it has to be there with
        `read_only`.
        """
        result: MaintenanceNow = await self._call("operator.maintenance", **params)
        return result

    async def drain(self, **params: Unpack[DrainNode]) -> Changed:
        """Send the members of a node to others, and let nobody new in; for operators."""
        result: Changed = await self._call("operator.drain", **params)
        return result

    async def undrain(self, **params: Unpack[UndrainNode]) -> Changed:
        """Let people into a drained node again; for operators. The second time changes nothing."""
        result: Changed = await self._call("operator.undrain", **params)
        return result


class Users:
    """`client.users`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    @overload
    async def get(self, **params: Unpack[GetPublicUser]) -> PublicUser: ...

    @overload
    async def get(
        self, *, fields: Sequence[PublicUserColumn] | None, **params: Unpack[GetPublicUser]
    ) -> PartialPublicUser: ...

    async def get(self, **params: Any) -> Any:
        """One of: people whom you share a project with, and yourself: what others see."""
        return await self._call("users.get", **params)

    @overload
    async def list(self, **params: Unpack[ListUsers]) -> PublicUserPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[PublicUserColumn] | None, **params: Unpack[ListUsers]
    ) -> PartialPublicUserPage: ...

    async def list(self, **params: Any) -> Any:
        """People whom you share a project with, and yourself: what others see."""
        return await self._call("users.list", **params)

    async def count(self, **params: Unpack[CountUsers]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("users.count", **params)
        return result

    @overload
    def watch(self, **params: Unpack[WatchUsers]) -> Watch[PublicUser]: ...

    @overload
    def watch(
        self, *, fields: Sequence[PublicUserColumn] | None, **params: Unpack[WatchUsers]
    ) -> Watch[PartialPublicUser]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("users", **params)


class Account:
    """`client.account`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call
        self._watch = watch

    @overload
    async def get(self, **params: Unpack[GetOwnAccount]) -> OwnAccount: ...

    @overload
    async def get(
        self, *, fields: Sequence[OwnAccountColumn] | None, **params: Unpack[GetOwnAccount]
    ) -> PartialOwnAccount: ...

    async def get(self, **params: Any) -> Any:
        """One of: your own account: what you alone see and change."""
        return await self._call("account.get", **params)

    async def update(
        self, *, idempotency_key: str | None = None, **params: Unpack[UpdateOwnAccount]
    ) -> OwnAccount:
        """Change columns of a row, if `version` is still the one you read."""
        result: OwnAccount = await self._call(
            "account.update", idempotency_key=idempotency_key, **params
        )
        return result

    @overload
    def watch(self, **params: Unpack[WatchAccount]) -> Watch[OwnAccount]: ...

    @overload
    def watch(
        self, *, fields: Sequence[OwnAccountColumn] | None, **params: Unpack[WatchAccount]
    ) -> Watch[PartialOwnAccount]: ...

    def watch(self, **params: Any) -> Any:
        """The rows that match, and from then on what changes of them (rules V1 to V12). `from`:
        the position that a watch before had come to.
        """
        return self._watch("account", **params)


class SessionStates:
    """`client.session_states`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    @overload
    async def get(self, **params: Unpack[GetSessionState]) -> SessionState: ...

    @overload
    async def get(
        self, *, fields: Sequence[SessionStateColumn] | None, **params: Unpack[GetSessionState]
    ) -> PartialSessionState: ...

    async def get(self, **params: Any) -> Any:
        """One of: where everyone is in a project, or was when they left it."""
        return await self._call("session_states.get", **params)

    @overload
    async def list(self, **params: Unpack[ListSessionStates]) -> SessionStatePage: ...

    @overload
    async def list(
        self, *, fields: Sequence[SessionStateColumn] | None, **params: Unpack[ListSessionStates]
    ) -> PartialSessionStatePage: ...

    async def list(self, **params: Any) -> Any:
        """Where everyone is in a project, or was when they left it."""
        return await self._call("session_states.list", **params)

    async def count(self, **params: Unpack[CountSessionStates]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("session_states.count", **params)
        return result


class SessionStays:
    """`client.session_stays`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    @overload
    async def list(self, **params: Unpack[ListSessionStays]) -> SessionStayPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[SessionStayColumn] | None, **params: Unpack[ListSessionStays]
    ) -> PartialSessionStayPage: ...

    async def list(self, **params: Any) -> Any:
        """Who was in a collaboration session, and for how long: a row for each user."""
        return await self._call("session_stays.list", **params)

    async def count(self, **params: Unpack[CountSessionStays]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("session_stays.count", **params)
        return result


class Audit:
    """`client.audit`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    @overload
    async def list(self, **params: Unpack[ListAudit]) -> AuditEntryPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[AuditEntryColumn] | None, **params: Unpack[ListAudit]
    ) -> PartialAuditEntryPage: ...

    async def list(self, **params: Any) -> Any:
        """What happened to your account, and to roles in projects that you own."""
        return await self._call("audit.list", **params)

    async def count(self, **params: Unpack[CountAudit]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("audit.count", **params)
        return result


class WholeAudit:
    """`client.whole_audit`."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self._call = call

    @overload
    async def list(self, **params: Unpack[ListWholeAudit]) -> WholeAuditEntryPage: ...

    @overload
    async def list(
        self, *, fields: Sequence[WholeAuditEntryColumn] | None, **params: Unpack[ListWholeAudit]
    ) -> PartialWholeAuditEntryPage: ...

    async def list(self, **params: Any) -> Any:
        """What happened to all accounts and roles, for operators."""
        return await self._call("whole_audit.list", **params)

    async def count(self, **params: Unpack[CountWholeAudit]) -> Counted:
        """How many there are; counted up to 10,000."""
        result: Counted = await self._call("whole_audit.count", **params)
        return result


class Calls:
    """All calls, by what they are about."""

    def __init__(self, call: Call, watch: Begin) -> None:
        self.auth = Auth(call, watch)
        self.auth_sessions = AuthSessions(call, watch)
        self.projects = Projects(call, watch)
        self.members = Members(call, watch)
        self.history = History(call, watch)
        self.snapshots = Snapshots(call, watch)
        self.timeline = Timeline(call, watch)
        self.sessions = Sessions(call, watch)
        self.recall = Recall(call, watch)
        self.presets = Presets(call, watch)
        self.audio_files = AudioFiles(call, watch)
        self.invitations = Invitations(call, watch)
        self.operator = Operator(call, watch)
        self.users = Users(call, watch)
        self.account = Account(call, watch)
        self.session_states = SessionStates(call, watch)
        self.session_stays = SessionStays(call, watch)
        self.audit = Audit(call, watch)
        self.whole_audit = WholeAudit(call, watch)
