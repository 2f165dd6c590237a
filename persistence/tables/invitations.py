"""Queries on `invitations`: made by owners, accepted so many times, withdrawn.

Whoever accepts or withdraws holds the project's row first, as all do who change members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from persistence import sliced_deletes
from persistence.errors import Forbidden, NoSuchProject, NotFound, TooManyInvitations
from persistence.pool import Executor
from persistence.tables import project_members
from persistence.tables.held_roles import hold_project
from persistence.tables.internal import taken_roles
from persistence.tables.project_members import MemberRow
from rooms.roles import GOVERNS
from schema.limits import MAX_INVITATIONS_PER_PROJECT

OPEN_OF = """
SELECT count(*) FROM (
    SELECT FROM invitations
    WHERE project_id = $1 AND withdrawn_at IS NULL AND expires_at > now() AND uses < max_uses
    LIMIT $2
) AS still_open
"""

CREATE = """
INSERT INTO invitations (project_id, inviter_id, token_hash, email, address, role, tracks,
    max_uses, expires_at, guests)
VALUES ($1, $2, $3, $4, $5, $6, $7::text[], $8, now() + $9::float8 * interval '1 second', $10)
RETURNING id
"""

PROJECT_OF_INVITATION = """
SELECT project_id FROM invitations WHERE id = $1
"""

PROJECT_NAME = """
SELECT name FROM studio_projects WHERE id = $1
"""

WITHDRAW = """
UPDATE invitations SET withdrawn_at = now() WHERE id = $1 AND withdrawn_at IS NULL
"""

# Of an owner who is none any more, nothing is open: the inviter answers for who comes.
OPEN = """
SELECT i.id, i.project_id, i.address, i.role, i.tracks, i.expires_at, i.guests,
    p.name AS project_name, u.id AS inviter, u.username, u.name
FROM invitations AS i
JOIN studio_projects AS p ON p.id = i.project_id
JOIN prime_users AS u ON u.id = i.inviter_id
JOIN project_members AS m ON m.project_id = i.project_id AND m.user_id = i.inviter_id
WHERE i.token_hash = $1 AND i.withdrawn_at IS NULL AND i.expires_at > now()
    AND i.uses < i.max_uses AND m.role = 'owner'
"""

# Whoever voids all those of an owner holds no project: who accepts one waits, and finds it void.
HOLD_OPEN = f"{OPEN} FOR NO KEY UPDATE OF i"

# A member may have come by it: it leads back, whatever became of it (rule R31).
OF_MEMBER = """
SELECT i.id, i.project_id, i.address, i.role, i.tracks, i.expires_at, i.guests,
    p.name AS project_name, u.id AS inviter, u.username, u.name
FROM invitations AS i
JOIN studio_projects AS p ON p.id = i.project_id
JOIN prime_users AS u ON u.id = i.inviter_id
JOIN project_members AS m ON m.project_id = i.project_id AND m.user_id = $2
WHERE i.token_hash = $1
"""

CAUSE = """
SELECT CASE
    WHEN m.role IS DISTINCT FROM 'owner' THEN 'revoked'
    WHEN i.withdrawn_at IS NOT NULL THEN 'withdrawn'
    WHEN i.expires_at <= now() THEN 'expired'
    WHEN i.uses >= i.max_uses THEN 'used_up'
    ELSE 'foreign'
END
FROM invitations AS i
LEFT JOIN project_members AS m ON m.project_id = i.project_id AND m.user_id = i.inviter_id
WHERE i.token_hash = $1
"""

USE = """
UPDATE invitations SET uses = uses + 1, accepted_at = now() WHERE id = $1
"""

PUT_PENDING = """
INSERT INTO pending_invitations (user_id, token_hash) VALUES ($1, $2)
"""

TAKE_PENDING = """
DELETE FROM pending_invitations WHERE user_id = $1 RETURNING token_hash
"""

TRIM = sliced_deletes.deleting(
    "invitations", "expires_at < now() - $1 * interval '1 day'", "expires_at", 2
)

KEPT_DAYS = 30
"""After it has run out, an invitation is shown for so long."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """One that may be accepted. `address`: in its one form; None: by whoever has the link."""

    id: str
    project: str
    project_name: str
    inviter: str
    inviter_username: str
    inviter_name: str
    address: str | None
    role: str
    tracks: tuple[str, ...] | None
    expires_at: float
    """In ms since 1970."""
    guests: bool = False
    """Whether it lets in who has no account."""


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What is kept of one that is made. `email`, `address`: as typed, and in its one form."""

    project: str
    inviter: str
    token_hash: bytes
    role: str
    tracks: Sequence[str] | None
    email: str | None
    address: str | None
    max_uses: int
    seconds: float
    guests: bool = False


