"""The bus within one process: several nodes in a test, or the only node there is."""

import asyncio

from schema.server_limits import MAX_BUS_MESSAGE_BYTES
from server.nodes.bus import BusListener


class Exchange:
    """Joins the buses of several nodes."""

    def __init__(self) -> None:
        self.buses: list[MemoryBus] = []
        """Those that run, and those that are about to."""


class MemoryBus:
    """A `Bus`. Without an exchange it reaches nobody."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self.is_up = True
        self._exchange = exchange or Exchange()
        self._exchange.buses.append(self)
        self._followed_projects: set[str | None] = {None}
        """Projects whose messages reach us; None: those to every node."""
        self._listener: BusListener | None = None
        """None until `run`."""

    async def follow(self, project: str) -> None:
        """At once."""
        self._followed_projects.add(project)

    def unfollow(self, project: str) -> None:
        """At once."""
        self._followed_projects.discard(project)

    def publish(self, project: str | None, message: bytes) -> bool:
        """Every other node gets it in the next turn of the loop."""
        if not self.is_up or len(message) > MAX_BUS_MESSAGE_BYTES:
            return False
        for bus in self._exchange.buses:
            if bus is not self and bus._listener is not None and bus.is_up:
                asyncio.get_running_loop().call_soon(bus._deliver, project, message)
        return True

    async def run(self, listener: BusListener) -> None:
        """There is nothing to stay connected to."""
        self._listener = listener
        listener.on_bus_restored()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._exchange.buses.remove(self)

    def set_up(self, is_up: bool) -> None:
        """Connect or disconnect, as a server would."""
        if self.is_up == is_up:
            return
        self.is_up = is_up
        if self._listener is not None:
            if is_up:
                self._listener.on_bus_restored()
            else:
                self._listener.on_bus_lost("taken down")

    def _deliver(self, project: str | None, message: bytes) -> None:
        if self.is_up and self._listener is not None and project in self._followed_projects:
            self._listener.on_bus_message(message)
