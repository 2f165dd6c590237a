"""The bus, as a contract: other nodes hear sooner; nothing that must be agreed rests on it."""

from collections.abc import Callable, Mapping
from typing import Protocol

Heard = Callable[[Mapping[str, int]], None]
"""Called with project -> newest seq that some node has committed."""


class Bus(Protocol):
    """At most once: what is lost here is found in the journal, by gap or by the slow tick."""

    is_up: bool

    def announce(self, heads: Mapping[str, int]) -> None:
        """Tell other nodes how far projects have come; never waits, may be lost."""

    async def run(self, heard: Heard) -> None:
        """For the life of the node: stay connected, listen, send what is announced."""
