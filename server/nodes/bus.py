"""The bus, as a contract: other nodes hear sooner; nothing that must be agreed rests on it."""

from typing import Protocol


class Ears(Protocol):
    """Who hears what comes over the bus."""

    def heard(self, message: bytes) -> None:
        """A message of another node, or of this one, or of anyone who can write to the bus."""

    def restored(self) -> None:
        """The bus is up: what was said before this moment may have been missed."""

    def lost(self, reason: str) -> None:
        """The bus is down until `restored`."""


class Bus(Protocol):
    """At most once: what is lost here is found in the journal, by gap or by the slow tick."""

    is_up: bool

    async def follow(self, project: str) -> None:
        """Hear what is said of a project; returns when that is so, or cannot be for now."""

    def unfollow(self, project: str) -> None:
        """Hear no more of it."""

    def publish(self, project: str | None, message: bytes) -> bool:
        """Say something to those who follow the project (None: to every node); never waits.

        False: it was dropped.
        """

    async def run(self, ears: Ears) -> None:
        """For the life of the node: stay connected, listen, send what is published."""
