"""Searches of one user wait for each other, and for nobody else's."""

import asyncio
from typing import Any

import pytest

from persistence.rows import reading
from persistence.rows.row_lanes import RowLanes
from schema.server_limits import MAX_SEARCHES_AT_ONCE
from schema.tables.plugin_presets import PLUGIN_PRESETS
from server.calls.call_queue import CallQueue

ANN, BEN = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"

SEARCH = {"parameters": {"path": {"at": ["cutoff"], "lt": -1}}}


class Held:
    """A lane whose statements begin and do not end."""

    def __init__(self) -> None:
        self.begun: list[object] = []
        """Who asked, in order."""

    async def fetch(self, _: str, user: object, *__: object) -> Any:
        self.begun.append(user)
        await asyncio.Event().wait()


@pytest.mark.parametrize("ask", [reading.list_, reading.count])
async def test_Q19_one_search_of_a_user_runs_at_a_time(ask: Any) -> None:
    lane: Any = Held()
    access = RowLanes(lane, lane, turn=CallQueue(MAX_SEARCHES_AT_ONCE).slot)
    asked = [
        asyncio.ensure_future(ask(access, PLUGIN_PRESETS, user, where=SEARCH))
        for user in (ANN, ANN, ANN, BEN)
    ]
    for _ in range(10):
        await asyncio.sleep(0)
    assert lane.begun == [ANN, BEN]
    for each in asked:
        each.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
