"""The settings that are in force: others after a reload."""

from server.settings.settings import Settings


class InForce:
    """One for a node: who asks it anew each time has what was read last."""

    __slots__ = ("settings",)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
