"""A project's document: what ops do to its state. Total, deterministic, cost by what is touched.

It is what `rooms.document.document_aspect` makes of the journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rooms.aspect import Applied as AspectApplied
from rooms.document.contributor_scope import ContributorScope
from rooms.document.entity_store import Change, Entity, State, Steps
from rooms.document.op_application import SLICE_OPS, OpApplication, OpDropped
from rooms.document.ops_in_full import merged, spelled
from rooms.document.size_check import SizeCheck
from rooms.journal.entry import Purpose
from rooms.pauses import finish
from schema import invariants
from schema.entities import SIDED
from schema.errors import DropReason
from schema.limits import MAX_ENTITIES, MAX_PARAMS_BYTES, MAX_STATE_BYTES
from schema.ops import Delete, Insert, Op

__all__ = ["AppliedDelta", "Change", "Document", "Drop", "Entity", "State", "TriedDelta", "merged"]

FREE_OF_COUNTING = 0.4
"""Of the bound of a state: below that no delta can pass it, as one adds less than 12 MiB.

A byte of a message becomes at most nine of the state (a small number is a float 64 there), and
what points at something that is deleted grows by a few bytes.
"""

NEARLY_FULL = 0.75
"""Of a bound of the project: past that a node says how much room is left (`Document.margin`)."""

LARGE = 65_536
"""Bytes that a delta adds: past that a node says it as well, as several of them fill a project."""

GROWTH = 12
"""Bytes of a state that a byte of ops makes at most: see `FREE_OF_COUNTING`."""

LEAST_INSERT = 40
"""Bytes of ops that an entity takes at least."""

MOST_BY_OP = 8_192
"""Bytes that an op adds to a state at most, beside `params`: a path, a name and some short ones."""

AT_DOOR_ONLY = frozenset({invariants.ROUTE_TOO_FAR, invariants.TOO_LONG_PARAMS})
"""What is refused at the door and never dropped."""


GIVE_WAY = frozenset({Purpose.UNDO, Purpose.REDO})
"""Deltas whose author does not see what is in place by now: they replace nothing (rule U3)."""


@dataclass(frozen=True, slots=True)
class Drop:
    """An op that does nothing: its index in the delta, why, and the reason as a sentence."""

    op: int
    reason: DropReason
    detail: str = ""


class TriedDelta(NamedTuple):
    """A delta as it was proposed."""

    ops: Sequence[Op]
    atomic: bool = False


@dataclass(slots=True)
class AppliedDelta(AspectApplied):
    """What a delta did: the effective ops (`set`, `insert`, `delete` of one entity) and the drops.

    `as_sent` is true when the effective ops are just the ones of the delta. `changes`, in their
    order, are what an undo has to take back.
    """

    ops: list[Op] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    as_sent: bool = True
    is_spelled: bool = True
    """Whether the effective ops are those of the delta, in full (`rooms.document.ops_in_full`)."""
    proposed: Sequence[Op] = ()
    """The ops of the entry, if it could be read."""

    def took(self, op: Op, effective_ops: Sequence[Op]) -> None:
        """One op of the delta took effect."""
        if len(effective_ops) != 1 or effective_ops[0] is not op:
            self.as_sent = False
            if len(effective_ops) != 1 or (op.col in SIDED and effective_ops[0] != spelled(op)):
                self.is_spelled = False
        self.ops.extend(effective_ops)


def _most_of_devices(ops: Sequence[Op]) -> int:
    return sum(op.col == "devices" for op in ops) * MAX_PARAMS_BYTES


def quarantined(ops: int, mistake: str) -> AppliedDelta:
    """What a delta of so many ops does that cannot be read or applied: nothing."""
    drops = [Drop(index, DropReason.QUARANTINED) for index in range(max(1, ops))]
    return AppliedDelta([], drops, as_sent=False, mistake=mistake)


class Document(OpApplication):
    """A project state and what ops do to it."""

    margin: int | None = None
    """How many bytes of ops may be stored before those that were rehearsed last, if they are not to
    pass a bound; None: they add little, and there is much room."""

    def apply(
        self,
        ops: Sequence[Op],
        *,
        atomic: bool = False,
        reach: ContributorScope | None = None,
        gives_way: bool = False,
    ) -> AppliedDelta:
        """Apply a committed delta (rules D5, D6, O1-O13). Never raises, whatever the ops.

        `reach`: that of its author, if that is a contributor (rule R20). `gives_way`: it is an undo
        or a redo, which takes the place of nothing (rule U3).
        """
        return finish(self.applying(ops, atomic=atomic, reach=reach, gives_way=gives_way))

    def applying(
        self,
        ops: Sequence[Op],
        *,
        atomic: bool = False,
        are_sound: bool = False,
        reach: ContributorScope | None = None,
        gives_way: bool = False,
    ) -> Steps[AppliedDelta]:
        """`apply` with pauses. A delta that raises, ours being the mistake, does nothing (D17).

        `are_sound`: `problem_with_op` found nothing in any of them.
        """
        self._begin()
        self._are_sound, self._reach, self._gives_way = are_sound, reach, gives_way
        before = self.size, self._digest
        try:
            return (yield from self._applying(ops, atomic, before))
        except MemoryError:
            yield from self._undoing(*before)
            raise  # of this machine, not of the delta: others have applied it
        except Exception as error:
            yield from self._undoing(*before)
            return quarantined(len(ops), f"{type(error).__name__}: {error}")

    def _applying(
        self, ops: Sequence[Op], atomic: bool, before: tuple[int, int]
    ) -> Steps[AppliedDelta]:
        self._is_at_door = False
        applied = AppliedDelta()
        counted_changes = 0
        for index, op in enumerate(ops):
            try:
                op_effect = self._apply_op(op)
                if not isinstance(op_effect, list):
                    op_effect = yield from op_effect
            except OpDropped as dropped:
                applied.drops.append(Drop(index, dropped.reason, dropped.detail))
            else:
                applied.took(op, op_effect)
            if index % SLICE_OPS == SLICE_OPS - 1:
                counted_changes = yield from self._counting(counted_changes)
                yield
        yield from self._counting(counted_changes)
        yield from self._counting_long_devices()
        if applied.drops:
            applied.as_sent = False
            if atomic:
                yield from self._rolling_back()
                self.size, self._digest = before
                return _dropped_whole(ops, applied)
        applied.changes = self._taken_log()
        return applied

    def _margin_of(
        self, entities: int, size: int | None, own: int = 0, beside: int = 0
    ) -> int | None:
        """After a delta that comes to so much.

        `size`: None where it is not counted; `own`: bytes of its ops.
        """
        added = own if size is None else size - self.size
        size = self.size + GROWTH * own if size is None else size
        margins: list[int] = []
        with_others = entities + beside // LEAST_INSERT
        is_near = with_others > MAX_ENTITIES * NEARLY_FULL
        if entities > len(self.collection_by_id) and (is_near or added > LARGE):
            margins.append((MAX_ENTITIES - entities) * LEAST_INSERT)
        is_near = size + GROWTH * beside > MAX_STATE_BYTES * NEARLY_FULL
        if size > self.size and (is_near or added > LARGE):
            margins.append((MAX_STATE_BYTES - size) // GROWTH)
        return max(0, min(margins)) if margins else None

    def margin_as(self, entities: int, size: int) -> int | None:
        """What `margin` is of ops that lead to a state of so much."""
        return self._margin_of(entities, size)

    def margin_uncounted(self, ops: Sequence[Op]) -> int | None:
        """What `margin` is of ops that cannot come near a bound (`may_come_near`)."""
        adding = [op for op in ops if not isinstance(op, Delete)]
        most = len(adding) * MOST_BY_OP + _most_of_devices(adding)
        inserts = sum(isinstance(op, Insert) for op in adding)
        return self._margin_of(len(self.collection_by_id) + inserts, None, most // GROWTH)

    def may_come_near(self, ops: Sequence[Op]) -> bool:
        """Whether so many ops can fill a project nearly: else there is nothing to count."""
        if len(self.collection_by_id) + len(ops) > MAX_ENTITIES * NEARLY_FULL:
            return True
        most, near = self.size + len(ops) * MOST_BY_OP, MAX_STATE_BYTES * NEARLY_FULL
        return most > near or most + _most_of_devices(ops) > near

    def rehearse(self, ops: Sequence[Op], *, reach: ContributorScope | None = None) -> list[Drop]:
        """What would be dropped if these ops were applied now; leaves everything as it is.

        Stricter than `apply` by what only the door refuses (rule O18).
        """
        return finish(self.rehearsing(ops, reach=reach))

    def rehearsing(
        self,
        ops: Sequence[Op],
        *,
        are_sound: bool = False,
        reach: ContributorScope | None = None,
        is_made: bool = False,
        own: int = 0,
        beside: int = 0,
    ) -> Steps[list[Drop]]:
        """`rehearse` with pauses; `are_sound` and `reach` as for `applying`.

        `is_made`: by the server, so they may be more than one delta of a client can hold.
        `own`, `beside`: bytes of these ops, and of those that are on their way already; they count
        for `margin` alone. Where this raises, ours being the mistake, everything is as it was.
        """
        if own > LARGE and all(isinstance(op, Delete) for op in ops):
            own = 0
        is_near = self.size + GROWTH * (own + beside) > MAX_STATE_BYTES * NEARLY_FULL
        is_free = self.size + GROWTH * beside <= MAX_STATE_BYTES * FREE_OF_COUNTING
        size = SizeCheck(self.size) if is_made or is_near or not is_free else None
        rehearsal = self._rehearsing(ops, size, own, beside)
        return self._tried_only(rehearsal, are_sound=are_sound, reach=reach)

    def _tried_only(
        self, steps: Steps[list[Drop]], *, are_sound: bool, reach: ContributorScope | None = None
    ) -> Steps[list[Drop]]:
        self._begin()
        self._are_sound, self._reach, self._gives_way = are_sound, reach, False
        self._is_at_door = True
        before = self.size, self._digest
        try:
            return (yield from steps)
        except Exception:
            yield from self._undoing(*before)
            raise

    def _rehearsing(
        self, ops: Sequence[Op], size: SizeCheck | None, own: int, beside: int
    ) -> Steps[list[Drop]]:
        before = self.size
        drops: list[Drop] = []
        for index, op in enumerate(ops):
            try:
                op_effect = self._apply_op(op)
                if not isinstance(op_effect, list):
                    yield from op_effect
                if size is not None:
                    yield from self._check_grown(op, size)
            except OpDropped as dropped:
                drops.append(Drop(index, dropped.reason, dropped.detail))
                if dropped.detail in AT_DOOR_ONLY or dropped.reason is DropReason.FOREIGN:
                    break  # the delta is refused, whatever follows
            if index % SLICE_OPS == SLICE_OPS - 1:
                if size is not None:
                    self.size = size.bytes  # `apply` would see this from here on
                yield
        self.size = before
        entities = len(self.collection_by_id)
        yield from self._rolling_back()
        self.margin = self._margin_of(entities, None if size is None else size.bytes, own, beside)
        return drops

    def rehearsing_on(
        self, changes_back: Sequence[Change], own_deltas: Sequence[TriedDelta], ops: Sequence[Op]
    ) -> Steps[list[Drop]]:
        """What would be dropped of `ops` before `changes_back`, and with `own_deltas` since.

        `changes_back`: the latest first. Devices that were changed stay as they are, and the size
        counts as it is. Raises as `rehearsing`.
        """
        return self._tried_only(self._rehearsing_on(changes_back, own_deltas, ops), are_sound=False)

    def _rehearsing_on(
        self, changes_back: Sequence[Change], own_deltas: Sequence[TriedDelta], ops: Sequence[Op]
    ) -> Steps[list[Drop]]:
        for number, (collection, entity_id, before, after) in enumerate(changes_back, start=1):
            if collection != "devices" or before is None or after is None:
                self._put(collection, entity_id, before)
            if not number % SLICE_OPS:
                yield
        for own_delta in own_deltas:
            yield from self._trying_delta(own_delta)
        drops = yield from self._trying(ops)
        yield from self._rolling_back()
        return drops

    def _trying_delta(self, delta: TriedDelta) -> Steps[None]:
        """Put in place what takes effect of it: of an atomic one all or nothing (rule D6)."""
        before = len(self._log)
        if delta.atomic:
            # Copied anew, as what it changes in place is taken back with it.
            self._devices_in_place.clear()
        drops = yield from self._trying(delta.ops)
        if delta.atomic and drops:
            yield from self._rolling_back(before)
            self._devices_in_place.clear()

    def _trying(self, ops: Sequence[Op]) -> Steps[list[Drop]]:
        """What is dropped of them; the rest is in place, and not counted."""
        drops: list[Drop] = []
        for index, op in enumerate(ops):
            try:
                op_effect = self._apply_op(op)
                if not isinstance(op_effect, list):
                    yield from op_effect
            except OpDropped as dropped:
                drops.append(Drop(index, dropped.reason, dropped.detail))
            if index % SLICE_OPS == SLICE_OPS - 1:
                yield
        return drops

    def _check_grown(self, op: Op, size: SizeCheck) -> Steps[None]:
        """Only the door sees what each op adds to the state, to the byte (rule O16)."""
        before = size.bytes
        grown_bytes, self._grown_bytes = self._grown_bytes, 0
        yield from size.counting(self._log, self._in_place_by_log_index, grown_bytes)
        if size.bytes > MAX_STATE_BYTES and size.bytes > before and not isinstance(op, Delete):
            raise OpDropped(DropReason.LIMIT, invariants.TOO_LARGE.format(size=size.bytes))


def _dropped_whole(ops: Sequence[Op], applied: AppliedDelta) -> AppliedDelta:
    reasons = {drop.op: drop for drop in applied.drops}
    drops = [reasons.get(i) or Drop(i, DropReason.ATOMIC) for i in range(len(ops))]
    return AppliedDelta([], drops, as_sent=False)
