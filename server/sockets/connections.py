"""The connections of a node whose handshake is done."""

import asyncio

from server.sockets.connection import Connection


class Connections(dict[str, Connection]):
    """By the id of each: the only registry of a node.

    A dict itself, as rooms look up in it whoever a delta goes to. `add` and `remove` change it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.all_gone = asyncio.Event()
        """Set while there is none."""
        self.all_gone.set()

    def add(self, connection: Connection) -> None:
        """Its handshake is done."""
        self[connection.id] = connection
        self.all_gone.clear()

    def remove(self, connection: Connection) -> None:
        """Its socket is gone."""
        self.pop(connection.id, None)
        if not self:
            self.all_gone.set()
