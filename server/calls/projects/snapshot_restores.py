"""`snapshots.restore`: the state of a snapshot is brought back."""

import msgspec

from persistence.tables import project_snapshots
from rooms.changes.diff import ops_between
from rooms.document.document import Document, State
from rooms.edits.answers import of_outcome
from rooms.journal.entry import Margin, Outcome, Proposal, Purpose
from rooms.pauses import walked
from rooms.presence.seat import member_id
from rooms.presence.session_permissions import TRANSPORT
from schema.calling.projects.snapshot_calls import Restored, RestoreSnapshot
from schema.errors import ErrorCode
from schema.ops import Op
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.projects.snapshots import stored_document
from server.calls.sharing.session_permissions import require_permitted
from server.calls.writes.archive_gate import require_not_archived
from server.live.live_room import LiveRoom
from server.live.room_restores import NotCommitted
from server.loop.threads import yield_gil
from server.refused import Refused


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
        async with await stored_document(context, params.project, params.snapshot) as target:
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


def _weight(document: Document) -> tuple[int, int]:
    """How many entities it has, and its bytes."""
    return len(document), document.size


def _ops_from(target: Document, current: State) -> list[Op]:
    return ops_between(current, target.collections, yield_gil)


def _change_transport(ops: list[Op]) -> bool:
    return any(op.col == TRANSPORT for op in walked(ops, yield_gil))
