"""What a call announces, held back until what it has written is committed."""

from functools import partial
from typing import TYPE_CHECKING

from rooms.roles import Grant
from server.calls.context import Announcer

if TYPE_CHECKING:
    from collections.abc import Callable


class HeldAnnouncements:
    """The `Announcer` of a call whose transaction is open: nobody hears of what may not come."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer
        self._held_announcements: list[Callable[[], None]] = []
        """What is to be announced, in order."""

    def tell(self) -> None:
        """It is committed: announce all of it."""
        announcements, self._held_announcements = self._held_announcements, []
        for announce in announcements:
            announce()

    def session_permitted(self, project: str, session: str) -> None:
        self._held_announcements.append(
            partial(self._announcer.session_permitted, project, session)
        )

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None:
        self._held_announcements.append(partial(self._announcer.role_changed, project, user, grant))

    def session_revoked(self, auth_session: str, reason: str = "") -> None:
        self._held_announcements.append(
            partial(self._announcer.session_revoked, auth_session, reason)
        )

    def project_changed(self, project: str, version: int, archived: bool) -> None:
        self._held_announcements.append(
            partial(self._announcer.project_changed, project, version, archived)
        )

    def project_made(self, project: str, owner: str, version: int) -> None:
        self._held_announcements.append(
            partial(self._announcer.project_made, project, owner, version)
        )

    def media_changed(self, project: str) -> None:
        self._held_announcements.append(partial(self._announcer.media_changed, project))

    def rows_changed(self) -> None:
        self._held_announcements.append(self._announcer.rows_changed)
