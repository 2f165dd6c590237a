"""Who calls: over a connection, or through any other door."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from server.identity import NOTHING_SAID, DeviceSaid, Identity
from server.live.room_restores import RestoreTurn
from server.row_feed.subscriber import Subscriber


class LoginTarget(Protocol):
    """What a login that a call brings about belongs to: a connection, or nothing."""

    def require_place(self, user: str) -> None:
        """Raises `Refused` if it would be one too many of the user's (rule K2)."""

    def log_in(self, identity: Identity) -> None:
        """It speaks for this user from now on."""


class NoConnection:
    """The `LoginTarget` of a call that comes alone: whoever logs in gets tokens, and no more."""

    def require_place(self, user: str) -> None:
        """There is always place."""

    def log_in(self, identity: Identity) -> None:
        """Nothing is left behind."""


_NO_CONNECTION = NoConnection()


class Caller(Struct, frozen=True):
    """Who calls, as of the moment at which the call came."""

    id: str
    """Of the connection, or of the call: whoever else acts in a room has another one."""
    address: str
    """What registrations and passwords are counted under."""
    device: str
    identity: Identity | None
    """None: not logged in."""
    login: LoginTarget = _NO_CONNECTION
    outlet: Subscriber | None = None
    """Where what is watched is told; None: through this door nothing can be watched."""
    device_said: DeviceSaid = NOTHING_SAID
    """What its client said of the device beside its id."""
    machine: str = ""
    """Who calls by the socket on the machine, as `machine:root`; empty: a user does."""
    turn: RestoreTurn | None = None
    """Of a restore by a member: its place among what that sends (rule U6)."""
    when_replied: list[Callable[[bool], None]] = []
    """What follows the reply; each is told whether it was sent."""

    @property
    def user(self) -> str:
        """The user's id, of one who is logged in."""
        return self._known.user

    @property
    def auth_session(self) -> str:
        """The id of the login, of one who is logged in."""
        return self._known.auth_session

    @property
    def _known(self) -> Identity:
        if self.identity is None:
            raise RuntimeError("this call is answered only to those who are logged in")
        return self.identity
