"""Queries on `project_members`: who may do what in a project."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from persistence.errors import (
    GuestOwner,
    LastOwner,
    LeavingOwner,
    NoSuchProject,
    NotFound,
    TooManyMembers,
    TooManyTracks,
)
from persistence.pool import Executor
from persistence.rows.pages import Order, Sort
from persistence.tables import audit_log
from persistence.tables.collaboration_sessions import permits_of
from persistence.tables.held_roles import require_role
from persistence.tables.internal import account_deletions, guests, taken_roles
from persistence.tables.users import UserRow
from rooms.presence.session_permissions import NOTHING_AGREED, SessionPermissions
from rooms.roles import GOVERNS, RANK, SEES_IN_ORDER, Grant
from schema.accounts.audit_events import AuditEvent
from schema.limits import MAX_CONTRIBUTOR_TRACKS
from schema.tables.description import Column, SqlType
from schema.tables.project_members import MEMBERS

ROLE_OF = """
SELECT role FROM project_members WHERE project_id = $1 AND user_id = $2
"""

STANDING_OF = """
SELECT m.role, m.tracks, p.epoch, p.head_seq, newest_fence() AS fence, s.host_id, s.permissions
FROM project_members AS m JOIN studio_projects AS p ON p.id = m.project_id
LEFT JOIN LATERAL (
    SELECT host_id, permissions FROM collaboration_sessions
    WHERE project_id = m.project_id AND status = 'active' ORDER BY started_at DESC LIMIT 1
) AS s ON true
WHERE m.project_id = $1 AND m.user_id = $2
"""

ROLES_AMONG = """
SELECT m.project_id, m.user_id, m.role, m.tracks
FROM unnest($1::uuid[], $2::uuid[]) AS asked (project_id, user_id)
JOIN project_members AS m USING (project_id, user_id)
"""

_ALL_ROLES = ", ".join(f"'{role}'" for role in SEES_IN_ORDER)

OWNERS_FIRST: Order = (
    Sort(
        Column(
            "place",
            int,
            SqlType.INTEGER,
            "owners first, viewers last",
            reads=f"array_position(ARRAY[{_ALL_ROLES}], role)",
        ),
        goes_down=False,
    ),
    Sort(
        Column(
            "username",
            str,
            SqlType.TEXT,
            "the member's, in small letters",
            reads="(SELECT lower(u.username) FROM prime_users AS u WHERE u.id = user_id)",
        ),
        goes_down=False,
    ),
    Sort(MEMBERS.by_name[MEMBERS.key], goes_down=False),
)
"""How the members of one project are listed: no column of theirs, so no client names it."""

# First of all, always: whoever appends holds the same lock (see append_deltas).
LOCK_PROJECT = """
SELECT default_role, link_sharing, member_limit FROM studio_projects
WHERE id = $1 FOR NO KEY UPDATE
"""

# Asked first, so that a stranger to a project locks nothing of it. The link gives nothing back that
# an owner took away (rule R46).
IS_OPEN_TO = """
SELECT link_sharing AND NOT EXISTS (
    SELECT FROM taken_roles WHERE project_id = $1 AND user_id = $2 AND by_owner
) OR EXISTS (
    SELECT FROM project_members WHERE project_id = $1 AND user_id = $2
) FROM studio_projects WHERE id = $1
"""

# Whose account is to be erased is no owner who stays (rule A61).
OTHER_OWNERS = """
SELECT count(*) FROM project_members AS m
WHERE m.project_id = $1 AND m.user_id <> $2 AND m.role = 'owner'
    AND NOT EXISTS (SELECT FROM account_deletions AS d WHERE d.user_id = m.user_id)
