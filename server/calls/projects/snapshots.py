"""Snapshots: store a state under a name, read it, compare, restore, fork."""

import contextlib
from typing import Any

import msgspec
from msgspec import UNSET

from persistence.errors import NotFound
from persistence.rows import writing
from persistence.rows.row_lanes import RowLanes
from persistence.tables import project_snapshots
from persistence.tables.held_roles import hold_role
from rooms.byte_bounded_page import first_that_fit
from rooms.changes.diff import changes_between, ops_between
from rooms.changes.diff_sentences import sentences
from rooms.document.document import Document, State
from rooms.edits.answers import of_outcome
from rooms.journal.entry import Margin, Outcome, Proposal, Purpose
from rooms.pauses import walked
from rooms.presence.seat import member_id
from rooms.presence.session_permissions import TRANSPORT
from rooms.roles import EDITS, GOVERNS, SEES
from schema.calling.params import Done
from schema.calling.projects.snapshot_calls import (
    Change,
    CreateSnapshot,
    DeleteSnapshot,
    Diff,
    DiffSnapshots,
    ForkSnapshot,
    Restored,
    RestoreSnapshot,
    SnapshotState,
    UpdateSnapshot,
)
from schema.errors import ErrorCode
from schema.limits import MAX_ENTRY_SHOWN_BYTES, MAX_PAGE_BYTES
from schema.ops import Op
from schema.tables.project_snapshots import SNAPSHOTS
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_editor, require_member
from server.calls.projects import current_state
from server.calls.projects.projects import as_project, hold_limit, require_below_limit
from server.calls.rows.all_answers import OF_TABLES
from server.calls.sharing.session_permissions import require_permitted
from server.calls.writes.archive_gate import require_not_archived
from server.calls.writes.repeated_creation import require_same
from server.live.live_room import LiveRoom
from server.live.room_restores import NotCommitted
from server.loop.threads import yield_gil
from server.refused import Refused
from server.states.state_pages import StatePage
from server.states.stored_state import WorkerDocument, worker_document


async def create(context: Context, caller: Caller, params: CreateSnapshot) -> Any:
    """Keep the state of now; the same id again makes no second one."""
    await require_editor(context, params.project, caller.user)
    most = context.usage.limits.snapshots_per_project
    await project_snapshots.require_below_limit(context.db, params.project, params.id, most)
    live = await context.hub.open(params.project)
    analysis = params.audio_analysis
    with looking_up(context, caller.user):
        row = await live.snapshots.keep(
            context.reads,
            kind="manual",
            author=caller.user,
            name=params.name,
            description=params.description,
            id=params.id,
            audio_analysis=None if analysis is None else msgspec.json.encode(analysis),
            most=most,
        )
    snapshot_key = params.project, row.id
    snapshot = await OF_TABLES.one(SNAPSHOTS, context, caller, snapshot_key)
    require_same(snapshot, params, [column.name for column in SNAPSHOTS.changes])
    return snapshot


async def state(context: Context, caller: Caller, params: SnapshotState) -> StatePage:
    """One part of what it holds."""
    await require_member(context, params.project, caller.user)
    await project_snapshots.author_of(context.db, params.project, params.snapshot)

    async def find() -> WorkerDocument:
        return await _stored_document(context, params.project, params.snapshot)

    return StatePage(params.snapshot, caller.user, params.part, find)


async def update(context: Context, caller: Caller, params: UpdateSnapshot) -> Any:
    """Change name, description or analysis, if the version is still the one that was read.

    As the server, with the first wall (decision 0039).
    """
    values = {column.name: getattr(params, column.name) for column in SNAPSHOTS.changes}
    changes = {
        name: msgspec.to_builtins(value) for name, value in values.items() if value is not UNSET
    }
    id = params.project, params.snapshot
    async with context.db.transaction() as transaction:
        await hold_role(transaction, params.project, caller.user, EDITS)
        if params.name:  # one with a name is kept for good
            most = context.usage.limits.snapshots_per_project
            await project_snapshots.hold_limit(transaction, params.project, params.snapshot, most)
        lanes = RowLanes(transaction, transaction)
        row = await writing.update(lanes, SNAPSHOTS, caller.user, id, params.version, changes)
    return await OF_TABLES.whole(SNAPSHOTS, context, row)


async def diff(context: Context, caller: Caller, params: DiffSnapshots) -> Diff:
    """What differs, in the words of the model."""
    await require_member(context, params.project, caller.user)
    async with context.documents.slot(caller.user), contextlib.AsyncExitStack() as stack:
        states: list[State] = []
        for name, snapshot in (("before", params.before), ("after", params.after)):
            if snapshot is None:
                states.append(await current_state.ask(context, params.project, _itself))
            else:
                try:
                    snapshot_document = await _stored_document(context, params.project, snapshot)
                except NotFound as error:
                    raise NotFound(f"`{name}`: {error}") from error
                await stack.enter_async_context(snapshot_document)
                states.append(await snapshot_document.use(_collections))
        answer: Diff = await context.in_thread(_diff, states, params.limit)
    return answer


