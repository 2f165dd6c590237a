"""Calls on what a project was: who changed what, and the state that came of it."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.calling.params import Params, RowsAsked
from schema.calling.projects.state_parts import Part, StateData
from schema.calling.row_calls import Call
from schema.messages import Milliseconds, Position, ProjectId, PurposeWord, Seq, User
from schema.ops import EntityId, Op
from schema.text.text_rules import MEMBER_ID

MemberId = Annotated[str, Meta(pattern=MEMBER_ID)]
PropertyPath = Annotated[str, Meta(min_length=1, max_length=80)]


class ListHistory(Params, frozen=True, forbid_unknown_fields=True):
    """Who changed what, newest first; `before` is the `next` of the page before."""

    project: ProjectId
    user: ProjectId | None = None
    member: MemberId | None = None
    entity: EntityId | None = None
    since: Milliseconds | None = None
    until: Milliseconds | None = None
    before: Seq | None = None
    limit: RowsAsked = 50


class Blame(Params, frozen=True, forbid_unknown_fields=True):
    """Who last set this property; a leaf of `params` is `params/<name>`."""

    project: ProjectId
    entity: EntityId
    property: PropertyPath


class StateAt(Params, frozen=True, forbid_unknown_fields=True):
    """The state after `seq`, or at `time` (ms since 1970), read-only; ask part by part."""

    project: ProjectId
    seq: Seq | None = None
    time: Milliseconds | None = None
    part: Part = 0


class ListOps(Params, frozen=True, forbid_unknown_fields=True):
    """The whole deltas after the seq `after` up to `to`, oldest first, to replay them.

    Of a group that `to` is in, all; without `to` as many as there are. `after` and `op` are the
    `next` of the page before.
    """

    project: ProjectId
    after: Seq = 0
    to: Seq | None = None
    op: Annotated[int, Meta(ge=0, le=2**31)] = 0


class HistoryEntry(Struct, frozen=True):
    """One delta of the journal: of the `total` ops that took effect the first 100, or 64 KiB.

    `color`: of the user in the project.
    """

    seq: int
    id: str
    at: float
    user: User
    member: str
    purpose: PurposeWord
    reverts: int | None
    ops: list[Op]
    total: int
    color: str = ""


class HistoryPage(Struct, frozen=True):
    """Some entries, the `before` of the next page, and the oldest seq whose ops are kept."""

    entries: list[HistoryEntry]
    next: int | None
    oldest: int


class HistoryDelta(Struct, frozen=True, omit_defaults=True):
    """A delta of the journal as the message `delta` told it, or a part of a large one.

    `op`: which of its ops is the first here; `cut`: the next page begins with more of them.
    """

    seq: int
    id: str
    user: str
    member: str
    at: float
    ops: list[Op]
    purpose: PurposeWord = "edit"
    reverts: int | None = None
    more: bool = False
    op: int = 0
    cut: bool = False


class OpsPlace(Struct, frozen=True):
    """Where the next page begins: the `after` and `op` of its call."""

    after: int
    op: int


class HistoryOps(Struct, frozen=True):
    """Some deltas, where the next page begins, and where a copy stands that has taken all pages."""

    deltas: list[HistoryDelta]
    next: OpsPlace | None
    position: Position


class Blamed(Struct, frozen=True):
    """The entry that gave the property its value, without its ops; null: from before the history.

    `clipped`: the value is too large for a reply; ask for a leaf of it.
    """

    entry: HistoryEntry | None
    value: bool | int | float | str | list[str] | dict[str, bool | int | float | str] | None
    clipped: bool = False


HISTORY_METHODS: dict[str, Call] = {
    "history.list": (ListHistory, HistoryPage),
    "history.blame": (Blame, Blamed),
    "history.at": (StateAt, StateData),
    "history.ops": (ListOps, HistoryOps),
}
