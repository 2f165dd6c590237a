import asyncio
import json
import time
import uuid
from dataclasses import replace
from typing import Any

import pytest

from persistence.pool import Database
from persistence.tables import collaboration_sessions, session_states
from persistence.tables.session_states import StateRow
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


@pytest.fixture
async def state(database: Database) -> StateRow:
    user = await make_user(database)
    project = await make_project(database, user)
    session = await collaboration_sessions.open_session(database, project.id, user.id)
    return StateRow(
        session=session,
        project=project.id,
        user=user.id,
        device="laptop",
        cursor=b'{"time": 1.5}',
        view_state=None,
        active_tool="pencil",
        selection=("track-1", 'odd "{},\\ one'),
        device_presence=b'{"playhead": {"time": 2}}',
        heartbeat_at=time.time() * 1000,
    )


async def test_states_are_written_and_overwritten_in_one_statement(
    database: Database, state: StateRow
) -> None:
    tablet = replace(state, device="tablet", selection=(), cursor=None)
    await session_states.upsert_many(database, [state, tablet])
    moved = replace(state, cursor=b'{"time": 9}', heartbeat_at=state.heartbeat_at + 1)
    await session_states.upsert_many(database, [moved])
    rows = await database.fetch("SELECT * FROM session_states ORDER BY device")
    assert [row["device"] for row in rows] == ["laptop", "tablet"]
    first = rows[0]
    assert json.loads(first["cursor"]) == {"time": 9}
    assert first["view_state"] is None
    assert tuple(first["selection"]) == state.selection
    assert json.loads(first["device_presence"]) == {"playhead": {"time": 2}}
    assert first["heartbeat_at"].timestamp() * 1000 == pytest.approx(moved.heartbeat_at, abs=0.01)
    assert rows[1]["selection"] == []


async def test_the_later_heartbeat_counts(database: Database, state: StateRow) -> None:
    older = replace(state, active_tool="old", heartbeat_at=state.heartbeat_at - 5)
    await session_states.upsert_many(database, [state, older])
    await session_states.upsert_many(database, [older])
    assert await database.fetchval("SELECT active_tool FROM session_states") == "pencil"


async def test_rows_whose_project_user_or_session_is_gone_do_not_hold_up_the_rest(
    database: Database, state: StateRow
) -> None:
    gone = str(uuid.uuid4())
    await session_states.upsert_many(
        database,
        [
            replace(state, session=gone),
            replace(state, user=gone),
            replace(state, project=gone, device="x"),
            state,
        ],
    )
    assert await database.fetchval("SELECT count(*) FROM session_states") == 1
    await session_states.upsert_many(database, [])


async def test_two_nodes_may_write_the_same_rows(database: Database, state: StateRow) -> None:
    rows = [replace(state, device=f"d{n}") for n in range(50)]
    await asyncio.gather(
        *(session_states.upsert_many(database, order) for order in (rows, rows[::-1]) * 5)
    )
    assert await database.fetchval("SELECT count(*) FROM session_states") == 50


@pytest.mark.parametrize(
    "what",
    [
        {"active_tool": "a\0b"},
        {"device": "pho\0ne"},
        {"cursor": b'{"time": 1, "track": "track_\\u0000"}'},
        {"selection": ("track\0",)},
    ],
)
async def test_what_postgres_cannot_hold_is_left_out_and_the_rest_written(
    database: Database, state: StateRow, what: dict[str, Any]
) -> None:
    bad = replace(state, **{"device": "tablet", **what})
    await session_states.upsert_many(database, [bad, state])
    rows = await database.fetch("SELECT device FROM session_states")
    assert [row["device"] for row in rows] == ["laptop"]
