"""Each member's steps that can be undone or done again: a fold over the journal's entries.

Only what is proposed depends on the stacks. What an undo does is decided by what its ops expect,
so servers whose stacks reach back differently far still agree on the state.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rooms.document.document import Change
from rooms.freeable import Freeable
from rooms.journal.entry import Purpose, StepMark
from schema.limits import MAX_STEP_BYTES, MAX_STEP_DELTAS, MAX_UNDO_STEPS
from schema.server_limits import MAX_REMEMBERED_CHANGES


@dataclass(slots=True)
class UndoStep:
    """What is undone at once: the deltas (by seq, in order) of one name, or a single one.

    `bytes`: of their ops as proposed. `is_open`: the newest belongs to a group that goes on.
    `passed_in_era`: the member's `edit_count` at which nothing of it could be taken back; then the
    next undo is about the step before it, until the member's next edit.
    """

    name: str | None
    seqs: list[int]
    bytes: int = 0
    is_open: bool = False
    passed_in_era: int | None = None

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
class MemberStacks:
    """One member's. `edit_count`: how many edits it has made; `passed_in_era`: when a step was
    passed by.
    """

    undo: deque[UndoStep] = field(default_factory=lambda: deque(maxlen=MAX_UNDO_STEPS))
    redo: deque[UndoStep] = field(default_factory=lambda: deque(maxlen=MAX_UNDO_STEPS))
    edit_count: int = 0
    passed_in_era: int | None = None

    def steps(self, purpose: Purpose) -> Iterator[UndoStep]:
        """Those that an undo, or a redo, may be about, the newest first."""
        steps = self.undo if purpose is Purpose.UNDO else self.redo
        return (step for step in reversed(steps) if step.passed_in_era != self.edit_count)

    def depth(self, purpose: Purpose) -> int:
        """How many of them there are."""
        if self.passed_in_era == self.edit_count:
            return sum(1 for _ in self.steps(purpose))
        return len(self.undo if purpose is Purpose.UNDO else self.redo)

    def turn(self, mark: StepMark) -> None:
        """A step changes sides with the last of the deltas that take it back.

        Where nothing of it was taken back it stays, and is passed by.
        """
        is_undo = mark.purpose is Purpose.UNDO
        taken_from, given_to = (self.undo, self.redo) if is_undo else (self.redo, self.undo)
        has_effect = _push(given_to, mark)
        if mark.more:
            return
        for step in reversed(taken_from):
            if mark.reverts in step.seqs:
                if has_effect:
                    taken_from.remove(step)
                else:
                    step.passed_in_era = self.passed_in_era = self.edit_count
                return


class UndoStacks:
    """The stacks of all members of a project, and the changes of their newest steps."""

    def __init__(self) -> None:
        self._members: dict[str, MemberStacks] = {}
        """By member id, of whoever has committed a step."""
        self._changes: OrderedDict[int, Sequence[Change]] = OrderedDict()
        """Seq of an entry -> what it has changed, the oldest first."""
        self._remembered = 0
        """How many changes these are."""

    def note(self, mark: StepMark) -> None:
        """The next entry of the journal."""
        if mark.is_no_step:
            return
        stacks = self._members.get(mark.member)
        if stacks is None:
            stacks = self._members[mark.member] = MemberStacks()
        match mark.purpose:
            case Purpose.UNDO | Purpose.REDO:
                stacks.turn(mark)
            case _:
                if _push(stacks.undo, mark):
                    stacks.redo.clear()
                    stacks.edit_count += 1

    def remember(self, seq: int, changes: Sequence[Change]) -> None:
        """What an entry has changed, while there is room for it."""
        self._changes[seq] = changes
        self._remembered += len(changes)
        while self._remembered > MAX_REMEMBERED_CHANGES and len(self._changes) > 1:
            _, oldest = self._changes.popitem(last=False)
            self._remembered -= len(oldest)

    def give_contents(self) -> list[Freeable]:
        """All of it, of a closed room."""
        contents: list[Freeable] = [self._members, self._changes]
        self._members, self._changes, self._remembered = {}, OrderedDict(), 0
        return contents

    def changes(self, seq: int) -> Sequence[Change] | None:
        """What the entry has changed; None: not in memory."""
        return self._changes.get(seq)

    def steps(self, member: str, purpose: Purpose) -> Iterator[UndoStep]:
        """Those that an undo, or a redo, of this member may be about, the newest first."""
        stacks = self._members.get(member)
        return iter(()) if stacks is None else stacks.steps(purpose)

    def depths(self, member: str) -> tuple[int, int]:
        """How many steps a member can undo, and do again."""
        stacks = self._members.get(member)
        if stacks is None:
            return 0, 0
        if stacks.passed_in_era != stacks.edit_count:  # the usual case: none is passed by
            return len(stacks.undo), len(stacks.redo)
        return stacks.depth(Purpose.UNDO), stacks.depth(Purpose.REDO)


def _push(steps: deque[UndoStep], mark: StepMark) -> bool:
    """Whether it belongs to a step of which something has taken effect."""
    is_open = bool(steps) and steps[-1].is_open
    if mark.is_void:
        if is_open:
            steps[-1].is_open = mark.more
        return is_open
    if not steps or not steps[-1].takes(mark):
        steps.append(UndoStep(mark.step, []))
    steps[-1].add(mark)
    return True
