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
from rooms.changes.diff import changes_between
from rooms.changes.diff_sentences import sentences
from rooms.document.document import Document, State
from rooms.pauses import walked
from rooms.roles import EDITS, GOVERNS, SEES
from schema.calling.params import Done
from schema.calling.projects.snapshot_calls import (
    Change,
    CreateSnapshot,
    DeleteSnapshot,
    Diff,
    DiffSnapshots,
    ForkSnapshot,
    SnapshotState,
    UpdateSnapshot,
)
from schema.errors import ErrorCode
from schema.limits import MAX_ENTRY_SHOWN_BYTES, MAX_PAGE_BYTES
from schema.tables.project_snapshots import SNAPSHOTS
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_editor, require_member
from server.calls.projects import current_state
from server.calls.projects.projects import as_project, hold_limit, require_below_limit
from server.calls.rows.all_answers import OF_TABLES
from server.calls.writes.repeated_creation import require_same
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
        return await stored_document(context, params.project, params.snapshot)

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
                    snapshot_document = await stored_document(context, params.project, snapshot)
                except NotFound as error:
                    raise NotFound(f"`{name}`: {error}") from error
                await stack.enter_async_context(snapshot_document)
                states.append(await snapshot_document.use(_collections))
        answer: Diff = await context.in_thread(_diff, states, params.limit)
    return answer


async def fork(context: Context, caller: Caller, params: ForkSnapshot) -> Any:
    """A new project of the caller's own."""
    await require_member(context, params.project, caller.user)
    await require_below_limit(context, context.db, caller.user, params.id)
    async with (
        context.documents.slot(caller.user),
        await stored_document(context, params.project, params.snapshot),
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


async def stored_document(context: Context, project: str, snapshot: str) -> WorkerDocument:
    """The state that it holds; raises `NotFound`, `DamagedState`."""
    stored_state = await project_snapshots.state(context.reads, project, snapshot)
    return await worker_document(stored_state, context.in_thread)


def _itself(state: State) -> State:
    return dict(state)


def _collections(document: Document) -> State:
    return document.collections


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
