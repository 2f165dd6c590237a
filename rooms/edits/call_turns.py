"""Turns of calls that edit: each behind what its member sent before, ahead of what follows (U6)."""

from rooms.edits import answers
from rooms.effects import Effects, Settled, TurnCame
from rooms.presence.seat import CallTurn, Seat
from schema.errors import ErrorCode

GONE = "you went before its turn came, and so did what you had sent; ask again with this id"


class CallTurns:
    """Those of one room. `ticket`: of the call that waits, as `TurnCame` and `Settled` name it."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._seats_by_ticket: dict[int, Seat] = {}
        """Those whose members wait for a call of theirs to end."""

    def ask(self, seat: Seat, delta_id: str, ticket: int) -> None:
        """A call of this member waits for its turn."""
        seat.call_turns.append(CallTurn(ticket, delta_id, seat.next_place()))
        self._seats_by_ticket[ticket] = seat

    def end(self, ticket: int) -> Seat | None:
        """The call has ended: the seat that goes on now; None: it has heard that it is not made."""
        seat = self._seats_by_ticket.pop(ticket, None)
        if seat is not None:
            seat.call_turns = [turn for turn in seat.call_turns if turn.ticket != ticket]
        return seat

    def look(self, seat: Seat) -> Effects:
        """What the first call of a member hears, before which nothing of it waits any more.

        Nothing, while the journal has something of the member; an error (`NotTaken`'s, or
        `unavailable`), where what came before it was refused for now or dropped (D12, D23).
        """
        turn = seat.call_turns[0]
        if turn.has_come:
            return []
        first = seat.delta_not_taken
        if seat.is_void:
            code = ErrorCode.UNAVAILABLE
            error = answers.try_again(self._project, turn.delta_id, code, GONE)
        elif seat.in_flight_count:
            return []
        elif first is not None and first.place < turn.place:
            error = answers.behind(self._project, turn.delta_id, first)
        else:
            turn.has_come = True
            return [TurnCame(turn.ticket)]
        self.end(turn.ticket)
        return [Settled(turn.ticket, None, error)]
