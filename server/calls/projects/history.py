"""History: who changed what and when, by which ops, and what the project was then."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from persistence.journal import history as project_history
from persistence.journal.history import HistoryRow, OpsRow
from rooms.byte_bounded_page import first_that_fit
from rooms.document.ops_in_full import spelled
from rooms.edits.answers import bare
from rooms.journal.entry import Purpose
from rooms.pauses import walked
from schema.calling.projects.history_calls import (
    Blame,
    Blamed,
    HistoryDelta,
    HistoryEntry,
    HistoryOps,
    HistoryPage,
    ListHistory,
    ListOps,
    OpsPlace,
    StateAt,
)
from schema.entities import ENTITY_TYPES, defaults
from schema.errors import ErrorCode
from schema.limits import MAX_ENTRY_SHOWN_BYTES, MAX_OPS_SHOWN, MAX_PAGE_BYTES
from schema.messages import Position, User
from schema.ops import Insert, Op, Set, decode_ops
from server.calls.caller import Caller
from server.calls.context import Context, require_member
from server.calls.projects import current_state
from server.loop.threads import yield_gil
from server.refused import Refused
from server.states.state_pages import StatePage
from server.states.stored_state import WorkerDocument, document_at

PAGE = 200


async def list_(context: Context, caller: Caller, params: ListHistory) -> HistoryPage:
    """A page of entries, newest first."""
    await require_member(context, params.project, caller.user)
    stands = await current_state.record_effective_ops(context, params.project, caller.user)
    rows = await project_history.list_entries(
        context.reads,
        params.project,
        user=params.user,
        member=params.member,
        entity=params.entity,
        since_ms=params.since,
        until_ms=params.until,
        before_seq=params.before,
        limit=params.limit,
        max_ops=MAX_OPS_SHOWN,
        max_entry_bytes=MAX_ENTRY_SHOWN_BYTES,
        max_bytes=MAX_PAGE_BYTES,
    )
    colors = await _colors_of(context, params.project, rows)
    entries: list[HistoryEntry] = await context.in_thread(_entries, rows, colors)
    is_cut = len(entries) == params.limit or len(entries) < len(rows)
    is_cut = is_cut or (bool(rows) and rows[-1].may_be_cut)
    after = entries[-1].seq if is_cut else None
    return HistoryPage(entries, after, stands.compacted_seq + 1)


async def blame(context: Context, caller: Caller, params: Blame) -> Blamed:
    """The newest entry that gave the property its value."""
    await require_member(context, params.project, caller.user)
    await current_state.record_effective_ops(context, params.project, caller.user)
    before: int | None = None
    while True:
        rows = await project_history.list_entries(
            context.reads,
            params.project,
            user=None,
            member=None,
            entity=params.entity,
            since_ms=None,
            until_ms=None,
            before_seq=before,
            limit=PAGE,
            only_of_entity=True,
        )
        colors = await _colors_of(context, params.project, rows)
        blamed: Blamed | None
        blamed = await context.in_thread(_blamed, rows, params.entity, params.property, colors)
        if blamed is not None:
            return blamed
        if not rows:
            return Blamed(None, None)
        before = rows[-1].seq


async def at(context: Context, caller: Caller, params: StateAt) -> StatePage:
    """One part of the state of then; nobody in the room notices."""
    await require_member(context, params.project, caller.user)
    if (params.seq is None) == (params.time is None):
        raise Refused(ErrorCode.VALIDATION, "give either `seq` or `time`", field="seq")
    seq = params.seq
    if params.time is not None:
        seq = await project_history.seq_at(context.reads, params.project, params.time)
    assert seq is not None
    head = (await context.journal.heads([params.project])).get(params.project, 0)
    if seq > head:
        raise Refused(ErrorCode.POSITION_AHEAD, f"the newest seq is {head}", head=head)
    asked_seq = seq

    async def find() -> WorkerDocument:
        return await document_at(context.slow_journal, params.project, asked_seq, context.in_thread)

    key = (params.project, asked_seq)
    return StatePage(key, caller.user, params.part, find)


async def ops(context: Context, caller: Caller, params: ListOps) -> HistoryOps:
    """Whole deltas, oldest first, as a replica hears them."""
    await require_member(context, params.project, caller.user)
    end = await _end(context, caller, params)
    rows = await project_history.list_ops(
        context.reads,
        params.project,
        params.after,
        end.seq,
        skip=params.op,
        max_bytes=MAX_PAGE_BYTES,
    )
    if params.op and (not rows or params.op >= rows[0].total):
        text = "op: the delta has not so many; give the `next` of the page before"
        raise Refused(ErrorCode.VALIDATION, text, field="op")
    deltas = await context.in_thread(_deltas, rows, params.op)
    follows: OpsPlace | None = None
    if deltas and deltas[-1].cut:
        last = deltas[-1]
        follows = OpsPlace(last.seq - 1, last.op + len(last.ops))
    elif deltas and deltas[-1].seq < end.seq:
        follows = OpsPlace(deltas[-1].seq, 0)
    return HistoryOps(deltas, follows, end)


async def _end(context: Context, caller: Caller, params: ListOps) -> Position:
    """Where the last page ends. Of all before it the journal knows what took effect."""
    stands = await current_state.record_effective_ops(context, params.project, caller.user)
    head = stands.head
    end_seq = head if params.to is None else params.to
    if max(params.after, end_seq) > head:
        raise Refused(ErrorCode.POSITION_AHEAD, f"the newest seq is {head}", head=head)
    if end_seq < params.after:
        text = "to: that is before `after`; ops are told forwards"
        raise Refused(ErrorCode.VALIDATION, text, field="to")
    seq = await project_history.group_end(context.db, params.project, end_seq, head)
    return Position(stands.epoch, max(seq, params.after))


def _deltas(rows: list[OpsRow], skipped: int) -> list[HistoryDelta]:
    """As many as fit into a page; what is spelled out is longer than what is stored."""
    deltas: list[HistoryDelta] = []
    bytes_left = MAX_PAGE_BYTES
    for row in rows:
        ops = _readable(row.ops)
        page_ops, bytes_left = _spelled_within(ops, bytes_left, must_take=not deltas)
        is_cut = bool(ops) and skipped + len(page_ops) < row.total
        if is_cut and not page_ops:
            break
        deltas.append(_delta(row, page_ops, skipped, is_cut=is_cut))
        if is_cut:
            break
        skipped = 0
    return deltas


def _spelled_within(ops: list[Op], bytes_left: int, *, must_take: bool) -> tuple[list[Op], int]:
    """The first of the ops that fit, one at least if need be, and the bytes that are left then."""
    page_ops: list[Op] = []
    for proposed_op in walked(ops, yield_gil):
        [op] = bare([spelled(proposed_op)])
        bytes_left -= max(len(msgspec.json.encode(op)), len(msgspec.msgpack.encode(op)))
        if bytes_left < 0 and not (must_take and not page_ops):
            break
        page_ops.append(op)
    return page_ops, bytes_left


def _delta(row: OpsRow, ops: list[Op], skipped: int, *, is_cut: bool) -> HistoryDelta:
    return HistoryDelta(
        seq=row.seq,
        id=row.delta_id,
        user=row.author,
        member=row.member,
        at=row.committed_at,
        ops=ops,
        purpose=row.purpose,
        reverts=row.reverts,
        more=row.more,
        op=skipped,
        cut=is_cut,
    )


async def _colors_of(
    context: Context, project: str, rows: Collection[HistoryRow]
) -> Mapping[str, str]:
    """Author -> colour, also of who has left."""
    return await context.colors.of(context.db, project, {row.author for row in rows})


def _entries(rows: list[HistoryRow], colors: Mapping[str, str]) -> list[HistoryEntry]:
    """As many as fit into a page: an op that is spelled out is longer than what is stored."""
    entries = [_entry(row, MAX_OPS_SHOWN, colors) for row in rows]
    return first_that_fit(entries) or entries[:1]


def _blamed(
    rows: list[HistoryRow], entity: str, name: str, colors: Mapping[str, str]
) -> Blamed | None:
    for row in rows:
        given_value = _value_given(_ops_of(row), entity, name)
        if given_value is not None:
            is_large = len(msgspec.json.encode(given_value[0])) > MAX_PAGE_BYTES
            return Blamed(_entry(row, 0, colors), None if is_large else given_value[0], is_large)
    return None


def _value_given(ops: list[Op], entity: str, name: str) -> tuple[Any] | None:
    """The value that these ops gave to the property, the last one first."""
    for op in reversed(ops):
        if op.id != entity or not isinstance(op, Set | Insert):
            continue
        props: dict[str, Any] = op.props if isinstance(op, Set) else op.entity
        if name.startswith("params/"):
            props, leaf = props.get("params") or {}, name.removeprefix("params/")
        else:
            leaf = name
        if leaf in props:
            return (props[leaf],)
        if isinstance(op, Insert) and name in ENTITY_TYPES[op.col]:
            return (defaults(op.col).get(name),)
    return None


def _ops_of(row: HistoryRow) -> list[Op]:
    """Those that took effect: where nothing was dropped or fell with them, what was proposed."""
    ops = _readable(row.ops)
    return list(map(spelled, ops if row.purpose is Purpose.EDIT else bare(ops)))


def _readable(ops: bytes) -> list[Op]:
    """None of a delta that is quarantined (rule D17): it is there, and did nothing."""
    try:
        return decode_ops(ops)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return []


def _entry(row: HistoryRow, shown_count: int, colors: Mapping[str, str]) -> HistoryEntry:
    ops = first_that_fit(_ops_of(row)[:shown_count], MAX_ENTRY_SHOWN_BYTES)
    return HistoryEntry(
        seq=row.seq,
        id=row.delta_id,
        at=row.committed_at,
        user=User(row.author, row.username, row.name),
        member=row.member,
        purpose=row.purpose,
        reverts=row.reverts,
        ops=ops,
        total=row.total,
        color=colors[row.author],
    )
