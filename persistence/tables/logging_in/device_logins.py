"""Queries on `device_logins`: devices without a browser that wait to be let in (RFC 8628)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from persistence import sliced_deletes
from persistence.errors import BadValue, Taken
from persistence.pool import Executor
from persistence.sqlstates import UNIQUE

CREATE = """
INSERT INTO device_logins (device_hash, code_hash, device, name, address, interval_ms, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second')
"""

# Sooner than it may: the interval grows for this poll and all that follow (RFC 8628, 3.5).
POLL = """
WITH before AS (
    SELECT device_hash, polled_at + interval_ms * interval '1 ms' > now() AS early
    FROM device_logins WHERE device_hash = $1 AND expires_at > now() FOR UPDATE)
UPDATE device_logins AS d
SET polled_at = now(), interval_ms = least(
    d.interval_ms + CASE WHEN coalesce(before.early, false) THEN $2 ELSE 0 END, 600000)
FROM before WHERE d.device_hash = before.device_hash
RETURNING d.state, d.interval_ms, coalesce(before.early, false) AS early
"""

STATE = """
SELECT state, interval_ms, false AS early FROM device_logins
WHERE device_hash = $1 AND expires_at > now()
"""

# The approving login's user, before the device's row.
HOLD_APPROVER = """
SELECT hold_user_of(approved_by) FROM device_logins
WHERE device_hash = $1 AND approved_by IS NOT NULL
"""

# An approval is worth as much as the login that gave it.
TAKE = """
DELETE FROM device_logins AS d USING auth_sessions AS s
WHERE d.device_hash = $1 AND d.state = 'approved' AND d.expires_at > now()
    AND s.id = d.approved_by AND s.revoked_at IS NULL AND s.expires_at > now()
RETURNING s.user_id, s.id AS approved_by
"""

LOOK = """
UPDATE device_logins SET looked_by = $2
WHERE code_hash = ANY ($1) AND state = 'waiting' AND expires_at > now()
RETURNING device_hash, device, name, address,
    floor(extract(epoch FROM expires_at - now()))::int AS expires_in
"""

APPROVE = """
UPDATE device_logins SET state = 'approved', approved_by = $3
WHERE code_hash = ANY ($1) AND looked_by = $2 AND state = 'waiting' AND expires_at > now()
RETURNING device_hash, device, name, address, 0 AS expires_in
"""

DENY = """
UPDATE device_logins SET state = 'denied'
WHERE code_hash = ANY ($1) AND looked_by = $2 AND state = 'waiting' AND expires_at > now()
RETURNING device_hash, device, name, address, 0 AS expires_in
"""

TRIM = sliced_deletes.deleting("device_logins", "expires_at < now()", "expires_at", 1)


@dataclass(frozen=True, slots=True)
class PolledLogin:
    """How it stands, how long to wait before the next poll, and whether this came too soon."""

    state: Literal["waiting", "approved", "denied"]
    interval_ms: int
    is_too_early: bool


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """What is shown of a device that wants to be let in."""

    device_hash: bytes
    device: str
    name: str
    address: str
    expires_in: int
    """Seconds."""


async def create(
    db: Executor,
    device_hash: bytes,
    code_hash: bytes,
    *,
    device: str,
    name: str,
    address: str,
    interval_ms: int,
    seconds: float,
) -> None:
    """A device waits; raises `Taken` if its user code is another's."""
    values = (device_hash, code_hash, device, name, address, interval_ms, seconds)
    try:
        await db.execute(CREATE, *values)
    except BadValue as error:
        if error.sqlstate != UNIQUE:
            raise
        raise Taken("user_code") from error


async def poll(db: Executor, device_hash: bytes, more_ms: int) -> PolledLogin | None:
    """Count a poll; one that came too soon makes all to come wait so much longer."""
    return _polled(await db.fetchrow(POLL, device_hash, more_ms))


async def state_of(db: Executor, device_hash: bytes) -> PolledLogin | None:
    """How it stands; None: there is no such device, or its time is over."""
    return _polled(await db.fetchrow(STATE, device_hash))


async def take(db: Executor, device_hash: bytes) -> tuple[str, str] | None:
    """Use the approval, once: the user and the login that it is of.

    The user is held (`auth_sessions.hold_user`).
    """
    await db.execute(HOLD_APPROVER, device_hash)
    row = await db.fetchrow(TAKE, device_hash)
    return (row["user_id"], row["approved_by"]) if row else None


async def look(db: Executor, code_hashes: Sequence[bytes], user_id: str) -> WaitingDevice | None:
    """Which device asks with this code: the user may decide about it from now on.

    `code_hashes`, here and below: of the one code, by each key that is believed.
    """
    return _device(await db.fetchrow(LOOK, code_hashes, user_id))


async def approve(
    db: Executor, code_hashes: Sequence[bytes], user_id: str, auth_session: str
) -> WaitingDevice | None:
    """Let in the device that this user has looked at; None: there is none."""
    return _device(await db.fetchrow(APPROVE, code_hashes, user_id, auth_session))


async def deny(db: Executor, code_hashes: Sequence[bytes], user_id: str) -> WaitingDevice | None:
    """Turn away the device that this user has looked at; None: there is none."""
    return _device(await db.fetchrow(DENY, code_hashes, user_id))


async def trim(db: Executor) -> None:
    """Forget those whose time is over."""
    await sliced_deletes.delete(db, TRIM)


def _polled(row: Any) -> PolledLogin | None:
    return PolledLogin(row["state"], row["interval_ms"], row["early"]) if row else None


def _device(row: Any) -> WaitingDevice | None:
    if row is None:
        return None
    return WaitingDevice(
        row["device_hash"], row["device"], row["name"], row["address"], row["expires_in"]
    )
