"""The SDK's watch against real servers: it survives reconnects and says what happened."""

from typing import Any

import pytest

from prime_client.client import Client
from prime_client.watching.row_events import RowChanged, RowEntered, RowEvent, RowLeft, Rows
from tests.server.conftest import Nodes
from tests.server.row_feed.test_watching import PRESET, psql

__all__ = ["psql"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]


def said(event: RowEvent[Any]) -> tuple[str, Any]:
    match event:
        case RowEntered() | RowChanged():
            return type(event).__name__, event.row["name"]
        case RowLeft():
            return "RowLeft", event.id
    return type(event).__name__, sorted(row["name"] for row in event.rows.values())


@pytest.mark.parametrize("codec", ["msgpack", "json"])
async def test_V8_a_watch_goes_on_where_it_was_after_the_connection_is_cut(
    nodes: Nodes, psql: Any, codec: Any
) -> None:
    node = await nodes.start()
    async with Client(node.url, device="desk", codec=codec) as client:
        ann = await client.register("ann@example.org", "ann", "correct horse battery")
        first = await psql.fetchval(PRESET, ann["id"], "a", False)
        async with client.watch("presets", where={"plugin": "OTT"}) as watch:
            assert isinstance(await anext(watch), Rows)
            await psql.fetchval(PRESET, ann["id"], "b", False)
            assert said(await anext(watch)) == ("RowEntered", "b")
            for connection in list(node.connections.values()):
                connection.abort("")
            await psql.execute("UPDATE plugin_presets SET name = 'c' WHERE name = 'b'")
            await psql.execute("DELETE FROM plugin_presets WHERE id = $1", first)
            events = [said(await anext(watch)), said(await anext(watch))]
            assert sorted(events) == [("RowChanged", "c"), ("RowLeft", first)]
            assert [row["name"] for row in watch.rows.values()] == ["c"]
        assert len(node.server.feed.watches) == 0
