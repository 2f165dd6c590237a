"""All that a room may ask of the world; `LiveRoom` carries it out in order."""

from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

from msgspec import Struct, field

from rooms.journal.entry import Entry, Outcome, Proposal
from schema.close_codes import CloseCode
from schema.messages import Error, Joined, ServerMessage


class Packet(Struct, eq=False, gc=False):
    """A message on its way to many: each codec's frame is kept here, so it is made once."""

    message: ServerMessage
    frames: dict[str, bytes] = field(default_factory=dict)


class Send(Struct, frozen=True, gc=False):
    """One packet to some connections, in order with everything else they are sent."""

    to: tuple[str, ...]
    packet: Packet


class SendTick(Struct, frozen=True, gc=False):
    """Presence to some connections; who cannot be written to is owed the latest instead.

    `packets`: this node's own tick, and those of other nodes that waited for it. `but`: the
    connection of the only one who moved, who knows what it did; empty: everyone is told.
    """

    to: tuple[str, ...]
    packets: tuple[Packet, ...]
    but: str = ""


class ForwardTick(Struct, frozen=True, gc=False):
    """Let other nodes have the tick of our members, if they have the room."""

    packet: Packet


class ForwardEntry(Struct, frozen=True, gc=False):
    """Let other nodes that have the room hear of what we have committed.

    `digest`: of the state after it; `previous`: the id of the entry before it, if it is known.
    """

    entry: Entry
    digest: str
    previous: str | None


class Announce(Struct, frozen=True, gc=False):
    """Announce to other nodes who of the room is here; `asks`: and ask for theirs."""

    asks: bool = False


class SendState(Struct, frozen=True, gc=False):
    """Encode the state and give it to `Room.state_is_ready`: someone waits for it."""


class Admit(Struct, frozen=True, gc=False):
    """A member is in: `joined`, and then at its own pace what the feed of its seat has."""

    connection: str
    joined: Joined


class Commit(Struct, frozen=True, gc=False):
    """Append a delta to the journal; what becomes of it comes back as an event."""

    proposal: Proposal


class CommitGroup(Struct, frozen=True, gc=False):
    """Append several deltas to the journal, all or none; what becomes of the last comes back."""

    parts: tuple[Proposal, ...]


class LookUp(Struct, frozen=True, gc=False):
    """Ask the journal whether a delta that would be refused was committed long ago."""

    to: str
    proposal: Proposal
    refusal: Error


class Recall(Struct, frozen=True, gc=False):
    """Work out from the journal what these seqs have changed: a member wants them undone."""

    connection: str
    seqs: tuple[int, ...]


class Settled(Struct, frozen=True, gc=False):
    """What became of a delta that a call asked for, by its ticket: the last seq, or the error.

    `outcome`: what the journal said, where it has refused it.
    """

    ticket: int
    seq: int | None
    error: Error | None
    outcome: Outcome | None = None


class TurnCame(Struct, frozen=True, gc=False):
    """What the member of a call sent before it is done: the call may go on, by its ticket (U6)."""

    ticket: int


class Quiet(Struct, frozen=True, gc=False):
    """Edits are held back, and the journal has answered all that it was given before (rule N4)."""


class Quarantined(Struct, frozen=True, gc=False):
    """An entry could not be read or applied: it does nothing, and somebody has to know (D17)."""

    seq: int
    delta_id: str
    mistake: str


class Mistake(Struct, frozen=True):
    """The server could not judge a proposal, by its own mistake: it was refused (rule D17)."""

    error: Exception


class CatchUp(Struct, frozen=True, gc=False):
    """Read the journal after this seq: something was missed.

    `is_early`: what came too soon is kept, and may be followed by what is missing any moment.
    """

    after: int
    is_early: bool = False


class Disconnect(Struct, frozen=True, gc=False):
    """End a connection."""

    connection: str
    close: CloseCode


Effect = (
    Send
    | SendTick
    | ForwardTick
    | ForwardEntry
    | Announce
    | SendState
    | Admit
    | Commit
    | CommitGroup
    | LookUp
    | Recall
    | Settled
    | TurnCame
    | Quiet
    | Quarantined
    | Mistake
    | CatchUp
    | Disconnect
)
Effects = list[Effect]

PAUSE: Effects = []
"""What a job yields to let others have their turn; nothing is ever put into it."""

Job = Iterator[Effects]
"""What touches the document of a room: a generator of effects.

The loop may run other things at each yield, but no other job of this room.
"""

Result = TypeVar("Result")


def send(message: ServerMessage, connections: Iterable[str]) -> Send:
    """A new packet to these connections."""
    return Send(tuple(connections), Packet(message))


def pausing(steps: Generator[None, None, Result]) -> Generator[Effects, None, Result]:
    """What the document does bit by bit, as part of a job; all of it now: `rooms.pauses.finish`."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        yield PAUSE
