"""History: who changed what and when, and what the project was then."""

from collections.abc import Mapping
from typing import Any

import msgspec

from persistence.journal import history as project_history
from persistence.journal.history import HistoryRow
from rooms.document.spelled import spelled
from rooms.edits.answers import bare
from rooms.journal.entry import Purpose
from rooms.presence.colors import color_of
from rooms.within_bytes import first_within
from schema import calls
from schema.entities import ENTITY_TYPES, defaults
from schema.errors import ErrorCode
from schema.limits import MAX_ENTRY_SHOWN_BYTES, MAX_OPS_SHOWN, MAX_PAGE_BYTES
from schema.messages import User
from schema.ops import Insert, Op, Set, decode_ops
from server.calls import current_state
from server.calls.caller import Caller
from server.calls.context import Context, require_member
from server.refused import Refused
from server.states.state_pages import StatePage
from server.states.stored_state import WorkerDocument, document_at

PAGE = 200


async def list_(context: Context, caller: Caller, params: calls.ListHistory) -> calls.HistoryPage:
    """A page of entries, newest first."""
    await require_member(context, params.project, caller.user)
    await current_state.record_effects(context, params.project)
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
    oldest = await project_history.oldest(context.db, params.project)
    colors = await context.colors.of(context.db, params.project)
    entries: list[calls.HistoryEntry] = await context.in_thread(_entries, rows, colors)
    is_cut = len(entries) == params.limit or len(entries) < len(rows)
    is_cut = is_cut or (bool(rows) and rows[-1].may_be_cut)
    after = entries[-1].seq if is_cut else None
    return calls.HistoryPage(entries, after, oldest + 1)


async def blame(context: Context, caller: Caller, params: calls.Blame) -> calls.Blamed:
    """The newest entry that gave the property its value."""
    await require_member(context, params.project, caller.user)
    await current_state.record_effects(context, params.project)
    before: int | None = None
    colors = await context.colors.of(context.db, params.project)
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
        found: calls.Blamed | None
        found = await context.in_thread(_blamed, rows, params.entity, params.property, colors)
        if found is not None:
            return found
        if not rows:
            return calls.Blamed(None, None)
        before = rows[-1].seq


async def at(context: Context, caller: Caller, params: calls.StateAt) -> StatePage:
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
    asked = seq

    async def find() -> WorkerDocument:
        return await document_at(context.slow_journal, params.project, asked, context.in_thread)

    key = (params.project, asked)
    return StatePage(key, caller.user, params.part, find)


def _entries(rows: list[HistoryRow], colors: Mapping[str, str]) -> list[calls.HistoryEntry]:
    """As many as fit into a page: an op that is spelled out is longer than what is stored."""
    entries = [_entry(row, MAX_OPS_SHOWN, colors) for row in rows]
    return first_within(entries) or entries[:1]


def _blamed(
    rows: list[HistoryRow], entity: str, name: str, colors: Mapping[str, str]
) -> calls.Blamed | None:
    for row in rows:
        given = _given(_ops_of(row), entity, name)
        if given is not None:
            is_large = len(msgspec.json.encode(given[0])) > MAX_PAGE_BYTES
            return calls.Blamed(_entry(row, 0, colors), None if is_large else given[0], is_large)
    return None


def _given(ops: list[Op], entity: str, name: str) -> tuple[Any] | None:
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
    try:
        ops = decode_ops(row.ops)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return []  # quarantined (rule D17): it is there, and did nothing
    return list(map(spelled, ops if row.purpose is Purpose.EDIT else bare(ops)))


def _entry(row: HistoryRow, shown: int, colors: Mapping[str, str]) -> calls.HistoryEntry:
    ops = first_within(_ops_of(row)[:shown], MAX_ENTRY_SHOWN_BYTES)
    return calls.HistoryEntry(
        seq=row.seq,
        id=row.delta_id,
        at=row.committed_at,
        user=User(row.author, row.username, row.name),
        member=row.member,
        purpose=row.purpose,
        reverts=row.reverts,
        ops=ops,
        total=row.total,
        color=colors.get(row.author) or color_of(row.author),
    )
