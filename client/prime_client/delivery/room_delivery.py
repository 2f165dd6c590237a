"""How a room is kept with its server: coming in and back, and edits on their way."""

import asyncio
import logging
from collections.abc import Callable

from prime_client.connecting.codec import Codec, Frame, Message
from prime_client.connecting.connection import Connection
from prime_client.copy.replica import Replica
from prime_client.copy.room_messages import Gap
from prime_client.delivery.lost_after_restore import AcknowledgedDeltas
from prime_client.delivery.outcomes import Outcomes, refusal_in_words
from prime_client.delivery.send_queue import SendQueue
from prime_client.events import (
    Acknowledged,
    ConnectionLost,
    DegradedChanged,
    Event,
    FoundDiverged,
    JoinFailed,
    Left,
    LoginNeeded,
    Postponed,
    Refused,
    Synced,
)
from prime_client.failures import CallFailed, DeltaTooLarge, RoomClosed
from prime_client.listeners import Listeners
from prime_client.room_view import RoomView
from prime_client.schema.calls import Call
from prime_client.schema.limits import MAX_MESSAGE_BYTES

RETRY_SECONDS = 0.5
"""Before a postponed delta or join is sent again, if the server names no time."""

_log = logging.getLogger(__name__)

TRY_JOIN_AGAIN = frozenset({"unavailable", "rate_limited", "internal"})


