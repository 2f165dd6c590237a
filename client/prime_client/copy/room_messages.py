"""Applies a room's messages to the local copy: messages in, events out; no clock, no socket."""

import base64
from collections.abc import Callable
from typing import Any

from prime_client.connecting.codec import Message
from prime_client.copy.overtaken_ops import without_effect
from prime_client.copy.project_copy import PendingDelta, ProjectCopy
from prime_client.copy.room_media import RoomMedia, clips_of
from prime_client.copy.room_members import RoomMembers
from prime_client.copy.state_ops import DoesNotApply, Op, State
from prime_client.events import (
    Acknowledged,
    Committed,
    DegradedChanged,
    Event,
    FoundDiverged,
    JoinFailed,
    Left,
    MediaChanged,
    Position,
    Postponed,
    ProjectChanged,
    Refused,
    Skipped,
    Synced,
)

POSTPONING_CODES = frozenset(
    {"unavailable", "rate_limited", "internal", "not_joined", "auth_failed"}
)
"""Errors that leave a delta pending: the same id may be sent again (rule D12), the last of them
after a new login."""


class Gap(Exception):
    """The message does not follow on our position: join again."""


class RoomMessages:
    """The half of a replica that hears; `Replica` is the whole."""

    def __init__(
        self,
        project: str,
        make_id: Callable[[], str],
        decode_state: Callable[[bytes], State],
        *,
        check_digests: bool = True,
    ) -> None:
        # Long: a line for each field says what it holds.
        self.project = project
        self.copy = ProjectCopy(check_digests=check_digests)
        """The state, and what is pending on it."""
        self._members = RoomMembers()
        self._media = RoomMedia()
        self.position: Position | None = None
        """What the confirmed state holds; None: fresh state is to come."""
        self.began_at: Position | None = None
        """Where the last whole state was that came; deltas follow on it before `Synced`."""
        self._forgotten: Position | None = None
        """Where the copy stood that is to be replaced by fresh state."""
        self.degraded = False
        """Whether the server cannot commit just now."""
        self.hears_late = False
        """Whether other nodes' deltas come late to the server."""
        self.maintenance: str | None = None
        """Why an operator has asked everyone to wait with edits; None: nobody waits."""
        self.synced = False
        """Whether we are in, and the copy has come up to the head of the join."""
        self.undo_depth = 0
        self.redo_depth = 0
        """How many steps of ours can be undone and redone."""
        self.diverged = 0
        """How often the copy came to another digest than the server's."""
        self._check_digests = check_digests
        self._expected_digest: dict[str, Any] | None = None
        """The digest that the server gave for the state of this join."""
        self._divergence: dict[str, Any] | None = None
        """The digest of our copy where it differed from the server's; sent with the next join."""
        self._make_id = make_id
        self._decode_state = decode_state
        self.join_id: str | None = None
        """The join that has no answer yet."""
        self._target: Position | None = None
        """Where the state of this join is, or where it resumes; None: we are not in."""
        self._head = 0
        """Up to where this join brings us."""
        self._is_fresh = False
        """Whether this join has brought a whole state."""
        self._committed: dict[str, int] = {}
        """Those of ours that the joined state holds, and that we have no answer to: id -> seq."""
        self._state_parts: list[bytes] = []
        """Of the state that is coming."""
        self._waiting_group: list[Message] = []
        """Deltas that wait for the last one of their group."""
        self._receivers: dict[str, Callable[[Message], list[Event]]] = {
            "joined": self._joined,
            "state": self._state_part,
            "delta": self._delta,
            "ack": self._ack,
            "error": self._error,
            "tick": self._tick,
            "member_joined": self._members.came_in,
            "member_left": self._members.went_out,
            "role_changed": self._members.role_changed,
            "permitted": self._members.permitted,
            "degraded": self._degraded,
            "project_changed": self._project_changed,
            "media": self._media_changed,
            "left": self._left,
        }

    @property
    def is_joined(self) -> bool:
        """Whether the last join was answered, and the room's messages count."""
        return self._target is not None

    @property
    def state(self) -> State:
        """The project as the musician sees it: confirmed plus pending."""
        return self.copy.state

    @property
    def pending(self) -> dict[str, PendingDelta]:
        """Deltas of ours without an answer, by id, in the order they were made in."""
        return self.copy.pending

    @property
    def digest(self) -> str:
        """The digest of the confirmed state."""
        return self.copy.digest

    @property
    def you(self) -> str:
        """Our own member id."""
        return self._members.own_member

    @property
    def role(self) -> str | None:
        """Our role in the project."""
        return self._members.role

    @property
    def tracks(self) -> list[str] | None:
        """Those that we may edit, as a contributor; None: we have another role."""
        return self._members.tracks

    @property
    def permissions(self) -> dict[str, list[str]]:
        """What the host of the session agrees to: permission -> users."""
        return self._members.permissions

    @property
    def members(self) -> dict[str, dict[str, Any]]:
        """Everyone in the room, by member id."""
        return self._members.members_by_id

    @property
    def gestures(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the gestures of others show: member id -> gesture -> entity id -> properties."""
        return self._members.gestures.values_by_member

    def shown(self, collection: str, entity_id: str) -> dict[str, Any] | None:
        """An entity as the gestures of others show it; None: there is none."""
        entity = self.state.get(collection, {}).get(entity_id)
        return None if entity is None else self._members.gestures.laid_over(entity_id, entity)

    def media_status(self, clip_id: str) -> str | None:
        """How far the bytes that a clip plays are; None: nothing is to be waited for (rule L3)."""
        clip = self.state.get("clips", {}).get(clip_id, {})
        medium = self.state.get("media", {}).get(clip.get("media") or "")
        return None if medium is None else self._media.status_of(medium)

    def forget_position(self) -> None:
        """Ask for fresh state at the next join."""
        self._forgotten = self.position or self._forgotten
        self.position = None

    def withdraw(self, delta_id: str) -> None:
        """Forget a pending delta that was never sent."""
        self.copy.withdraw(delta_id)

    def receive(self, message: Message) -> list[Event]:
        """Take a message of this room; raises `Gap` when it cannot follow on what is here."""
        kind = message["t"]
        if self._target is None and kind not in ("joined", "error", "left"):
            return []  # said to the membership that a new join is about to replace
        receiver = self._receivers.get(kind)
        return [] if receiver is None else receiver(message)

    def _joined(self, message: Message) -> list[Event]:
        if message["id"] != self.join_id:
            return []
        self.join_id = None
        self._target = Position(message["position"]["epoch"], message["position"]["seq"])
        self._head = max(self._target.seq, message.get("head", 0))
        self._members.joined(message)
        news = self._media.joined(message)
        self.undo_depth, self.redo_depth = message.get("undo", 0), message.get("redo", 0)
        self._expected_digest = message.get("digest")
        self._committed = message.get("committed") or {}
        self.degraded = message.get("degraded", False)
        self.hears_late, self.maintenance = False, None  # if it is so, that comes right behind
        self._state_parts = []
        self._is_fresh = False
        self._waiting_group = []
        if not message["resumed"]:
            return []
        if self.position is None or self.position.epoch != self._target.epoch:
            raise Gap("the server resumes a position that we do not have")
        with self.copy.confirmed():
            acknowledged = self._acknowledge_held()
        return [*acknowledged, *self._told_of_media(news), *self._synced_if_caught_up(fresh=False)]

    def _acknowledge_held(self) -> list[Event]:
        """What the joined state holds of ours is done with; the view is without pending effects."""
        committed, self._committed = self._committed, {}
        acknowledged = [pending_id for pending_id in self.pending if pending_id in committed]
        for delta_id in acknowledged:
            del self.pending[delta_id]
        return [
            Acknowledged(pending_id, committed[pending_id], on_resume=True)
            for pending_id in acknowledged
        ]

    def _state_part(self, message: Message) -> list[Event]:
        if message["part"] != len(self._state_parts):
            raise Gap(
                f"part {message['part']} of the state, where {len(self._state_parts)} was due"
            )
        data = message["data"]
        self._state_parts.append(base64.b64decode(data) if isinstance(data, str) else data)
        if len(self._state_parts) < message["parts"]:
            return []
        state = self._decode_state(b"".join(self._state_parts))
        self._state_parts = []
        self.copy.replace(state)
        self.position = self.began_at = self._target
        diverged = self._compare(self._expected_digest)
        acknowledged = self._acknowledge_held()
        self.copy.reapply_pending()
        return [*acknowledged, *(diverged or self._synced_if_caught_up(fresh=True))]

    def _synced_if_caught_up(self, *, fresh: bool) -> list[Event]:
        if self.synced or self.position is None or self._target is None:
            return []
        self._is_fresh = self._is_fresh or fresh
        if self.position.seq < self._head:
            return []
        self.synced = True
        return [Synced(self._is_fresh)]

    def _delta(self, message: Message) -> list[Event]:
        """A group waits here for its last delta: nobody shall see a part of it (rule D14)."""
        self._check_follows(message["seq"])
        self._waiting_group.append(message)
        return [] if message.get("more") else self._take_group()

    def _take_group(self) -> list[Event]:
        on_resume = not self.synced
        group, self._waiting_group = self._waiting_group, []
        with self.copy.confirmed():
            events = [self._apply_delta(message) for message in group]
        return [*events, *(self._synced_if_caught_up(fresh=False) if on_resume and group else [])]

    def _apply_delta(self, message: Message) -> Event:
        delta_id, seq, ops = message["id"], message["seq"], message["ops"]
        self._apply_committed(seq, ops)
        own_delta = self.pending.pop(delta_id, None)
        if own_delta is not None:
            dropped_ops = without_effect(own_delta.ops, ops)  # the ack that names them was lost
            total = len(dropped_ops)
            return Acknowledged(delta_id, seq, dropped_ops, on_resume=True, dropped_total=total)
        purpose, reverts = message.get("purpose", "edit"), message.get("reverts")
        return Committed(seq, delta_id, message["member"], ops, purpose, reverts)

    def _ack(self, message: Message) -> list[Event]:
        delta_id, seq = message["id"], message["seq"]
        delta = self.pending.get(delta_id)
        self.undo_depth, self.redo_depth = message.get("undo", 0), message.get("redo", 0)
        skipped = tuple(
            Skipped(drop["col"], drop["id"], drop["reason"], tuple(drop.get("props", ())))
            for drop in message.get("dropped") or ()
            if "col" in drop
        )
        dropped_ops = tuple((drop["op"], drop["reason"]) for drop in message.get("dropped") or ())
        total = message.get("dropped_total", len(dropped_ops))
        if self.position is not None and seq <= self.position.seq:
            if delta is None:
                return []
            self.withdraw(delta_id)
            return [Acknowledged(delta_id, seq, dropped_ops, True, skipped, total)]
        ops = message.get("ops")
        if ops is None:
            if delta is None or delta.kind != "delta":
                raise Gap(f"an ack of seq {seq} without ops for a delta that is not ours")
            ops = delta.ops
        before = self._commit(seq, delta_id, ops)
        is_again = bool(message.get("duplicate"))
        acknowledged = {"seq": seq, "digest": message.get("digest")}
        return [
            *before,
            Acknowledged(delta_id, seq, dropped_ops, is_again, skipped, total),
            *self._compare(acknowledged if acknowledged["digest"] is not None else None),
        ]

    def _commit(self, seq: int, delta_id: str, ops: list[Op]) -> list[Event]:
        """Our own delta takes effect, and with it the group whose last one it is."""
        self._check_follows(seq)
        group, self._waiting_group = self._waiting_group, []
        with self.copy.confirmed():
            events = [self._apply_delta(message) for message in group]
            self._apply_committed(seq, ops)
            self.pending.pop(delta_id, None)
        return events

    def _check_follows(self, seq: int) -> None:
        have = None if self.position is None else self.position.seq + len(self._waiting_group)
        if have is None or seq != have + 1:
            raise Gap(f"seq {seq} after {have}")

    def _apply_committed(self, seq: int, ops: list[Op]) -> None:
        assert self.position is not None
        try:
            self.copy.apply_committed(ops)
        except DoesNotApply as error:
            self.forget_position()
            raise Gap(f"our copy has gone astray: {error}") from error
        self.position = Position(self.position.epoch, seq)

    def _compare(self, server_digest: dict[str, Any] | None) -> list[Event]:
        """Whether the server's digest of our very position is another one."""
        if server_digest is None or not self._check_digests or self.position is None:
            return []
        if server_digest["seq"] != self.position.seq or server_digest["digest"] == self.digest:
            return []
        self.diverged += 1
        self._divergence = {"seq": self.position.seq, "digest": self.digest}
        self.forget_position()
        return [FoundDiverged(server_digest["seq"], server_digest["digest"], self.digest)]

    def _error(self, message: Message) -> list[Event]:
        subject, code, details = message.get("id"), message["code"], message.get("details") or {}
        if subject is not None and subject == self.join_id:
            self.join_id = None
            return [JoinFailed(code, message["message"], details)]
        delta = self.pending.get(subject) if subject is not None else None
        if delta is None:
            return []
        if code in POSTPONING_CODES:
            retry_after_ms = float(details.get("retry_after_ms", 0))
            after, reason = details.get("after"), details.get("message", "")
            return [Postponed(delta.id, code, retry_after_ms, after, reason)]
        self.withdraw(delta.id)
        return [Refused(delta.id, code, message["message"], details, delta.ops)]

    def _tick(self, message: Message) -> list[Event]:
        return [*self._members.tick(message), *self._compare(message.get("digest"))]

    def _degraded(self, message: Message) -> list[Event]:
        what_is_down = message.get("what", "journal")
        if what_is_down == "journal":
            self.degraded = message["degraded"]
        elif what_is_down == "bus":
            self.hears_late = message["degraded"]
        elif what_is_down == "maintenance":
            self.maintenance = message.get("reason", "") if message["degraded"] else None
        return [DegradedChanged(message["degraded"], message.get("reason", ""), what_is_down)]

    def _project_changed(self, message: Message) -> list[Event]:
        return [ProjectChanged(message["version"], message["archived"])]

    def _media_changed(self, message: Message) -> list[Event]:
        return self._told_of_media(self._media.changed(message))

    def _told_of_media(self, keys: set[str]) -> list[Event]:
        if not keys:
            return []
        pending = {key: self._media.statuses[key] for key in keys if key in self._media.statuses}
        live = keys - pending.keys()
        return [
            MediaChanged(pending, clips_of(self.state, set(pending)), clips_of(self.state, live))
        ]

    def _left(self, message: Message) -> list[Event]:
        self.synced = False
        self._target = None
        return [Left(message.get("reason"), message.get("message", ""))]
