"""How far a connection has come. Each state holds only what means something in it."""

from dataclasses import dataclass, field

from schema.messages import Join
from server.identity import NOTHING_SAID, DeviceSaid, Identity


@dataclass(slots=True)
class WaitingForHello:
    """Nothing was said yet (rule H3)."""

    opened_at: float
    """When the TCP connection was there, in seconds of the loop."""
    awaited_since: float
    """From when hello is late in a while: the handshake, or when it last was we who did not read.
    In seconds of the loop."""


@dataclass(slots=True)
class Greeted:
    """Hello was said; who it is, is not known yet, or the token is being looked at (rule H4)."""

    opened_at: float
    """When the TCP connection was there, in seconds of the loop."""
    device: str
    device_said: DeviceSaid = NOTHING_SAID
    """What hello said of the device beside its id."""
    is_looked_at: bool = False
    """Whether its token is being looked at: until hello is answered nothing is read (rule H7)."""


@dataclass(slots=True)
class LoggedIn:
    """It is somebody's."""

    device: str
    identity: Identity
    rooms: set[str] = field(default_factory=set)
    """Projects whose rooms it is in, or on the way into."""
    joins: dict[str, Join] = field(default_factory=dict)
    """Project -> its newest join, until its room takes it, it is refused or the room is left."""
    device_said: DeviceSaid = NOTHING_SAID
    """What hello said of the device beside its id."""
    warned_of_expiry: float = 0.0
    """The `expires_at` of which the client was warned (rule A12)."""


@dataclass(slots=True)
class Leaving:
    """It is closed, or about to be: nothing that it says is heard any more."""

    identity: Identity | None
    """Whose it was."""
    for_good: bool
    """Whether it was told not to come back by itself, or has said goodbye."""


Session = WaitingForHello | Greeted | LoggedIn | Leaving
