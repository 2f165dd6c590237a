"""A project's document: what ops do to its state. Total, deterministic, cost by what is touched.

It is the first aspect of the journal: the payload of its entries is a list of ops.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import msgspec

from rooms.aspect import UNREADABLE, StateSlice
from rooms.aspect import Applied as AspectApplied
from rooms.document.contributor_scope import ContributorScope, scope_of
from rooms.document.entity_store import Change, Entity, State, Steps
from rooms.document.op_application import SLICE_OPS, OpApplication, OpDropped
from rooms.document.ops_in_full import merged, spelled
from rooms.document.size_check import SizeCheck
from rooms.journal.entry import Entry, Proposal, Purpose
from rooms.pauses import finish, no_pause, slices_of
from rooms.rules.proposal_rules import problem_with_new_op
from schema import invariants
from schema.entities import SIDED
from schema.errors import DropReason
from schema.limits import MAX_ENTITIES, MAX_PARAMS_BYTES, MAX_STATE_BYTES
from schema.ops import Delete, Op, decode_ops

__all__ = ["Applied", "Change", "Document", "Drop", "Entity", "State", "Tried", "merged"]

FREE_OF_COUNTING = 0.4
"""Of the bound of a state: below that no delta can pass it, as one adds less than 12 MiB.

A byte of a message becomes at most nine of the state (a small number is a float 64 there), and
what points at something that is deleted grows by a few bytes.
"""

NEARLY_FULL = 0.75
"""Of a bound of the project: past that a node says how much room is left (`Document.margin`)."""

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


class Tried(NamedTuple):
    """A delta as it was proposed."""

    ops: Sequence[Op]
    atomic: bool = False


@dataclass(slots=True)
class Applied(AspectApplied):
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


def quarantined(ops: int, mistake: str) -> Applied:
    """What a delta of so many ops does that cannot be read or applied: nothing."""
    drops = [Drop(index, DropReason.QUARANTINED) for index in range(max(1, ops))]
    return Applied([], drops, as_sent=False, mistake=mistake)


class Document(OpApplication):
    """A project state and what ops do to it."""

    margin: int | None = None
    """How many bytes of ops may be stored before those that were rehearsed last, if they are not to
    pass a bound; None: as many as can be on their way."""

    def apply(
        self,
        ops: Sequence[Op],
        *,
        atomic: bool = False,
        reach: ContributorScope | None = None,
        gives_way: bool = False,
    ) -> Applied:
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
    ) -> Steps[Applied]:
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

    def _applying(self, ops: Sequence[Op], atomic: bool, before: tuple[int, int]) -> Steps[Applied]:
        self._is_at_door = False
        applied = Applied()
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

    def _margin_of(self, entities: int, size: int | None, beside: int) -> int | None:
        """After a delta that comes to so much. `size`: None where it is too small to be counted."""
        margins: list[int] = []
        with_others = entities + beside // LEAST_INSERT
        if entities > len(self.where) and with_others > MAX_ENTITIES * NEARLY_FULL:
            margins.append((MAX_ENTITIES - entities) * LEAST_INSERT)
        size = self.size if size is None else size
        if size > self.size and size + GROWTH * beside > MAX_STATE_BYTES * NEARLY_FULL:
            margins.append((MAX_STATE_BYTES - size) // GROWTH)
        return min(margins, default=None)

    def may_be_full_after(self, ops: Sequence[Op]) -> bool:
        """Whether so many ops can pass the bounds of a project: else there is nothing to count."""
        if len(self.where) + len(ops) > MAX_ENTITIES:
            return True
        most = len(ops) * MOST_BY_OP
        if self.size + most > MAX_STATE_BYTES:
            return True
        of_devices = sum(op.col == "devices" for op in ops)
        return self.size + most + of_devices * MAX_PARAMS_BYTES > MAX_STATE_BYTES

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
        beside: int = 0,
    ) -> Steps[list[Drop]]:
        """`rehearse` with pauses; `are_sound` and `reach` as for `applying`.

        `is_made`: by the server, so they may be more than one delta of a client can hold.
        `beside`: bytes of the ops that are on their way already; they count for `margin` alone.
        Where this raises, ours being the mistake, everything is as it was as well.
        """
        rehearsal = self._rehearsing(ops, is_made=is_made, beside=beside)
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

    def _rehearsing(self, ops: Sequence[Op], *, is_made: bool, beside: int) -> Steps[list[Drop]]:
        before = self.size
        is_counted = is_made or before + GROWTH * beside > MAX_STATE_BYTES * FREE_OF_COUNTING
        size = SizeCheck(before) if is_counted else None
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
        entities = len(self.where)
        yield from self._rolling_back()
        self.margin = self._margin_of(entities, None if size is None else size.bytes, beside)
        return drops

    def rehearsing_on(
        self, changes_back: Sequence[Change], own_deltas: Sequence[Tried], ops: Sequence[Op]
    ) -> Steps[list[Drop]]:
        """What would be dropped of `ops` before `changes_back`, and with `own_deltas` since.

        `changes_back`: the latest first. Devices that were changed stay as they are, and the size
        counts as it is. Raises as `rehearsing`.
        """
        return self._tried_only(self._rehearsing_on(changes_back, own_deltas, ops), are_sound=False)

    def _rehearsing_on(
        self, changes_back: Sequence[Change], own_deltas: Sequence[Tried], ops: Sequence[Op]
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

    def _trying_delta(self, delta: Tried) -> Steps[None]:
        """Put in place what takes effect of it: of an atomic one all or nothing (rule D6)."""
        before = len(self._log)
        if delta.atomic:
            self._owned.clear()  # copied anew, as what it changes in place is taken back with it
        drops = yield from self._trying(delta.ops)
        if delta.atomic and drops:
            yield from self._rolling_back(before)
            self._owned.clear()

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
        grown_bytes, self._grown = self._grown, 0
        yield from size.counting(self._log, self._apart, grown_bytes)
        if size.bytes > MAX_STATE_BYTES and size.bytes > before and not isinstance(op, Delete):
            raise OpDropped(DropReason.LIMIT, invariants.TOO_LARGE.format(size=size.bytes))


class DocumentAspect:
    """`document`: the state that the entries have made. Members' ops are refused with more detail
    by `rooms.edits`; `check` is for who has no seat."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    @property
    def digest(self) -> str:
        """See `rooms.document.digest`."""
        return self.document.digest

    def check(self, proposal: Proposal) -> str | None:
        """The first problem with an op by itself."""
        ops = read_ops(proposal)
        if ops is None:
            return UNREADABLE
        return next(filter(None, (problem_with_new_op(op) for op in ops)), None)

    def apply(self, entry: Entry, sent_ops: object = None) -> Steps[Applied]:
        """One that cannot be read keeps its seq, and does nothing. `sent_ops`: its ops."""
        ops = cast("Sequence[Op] | None", sent_ops) or read_ops(entry)
        if ops is None:
            return quarantined(0, UNREADABLE)
        # The door has looked at each op that a member of this node proposed.
        are_sound = sent_ops is not None and entry.purpose is Purpose.EDIT
        reach = scope_of(entry.reach, takes_back=entry.purpose is Purpose.UNDO)
        applied = yield from self.document.applying(
            ops,
            atomic=entry.atomic,
            are_sound=are_sound,
            reach=reach,
            gives_way=entry.purpose in GIVE_WAY,
        )
        applied.proposed = ops
        return applied

    def slices(self) -> Iterator[StateSlice]:
        """Of small states: a large one is frozen first, and cut in a worker thread."""
        for collection, entities in self.document.collections.items():
            for chunk in slices_of(entities, no_pause):
                yield StateSlice(collection, msgspec.json.encode(chunk))

    def load(self, slices: Iterable[StateSlice]) -> None:
        """Of this Prime: `server.states.stored_state` reads what an earlier one has stored."""
        for part in slices:
            entities = msgspec.json.decode(part.entities, type=dict[str, dict[str, Any]])
            self.document.load(part.collection, entities)


def read_ops(entry: Entry | Proposal) -> list[Op] | None:
    """None: they cannot be read."""
    try:
        return decode_ops(entry.payload)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _dropped_whole(ops: Sequence[Op], applied: Applied) -> Applied:
    reasons = {drop.op: drop for drop in applied.drops}
    drops = [reasons.get(i) or Drop(i, DropReason.ATOMIC) for i in range(len(ops))]
    return Applied([], drops, as_sent=False)
