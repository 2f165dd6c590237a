"""Queries on `audit_log`: what happened to accounts and roles, written once and never changed."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from persistence import sliced_deletes
from persistence.pool import Executor
from schema.accounts.audit_events import AuditEvent
from schema.server_limits import MAX_AUDIT_TEXT
from schema.text.redacted import redacted

INSERT = """
INSERT INTO audit_log
    (id, event, user_id, actor_id, project_id, auth_session_id, address, account, count, details,
        created_at)
SELECT id, event, user_id, actor_id, project_id, auth_session_id, address, account, count, details,
    coalesce(to_timestamp(at), clock_timestamp())
FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bytea[],
    $8::int4[], $9::text[]::jsonb[], $10::float8[], $11::uuid[])
    AS n (event, user_id, actor_id, project_id, auth_session_id, address, account, count, details,
        at, id)
ON CONFLICT (id) DO NOTHING
"""

# A page ends at a place: the microsecond in which the last entry was made, and its id.
NEWEST = """
SELECT id, event, user_id AS user, actor_id AS actor, project_id AS project,
    auth_session_id AS login, address, count, details::text AS details,
    extract(epoch FROM created_at)::float8 * 1000 AS at,
    (extract(epoch FROM created_at) * 1000000)::int8::text AS cursor_place
FROM audit_log
WHERE ($2::text IS NULL
        OR (created_at, id) < (to_timestamp(0) + $2::int8 * interval '1 microsecond', $3::uuid))
    AND ($4::text IS NULL OR event = $4) AND ($5::uuid IS NULL OR user_id = $5)
ORDER BY created_at DESC, id DESC
LIMIT $1
"""

TRIM = sliced_deletes.deleting(
    "audit_log", "created_at < now() - $1 * interval '1 day'", "created_at", 2
)


WRITTEN: Counter[AuditEvent] = Counter()
"""Of this process: what was noted in the transaction that did it, for /metrics."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry; `details` hold no secret and are bounded, whoever made them."""

    event: AuditEvent
    user: str | None = None
    """To whom it happened."""
    actor: str | None = None
    """Who did it; None: the user."""
    project: str | None = None
    auth_session: str | None = None
    address: str | None = None
    """From where; never with a project: its owners read the entry."""
    account: bytes | None = None
    """16 bytes made of an e-mail address, where nobody says whether it has an account."""
    details: dict[str, Any] = field(default_factory=dict)
    count: int = 1
    """How often, within seconds."""
    at: float | None = None
    """Seconds since 1970; None: when it is written."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Written once, however often it is sent."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "details", _bounded(redacted(self.details)))
        if self.project is not None:
            object.__setattr__(self, "address", None)

    @property
    def said(self) -> dict[str, Any]:
        """What the log says of it: what there is."""
        ids = {
            "user": self.user,
            "actor": self.actor,
            "project": self.project,
            "auth_session": self.auth_session,
            "address": self.address,
            "account": None if self.account is None else self.account.hex(),
            "count": None if self.count == 1 else self.count,
        }
        return {name: value for name, value in ids.items() if value is not None} | self.details

    @property
    def bytes(self) -> int:
        """What it weighs in memory, about."""
        return 400 + sum(len(key) + 2 * len(str(value)) for key, value in self.details.items())


async def insert(
    db: Executor,
    event: AuditEvent,
    *,
    user: str | None = None,
    actor: str | None = None,
    project: str | None = None,
    auth_session: str | None = None,
    address: str | None = None,
    **details: Any,
) -> None:
    """Note it in the transaction that does it: both are there, and in the log, or none is."""
    actor = None if actor == user else actor
    row = AuditRow(event, user, actor, project, auth_session, address, details=details)
    await insert_many(db, [row])
    db.when_committed(lambda: _log_row(row))


def _log_row(row: AuditRow) -> None:
    WRITTEN[row.event] += 1
    log.info("audit", **row.said | {"what": row.event.value})


async def insert_many(db: Executor, rows: Sequence[AuditRow]) -> None:
    """All of them, or none."""
    columns = [
        [row.event.value for row in rows],
        [row.user for row in rows],
        [row.actor for row in rows],
        [row.project for row in rows],
        [row.auth_session for row in rows],
        [row.address for row in rows],
        [row.account for row in rows],
        [row.count for row in rows],
        [json.dumps(row.details) for row in rows],
        [row.at for row in rows],
        [row.id for row in rows],
    ]
    await db.execute(INSERT, *columns)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry as operators read it; `at` in ms since 1970, `details` as JSON."""

    id: str
    event: str
    user: str | None
    actor: str | None
    project: str | None
    login: str | None
    address: str | None
    count: int
    details: str
    at: float
    cursor_place: str
    """Where a page ends that it ends."""


async def newest(
    db: Executor,
    limit: int,
    before: tuple[str, str] | None = None,
    *,
    event: str | None = None,
    user: str | None = None,
) -> list[AuditEntry]:
    """Of everyone, the newest first; `before`: place and id of an entry, whose page follows."""
    at, entry = before or (None, None)
    return [AuditEntry(**row) for row in await db.fetch(NEWEST, limit, at, entry, event, user)]


async def trim(db: Executor, days: float) -> None:
    """Forget what is older."""
    await sliced_deletes.delete(db, TRIM, days)


def _bounded(details: dict[str, Any]) -> dict[str, Any]:
    """Texts of clients' own are cut, maps and lists stay such, what else there is becomes text."""
    return {key: _short(value) for key, value in details.items() if value is not None}


def _short(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        first_items = list(value.items())[: MAX_AUDIT_TEXT // 8]
        return {
            _short(str(key)): None if item is None else _short(item) for key, item in first_items
        }
    if isinstance(value, list | tuple):
        return [_short(each) for each in value[: MAX_AUDIT_TEXT // 8]]
    text = str(value)[:MAX_AUDIT_TEXT].replace("\x00", "")
    return text.encode("utf-8", "replace").decode()
