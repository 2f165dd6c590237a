"""A small run against a real server: nothing lost, and the SQL suggests what the Python does."""

import pytest

from loadtest.recall import on_a_server
from loadtest.recall.on_a_server import lost_counts, sessions
from tests.server.conftest import Node

pytestmark = pytest.mark.postgres


async def test_W2_W4_sixteen_writers_and_a_session(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_a_server, "BATCHES", 2)
    monkeypatch.setattr(on_a_server, "DAYS_BEFORE", 6)
    assert await lost_counts(node.url) == 0
    found = await sessions(node.url, seed=5, count=1)
    assert found["agrees"] == 1.0
    assert found["picks"] >= 8
    assert found["hit_rate_at"].keys() == {"1", "3", "5"}
