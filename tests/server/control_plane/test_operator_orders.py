"""What a node does when it hears that there is something new of operators."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from persistence.tables.operating import operator_orders as table
from persistence.tables.operating.operator_orders import OrdersRead
from server.control_plane.operator_orders import OperatorOrders
from server.live.standing_orders import StandingOrders

WORDS = 50
"""Of the bus, while the database hangs."""


WRITTEN: Any = SimpleNamespace(is_written=True)
"""A row of the node that could be written the last time."""


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
    orders = OperatorOrders(unused, hub, WRITTEN, unused, unused, spawn)
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
    orders = OperatorOrders(unused, hub, WRITTEN, unused, drained.append, unused)
    await orders.look()
    told = OrdersRead(None, {}, is_drained=False, drain_words=0, questions=[])  # there is no row
    await orders.look()
    assert drained == [True]
    told = OrdersRead(None, {}, is_drained=False, drain_words=1, questions=[])
    await orders.look()
    assert drained == [True, False]
