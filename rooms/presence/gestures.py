"""Gestures under way: values that others see and nothing keeps. Latest wins per property."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from rooms.effects import Effects, send
from rooms.journal.follower import JournalFollower
from rooms.presence.session_permissions import TRANSPORT
from rooms.rules.proposal_rules import problem_with_shown
from schema.errors import ErrorCode
from schema.limits import (
    MAX_GESTURES,
    MAX_PREVIEWED,
    MAX_SHOWN_BYTES,
    MAX_SHOWN_IN_ROOM_BYTES,
)
from schema.messages import SHOWN_LEAVES, SHOWN_PROPS, Error, Gesture, Previewed

if TYPE_CHECKING:
    from rooms.presence.members import Members
    from rooms.presence.seat import Seat

Values = dict[str, Previewed]

ENTITY_SIZE = 24
"""Bytes of an entity in a message, beside its id and values."""

VALUE_SIZE = 10
"""Bytes of a number, and of what stands around it."""


class Gestures:
    """Those of one room: what they show, and what has changed since the last tick."""

    __slots__ = (
        "_sizes",
        "_under_way",
        "bytes",
        "changed_since_tick",
    )

    def __init__(self) -> None:
        self._under_way: dict[str, dict[str, Values]] = {}
        self._sizes: dict[str, int] = {}  # about the bytes that each member shows
        self.bytes = 0  # their sum
        self.changed_since_tick: dict[str, dict[str, Values | None]] = {}

    def problem_with(
        self, member: str, gesture: str, values: Mapping[str, Previewed], bytes_elsewhere: int = 0
    ) -> str:
        """Why the member may not begin this gesture, or go on with it; empty: it may.

        `bytes_elsewhere`: bytes that members on other nodes show.
        """
        gestures = self._under_way.get(member, {})
        if gesture not in gestures and len(gestures) >= MAX_GESTURES:
            return f"at most {MAX_GESTURES} gestures at once; end one of yours"
        values_before = gestures.get(gesture, {})
        if len(values_before.keys() | values.keys()) > MAX_PREVIEWED:
            return f"a gesture shows at most {MAX_PREVIEWED} entities; show fewer"
        if any(
            _is_too_wide(values_before[entity_id], values[entity_id])
            for entity_id in values_before.keys() & values.keys()
        ):
            wide = f"{SHOWN_PROPS} properties of an entity, and {SHOWN_LEAVES} leaves of `params`"
            return f"a gesture shows at most {wide}; show fewer, or begin another"
        growth = _growth(values_before, values)
        if self._sizes.get(member, 0) + growth > MAX_SHOWN_BYTES:
            return f"a member shows at most {MAX_SHOWN_BYTES} bytes of values; show fewer"
        if self.bytes + bytes_elsewhere + growth > MAX_SHOWN_IN_ROOM_BYTES:
            text = f"the gestures of a room show at most {MAX_SHOWN_IN_ROOM_BYTES} bytes of values"
            return f"{text}; try again when others have ended theirs"
        return ""

    def show(self, member: str, gesture: str, values: Mapping[str, Previewed]) -> None:
        """Begin a gesture, or go on with it."""
        values_shown = self._under_way.setdefault(member, {}).setdefault(gesture, {})
        self._grow(member, _growth(values_shown, values))
        _lay_over(values_shown, values)
        changed_gestures = self.changed_since_tick.setdefault(member, {})
        pending = changed_gestures.get(gesture)
        if pending is None:
            pending = changed_gestures[gesture] = {}
        _lay_over(pending, values)

    def end(self, member: str, gesture: str | None) -> None:
        """It is over, however it ended; None: there is none."""
        if gesture is None:
            return
        gestures = self._under_way.get(member, {})
        values_shown = gestures.pop(gesture, None)
        if values_shown is not None:
            self._grow(member, -sum(_size(*item) for item in values_shown.items()))
            self.changed_since_tick.setdefault(member, {})[gesture] = None
        if not gestures:
            self._under_way.pop(member, None)

    def end_all(self, member: str) -> None:
        """The member's connection is another one, which knows of none of them."""
        for gesture in list(self._under_way.get(member, ())):
            self.end(member, gesture)

    def forget(self, member: str) -> None:
        """The member went; others drop what it showed with it (rule G4)."""
        self._under_way.pop(member, None)
        self._grow(member, -self._sizes.get(member, 0))
        self.changed_since_tick.pop(member, None)

    def give_up(self, member: str) -> dict[str, None]:
        """Forget the member, and name what others may still see of it."""
        gesture_ids = dict.fromkeys(
            [*self._under_way.get(member, ()), *self.changed_since_tick.get(member, ())]
        )
        self.forget(member)
        return gesture_ids

    def of(self, member: str) -> dict[str, Values]:
        """What a member shows now."""
        return {gesture: dict(v) for gesture, v in self._under_way.get(member, {}).items()}

    def _grow(self, member: str, added_bytes: int) -> None:
        self.bytes += added_bytes
        self._sizes[member] = self._sizes.get(member, 0) + added_bytes
        if not self._sizes[member]:
            del self._sizes[member]

    def flush(self) -> dict[str, dict[str, Values | None]]:
        """What the next tick says."""
        changed_gestures, self.changed_since_tick = self.changed_since_tick, {}
        return changed_gestures


