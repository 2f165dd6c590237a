"""What is written behind: checkpoints, session states, collaboration sessions, empty rooms."""

import time
from collections.abc import Iterable
from typing import NamedTuple

import structlog
from msgspec import UNSET

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables import collaboration_sessions, session_states
from rooms.presence.seat import Seat
from schema.messages import Presence
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.live.room_services import RoomClosed
from server.live.snapshots import keep_automatically
from server.sockets.codec import JSON

CHECKPOINT_DELTAS = 500
CHECKPOINT_SECONDS = 10.0
"""A checkpoint after so many deltas, or so long after the last one when there were any."""

LINGER_SECONDS = 5.0
"""An empty room stays this long: who lost the connection comes back to a warm one."""

TOUCH_SECONDS = 20.0
"""How often a collaboration session in which nobody moves says that it goes on."""

log = structlog.get_logger()


async def write_behind(hub: Hub, db: Executor) -> None:
    """What is written behind: checkpoints, session states, collaboration sessions, empty rooms."""
    now = time.monotonic()
    moved: list[Moved] = []
    try:
        await _keep_sessions(db, list(hub.rooms.values()), now)
    except PersistenceError as error:
        log.warning("could not write sessions behind", reason=str(error))
    for project, live in list(hub.rooms.items()):
        if live.is_closed:
            continue
        try:
            await _keep_room(hub, db, project, live, now)
        except RoomClosed:
            continue
        except PersistenceError as error:
            log.warning("could not write behind", project=project, reason=str(error))
        moved.extend(state_rows(live))
    if moved:
        await session_states.upsert_many(db, [each.row for each in moved])
    for each in moved:  # only now: what could not be written is written the next time
        each.seat.written = each.presence


async def _keep_room(hub: Hub, db: Executor, project: str, live: LiveRoom, now: float) -> None:
    behind = live.room.head - live.checkpoints.seq
    if behind >= CHECKPOINT_DELTAS or (behind and now - live.checkpoints.at >= CHECKPOINT_SECONDS):
        await live.checkpoints.store_if_new(now)
    await keep_automatically(db, live, now)
    if live.is_busy:
        live.emptied_at = None
    elif live.emptied_at is None:
        live.emptied_at = now
    elif now - live.emptied_at >= LINGER_SECONDS:
        await hub.close_room(project, db)


async def _keep_sessions(db: Executor, rooms: Iterable[LiveRoom], now: float) -> None:
    """One row for all nodes that have a room; it lives as long as any of them says so."""
    kept = {live: users for live in rooms if (users := _users_to_note(live, now))}
    for live, users in kept.items():
        if live.collaboration_session is None:
            await _open_session(db, live, users[0])
    there = {s: users for live, users in kept.items() if (s := live.collaboration_session)}
    if not there:
        return
    alive = await collaboration_sessions.touch_many(db, there)
    for live in kept:
        if live.collaboration_session in alive:
            live.touched_at = now
        else:
            live.collaboration_session = None  # we were thought gone; the next round opens another


def _users_to_note(live: LiveRoom, now: float) -> list[str]:
    """Who is in the room, if that is to be written down: someone moves, or it has been a while."""
    seats = live.room.seats.values()
    is_moving = any(seat.presence is not seat.written for seat in seats)
    if not is_moving and now - live.touched_at < TOUCH_SECONDS:
        return []
    return sorted({seat.request.user for seat in seats})


async def _open_session(db: Executor, live: LiveRoom, host: str) -> None:
    project = live.room.project
    try:
        live.collaboration_session = await collaboration_sessions.open_session(db, project, host)
    except PersistenceError as error:
        log.warning("could not open a session", project=project, reason=str(error))


class Moved(NamedTuple):
    """Where a member has moved to, and the row that tells of it."""

    seat: Seat
    presence: Presence
    row: session_states.StateRow


def state_rows(live: LiveRoom) -> list[Moved]:
    """What moved since the last flush, as rows of `session_states` (rule P6)."""
    session = live.collaboration_session
    if session is None:
        return []
    heartbeat = time.time() * 1_000
    rows = []
    for seat in live.room.seats.values():
        p = seat.presence
        if p is seat.written:
            continue
        row = session_states.StateRow(
            session=session,
            project=live.room.project,
            user=seat.request.user,
            device=seat.request.device,
            cursor=None if p.cursor in (None, UNSET) else JSON.encode(p.cursor),
            view_state=None if p.view in (None, UNSET) else JSON.encode(p.view),
            active_tool=p.tool if isinstance(p.tool, str) else None,
            selection=tuple(p.selection) if isinstance(p.selection, list) else (),
            device_presence=JSON.encode({"playhead": p.playhead or None})
            if p.playhead is not UNSET
            else b"{}",
            heartbeat_at=heartbeat,
        )
        rows.append(Moved(seat, p, row))
    return rows
