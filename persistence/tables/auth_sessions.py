"""Queries on `auth_sessions`: logins on devices, and the turning of their refresh tokens."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from persistence import sliced_deletes
from persistence.pool import Executor

SHOWN = """id, user_id, device, counter, refresh_key, revoked_at IS NOT NULL AS revoked,
    (extract(epoch FROM last_used_at) * 1000000)::int8 AS used_at"""

CREATE = f"""
INSERT INTO auth_sessions (user_id, device, device_name, device_kind, client, network, refresh_key,
    expires_at, seen_at, proved_by, second_factor, approved_by, proved_at)
SELECT $1, $2, $3, $4, $5, $6, $7, least(now() + $8 * interval '1 second', by.expires_at), now(),
    $9, coalesce(by.second_factor, $10), by.id, coalesce(by.proved_at, by.created_at)
FROM (SELECT $11::uuid AS id) AS asked LEFT JOIN auth_sessions AS by ON by.id = asked.id
RETURNING {SHOWN}
"""

GET = f"""
SELECT {SHOWN}
FROM auth_sessions WHERE id = $1
"""

LOCK = f"""
SELECT {SHOWN}, expires_at <= now() AS expired,
    coalesce(rotated_at > now() - $2 * interval '1 second', false) AS rotated_now
FROM auth_sessions WHERE id = $1 FOR NO KEY UPDATE
"""

ADVANCE = f"""
UPDATE auth_sessions
SET counter = counter + 1, rotated_at = now(), last_used_at = now(), seen_at = now(),
    refresh_key = coalesce(refresh_key, $2)
WHERE id = $1
RETURNING {SHOWN}
"""

GIVE_KEY = f"""
UPDATE auth_sessions SET refresh_key = $2 WHERE id = $1 RETURNING {SHOWN}
"""

# As far as logins are kept: 30 days after they have ended.
IS_ON_NEW_DEVICE = """
SELECT count(*) > 0 AND NOT coalesce(bool_or(device = $3), false)
FROM auth_sessions WHERE user_id = $1 AND id <> $2
"""

AGE = """
SELECT extract(epoch FROM now() - coalesce(proved_at, created_at))::float8
FROM auth_sessions WHERE id = $1
"""

# Before all other locks of a transaction that changes who gets in (migration 0039).
HAS_FACTOR = "SELECT second_factor FROM auth_sessions WHERE id = $1"
GIVE_FACTOR = "UPDATE auth_sessions SET second_factor = true WHERE id = $1"

HOLD_USER = "SELECT hold_user($1)"
HOLD_USER_OF = "SELECT hold_user_of($1)"

REVOKE = """
UPDATE auth_sessions SET revoked_at = now(), revoked_reason = $2
WHERE id = $1 AND revoked_at IS NULL
"""

# In one order, as all statements that lock many logins: none waits for another in a circle.
REVOKE_ALL = """
WITH found AS (
    SELECT id FROM auth_sessions
    WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid
    ORDER BY id FOR NO KEY UPDATE)
UPDATE auth_sessions AS s SET revoked_at = now(), revoked_reason = $3
FROM found WHERE s.id = found.id
RETURNING s.id
"""

# Of the user's own alone: no row is of another's. With it end those that it has let in.
LET_IN = """
WITH RECURSIVE let_in AS (
    SELECT id FROM auth_sessions WHERE id = $1 AND user_id = $2
    UNION SELECT s.id FROM auth_sessions AS s JOIN let_in ON s.approved_by = let_in.id)
SELECT s.id, s.revoked_at IS NULL AS goes_on FROM auth_sessions AS s JOIN let_in USING (id)
ORDER BY s.id FOR NO KEY UPDATE OF s
"""
REVOKE_THESE = """
UPDATE auth_sessions SET revoked_at = now(), revoked_reason = $2
WHERE id = ANY ($1::uuid[]) AND revoked_at IS NULL
"""

RENAME = """
UPDATE auth_sessions SET device_name = $3 WHERE id = $1 AND user_id = $2 RETURNING device
"""

# One that is being changed is noted the next time: what is noted behind keeps nobody waiting.
SEEN = """
WITH here AS (
    SELECT s.id, h.network FROM auth_sessions AS s
    JOIN unnest($1::uuid[], $2::text[]) AS h (id, network) ON h.id = s.id
    WHERE coalesce(s.seen_at < now() - $3 * interval '1 second', true)
    ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED)
UPDATE auth_sessions AS s SET seen_at = now(), network = here.network
FROM here WHERE s.id = here.id
"""

END_OLDEST = """
WITH oldest AS (
    SELECT id FROM auth_sessions
    WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
    ORDER BY last_used_at DESC, id
    OFFSET $2),