"""

COUNT_OTHERS = """
SELECT count(*) FROM project_members WHERE project_id = $1 AND user_id <> $2
"""

# Whoever is being erased at this moment is waited for, and is found to be gone.
GRANT = """
WITH u AS (
    SELECT id FROM prime_users WHERE id = $2 FOR KEY SHARE
), m AS (
    INSERT INTO project_members (project_id, user_id, role, tracks)
    SELECT $1, id, $3, $4::text[] FROM u
    ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, tracks = excluded.tracks
    RETURNING user_id, role, tracks
)
SELECT u.id, u.email, u.username, u.name, m.role, m.tracks
FROM m JOIN prime_users AS u ON u.id = m.user_id
"""

MEMBER = """
SELECT u.id, u.email, u.username, u.name, m.role, m.tracks
FROM project_members AS m JOIN prime_users AS u ON u.id = m.user_id
WHERE m.project_id = $1 AND m.user_id = $2
"""

REVOKE = """
DELETE FROM project_members WHERE project_id = $1 AND user_id = $2 RETURNING role
"""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A user and the role in the project; of a contributor, its tracks."""

    user: UserRow
    role: str
    tracks: tuple[str, ...] | None = None

    @property
    def grant(self) -> Grant:
        """What it has of the project."""
        return Grant(self.role, self.tracks)


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's role in a project, and the epoch and head of its journal at that moment.

    `fence`: the newest that was given out by then, in any project (`persistence.journal.fences`).
    """

    role: str
    epoch: str
    head: int
    fence: int
    tracks: tuple[str, ...] | None = None
    permits: SessionPermissions = NOTHING_AGREED


async def role_of(db: Executor, project: str, user: str) -> str | None:
    role: str | None = await db.fetchval(ROLE_OF, project, user)
    return role


async def standing_of(db: Executor, project: str, user: str) -> Membership | None:
    """The role of a user, and how far the project is; None: not a member."""
    row = await db.fetchrow(STANDING_OF, project, user)
    return (
        None
        if row is None
        else Membership(
            row["role"],
            str(row["epoch"]),
            row["head_seq"],
            row["fence"],
            _tracks(row),
            permits_of(row["host_id"], row["permissions"]),
        )
    )


async def grants_among(
    db: Executor, pairs: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Grant]:
    """What each (project, user) has, that has a role."""
    rows = await db.fetch(ROLES_AMONG, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    return {(row["project_id"], row["user_id"]): Grant(row["role"], _tracks(row)) for row in rows}


async def grant(
    db: Executor,
    project: str,
    user: str,
    role: str | None,
    most: float = math.inf,
    *,
    actor: str | None = None,
    tracks: Collection[str] | None = None,
    is_member: bool = False,
) -> MemberRow:
    """When this returns, no delta can be stored with the role, or the tracks, of before.

    Without a `role`: what the project gives (rule R10). `most`: members of any project. `actor`:
    who must be an owner of it. `tracks`: of a contributor, those that it may edit. `is_member`:
    only who has a role already gets another one. Raises `NotFound`, `Forbidden`, `LastOwner`,
    `LeavingOwner`, `GuestOwner`, `TooManyMembers`.
    """
    async with db.transaction() as transaction:
        settings = await lock(transaction, project)
        if actor is not None:
            await require_role(transaction, project, actor, GOVERNS)
        role = role or settings["default_role"]
        if role == "owner":
            await _require_fit(transaction, user)
        else:
            await _keep_an_owner(transaction, project, user)
        await _keep_to_limit(transaction, project, user, min(most, settings["member_limit"]))
        track_ids = [*dict.fromkeys(tracks or ())] if role == "contributor" else None
        before = await transaction.fetchrow(MEMBER, project, user)
        if is_member and before is None:
            raise NotFound("nobody with that id is a member: invite them by their e-mail address")
        if before is not None and (before["role"], before["tracks"]) == (role, track_ids):
            return _member(before)  # the same once more is no change of the row
        row = await transaction.fetchrow(GRANT, project, user, role, track_ids)
        if row is None:
            raise NotFound("there is no such user")
        await _note_change(transaction, project, settings, before, row, {"actor": actor})
        return _member(row)


async def _require_fit(tx: Executor, user: str) -> None:
    """Whether this user may own anything; raises `LeavingOwner`, `GuestOwner`."""
    if await account_deletions.is_erasing(tx, user):
        raise LeavingOwner
    if await guests.is_guest(tx, user):
        raise GuestOwner


async def join(
    db: Executor, project: str, user: str, most: float = math.inf
) -> tuple[MemberRow, bool]:
    """A member by the project's link, and whether that is new; raises `NoSuchProject` (rule R11).

    Who is a member keeps the role. Raises `TooManyMembers`.
    """
    if not await db.fetchval(IS_OPEN_TO, project, user):
        raise NoSuchProject
    async with db.transaction() as transaction:
        settings = await lock(transaction, project)
        row = await transaction.fetchrow(MEMBER, project, user)
        if row is not None:
            return _member(row), False
        if not await transaction.fetchval(IS_OPEN_TO, project, user):
            raise NoSuchProject
        await _keep_to_limit(transaction, project, user, min(most, settings["member_limit"]))
        role = settings["default_role"]
        row = await transaction.fetchrow(GRANT, project, user, role, None)
        if row is None:
            raise NotFound("there is no such user")
        audit_details = {"user": user, "role": role, "by": "link"}
        await audit_log.insert(
            transaction, AuditEvent.ROLE_CHANGED, project=project, **audit_details
        )
        return _member(row), True


async def invite(
    tx: Executor,
    project: str,
    user: str,
    role: str,
    tracks: Collection[str] | None,
    most: float,
) -> tuple[MemberRow, bool]:
    """What the user is by an invitation, and whether that is new; the project is locked (R32).

    A better role is kept; a contributor gets the tracks of both. `most`: members of any project.
    Raises `TooManyMembers`, `TooManyTracks`.
    """
    settings = await lock(tx, project)
    before = await tx.fetchrow(MEMBER, project, user)
    track_ids = None if role != "contributor" else list(tracks or ())
    if before is not None:
        if RANK[before["role"]] > RANK[role]:
            return _member(before), False
        if track_ids is not None and before["role"] == role:
            track_ids = [*dict.fromkeys([*(before["tracks"] or ()), *track_ids])]
        if (before["role"], before["tracks"]) == (role, track_ids):
            return _member(before), False
    if track_ids is not None and len(track_ids) > MAX_CONTRIBUTOR_TRACKS:
        raise TooManyTracks(MAX_CONTRIBUTOR_TRACKS)
    await _keep_to_limit(tx, project, user, min(most, settings["member_limit"]))
    row = await tx.fetchrow(GRANT, project, user, role, track_ids)
    if row is None:
        raise NotFound("there is no such user")
    await _note_change(tx, project, settings, before, row, {"by": "invitation"})
    return _member(row), True


async def revoke(db: Executor, project: str, user: str, *, actor: str | None = None) -> None:
    """When this returns, no delta of that user can be stored. `actor`: as of `grant`."""
    async with db.transaction() as transaction:
        await lock(transaction, project)
        if actor is not None:
            await require_role(transaction, project, actor, GOVERNS)
        await _keep_an_owner(transaction, project, user)
        role = await transaction.fetchval(REVOKE, project, user)
        if role is None:
            raise NotFound("that user is not a member")
        await taken_roles.put(transaction, project, user, by_owner=actor not in (None, user))
        if role == "owner":
            await taken_roles.void_invitations(transaction, user, project)
        audit_details = {"user": user, "actor": actor}
        await audit_log.insert(
            transaction, AuditEvent.ACCESS_REVOKED, project=project, **audit_details
        )


async def lock(db: Executor, project: str) -> Any:
    """Its settings, which nobody changes until the transaction ends."""
    settings = await db.fetchrow(LOCK_PROJECT, project)
    if settings is None:
        raise NotFound("there is no such project")
    return settings


async def _keep_to_limit(db: Executor, project: str, user: str, most: float) -> None:
    """Of one who is no member yet; under the project's lock, so that two are not let in as one."""
    members: int = await db.fetchval(COUNT_OTHERS, project, user)
    if members >= most and await role_of(db, project, user) is None:
        raise TooManyMembers(most)