class MembersGestures:
    """What the members of this node in one room ask to show: refused, shown, or over."""

    __slots__ = ("_follower", "_gestures", "_members", "_project")

    def __init__(
        self, project: str, follower: JournalFollower, members: "Members", gestures: Gestures
    ) -> None:
        self._project = project
        self._follower = follower
        self._members = members
        self._gestures = gestures

    def gesture(self, connection: str, message: Gesture) -> Effects:
        """A continuous edit goes on; others hear of it with the next tick (rules G1-G3)."""
        seat = self._members.seats.get(connection)
        if seat is None:
            return []
        if message.values is None:
            self._gestures.end(seat.member, message.id)
            return []
        error = self._problem_with(seat, message, message.values)
        if error is not None:
            return [send(error, [connection])]
        self._gestures.show(seat.member, message.id, message.values)
        return []

    def end_all(self) -> None:
        """The project is archived: nobody edits any more."""
        for seat in self._members.seats.values():
            self._gestures.end_all(seat.member)

    def _problem_with(
        self, seat: "Seat", message: Gesture, values: Mapping[str, Previewed]
    ) -> Error | None:
        refusal = seat.denied_actions.gesture or (
            seat.denied_actions.transport if TRANSPORT in values else None
        )
        if refusal is not None:
            return self._refused(message, ErrorCode.FORBIDDEN, refusal)
        bytes_elsewhere = self._members.remote.gestures.bytes
        text = self._gestures.problem_with(seat.member, message.id, values, bytes_elsewhere)
        if text:
            return self._refused(message, ErrorCode.LIMIT_REACHED, text)
        problem = problem_with_shown(message.id, values)
        if problem is not None:
            text, field = problem
            error = self._refused(message, ErrorCode.OP_INVALID, text)
            return error if field is None else structs.replace(error, details={"field": field})
        foreign = seat.contributor_scope and seat.contributor_scope.problem_with_shown(
            self._follower.document, values
        )
        return self._refused(message, ErrorCode.FORBIDDEN, foreign) if foreign else None

    def _refused(self, message: Gesture, code: ErrorCode, text: str) -> Error:
        return Error(message.id, code, text, self._project)


def _growth(values_before: Values, values: Mapping[str, Previewed]) -> int:
    """By how many bytes it would be more with these values laid over it."""
    growth = 0
    for entity_id, newer in values.items():
        before = values_before.get(entity_id)
        if before is None:
            growth += _size(entity_id, newer)
        else:
            after = _laid_over(before, newer)
            growth += _size(entity_id, after) - _size(entity_id, before)
    return growth


def _is_too_wide(before: Previewed, newer: Previewed) -> bool:
    """Whether both together are more than one message may hold: joiners get all of them in one."""
    props = _laid_over(before, newer).props
    params = props.get("params")
    return len(props) > SHOWN_PROPS or (isinstance(params, dict) and len(params) > SHOWN_LEAVES)


def _size(entity_id: str, previewed: Previewed) -> int:
    """About how many bytes an entity's values take in a message."""
    size = ENTITY_SIZE + len(entity_id)
    for name, value in previewed.props.items():
        size += len(name) + VALUE_SIZE
        if isinstance(value, str):
            size += 4 * len(value)
        elif isinstance(value, dict):
            size += sum(len(leaf) + VALUE_SIZE for leaf in value)
    return size


def _lay_over(values: Values, newer: Mapping[str, Previewed]) -> None:
    for entity_id, value in newer.items():
        before = values.get(entity_id)
        values[entity_id] = value if before is None else _laid_over(before, value)


def _laid_over(before: Previewed, newer: Previewed) -> Previewed:
    props = before.props | newer.props
    params_before, params_after = before.props.get("params"), newer.props.get("params")
    if isinstance(params_before, dict) and isinstance(params_after, dict):
        props["params"] = params_before | params_after
    return Previewed(newer.col, props)
