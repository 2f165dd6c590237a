"""`snapshots.restore`: the state of a snapshot is brought back."""

from contextlib import AsyncExitStack, ExitStack

import msgspec

from persistence.tables import project_snapshots
from persistence.tables.project_snapshots import SnapshotRow
from rooms.changes.diff import ops_between
from rooms.document.document import Document, State
from rooms.edits.answers import of_outcome
from rooms.journal.entry import Margin, Outcome, Proposal, Purpose
from rooms.pauses import walked
from rooms.presence.seat import member_id
from rooms.presence.session_permissions import TRANSPORT, DeniedActions
from schema.calling.projects.snapshot_calls import Restored, RestoreSnapshot
from schema.errors import ErrorCode
from schema.ops import Op
from server.calls.caller import Caller
from server.calls.context import Context, looking_up
from server.calls.projects.snapshots import stored_document
from server.calls.sharing.session_permissions import require_permitted
from server.calls.writes.archive_gate import require_not_archived
from server.live.live_room import LiveRoom
from server.live.room_restores import NotCommitted, RestoreTurn
from server.loop.threads import yield_gil
from server.refused import Refused

TRIES = 8
"""How often it is made anew, because another server has stored an edit meanwhile."""

TRIES_OF_ITS_OWN = 2
"""After so many other servers hold back what their members send."""

LARGE = 1_000_000
"""Bytes of a state: each try to bring back a larger one takes so long that others wait at once."""

OTHERS_EDIT = "others edit this project at this moment; ask again with this id"


async def restore(context: Context, caller: Caller, params: RestoreSnapshot) -> Restored:
    """Bring a state back; what was before is kept first. The same id again does nothing more.

    A restore that has nothing to do is an entry without ops: its id is remembered as any other.
    """
    if caller.turn is not None:  # it ends once the call is answered
        return await _restored(context, caller, params, caller.turn)
    turn = context.hub.restore_turn(caller.id, params.project, params.id)
    try:
        return await _restored(context, caller, params, turn)
    finally:
        if turn is not None:
            turn.end()


async def _restored(
    context: Context, caller: Caller, params: RestoreSnapshot, turn: RestoreTurn | None
) -> Restored:
    """`turn`: of who is in the room; whoever is not waits for nothing."""
    allowance = await require_permitted(context, params.project, caller.user)
    await project_snapshots.author_of(context.db, params.project, params.snapshot)
    proposal = _proposal(context, caller, params)
    if (restored_before := await _restored_before(context, proposal)) is not None:
        return restored_before
    await require_not_archived(context, params.project)
    try:
        if turn is not None:
            proposal = await turn.own(proposal)
        live = await context.hub.open(params.project)
        return await _made_alone(context, caller, live, proposal, allowance)
    except NotCommitted as refusal:
        raise Refused.by(refusal.error) from None


async def _made_alone(
    context: Context, caller: Caller, live: LiveRoom, proposal: Proposal, allowance: DeniedActions
) -> Restored:
    """After others of this room; raises `NotCommitted`, `Refused`."""
    async with live.restores.one_at_a_time:
        # Another with this id may have been made while this one waited.
        if (restored_before := await _restored_before(context, proposal)) is not None:
            return restored_before
        tries_of_its_own = 0 if live.room.document.size > LARGE else TRIES_OF_ITS_OWN
        with ExitStack() as others:
            for number in range(TRIES):
                if number == tries_of_its_own:
                    others.enter_context(live.restores.others_waiting())
                restored = await _try(context, caller, live, proposal, allowance)
                if restored is not None:
                    return restored
    raise Refused(ErrorCode.UNAVAILABLE, OTHERS_EDIT, retry_after_ms=500)


async def _restored_before(context: Context, proposal: Proposal) -> Restored | None:
    """The answer to one whose id is known; raises `Refused` where it is that of something else."""
    known_outcome = await context.journal.find(proposal)
    if known_outcome is None:
        return None
    outcome, seq = known_outcome
    if outcome is Outcome.DUPLICATE:
        return Restored(seq, 0, None)
    raise Refused.by(of_outcome(proposal.project, proposal.delta_id, outcome))


async def _try(
    context: Context, caller: Caller, live: LiveRoom, proposal: Proposal, allowance: DeniedActions
) -> Restored | None:
    """Made for the state of now, and stored only right behind it; None: something came between."""
    async with AsyncExitStack() as held:
        head, ops = await _made(context, caller, live, proposal, held)
        if allowance.transport is not None and await context.in_thread(_change_transport, ops):
            raise Refused(ErrorCode.FORBIDDEN, allowance.transport)
        kept = await _kept_before(context, live, caller) if ops else None
        count = len(ops)  # they are the room's from now on
        try:
            if kept is not None and kept.seq != head:
                await _not_made(context, kept)
                return None
            right_behind = msgspec.structs.replace(proposal, margin=Margin(head, 0))
            seq = await live.restores.restore(right_behind, ops, caller.id)
        except NotCommitted as refusal:
            await _not_made(context, kept)
            if refusal.outcome is Outcome.OVERTAKEN:
                return None
            raise
    return Restored(seq, count, None if kept is None else kept.id)


async def _made(
    context: Context, caller: Caller, live: LiveRoom, proposal: Proposal, held: AsyncExitStack
) -> tuple[int, list[Op]]:
    """The ops that it takes, and the seq of the state that they are made for.

    From then on edits are held back, until `held` ends.
    """
    async with (
        context.documents.slot(caller.user),
        await stored_document(context, proposal.project, proposal.snapshot or "") as target,
    ):
        await held.enter_async_context(live.restores.holding_edits())
        frozen_state = await live.freeze()
        return frozen_state.seq, await target.use(_ops_from, frozen_state.state)


async def _kept_before(context: Context, live: LiveRoom, caller: Caller) -> SnapshotRow:
    """What a restore takes the place of, as a snapshot."""
    with looking_up(context, caller.user):
        return await live.snapshots.keep(context.reads, kind="before-restore", author=caller.user)


async def _not_made(context: Context, kept: SnapshotRow | None) -> None:
    """Nothing takes the place of what was kept."""
    if kept is not None:
        await project_snapshots.delete(context.db, kept.project, kept.id)


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


def _ops_from(target: Document, current: State) -> list[Op]:
    return ops_between(current, target.collections, yield_gil)


def _change_transport(ops: list[Op]) -> bool:
    return any(op.col == TRANSPORT for op in walked(ops, yield_gil))
