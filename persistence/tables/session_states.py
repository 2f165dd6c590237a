"""Queries on `session_states`: where everyone was, written behind every few seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from json import dumps

from persistence.journal.storable import is_storable_json, is_storable_text
from persistence.pool import Executor

# Rows whose session, project or user is gone meanwhile are left out: one must not fail the rest.
# In order of key, so that two nodes that write the same rows wait for each other, not in a circle.
UPSERT_MANY = """
INSERT INTO session_states AS old (collaboration_session_id, project_id, user_id, device, cursor,
    view_state, active_tool, selection, device_presence, heartbeat_at)
SELECT s.id, s.project_id, u.id, n.device, n.cursor::jsonb, n.view_state::jsonb, n.active_tool,
    ARRAY(SELECT jsonb_array_elements_text(n.selection::jsonb)), n.device_presence::jsonb,
    timestamptz 'epoch' + n.heartbeat_ms * interval '1 millisecond'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
        $6::text[], $7::text[], $8::text[], $9::text[], $10::float8[])
    AS n (session, project, member, device, cursor,
        view_state, active_tool, selection, device_presence, heartbeat_ms)
JOIN collaboration_sessions AS s ON s.id = n.session AND s.project_id = n.project
JOIN prime_users AS u ON u.id = n.member
ORDER BY s.id, u.id, n.device
ON CONFLICT (collaboration_session_id, user_id, device) DO UPDATE SET
    cursor = excluded.cursor,
    view_state = excluded.view_state,
    active_tool = excluded.active_tool,
    selection = excluded.selection,
    device_presence = excluded.device_presence,
    heartbeat_at = excluded.heartbeat_at
WHERE excluded.heartbeat_at >= old.heartbeat_at
"""


@dataclass(frozen=True, slots=True)
class StateRow:
    """Where a user on a device was; what is bytes is JSON, `heartbeat_at` in ms since 1970."""

    session: str
    project: str
    user: str
    device: str
    cursor: bytes | None
    view_state: bytes | None
    active_tool: str | None
    selection: tuple[str, ...]
    device_presence: bytes
    heartbeat_at: float


async def upsert_many(db: Executor, rows: Iterable[StateRow]) -> None:
    """Write all in one statement; of two with one key the later heartbeat counts."""
    newest: dict[tuple[str, str, str], StateRow] = {}
    for row in sorted(rows, key=lambda row: row.heartbeat_at):
        newest[row.session, row.user, row.device] = row
    states = [row for row in newest.values() if _is_storable(row)]
    if not states:
        return
    await db.execute(
        UPSERT_MANY,
        [row.session for row in states],
        [row.project for row in states],
        [row.user for row in states],
        [row.device for row in states],
        [_text(row.cursor) for row in states],
        [_text(row.view_state) for row in states],
        [row.active_tool for row in states],
        [dumps(row.selection) for row in states],
        [_text(row.device_presence) for row in states],
        [row.heartbeat_at for row in states],
    )


def _is_storable(row: StateRow) -> bool:
    """Whether PostgreSQL can hold it: one that it cannot would keep all from being written."""
    texts = (row.device, row.active_tool or "", *row.selection)
    jsons = filter(None, (row.cursor, row.view_state, row.device_presence))
    return all(map(is_storable_text, texts)) and all(map(is_storable_json, jsons))


def _text(json: bytes | None) -> str | None:
    return json.decode() if json is not None else None
