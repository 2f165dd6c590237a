"""All that is remembered of a user, page by page: keys, their contexts, ids of uses."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from persistence.caller_role import CALLER
from persistence.errors import BadCursor
from persistence.pool import Executor
from schema.columns.stored_json import read_stored_map
from schema.limits import MAX_PAGE_BYTES
from schema.text import base64url

KEYS = f"""
SELECT category, key, data::text AS data, usage_count, shown_count, taken_count,
    (extract(epoch FROM last_used_at) * 1000)::float8 AS last_used_ms,
    (extract(epoch FROM created_at) * 1000)::float8 AS created_ms
FROM mixx_recall
WHERE user_id = $1 AND {CALLER} AND (category, key) > ($2, $3) ORDER BY category, key LIMIT $4
"""

CONTEXTS = f"""
SELECT category, context, key, heat, usage_count FROM recall_heat
WHERE user_id = $1 AND {CALLER}
    AND (category, context, key) > ($2, $3, $4)
ORDER BY category, context, key LIMIT $5
"""

USES = f"""
SELECT use_id, (extract(epoch FROM at) * 1000)::float8 AS at_ms FROM recall_uses
WHERE user_id = $1 AND {CALLER} AND use_id > $2 ORDER BY use_id LIMIT $3
"""

HAS_ANY = f"""
SELECT EXISTS (SELECT FROM recall_uses WHERE user_id = $2)
    OR EXISTS (SELECT FROM recall_heat WHERE user_id = $2)
WHERE {CALLER}
"""

BESIDE_DATA = 1_536
"""Of a row beside its data, at most: a category and a key of four bytes a character."""

SEAL_SIZE = 12

FIRST: dict[str, list[str]] = {
    "keys": ["", ""],
    "contexts": ["", "", ""],
    "uses": ["00000000-0000-0000-0000-000000000000"],
}
"""What is exported, in this order -> what comes before its first row."""


@dataclass(slots=True)
class ExportedPage:
    """A page: rows as dicts of wire values. `next`: None behind the last."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    contexts: list[dict[str, Any]] = field(default_factory=list)
    uses: list[dict[str, Any]] = field(default_factory=list)
    next: str | None = None


async def export(db: Executor, user: str, after: str | None, limit: int) -> ExportedPage:
    """The rows behind `after`, all of one kind; raises `BadCursor`."""
    kind, last_key = _read(after, user)
    page = ExportedPage()
    if kind == "keys":
        rows = await db.fetch(KEYS, user, *last_key, limit)
        page_rows = first_within_bytes(rows)
        page.keys = [_key(row) for row in page_rows]
        last = [[r["category"], r["key"]] for r in page_rows]
        if len(page_rows) < len(rows):
            limit = len(page_rows)  # there are more
    elif kind == "contexts":
        rows = await db.fetch(CONTEXTS, user, *last_key, limit)
        page.contexts = [dict(row) for row in rows]
        last = [[r["category"], r["context"], r["key"]] for r in rows]
    else:
        rows = await db.fetch(USES, user, *last_key, limit)
        page.uses = [{"id": row["use_id"], "at": row["at_ms"]} for row in rows]
        last = [[row["use_id"]] for row in rows]
    page.next = _next_cursor(user, kind, last, limit)
    if after is None and not last and not await db.fetchval(HAS_ANY, user, user):
        page.next = None  # one page says that there is nothing
    return page


def first_within_bytes(rows: list[Any]) -> list[Any]:
    """As many as a page holds, and at least one."""
    bytes_left = MAX_PAGE_BYTES
    page_rows: list[Any] = []
    for row in rows:
        bytes_left -= len(row["data"].encode()) + BESIDE_DATA
        if page_rows and bytes_left < 0:
            break
        page_rows.append(row)
    return page_rows


def _next_cursor(user: str, kind: str, last: list[list[str]], limit: int) -> str | None:
    if len(last) == limit:
        return _write(user, kind, last[-1])
    kinds = list(FIRST)
    later_kinds = kinds[kinds.index(kind) + 1 :]
    return _write(user, later_kinds[0], FIRST[later_kinds[0]]) if later_kinds else None


def _key(row: Any) -> dict[str, Any]:
    return {
        "category": row["category"],
        "key": row["key"],
        "data": read_stored_map(row["data"]),
        "usage_count": row["usage_count"],
        "shown_count": row["shown_count"],
        "taken_count": row["taken_count"],
        "last_used_at": row["last_used_ms"],
        "created_at": row["created_ms"],
    }


def _write(user: str, kind: str, last_key: list[str]) -> str:
    payload = json.dumps([kind, *last_key]).encode()
    return base64url.encode(_seal(user, payload) + payload)


def _seal(user: str, payload: bytes) -> bytes:
    """What tells the place of one user from that of another."""
    return hashlib.blake2b(payload, key=user.encode(), digest_size=SEAL_SIZE).digest()


def _read(after: str | None, user: str) -> tuple[str, list[str]]:
    if after is None:
        return "keys", FIRST["keys"]
    try:
        data = base64url.decode(after)
        seal, payload = data[:SEAL_SIZE], data[SEAL_SIZE:]
        kind, *last_key = json.loads(payload)
    except (ValueError, TypeError):
        raise BadCursor from None
    if seal != _seal(user, payload):
        raise BadCursor
    if kind not in FIRST or [type(part) for part in last_key] != [str for _ in FIRST[kind]]:
        raise BadCursor
    if not all(is_text(part) for part in last_key):
        raise BadCursor
    return kind, [_id(part) for part in last_key] if kind == "uses" else last_key


def is_text(part: str) -> bool:
    """Whether PostgreSQL has such a text."""
    try:
        return b"\0" not in part.encode()
    except UnicodeEncodeError:
        return False


def _id(part: str) -> str:
    try:
        return str(uuid.UUID(part))
    except ValueError:
        raise BadCursor from None
