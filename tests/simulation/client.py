"""A musician's machine in the simulated studio."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from prime_client.connecting.codec import Frame, Message, MsgpackCodec
from prime_client.copy.replica import Replica
from prime_client.copy.room_messages import Gap
from prime_client.delivery.send_queue import SendQueue
from prime_client.events import (
    Acknowledged,
    Event,
    FoundDiverged,
    JoinFailed,
    Left,
    Postponed,
    Refused,
    Synced,
)
from tests.simulation.edits import Editing, is_never_valid
from tests.simulation.project import PROJECT
from tests.simulation.world.network import Link

if TYPE_CHECKING:
    from tests.simulation.studio import Studio


SLOWNESS = (0.2, 1.0, 1.0, 5.0)
"""By how much each message of a client takes longer: some are near, some are far."""


class Client:
    """A musician's machine: a real replica, and the habits of `prime_client.room.Room`."""

    def __init__(self, studio: "Studio", name: str, role: str) -> None:
        self.name = name
        self.role = role
        self.slowness = studio.rng.choice(SLOWNESS)
        self.link: Link | None = None
        self.away = 0.0
        self.acknowledged: dict[str, int] = {}
        self.refused: set[str] = set()
        self.must_be_refused: set[str] = set()
        self._studio = studio
        self._queue = SendQueue()
        self._sent: dict[str, Frame] = {}
        self._only_sets: set[str] = set()
        self._was_synced = False
        self.replica = Replica(PROJECT, self._new_delta_id, MsgpackCodec().decode_state)
        self._editing = Editing(self.replica, studio.rng, self._new_id)

    # What it does.

    def connect(self) -> None:
        if self.link is not None:
            return
        link = Link(self._studio, self)
        if not link.node.connect(link):
            self._studio.later(0.1, self.connect)
            return
        self.link = link
        if self._was_synced:
            self._studio.tally["reconnects"] += 1
        self._join()

    def edit(self) -> None:
        """Something random; offline too."""
        if self.replica.position is None:
            return
        rng, tally = self._studio.rng, self._studio.tally
        tally["edits"] += 1
        kind = rng.choices(("edit", "undo", "redo", "gesture"), [16, 3, 2, 1])[0]
        tally[kind] += 1
        if kind in ("undo", "redo"):
            message = self.replica.undo_or_redo(kind)
            if self.role == "viewer":
                self.must_be_refused.add(message["id"])
        else:
            message = self._edit(self._shown() if kind == "gesture" else None)
        self._propose(message)
        if kind in ("undo", "redo"):
            self._go_on_behind(kind)

    def _go_on_behind(self, purpose: str) -> None:
        """What it sends right behind an undo of its own, or a redo (`purpose`)."""

    def _propose(self, message: Message) -> None:
        self._queue.add(message["id"], MsgpackCodec().encode(message))
        self._send_what_may_go()

    def _edit(self, gesture: str | None) -> Message:
        ops, atomic = self._editing.random_delta()
        step = self._studio.rng.choice((None, None, "step-1"))
        message = self.replica.edit(ops, atomic, step, gesture, allow_unknown=True)
        if self.role == "viewer" or is_never_valid(ops):
            self.must_be_refused.add(message["id"])
        if all(op["op"] == "set" for op in ops):
            self._only_sets.add(message["id"])
        return message

    def _shown(self) -> str:
        """A gesture that is shown, and that the next delta ends."""
        gesture = self._new_id()
        props = {"volume": self._studio.rng.random()}
        values = {"ch_master": {"col": "channels", "props": props}}
        show = {"t": "gesture", "project": PROJECT, "id": gesture, "values": values}
        if self.link is not None and self.replica.synced:
            self.link.to_node(MsgpackCodec().encode(show))
        return gesture

    def repeat(self) -> None:
        """Send a delta again that was acknowledged, or that can only be."""
        # What was refused once may be valid later: who sends that again hears both answers. And
        # what has no answer yet is sent by the queue alone, in its order (rule D12).
        safe = (self._only_sets & self.must_be_refused) | set(self.acknowledged)
        again = [delta_id for delta_id in self._sent if delta_id in safe]
        if self.replica.synced and self.link is not None and again:
            self.link.to_node(self._sent[self._studio.rng.choice(again[-8:])])

    def lost(self, link: Link) -> None:
        if self.link is link:
            self.link = None
            self.replica.synced = False
            away, self.away = self.away, 0.0
            self._studio.later(away + self._studio.rng.uniform(0.01, 1.0), self.connect)

    @property
    def is_settled(self) -> bool:
        return self.link is not None and self.replica.synced and not self.replica.pending

    # What it hears.

    def receive(self, link: Link, message: Message) -> None:
        if link is not self.link:
            return
        if message["t"] == "ack" and message["duplicate"]:
            self._studio.tally["duplicates_answered"] += 1
        try:
            events = self.replica.receive(message)
        except Gap as gap:
            self._come_again(f"sees a gap: {gap}")
            return
        self._studio.check_digest(self)
        for event in events:
            self._happened(event)

    def _happened(self, event: Event) -> None:
        match event:
            case Synced(fresh=fresh):
                self._came_in(fresh=fresh)
            case Acknowledged():
                if event.delta_id in self.must_be_refused:
                    self._studio.fail(f"{event.delta_id} is invalid and was acknowledged")
                self._queue.committed(event.delta_id)
                self.acknowledged[event.delta_id] = event.seq
                self._send_what_may_go()
            case Refused():
                self._queue.answered(event.delta_id)
                self._refused(event)
                self._send_what_may_go()
            case JoinFailed() | Left() | FoundDiverged() | Postponed(code="not_joined"):
                self._kept_out(event)
            case Postponed():
                self._postponed(event)
            case _:
                pass

    # Inside.

    def _postponed(self, event: Postponed) -> None:
        self._studio.tally[f"postponed_{event.code}"] += 1
        self._queue.postpone(event.delta_id)
        if event.after is not None and event.after not in self.replica.pending:
            # A repeated one was not taken, so it has to come again as well (rule D12).
            self._on_this_link(0.05, lambda: self._again(str(event.after)))
        self._on_this_link(0.1, self._send_what_may_go)

    def _again(self, delta_id: str) -> None:
        if self.link is not None and self.replica.synced:
            self.link.to_node(self._sent[delta_id])

    def _came_in(self, *, fresh: bool) -> None:
        self._studio.tally["fresh" if fresh else "resumed"] += 1
        self._was_synced = True
        for delta_id in self._queue.begin_again():
            self._refused(self.replica.refused_unheard(delta_id))
        self._send_what_may_go()

    def _refused(self, event: Refused) -> None:
        self.refused.add(event.delta_id)
        self._studio.tally[f"refused_{event.code}"] += 1

    def _kept_out(self, event: Event) -> None:
        match event:
            case JoinFailed(code="unavailable"):
                self._on_this_link(0.1, self._join)
            case JoinFailed(code="position_ahead") if self._studio.lost:
                self.replica.forget_position()
                self._join()
            case FoundDiverged():
                self._come_again("has diverged")
            case _:
                self._studio.fail(f"{self.name} is kept out: {event}")

    def _come_again(self, why: str) -> None:
        """What must never happen, unless the journal has lost what we hold."""
        if not self._studio.lost or self.link is None:
            self._studio.fail(f"{self.name} {why}")
            return
        self._studio.tally["came_again"] += 1
        self.link.cut()

    def _join(self) -> None:
        assert self.link is not None
        self._queue.stop()
        join = self.replica.join_message(self._new_id(), self._queue.sent_unanswered())
        self.link.to_node(MsgpackCodec().encode(join))

    def _send_what_may_go(self) -> None:
        if self.link is None or not self.replica.synced:
            return
        resent = self._queue.resent
        for frame in self._queue.take(self._encoded):
            self._sent[str(MsgpackCodec().decode(frame)["id"])] = frame
            self.link.to_node(frame)
        self._studio.tally["resent"] += self._queue.resent - resent

    def _encoded(self, delta_id: str) -> Frame:
        return MsgpackCodec().encode(self.replica.delta_message(self.replica.pending[delta_id]))

    def _on_this_link(self, delay: float, what: Callable[[], None]) -> None:
        link = self.link
        self._studio.later(delay, lambda: what() if self.link is link is not None else None)

    def _new_id(self) -> str:
        return f"{self.name}_{next(self._studio.numbers):06}"

    def _new_delta_id(self) -> str:
        return f"{self.name}-delta-{next(self._studio.numbers):06}"