class RoomDelivery(RoomView):
    """A room on one connection after the other, as `Client` uses it; the rest is in `Room`."""

    def __init__(
        self,
        project: str,
        codec: Codec,
        make_id: Callable[[], str],
        on_closed: Callable[[str], None],
        call: Call,
        check_login: Callable[[], None],
    ) -> None:
        super().__init__(Replica(project, make_id, codec.decode_state))
        self.gaps = 0  # how often a message did not follow on our copy
        self._codec = codec
        self._make_id = make_id
        self._on_closed = on_closed
        self._check_login = check_login  # raises where nobody joins before somebody has logged in
        self._listeners = Listeners()
        self._acknowledged_deltas = AcknowledgedDeltas(project, call, self._listeners.tell)
        self._doubted_delta: str | None = None  # a delta refused for the login: once may be a race
        self._connection: Connection | None = None  # while there is one
        self._queue = SendQueue()
        self._outcomes = Outcomes()
        self._retry_timer: asyncio.TimerHandle | None = (
            None  # until then nothing is sent, or joined
        )
        self._is_joined = asyncio.Event()  # set while we are in and the copy is complete
        self._joiners = 0  # how many wait in `joined`
        self._is_settled = asyncio.Event()  # set while nothing is pending
        self._is_settled.set()
        self._end_reason: Exception | None = None  # what ended this room

    @property
    def is_live(self) -> bool:
        """Whether edits and presence go straight to the server."""
        return self._connection is not None and self.replica.synced

    # What the client tells us.

    def attach(self, connection: Connection) -> None:
        """There is a connection: join on it, from where we are."""
        self._connection = connection
        self._doubted_delta = None
        self._join()

    def detach(self) -> None:
        """The connection is gone."""
        was_live, self._connection = self.is_live, None
        self.replica.synced = False
        self._is_joined.clear()
        self._queue.stop()
        self._cancel_retry()
        if was_live:
            self._listeners.tell(ConnectionLost())

    def login_needed(self, why: str) -> None:
        """The application has to log in again; until then edits are kept."""
        self._is_joined.set()  # whoever waits in `joined` looks again
        self._is_joined.clear()
        self._listeners.tell(LoginNeeded(why))

    def owns(self, message_id: str) -> bool:
        """Whether an error with this id is about us."""
        return message_id in self.replica.pending or message_id == self.replica.join_id

    def receive(self, message: Message) -> None:
        """Take a message of this room."""
        try:
            events = self.replica.receive(message)
        except Gap:
            self.gaps += 1
            self._rejoin()
            return
        for event in events:
            self._happened(event)
            if self._end_reason is not None:
                return
            self._listeners.tell(event)

    def close(self, why: Exception) -> None:
        """The room is over: everyone who waits gets an error that says why."""
        if self._end_reason is not None:
            return
        self._end_reason = why
        self._connection = None
        self._cancel_retry()
        self._outcomes.end(why)
        self._is_joined.set()
        self._is_settled.set()
        self._listeners.end(left_of(why))
        self._acknowledged_deltas.end()
        self._on_closed(self.project)

    # How edits get to the server.

    def _propose(self, message: Message) -> str:
        delta_id: str = message["id"]
        try:
            self._queue.add(delta_id, self._encoded(message))
        except BaseException:
            self.replica.withdraw(delta_id)
            raise
        self._is_settled.clear()
        self._send_what_may_go()
        return delta_id

    def _happened(self, event: Event) -> None:
        match event:
            case Synced():
                self._came_back()
                self._is_joined.set()
            case Acknowledged():
                self._committed(event.delta_id, event.seq)
            case Refused(delta_id=delta_id):
                self._queue.answered(delta_id)
                self._answered(delta_id, event)
            case FoundDiverged() | Postponed(code="not_joined"):
                self._rejoin()
            case Postponed():
                self._postponed(event)
            case JoinFailed():
                self._join_failed(event)
            case Left(reason=str()):
                self.close(RoomClosed(event))
            case _:
                self._go_on_after_maintenance(event)

    def _go_on_after_maintenance(self, event: Event) -> None:
        match event:
            case DegradedChanged(degraded=False, what="maintenance"):
                self._cancel_retry()
                self._send_what_may_go()

    def _came_back(self) -> None:
        self._acknowledged_deltas.came_back(self.replica.position, self.replica.you)
        for delta_id in self._queue.begin_again():
            refusal = self.replica.refused_unheard(delta_id)
            self._answered(delta_id, refusal)
            self._listeners.tell(refusal)
        self._send_what_may_go()

    def _postponed(self, event: Postponed) -> None:
        """All that follow wait as well, so that the order stays (rule D12)."""
        self._queue.postpone(event.delta_id)
        if event.code == "auth_failed" and self._doubted_delta in (None, event.delta_id):
            if self._doubted_delta is not None and self._connection is not None:
                self._connection.end()  # hello will say that the login is over, and the client asks
                return
            self._doubted_delta = event.delta_id
        if event.after is not None and event.after not in self.replica.pending:
            self._rejoin()  # the server waits for what we have given up
        elif event.after is None or self._retry_timer is None:
            self._schedule(event.retry_after_ms / 1_000, self._send_what_may_go)

    def _encoded(self, message: Message) -> Frame:
        frame = self._codec.encode(message)
        size = len(frame) if isinstance(frame, bytes) else len(frame.encode())
        bound = self._connection.max_message_bytes if self._connection else MAX_MESSAGE_BYTES
        if size > bound:
            raise DeltaTooLarge(
                f"{size} bytes, where one message holds {bound}: make several edits with the same "
                "`step`, which are undone together"
            )
        return frame

    def _send_what_may_go(self) -> None:
        connection = self._connection
        if connection is None or not self.replica.synced or self._retry_timer is not None:
            return
        if self.replica.maintenance is not None:
            return  # kept until it is over
        for frame in self._queue.take(self._encoded_again):
            connection.send_frame(frame)

    def _encoded_again(self, delta_id: str) -> Frame:
        delta = self.replica.pending[delta_id]
        return self._codec.encode(self.replica.delta_message(delta))

    def _committed(self, delta_id: str, seq: int) -> None:
        self._queue.committed(delta_id)
        self._acknowledged_deltas.acknowledged(delta_id, seq)
        self._answered(delta_id, seq)

    def _answered(self, delta_id: str, outcome: int | Refused) -> None:
        if isinstance(outcome, Refused) and not self._outcomes.is_awaited(delta_id):
            _log.warning("%s", refusal_in_words(outcome))
        self._outcomes.add(delta_id, outcome)
        if not self.replica.pending:
            self._is_settled.set()
        self._send_what_may_go()

    # Coming in and coming back.

    def _join(self) -> None:
        self._is_joined.clear()
        self._queue.stop()
        self._acknowledged_deltas.joins(self.replica.position)
        if self._connection is not None:
            sent_ids = self._queue.sent_unanswered()
            self._connection.send(self.replica.join_message(self._make_id(), sent_ids))

    def _rejoin(self) -> None:
        # Out and in again: what the old membership still sends is told apart by the join's id.
        if self._connection is not None and self.replica.is_joined:
            request = {"t": "leave", "id": self._make_id(), "project": self.project}
            self._connection.send(request)
            self._join()

    def _join_failed(self, failure: JoinFailed) -> None:
        if failure.code == "position_ahead" and self.replica.position is not None:
            self.replica.forget_position()
            self._join()
        elif failure.code in TRY_JOIN_AGAIN and not self._tells_whoever_waits(failure):
            delay = float(failure.details.get("retry_after_ms", 0)) / 1_000
            self._schedule(delay, self._join)
        else:
            self.close(CallFailed(failure.code, failure.message, failure.details))

    def _tells_whoever_waits(self, failure: JoinFailed) -> bool:
        """An operator has closed the room, and nothing of it is here that would have to be kept."""
        is_new = self.replica.position is None and not self.replica.pending
        return is_new and failure.details.get("message") is not None

    def _schedule(self, seconds: float, action: Callable[[], None]) -> None:
        self._cancel_retry()

        def run() -> None:
            self._retry_timer = None
            action()

        delay = max(seconds, RETRY_SECONDS)
        self._retry_timer = asyncio.get_running_loop().call_later(delay, run)

    def _cancel_retry(self) -> None:
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None


def left_of(why: Exception) -> Left:
    match why:
        case RoomClosed():
            return why.left
        case CallFailed():
            return Left(why.code, why.message)
        case _:
            return Left("connection_over", str(why))
