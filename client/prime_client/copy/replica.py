"""One project's room as one member has it: edits in, messages out; no clock, no socket."""

from collections.abc import Sequence

from prime_client.connecting.codec import Message
from prime_client.copy.project_copy import PendingDelta
from prime_client.copy.room_messages import RoomMessages
from prime_client.copy.state_ops import Op
from prime_client.events import Refused
from prime_client.failures import UNHEARD
from prime_client.ops import copied


class Replica(RoomMessages):
    """The local copy, what is pending on it, and the messages to send to the room."""

    def edit(
        self,
        ops: list[Op],
        atomic: bool = False,
        step: str | None = None,
        gesture: str | None = None,
        *,
        allow_unknown: bool = False,
    ) -> Message:
        """Apply ops to the view, all or none; returns the message that proposes them.

        Raises `MalformedOp`.
        """
        base = self.position or self._forgotten
        own_ops = copied(ops, self.state, allow_unknown=allow_unknown)
        delta = PendingDelta(self._make_id(), own_ops, atomic, step, gesture, base=base)
        self.copy.add(delta)
        return self.delta_message(delta)

    def undo_or_redo(self, kind: str) -> Message:
        """The message that asks for an `undo` or a `redo`; the view waits for the answer."""
        delta = PendingDelta(self._make_id(), [], kind=kind)
        self.pending[delta.id] = delta
        return self.delta_message(delta)

    def refused_unheard(self, delta_id: str) -> Refused:
        """Take back a delta whose refusal was lost with a connection (rule D13)."""
        delta = self.pending[delta_id]
        self.withdraw(delta_id)
        why = "the server refused it, and why was lost with the connection; make the edit again"
        return Refused(delta_id, UNHEARD, why, {}, delta.ops)

    def delta_message(self, delta: PendingDelta) -> Message:
        """The message that proposes a delta, each time with the same id."""
        message: Message = {"t": delta.kind, "project": self.project, "id": delta.id}
        if delta.kind != "delta":
            return message
        message["ops"] = delta.ops
        options = {"atomic": delta.atomic, "step": delta.step, "gesture": delta.gesture}
        message |= {name: value for name, value in options.items() if value}
        if delta.base is not None:
            message["base"] = delta.base.seq
            if self._target is not None and self._target.epoch != delta.base.epoch:
                message["base_epoch"] = delta.base.epoch
        return message

    def join_message(self, request_id: str, unanswered: Sequence[str] = ()) -> Message:
        """The message that enters the room; until it is answered, the room's messages are void.

        `unanswered`: the pending deltas that were sent before (rule J15).
        """
        self.synced = False
        self.join_id = request_id
        self._target = None
        message: Message = {"t": "join", "id": request_id, "project": self.project}
        if self.position is not None:
            position = {"epoch": self.position.epoch, "seq": self.position.seq}
            message["position"] = position
            if self._check_digests:
                message["digest"] = self.digest
        if unanswered:
            message["unanswered"] = list(unanswered)
        if self._divergence is not None:
            message["diverged"], self._divergence = self._divergence, None
        return message
