"""The bus, as a contract. It only makes nodes faster: the journal has what must be agreed."""

from typing import Protocol


class BusListener(Protocol):
    """Is told what comes over the bus."""

    def on_bus_message(self, message: bytes) -> None:
        """A message of another node, or of this one, or of anyone who can write to the bus."""

    def on_bus_restored(self) -> None:
        """The bus is up: what was sent before may have been missed."""

    def on_bus_lost(self, reason: str) -> None:
        """The bus is down until `on_bus_restored`."""


class Bus(Protocol):
    """At most once: what is lost here is found in the journal, by gap or by the slow tick."""

    is_up: bool

    async def follow(self, project: str) -> None:
        """Subscribe to a project; returns when that is done, or cannot be for now."""

    def unfollow(self, project: str) -> None:
        """Unsubscribe."""

    def publish(self, project: str | None, message: bytes) -> bool:
        """Send to those who follow the project (None: to every node); never waits.

        False: it was dropped.
        """

    async def run(self, listener: BusListener) -> None:
        """For the life of the node: stay connected, listen, send what is published."""
