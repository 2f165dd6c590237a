"""The row of this node in the database: that it is there, and what it holds."""

import asyncio
import os
import socket
from collections.abc import Callable

import structlog

from persistence.errors import Busy, PersistenceError, Unavailable
from persistence.pool import Executor
from persistence.tables.operating import nodes
from persistence.tables.operating.nodes import Figures

FORGOTTEN_SECONDS = 60.0
"""A node that ended without a word is listed as silent for so long."""

log = structlog.get_logger()


class NodeRow:
    """Of one node. `figures`: what the node holds just now."""

    def __init__(
        self, db: Executor, node: str, figures: Callable[[], Figures], version: str
    ) -> None:
        self.address = ""
        """Where the node listens, for operators; known once it does."""
        self.is_written = True
        """Whether this node could write the last time it said that it is there: a database that can
        only be read answers everything else. False until it is written again."""
        self._db = db
        self._node = node
        self._figures = figures
        self._version = version

    async def say_there(self) -> None:
        """This node is there, and holds so much; raises `PersistenceError`."""
        own_row = self._node, socket.gethostname()[:255], self.address, os.getpid(), self._version
        try:
            await nodes.seen(self._db, *own_row, self._figures())
        except Busy:  # somebody has a lock: others can be written
            raise
        except Unavailable:
            self.is_written = False
            raise
        self.is_written = True

    async def say_gone(self) -> None:
        """This node ends; that others do not hear of it harms nobody."""
        try:
            async with asyncio.timeout(1.0):
                await nodes.gone(self._db, self._node)
        except (TimeoutError, PersistenceError) as error:
            log.info("others hear later that this node has ended", reason=str(error))

    async def forget_others(self) -> None:
        """Rows of nodes that ended without a word; raises `PersistenceError`."""
        await nodes.forget(self._db, FORGOTTEN_SECONDS)
