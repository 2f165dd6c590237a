"""The row of a node: whether it could be written, and that the next look finds out."""

from types import SimpleNamespace
from typing import Any

import pytest

from persistence.errors import Busy, PersistenceError, Unavailable
from persistence.pool import Database
from persistence.tables.operating import nodes, operator_orders
from persistence.tables.operating.nodes import Figures
from persistence.tables.operating.operator_orders import OrdersRead
from server.control_plane.node_row import NodeRow
from server.control_plane.operator_orders import OperatorOrders
from server.live.standing_orders import StandingOrders

UNUSED: Any = None


def row_in(db: Any) -> NodeRow:
    return NodeRow(db, "near", lambda: Figures(0, 0, 0, 0.0, False), "1")


def can_write(node_row: NodeRow) -> bool:
    return node_row.is_written


@pytest.mark.postgres
async def test_a_database_that_can_only_be_read_is_noticed(database_url: str) -> None:
    db = await Database.open(f"{database_url}&default_transaction_read_only=on", max_size=1)
    try:
        node_row = row_in(db)
        with pytest.raises(Unavailable, match="can only be read"):
            await node_row.say_there()
        assert not node_row.is_written
    finally:
        await db.close()


async def test_the_next_look_finds_that_it_can_be_written_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lock that somebody has is no such thing."""
    error: PersistenceError | None = Busy("a lock")

    async def seen(*_: Any) -> None:
        if error is not None:
            raise error

    async def read(db: Any, node: str) -> OrdersRead:
        return OrdersRead(None, {}, is_drained=False, drain_words=0, questions=[])

    monkeypatch.setattr(nodes, "seen", seen)
    monkeypatch.setattr(operator_orders, "read", read)
    node_row = row_in(UNUSED)
    hub: Any = SimpleNamespace(node="near", standing_orders=StandingOrders())
    orders = OperatorOrders(UNUSED, hub, node_row, UNUSED, UNUSED, UNUSED)
    with pytest.raises(Busy):
        await node_row.say_there()
    assert can_write(node_row)
    error = Unavailable("it can only be read")
    with pytest.raises(Unavailable):
        await node_row.say_there()
    for _ in range(2):
        assert not can_write(node_row)
        with pytest.raises(Unavailable):
            await orders.look()
    error = None
    await orders.look()
    assert can_write(node_row)