async def _keep_an_owner(db: Executor, project: str, user: str) -> None:
    is_owner = await role_of(db, project, user) == "owner"
    if is_owner and not await db.fetchval(OTHER_OWNERS, project, user):
        raise LastOwner("a project needs an owner; make someone else one first")


async def _note_change(
    tx: Executor,
    project: str,
    settings: Any,
    before: Any,
    after: Any,
    audit_details: dict[str, Any],
) -> None:
    """What was given or taken away, by the rows of a member, and by whom (R45, R46, A40)."""
    user, role, actor = after["id"], after["role"], audit_details.get("actor")
    role_before = None if before is None else before["role"]
    audit_details = audit_details | {"role": role, "before": role_before}
    audit_details |= {"tracks": after["tracks"]} if role == "contributor" else {}
    await audit_log.insert(tx, AuditEvent.ROLE_CHANGED, project=project, user=user, **audit_details)
    if before is not None and _is_less(before, after):
        await taken_roles.put(tx, project, user, by_owner=actor not in (None, user))
        if before["role"] == "owner":
            await taken_roles.void_invitations(tx, user, project)
    elif RANK[role] >= RANK[settings["default_role"]]:
        await taken_roles.let_back(tx, project, user)


def _is_less(before: Any, after: Any) -> bool:
    if before["role"] != after["role"]:
        return RANK[after["role"]] < RANK[before["role"]]
    return not set(_tracks(before) or ()) <= set(_tracks(after) or ())


def _member(row: Any) -> MemberRow:
    user = UserRow(row["id"], row["email"], row["username"], row["name"])
    return MemberRow(user, row["role"], _tracks(row))


def _tracks(row: Any) -> tuple[str, ...] | None:
    """Those of a contributor: what another role has is of before there were any."""
    return tuple(row["tracks"] or ()) if row["role"] == "contributor" else None