async def restore(context: Context, caller: Caller, params: RestoreSnapshot) -> Restored:
    """Bring a state back; what was before is kept first. The same id again does nothing more.

    A restore that has nothing to do is an entry without ops: its id is remembered as any other.
    """
    allowance = await require_permitted(context, params.project, caller.user)
    await project_snapshots.author_of(context.db, params.project, params.snapshot)
    proposal = _proposal(context, caller, params)
    before: str | None = None
    async with context.documents.slot(caller.user):
        known_outcome = await context.journal.find(proposal)
        if known_outcome is not None:
            return _restored_before(params, *known_outcome)
        await require_not_archived(context, params.project)
        async with await _stored_document(context, params.project, params.snapshot) as target:
            live = await context.hub.open(params.project)
            frozen_state = await live.freeze()
            ops: list[Op] = await target.use(_ops_from, frozen_state.state)
            weight: tuple[int, int] = await target.use(_weight)
        bytes_left = live.room.document.margin_as(*weight)
        if bytes_left is not None:
            margin = Margin(frozen_state.seq, bytes_left)
            proposal = msgspec.structs.replace(proposal, margin=margin)
        if allowance.transport is not None and await context.in_thread(_change_transport, ops):
            raise Refused(ErrorCode.FORBIDDEN, allowance.transport)
        del frozen_state  # `keep` takes a state of its own
        if ops and not live.room.knows(params.id):
            before = await _keep_before(context, live, caller.user)
    count = len(ops)  # they are the room's from now on
    try:
        seq = await live.restore(proposal, ops, caller.id)
    except NotCommitted as refusal:
        raise Refused.by(refusal.error) from None
    return Restored(seq, count, before)


def _proposal(context: Context, caller: Caller, params: RestoreSnapshot) -> Proposal:
    return Proposal(
        project=params.project,
        delta_id=params.id,
        author=caller.user,
        auth_session=caller.auth_session,
        member=member_id(context.member_key, caller.user, caller.device),
        payload=b"[]",
        atomic=False,
        purpose=Purpose.RESTORE,
        step=params.id,
        snapshot=params.snapshot,
    )


async def _keep_before(context: Context, live: LiveRoom, user: str) -> str:
    """What a restore takes the place of, as a snapshot; its id."""
    row = await live.snapshots.keep(context.reads, kind="before-restore", author=user)
    return row.id


def _restored_before(params: RestoreSnapshot, outcome: Outcome, seq: int) -> Restored:
    if outcome is Outcome.DUPLICATE:
        return Restored(seq, 0, None)
    raise Refused.by(of_outcome(params.project, params.id, outcome))


async def fork(context: Context, caller: Caller, params: ForkSnapshot) -> Any:
    """A new project of the caller's own."""
    await require_member(context, params.project, caller.user)
    await require_below_limit(context, context.db, caller.user, params.id)
    async with (
        context.documents.slot(caller.user),
        await _stored_document(context, params.project, params.snapshot),
    ):
        pass  # a damaged one is no start
    async with context.reads.transaction() as transaction:
        await hold_limit(context, transaction, caller.user, params.id)
        with looking_up(context, caller.user):
            row = await project_snapshots.fork(
                transaction,
                project=params.project,
                snapshot=params.snapshot,
                id=params.id,
                owner=caller.user,
                name=params.name,
                roles=SEES,
            )
    project = as_project(row)
    require_same(project, params, ["name"])
    context.announcer.project_made(row.id, caller.user, row.version)
    return project


async def delete(context: Context, caller: Caller, params: DeleteSnapshot) -> Done:
    """Its author may, and every owner."""
    async with context.db.transaction() as transaction:
        role = await hold_role(transaction, params.project, caller.user, SEES)
        try:
            author = await project_snapshots.author_of(transaction, params.project, params.snapshot)
        except NotFound:
            return Done()
        if role not in GOVERNS and (author is None or author != caller.user):
            text = "a snapshot is deleted by its author or an owner; ask one"
            raise Refused(ErrorCode.FORBIDDEN, text)
        await project_snapshots.delete(transaction, params.project, params.snapshot)
    return Done()


async def _stored_document(context: Context, project: str, snapshot: str) -> WorkerDocument:
    stored_state = await project_snapshots.state(context.reads, project, snapshot)
    return await worker_document(stored_state, context.in_thread)


def _itself(state: State) -> State:
    return dict(state)


def _collections(document: Document) -> State:
    return document.collections


def _weight(document: Document) -> tuple[int, int]:
    """How many entities it has, and its bytes."""
    return len(document), document.size


def _ops_from(target: Document, current: State) -> list[Op]:
    return ops_between(current, target.collections, yield_gil)


def _change_transport(ops: list[Op]) -> bool:
    return any(op.col == TRANSPORT for op in walked(ops, yield_gil))


def _diff(states: list[State], limit: int) -> Diff:
    """Frees what it was given, as it is the last to need it."""
    before, after = states
    changes = changes_between(before, after, yield_gil)
    answer = first_that_fit(sentences(changes, before, after, yield_gil), MAX_PAGE_BYTES // 2)
    states.clear()
    shown_changes = [_without_large_values(change) for change in walked(changes[:limit], yield_gil)]
    return Diff(answer, first_that_fit(shown_changes, pause=yield_gil), len(changes))


def _without_large_values(change: Change) -> Change:
    if len(msgspec.msgpack.encode(change)) <= MAX_ENTRY_SHOWN_BYTES:
        return change
    return msgspec.structs.replace(change, props={}, clipped=True)
