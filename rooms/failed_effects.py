"""What is done instead of an effect that could not be carried out: whoever waits is answered."""

from rooms.edits import answers
from rooms.effects import (
    Admit,
    Commit,
    CommitGroup,
    Disconnect,
    Effect,
    Job,
    LookUp,
    Recall,
    SendState,
    Settled,
    TurnCame,
)
from rooms.room import Room
from schema.close_codes import RESTARTING


def answers_instead(room: Room, effect: Effect) -> Job:
    """Nothing, where nobody waits: the next tick, or the next look at the journal, makes it good.

    What follows from an answer that fails as well ends here: a connection that cannot be closed is
    found by its silence.
    """
    match effect:
        case Commit(proposal):
            yield from room.gave_up(proposal, answers.not_done(room.project, proposal.delta_id))
        case CommitGroup(parts):
            yield from room.gave_up(parts[-1], answers.not_done(room.project, parts[-1].delta_id))
        case LookUp():
            yield from room.look_up_failed(effect)
        case Recall(connection):
            yield from room.recalled(connection, {}, answers.not_done(room.project, ""))
        case Settled(ticket, int()) | TurnCame(ticket):
            yield [Settled(ticket, None, answers.not_done(room.project, ""))]
        case SendState():
            yield room.state_is_missing()
        case Admit(connection):
            yield [Disconnect(connection, RESTARTING)]  # it waits for `joined`, and comes back
        case _:
            pass
