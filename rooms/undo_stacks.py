"""Each member's steps that can be undone or done again: a fold over the journal's entries.

Only what is proposed depends on the stacks. What an undo does is decided by what its ops expect,
so servers whose stacks reach back differently far still agree on the state.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from rooms.document import Change
from rooms.journal_entry import Purpose, StepMark
from schema.limits import MAX_STEP_BYTES, MAX_STEP_DELTAS, MAX_UNDO_STEPS
from schema.server_limits import MAX_REMEMBERED_CHANGES


@dataclass(slots=True)
class Step:
    """What is undone at once: the deltas (by seq, in order) of one name, or a single one.

    `bytes`: of their ops as proposed. `is_open`: the newest belongs to a group that goes on.
    """

    name: str | None
    seqs: list[int]
    bytes: int = 0
    is_open: bool = False

    def takes(self, mark: StepMark) -> bool:
        """Whether this delta belongs to the step: a group always does, others within bounds."""
        if self.is_open:
            return True
        has_room = len(self.seqs) < MAX_STEP_DELTAS and self.bytes + mark.bytes <= MAX_STEP_BYTES
        return mark.step is not None and mark.step == self.name and has_room

    def add(self, mark: StepMark) -> None:
        """One more delta of it."""
        self.seqs.append(mark.seq)
        self.bytes += mark.bytes
        self.is_open = mark.more


@dataclass(slots=True)
class Stacks:
    """One member's."""

    undo: deque[Step] = field(default_factory=lambda: deque(maxlen=MAX_UNDO_STEPS))
    redo: deque[Step] = field(default_factory=lambda: deque(maxlen=MAX_UNDO_STEPS))


class UndoStacks:
    """The stacks of all members of a project, and the changes of their newest steps."""

    def __init__(self) -> None:
        self._members: dict[str, Stacks] = {}
        self._changes: OrderedDict[int, Sequence[Change]] = OrderedDict()
        self._remembered = 0

    def note(self, mark: StepMark) -> None:
        """The next entry of the journal."""
        if mark.is_no_step:
            return
        stacks = self._members.get(mark.member)
        if stacks is None:
            stacks = self._members[mark.member] = Stacks()
        match mark.purpose:
            case Purpose.UNDO:
                _turn(stacks.undo, stacks.redo, mark)
            case Purpose.REDO:
                _turn(stacks.redo, stacks.undo, mark)
            case _:
                stacks.redo.clear()
                _push(stacks.undo, mark)

    def remember(self, seq: int, changes: Sequence[Change]) -> None:
        """What an entry has changed, while there is room for it."""
        self._changes[seq] = changes
        self._remembered += len(changes)
        while self._remembered > MAX_REMEMBERED_CHANGES and len(self._changes) > 1:
            _, oldest = self._changes.popitem(last=False)
            self._remembered -= len(oldest)

    def changes(self, seq: int) -> Sequence[Change] | None:
        """What the entry has changed; None: not in memory."""
        return self._changes.get(seq)

    def top(self, member: str, purpose: Purpose) -> Step | None:
        """The step that an undo, or a redo, of this member is about."""
        stacks = self._members.get(member)
        if stacks is None:
            return None
        steps = stacks.undo if purpose is Purpose.UNDO else stacks.redo
        return steps[-1] if steps else None

    def depths(self, member: str) -> tuple[int, int]:
        """How many steps a member can undo, and do again."""
        stacks = self._members.get(member)
        return (0, 0) if stacks is None else (len(stacks.undo), len(stacks.redo))


def _turn(taken_from: deque[Step], given_to: deque[Step], mark: StepMark) -> None:
    """A step changes sides with the last of the deltas that take it back."""
    _push(given_to, mark)
    for step in reversed(taken_from):
        if mark.reverts in step.seqs:
            taken_from.remove(step)
            return


def _push(steps: deque[Step], mark: StepMark) -> None:
    if not steps or not steps[-1].takes(mark):
        steps.append(Step(mark.step, []))
    steps[-1].add(mark)
