"""What operators have told all nodes: read from the database, and done here.

The database is the truth. The bus only says that there is something to read; without it a node
finds it by looking twice a second.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables.operating import node_questions, operator_orders
from persistence.tables.operating.operator_orders import NodeQuestion, OrdersRead
from server.control_plane.node_answers import NodeAnswers
from server.control_plane.node_row import NodeRow
from server.live.hub import Hub

log = structlog.get_logger()


class OperatorOrders:
    """Of one node. `drain`: send its members away and let nobody in, or let people in again."""

    def __init__(
        self,
        db: Executor,
        hub: Hub,
        node_row: NodeRow,
        node_answers: NodeAnswers,
        drain: Callable[[bool], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self.node = hub.node
        self._db = db
        self._hub = hub
        self._node_row = node_row
        self._node_answers = node_answers
        self._drain = drain
        self._spawn = spawn
        self._drain_words = 0
        """How often operators had said whether it is drained when that was last read."""
        self._look_lock = asyncio.Lock()
        self._is_woken = False
        """Whether a look is to begin because another node has told of something: one, however many
        words come while the one before it lasts."""

    def answer_here(self, question_kind: str, params: Mapping[str, Any]) -> Any:
        """What this node answers to a question, without the database."""
        return self._node_answers.answer(question_kind, params)

    async def look(self) -> None:
        """Read what is new, and do it; raises `PersistenceError`."""
        async with self._look_lock:
            await self._read_and_do()
        if not self._node_row.is_written:
            await self._node_row.say_there()  # perhaps it can be by now

    def wake(self) -> None:
        """Another node has written something that is to be read at once."""
        if not self._is_woken:
            self._is_woken = True
            self._spawn(self._look_now())

    async def tidy(self) -> None:
        """Forget what nobody needs any more; raises `PersistenceError`."""
        await operator_orders.forget_opened(self._db)

    async def _look_now(self) -> None:
        async with self._look_lock:
            self._is_woken = False  # only now: what is told from here on needs another look
            try:
                await self._read_and_do()
            except PersistenceError as error:
                log.warning("cannot read what operators say; the next look will", reason=str(error))

    async def _read_and_do(self) -> None:
        orders_read = await operator_orders.read(self._db, self.node)
        self._obey(orders_read)
        for question in orders_read.questions:
            await self._answer(question)

    def _obey(self, orders: OrdersRead) -> None:
        standing_orders = self._hub.standing_orders
        if orders.message != standing_orders.maintenance:
            log.warning(
                "maintenance", is_on=orders.message is not None, message=orders.message or ""
            )
            self._hub.set_maintenance(orders.message)
        if orders.closed != standing_orders.closed:
            log.warning("rooms closed by operators", rooms=len(orders.closed))
            self._hub.close_rooms(orders.closed)
        if orders.drain_words != self._drain_words:
            self._drain_words = orders.drain_words
            if orders.drain_words:  # else others had forgotten this node, and nobody said anything
                self._drain(orders.is_drained)

    async def _answer(self, question: NodeQuestion) -> None:
        answer = self._node_answers.answer(question.asks, question.params)
        await node_questions.answer(self._db, question.id, self.node, answer)