async def create(tx: Executor, new_invitation: NewInvitation) -> str:
    """Its id; raises `NoSuchProject`, `Forbidden`, `TooManyInvitations`."""
    await hold_project(tx, new_invitation.project, new_invitation.inviter, GOVERNS)
    most = MAX_INVITATIONS_PER_PROJECT
    if await tx.fetchval(OPEN_OF, new_invitation.project, most) >= most:
        raise TooManyInvitations(most)
    return str(
        await tx.fetchval(
            CREATE,
            new_invitation.project,
            new_invitation.inviter,
            new_invitation.token_hash,
            new_invitation.email,
            new_invitation.address,
            new_invitation.role,
            None if new_invitation.tracks is None else [*dict.fromkeys(new_invitation.tracks)],
            new_invitation.max_uses,
            new_invitation.seconds,
            new_invitation.guests,
        )
    )


async def withdraw(tx: Executor, invitation: str, user: str) -> str | None:
    """The project; None: it was withdrawn before. Raises `NotFound`: only owners see one."""
    project = await tx.fetchval(PROJECT_OF_INVITATION, invitation)
    if project is None:
        raise NotFound("there is no such invitation, or you may not see it")
    try:
        await hold_project(tx, project, user, GOVERNS)
    except (NoSuchProject, Forbidden):
        raise NotFound("there is no such invitation, or you may not see it") from None
    command_tag = await tx.execute(WITHDRAW, invitation)
    return str(project) if command_tag == "UPDATE 1" else None


async def find(db: Executor, token_hash: bytes) -> OpenInvitation | None:
    """The one with this token, if it may be accepted now."""
    row = await db.fetchrow(OPEN, token_hash)
    return None if row is None else _open(row)


async def find_of_member(db: Executor, token_hash: bytes, user: str) -> OpenInvitation | None:
    """The one with this token, open or not, into a project that the user is a member of."""
    row = await db.fetchrow(OF_MEMBER, token_hash, user)
    return None if row is None else _open(row)


async def accept(
    tx: Executor, token_hash: bytes, user: str, addresses: Sequence[str], most: float
) -> tuple[OpenInvitation, MemberRow, bool] | None:
    """What the user is from now on, and whether that is new; None: nobody may accept it (any more).

    `addresses`: all forms of the user's own. `most`: members of any project. A better role, or all
    its tracks and more, is kept, and nothing is used up; what was taken away since it was made is
    not given back (rule R45). Raises `TooManyMembers`, `TooManyTracks`.
    """
    try:
        return await _accept(tx, token_hash, user, addresses, most)
    except NotFound:  # the project, or the user, is gone since: it is nobody's (rule R33)
        return None


async def _accept(
    tx: Executor, token_hash: bytes, user: str, addresses: Sequence[str], most: float
) -> tuple[OpenInvitation, MemberRow, bool] | None:
    invitation_seen = await find(tx, token_hash)
    if invitation_seen is None:
        return None
    await project_members.lock(tx, invitation_seen.project)
    row = await tx.fetchrow(HOLD_OPEN, token_hash)  # each sees what the one before it did
    if row is None:
        return None
    invitation = _open(row)
    if invitation.address and invitation.address not in addresses:
        return None
    if await taken_roles.is_older(tx, invitation.id, user):
        return None
    member, is_new = await project_members.invite(
        tx, invitation.project, user, invitation.role, invitation.tracks, most
    )
    if is_new:
        await tx.execute(USE, invitation.id)
    return invitation, member, is_new


async def put_pending(tx: Executor, user: str, token_hash: bytes) -> None:
    """The user accepts it once the address is proved; until then it is as open as it was."""
    await tx.execute(PUT_PENDING, user, token_hash)


async def take_pending(tx: Executor, user: str) -> bytes | None:
    """What waited for the proof, and waits no more; None: nothing did."""
    token_hash: bytes | None = await tx.fetchval(TAKE_PENDING, user)
    return token_hash


async def cause(db: Executor, token_hash: bytes) -> str:
    """Why nobody, or this user not, may accept it: for the audit alone."""
    refusal_cause: str | None = await db.fetchval(CAUSE, token_hash)
    return refusal_cause or "unknown"


async def name_of(db: Executor, project: str) -> str:
    """The project's."""
    return str(await db.fetchval(PROJECT_NAME, project))


async def trim(db: Executor) -> None:
    """Delete those that ran out long ago."""
    await sliced_deletes.delete(db, TRIM, KEPT_DAYS)


def _open(row: Any) -> OpenInvitation:
    tracks = row["tracks"]
    return OpenInvitation(
        id=row["id"],
        project=row["project_id"],
        project_name=row["project_name"],
        inviter=row["inviter"],
        inviter_username=row["username"],
        inviter_name=row["name"],
        address=row["address"],
        role=row["role"],
        tracks=None if tracks is None else tuple(tracks),
        expires_at=row["expires_at"].timestamp() * 1_000,
        guests=row["guests"],
    )