found AS (
    SELECT s.id FROM auth_sessions AS s JOIN oldest ON oldest.id = s.id
    ORDER BY s.id FOR NO KEY UPDATE OF s)
UPDATE auth_sessions AS s SET revoked_at = now(), revoked_reason = 'too many logins'
FROM found WHERE s.id = found.id
RETURNING s.id
"""

# Each by an index of its own.
TRIMS = tuple(
    sliced_deletes.deleting("auth_sessions", f"{ended} < now() - interval '30 days'", ended, 1)
    for ended in ("expires_at", "revoked_at")
)

REVOKED_AMONG = """
SELECT asked.id, coalesce(s.revoked_reason, '') AS reason
FROM unnest($1::uuid[]) AS asked (id) LEFT JOIN auth_sessions AS s ON s.id = asked.id
WHERE s.id IS NULL OR s.revoked_at IS NOT NULL
"""

USER_OF = """
SELECT user_id FROM auth_sessions WHERE id = $1
"""

BY_OPERATOR = "operator: "
"""Begins the reason of a login that an operator has ended; the rest is shown to its user."""


REUSE_SECONDS = 10.0
"""So long after a refresh any older token brings the newest: windows that refresh at once."""


@dataclass(frozen=True, slots=True)
class AuthSession:
    """A login on a device; `counter` is that of its newest refresh token."""

    id: str
    user_id: str
    device: str
    counter: int
    revoked: bool
    used_at: int
    """When it was made, or refreshed last: microseconds since 1970, on the database's clock."""
    refresh_key: bytes | None = field(repr=False, default=None)
    """What its refresh tokens are signed with; None: it was made before there were such keys."""


@dataclass(frozen=True, slots=True)
class DeviceNote:
    """What a login says of the device that it is on, beside its id; each may be empty."""

    name: str = ""
    kind: str = ""
    client: str = ""
    """Program and version."""
    network: str = ""
    """The range of the address that it came from, and never the address."""


NOTHING_SAID = DeviceNote()


@dataclass(frozen=True, slots=True)
class LoginProof:
    """What has shown whose login it is."""

    by: str = ""
    second_factor: bool = False
    approved_by: str | None = None
    """The login that has let it in; its second factor counts, then."""


NOT_SAID = LoginProof()


