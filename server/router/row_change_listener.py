"""What has changed in the tables, here or on another node, is told to those of this node."""

import asyncio
from collections.abc import Mapping

from rooms.presence.members import changed_role
from rooms.presence.session_permissions import SessionPermissions
from rooms.roles import Grant
from schema.close_codes import SESSION_REVOKED
from schema.errors import ErrorCode
from schema.messages import Error, ProjectChanged
from server.identity import Identity
from server.live.hub import Hub
from server.nodes.room_media import RoomMedia
from server.nodes.row_changes import TableConcern
from server.router.logins.connection_login import EndedLogins
from server.sockets.connection import Connection

REVOKED_AFTER_SECONDS = 0.05
"""Whoever logs out gets the reply to that call before the socket is closed."""


def ended_by_operator(reason: str) -> Error:
    """What is told before a login that an operator has ended is closed (rule R50)."""
    text = f"an operator has ended this login: {reason}"
    return Error(None, ErrorCode.AUTH_REQUIRED, text, None, {"message": reason})


class RowChangeListener:
    """A `server.nodes.row_changes.RowListener`."""

    def __init__(
        self,
        connections: Mapping[str, Connection],
        hub: Hub,
        media: RoomMedia,
        ended_logins: EndedLogins,
    ) -> None:
        self._connections = connections
        self._hub = hub
        self._media = media
        self._ended_logins = ended_logins

    def concern(self) -> TableConcern:
        """What those who are here hang on."""
        rooms = self._hub.rooms
        identities = [identity for _, identity in self._logged_in()]
        return TableConcern(
            users=frozenset(identity.user for identity in identities),
            sessions=frozenset(identity.auth_session for identity in identities),
            roles={
                (project, seat.request.user): seat.granted
                for project, live in rooms.items()
                for seat in live.room.seats.values()
            },
            projects=frozenset(rooms),
        )

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None:
        """To the room, and to all connections of that user (rule R3)."""
        in_room = self._hub.rooms.get(project)
        informed: set[str] = set(in_room.room.seats) if in_room else set()
        self._hub.role_changed(project, user, grant)
        for connection, identity in self._logged_in():
            if identity.user == user and connection.id not in informed:
                connection.send(changed_role(project, user, grant))

    def session_revoked(self, auth_session: str, reason: str = "") -> None:
        """Nothing of that login is heard any more, and its sockets are closed (rule A3).

        `reason`: why an operator has ended it, for its user (rule R50).

        What is on its way to become one of that login's does not become it (rule A52).
        """
        self._ended_logins.add(auth_session)
        loop = asyncio.get_running_loop()
        for connection, identity in self._logged_in():
            if identity.auth_session == auth_session:
                connection.hear_no_more()
                if reason:
                    connection.send(ended_by_operator(reason))
                loop.call_later(REVOKED_AFTER_SECONDS, connection.close, SESSION_REVOKED)

    def project_changed(self, project: str, version: int, archived: bool) -> None:
        """To the room (rule R5); in an archived one nobody edits, so nobody shows (rule G6)."""
        self._hub.tell_room(project, ProjectChanged(project, version, archived))
        if archived:
            self._hub.end_gestures(project)

    def permit(self, project: str, permits: SessionPermissions) -> None:
        """To the room: it does not let pass what the host does not (rule R38)."""
        self._hub.permit(project, permits)

    def media_changed(self, project: str) -> None:
        """The room hears what is new of its media (rule L2)."""
        live = self._hub.rooms.get(project)
        if live is not None:
            self._media.changed(live)

    def _logged_in(self) -> list[tuple[Connection, Identity]]:
        return [(c, c.identity) for c in self._connections.values() if c.identity is not None]
