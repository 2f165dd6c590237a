"""What is asked of all nodes: put into the database, told by the bus, answered within a second.

Without a bus each node finds it by its look twice a second (`operator_orders.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables.operating import node_questions, nodes
from schema.node_messages import RowChanged
from schema.text.one_line import one_line

ALIVE_SECONDS = 5.0
"""A node that has said nothing for so long is not waited for."""

WAIT_SECONDS = 2.5
"""What all others get to answer."""

LOOK_SECONDS = 0.03
"""Between two looks whether all have."""

TOLD = "node_questions"
"""In the place of a table, in what is told by the bus."""


@dataclass(frozen=True, slots=True)
class NodeReplies:
    """Node -> its answer, and those that gave none in time."""

    answers: dict[str, Any]
    silent: list[str]
    database_error: str = ""
    """Why nobody but this node was asked; empty: all were."""


class NodeQuestions:
    """Those of one node to all of them, itself included."""

    def __init__(
        self,
        db: Executor,
        node: str,
        look: Callable[[], Awaitable[None]],
        tell_nodes: Callable[[RowChanged], None],
        answer_here: Callable[[str, Mapping[str, Any]], Any],
    ) -> None:
        self._db = db
        self._node = node
        self._look = look
        """Answers what is asked of this node."""
        self._tell_nodes = tell_nodes
        self._answer_here = answer_here
        """This node's own answer, without the database."""

    async def ask(self, asks: str, **params: Any) -> NodeReplies:
        """Wait for all that are there; raises `PersistenceError`."""
        nodes_wanted = await nodes.alive(self._db, ALIVE_SECONDS) | {self._node}
        number = await node_questions.ask(self._db, asks, params)
        try:
            await self.tell()
            await self._until_answered(number, nodes_wanted)
            answer_rows = await node_questions.answers(self._db, number)
        finally:
            await node_questions.done(self._db, number)
        return NodeReplies(answer_rows, sorted(nodes_wanted - answer_rows.keys()))

    async def ask_or_answer_here(self, asks: str, **params: Any) -> NodeReplies:
        """The same; while the database cannot be asked, what this node alone knows."""
        try:
            return await self.ask(asks, **params)
        except PersistenceError as error:
            answers = {self._node: self._answer_here(asks, params)}
            return NodeReplies(answers, [], one_line(error.in_full))

    async def tell(self) -> None:
        """There is something new for every node to look at; this one has when it is done."""
        self._tell_nodes(RowChanged(TOLD, ""))
        with suppress(PersistenceError):  # it is stored: the next look finds it
            await self._look()

    async def _until_answered(self, number: str, nodes_wanted: set[str]) -> None:
        time = asyncio.get_running_loop().time
        until = time() + WAIT_SECONDS
        while time() < until:
            if nodes_wanted <= await node_questions.answered(self._db, number):
                return
            await asyncio.sleep(LOOK_SECONDS)