class RotationResult(StrEnum):
    """What became of a refresh token; after all but the first two, log in again."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    REUSED = "reused"
    FORGED = "forged"
    FOREIGN = "foreign"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TokenRotation:
    """The result, and the session: for the first two with the counter of the next token."""

    result: RotationResult
    session: AuthSession | None = None


async def create(
    db: Executor,
    user_id: str,
    device: str,
    lifetime_seconds: float,
    *,
    refresh_key: bytes | None = None,
    note: DeviceNote = NOTHING_SAID,
    proof: LoginProof = NOT_SAID,
) -> AuthSession:
    """Make a login, which ends after `lifetime_seconds` however often it is refreshed.

    One that another has let in is proved by what that was, and ends with it at the latest.
    """
    session_columns = (
        note.name,
        note.kind,
        note.client,
        note.network,
        refresh_key,
        lifetime_seconds,
    )
    proof_columns = (proof.by, proof.second_factor, proof.approved_by)
    return _session(await db.fetchrow(CREATE, user_id, device, *session_columns, *proof_columns))


async def is_on_new_device(db: Executor, session: AuthSession) -> bool:
    """Whether its user has logged in before, and never on this device."""
    arguments = session.user_id, session.id, session.device
    return bool(await db.fetchval(IS_ON_NEW_DEVICE, *arguments))


async def get(db: Executor, session_id: str) -> AuthSession | None:
    row = await db.fetchrow(GET, session_id)
    return _session(row) if row else None


async def age_of(db: Executor, session_id: str) -> float | None:
    """Seconds since the login was made; None: there is no such login."""
    seconds: float | None = await db.fetchval(AGE, session_id)
    return seconds


async def rotate(
    db: Executor,
    session_id: str,
    counter: int,
    is_signed: Callable[[bytes | None], bool],
    new_key: bytes,
) -> TokenRotation:
    """Trade the refresh token of this counter, if `is_signed` is true of the login's key.

    The one before the newest brings that again: its answer was lost, or another window was first.
    Within `REUSE_SECONDS` of a refresh, so does any older one. Later, an older one was stolen, or
    the newest was: revokes the login. One newer than the newest is of a database that went back.
    `new_key`: for a login that has none.
    """
    async with db.transaction() as transaction:
        await transaction.execute(HOLD_USER_OF, session_id)
        row = await transaction.fetchrow(LOCK, session_id, REUSE_SECONDS)
        if row is None:
            return TokenRotation(RotationResult.UNKNOWN)
        session = _session(row)
        if (no := _refusal(row, session, counter, is_signed)) is not None:
            return TokenRotation(no, session)
        rotations_behind = session.counter - counter
        if rotations_behind == 0:
            advanced = await transaction.fetchrow(ADVANCE, session_id, new_key)
            return TokenRotation(RotationResult.ROTATED, _session(advanced))
        if rotations_behind == 1 or row["rotated_now"]:
            if session.refresh_key is None:
                session = _session(await transaction.fetchrow(GIVE_KEY, session_id, new_key))
            return TokenRotation(RotationResult.REPEATED, session)
        await revoke_of(transaction, session_id, session.user_id, "refresh_reuse")
        return TokenRotation(RotationResult.REUSED, session)


def _refusal(
    row: Any, session: AuthSession, counter: int, is_signed: Callable[[bytes | None], bool]
) -> RotationResult | None:
    if not is_signed(session.refresh_key):
        return RotationResult.FORGED
    if session.revoked:
        return RotationResult.REVOKED
    if row["expired"]:
        return RotationResult.EXPIRED
    return RotationResult.FOREIGN if counter > session.counter else None


async def hold_user(tx: Executor, user_id: str) -> None:
    """Wait for all that this user's logins write, and let none in or write until the COMMIT.

    Comes before all other locks of a transaction that makes or ends logins, or changes by what one
    logs in: password, identities, second factor. Under it, what has shown who someone is is looked
    at once more.
    """
    await tx.execute(HOLD_USER, user_id)


async def revoke(db: Executor, session_id: str, reason: str) -> None:
    """End a login: when this returns, no delta of it can be stored any more."""
    async with db.transaction() as transaction:
        await transaction.execute(HOLD_USER_OF, session_id)
        await transaction.execute(REVOKE, session_id, reason)


async def revoke_all(db: Executor, user_id: str, but: str | None, reason: str) -> list[str]:
    """End all logins of a user, `but` this one; which ones they were."""
    async with db.transaction() as transaction:
        await hold_user(transaction, user_id)
        return [row["id"] for row in await transaction.fetch(REVOKE_ALL, user_id, but, reason)]


async def revoke_of(db: Executor, session_id: str, user_id: str, reason: str) -> list[str] | None:
    """End a login of this user and those that it has let in; which ones that ended, None: the user
    has no such login.
    """
    async with db.transaction() as transaction:
        await hold_user(transaction, user_id)
        let_in_rows = await transaction.fetch(LET_IN, session_id, user_id)
        ended_ids = [row["id"] for row in let_in_rows if row["goes_on"]]
        await transaction.execute(REVOKE_THESE, ended_ids, reason)
    return ended_ids if let_in_rows else None


async def user_of(db: Executor, session_id: str) -> str | None:
    """Whose login it is, or was; None: there is none."""
    user: str | None = await db.fetchval(USER_OF, session_id)
    return user


async def has_factor(db: Executor, session_id: str) -> bool:
    """Whether a second factor was shown for this login, or for the one that has let it in."""
    return bool(await db.fetchval(HAS_FACTOR, session_id))


async def give_factor(db: Executor, session_id: str) -> None:
    """The user of this login has shown the second factor over it."""
    await db.execute(GIVE_FACTOR, session_id)


async def rename(db: Executor, session_id: str, user_id: str, name: str) -> str | None:
    """Name the device of a login; the device. None: the user has no such login."""
    device: str | None = await db.fetchval(RENAME, session_id, user_id, name)
    return device


async def seen(db: Executor, networks: Mapping[str, str], not_within_seconds: float) -> None:
    """These logins (id -> network) are connected; written if that is older than so long."""
    await db.execute(SEEN, list(networks), list(networks.values()), not_within_seconds)


async def end_oldest(db: Executor, user_id: str, most: float) -> list[str]:
    """Revoke those logins of a user that were not used for longest; which ones they were."""
    if math.isinf(most):
        return []
    return [row["id"] for row in await db.fetch(END_OLDEST, user_id, int(most))]


async def trim(db: Executor) -> None:
    """Forget logins that ended a month ago."""
    for text in TRIMS:
        await sliced_deletes.delete(db, text)


async def revoked_among(db: Executor, session_ids: Collection[str]) -> dict[str, str]:
    """Those of the sessions that are revoked, or no longer known: what an operator says, or ""."""
    rows = await db.fetch(REVOKED_AMONG, list(session_ids))
    return {row["id"]: _said_by_operator(row["reason"]) for row in rows}


def _said_by_operator(reason: str) -> str:
    return reason.removeprefix(BY_OPERATOR) if reason.startswith(BY_OPERATOR) else ""


def _session(row: Any) -> AuthSession:
    return AuthSession(
        row["id"],
        row["user_id"],
        row["device"],
        row["counter"],
        row["revoked"],
        row["used_at"],
        row["refresh_key"],
    )
