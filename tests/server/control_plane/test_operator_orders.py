"""What a node does when it hears that there is something new of operators."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from persistence.errors import Busy, PersistenceError, Unavailable
from persistence.pool import Database
from persistence.tables.operating import nodes
from persistence.tables.operating import operator_orders as table
from persistence.tables.operating.nodes import Figures
from persistence.tables.operating.operator_orders import OrdersRead
from server.control_plane.operator_orders import OperatorOrders
from server.live.standing_orders import StandingOrders

WORDS = 50
"""Of the bus, while the database hangs."""


UNUSED: Any = None


async def turn() -> None:
    """Everyone who can go on has."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_words_of_the_bus_during_a_hang_make_one_look_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, reads = asyncio.Event(), 0

    async def read(db: Any, node: str) -> OrdersRead:
        nonlocal reads
        reads += 1
        await answers.wait()
        return OrdersRead(None, {}, is_drained=False, drain_words=0, questions=[])

    monkeypatch.setattr(table, "read", read)
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        tasks.append(asyncio.create_task(work))

    hub: Any = SimpleNamespace(node="near", standing_orders=StandingOrders())
    unused: Any = None
    orders = OperatorOrders(unused, hub, unused, unused, unused, spawn, "1")
    hanging = asyncio.create_task(orders.look())
    await turn()
    for _ in range(WORDS):
        orders.wake()
        await turn()
    assert len(tasks) == 1
    answers.set()
    await asyncio.gather(hanging, *tasks)
    assert reads == 2
    orders.wake()
    await asyncio.gather(*tasks)
    assert (len(tasks), reads) == (2, 3)


async def test_a_node_that_others_forgot_goes_on_as_it_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drained: list[bool] = []
    told = OrdersRead(None, {}, is_drained=True, drain_words=1, questions=[])

    async def read(db: Any, node: str) -> OrdersRead:
        return told

    monkeypatch.setattr(table, "read", read)
    hub: Any = SimpleNamespace(node="near", standing_orders=StandingOrders())
    unused: Any = None
    orders = OperatorOrders(unused, hub, unused, drained.append, unused, unused, "1")
    await orders.look()
    told = OrdersRead(None, {}, is_drained=False, drain_words=0, questions=[])  # there is no row
    await orders.look()
    assert drained == [True]
    told = OrdersRead(None, {}, is_drained=False, drain_words=1, questions=[])
    await orders.look()
    assert drained == [True, False]


def of_one(db: Any) -> OperatorOrders:
    hub: Any = SimpleNamespace(node="near", standing_orders=StandingOrders())
    return OperatorOrders(
        db, hub, UNUSED, UNUSED, lambda: Figures(0, 0, 0, 0.0, False), UNUSED, "1"
    )


def can_write(orders: OperatorOrders) -> bool:
    return orders.is_written


@pytest.mark.postgres
async def test_a_database_that_can_only_be_read_is_noticed(database_url: str) -> None:
    db = await Database.open(f"{database_url}&default_transaction_read_only=on", max_size=1)
    try:
        orders = of_one(db)
        with pytest.raises(Unavailable, match="can only be read"):
            await orders.say_there()
        assert not orders.is_written
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
    monkeypatch.setattr(table, "read", read)
    orders = of_one(UNUSED)
    with pytest.raises(Busy):
        await orders.say_there()
    assert can_write(orders)
    error = Unavailable("it can only be read")
    with pytest.raises(Unavailable):
        await orders.say_there()
    for _ in range(2):
        assert not can_write(orders)
        with pytest.raises(Unavailable):
            await orders.look()
    error = None
    await orders.look()
    assert can_write(orders)
