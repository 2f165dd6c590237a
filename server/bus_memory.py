"""The bus within one process: several nodes in a test, or the only node there is."""

from collections.abc import Mapping

from server.bus import Heard


class Exchange:
    """Joins the buses of several nodes."""

    def __init__(self) -> None:
        self.buses: list[MemoryBus] = []


class MemoryBus:
    """A `Bus`. Without an exchange nobody else hears."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self.is_up = True
        self._exchange = exchange or Exchange()
        self._exchange.buses.append(self)
        self._heard: Heard | None = None

    def announce(self, heads: Mapping[str, int]) -> None:
        """Heard at once by every other node."""
        for bus in self._exchange.buses:
            if bus is not self and bus._heard is not None:
                bus._heard(heads)

    async def run(self, heard: Heard) -> None:
        """There is nothing to stay connected to."""
        self._heard = heard
