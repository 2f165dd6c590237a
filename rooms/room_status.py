"""What is out of order in a room: its members are told of it, and so is who comes in."""

from collections.abc import Mapping

from rooms.effects import Effects, send
from rooms.presence.members import Members
from schema.messages import Degraded, MediaStatuses

AVAILABLE = "available"
BUS_IS_DOWN = "other servers cannot be heard at once; their edits come some seconds late"


def is_here(status: str | None) -> bool:
    """Whether nothing is to be waited for: the bytes are here, or no row says of any (None)."""
    return status is None or status == AVAILABLE


class RoomStatus:
    """Of one room: journal, bus, maintenance, and audio files that are not here yet."""

    def __init__(self, project: str, members: Members) -> None:
        self.is_degraded = False
        """The journal cannot be written just now (rule D7)."""
        self.is_bus_down = False
        """What other nodes do comes late just now (rule D11)."""
        self.maintenance: str | None = None
        """What an operator says of why nobody edits (rule R53); None: everyone may."""
        self.media: dict[str, str] = {}
        """Id or hash of an audio file -> how far its bytes are, of those that are not here yet."""
        self._project = project
        self._members = members

    def set_degraded(self, is_degraded: bool, reason: str) -> Effects:
        """Tell everyone, if it has changed."""
        if self.is_degraded == is_degraded:
            return []
        self.is_degraded = is_degraded
        return [send(Degraded(self._project, is_degraded, reason), self._members.joined())]

    def set_bus_down(self, is_down: bool) -> Effects:
        """Tell everyone, if it has changed."""
        if self.is_bus_down == is_down:
            return []
        self.is_bus_down = is_down
        reason = BUS_IS_DOWN if is_down else ""
        return [send(Degraded(self._project, is_down, reason, "bus"), self._members.joined())]

    def set_maintenance(self, message: str | None) -> Effects:
        """Tell everyone, if it has changed."""
        if self.maintenance == message:
            return []
        self.maintenance = message
        return [send(self._maintenance_message(), self._members.joined())]

    def set_media(self, statuses: Mapping[str, str | None]) -> Effects:
        """Everyone who is in hears what is new of it; who comes in gets all with `joined`."""
        changed_statuses = {key: word for key, word in statuses.items() if self._is_news(key, word)}
        for key, word in changed_statuses.items():
            if is_here(word):
                del self.media[key]
            elif word is not None:
                self.media[key] = word
        if not changed_statuses:
            return []
        return [send(MediaStatuses(self._project, changed_statuses), self._members.joined())]

    def for_joiner(self, connection: str) -> Effects:
        """What who comes in is told beside what `joined` says."""
        effects: Effects = []
        if self.is_bus_down:
            degraded = Degraded(self._project, True, BUS_IS_DOWN, "bus")
            effects.append(send(degraded, [connection]))
        if self.maintenance is not None:
            effects.append(send(self._maintenance_message(), [connection]))
        return effects

    def _maintenance_message(self) -> Degraded:
        is_on = self.maintenance is not None
        return Degraded(self._project, is_on, self.maintenance or "", "maintenance")

    def _is_news(self, key: str, word: str | None) -> bool:
        return key in self.media if is_here(word) else self.media.get(key) != word
