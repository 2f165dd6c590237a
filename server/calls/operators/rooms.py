"""Answers to operators about rooms: which are open, on which nodes, and who is in one."""

from typing import Any

from msgspec.structs import replace

from persistence.errors import BadCursor, NoSuchProject
from persistence.tables import studio_projects
from persistence.tables.operating import operator_orders as operator_orders
from persistence.tables.operating.operator_orders import ClosedRoomRow
from schema.accounts.audit_events import AuditEvent
from schema.operating.health_calls import Latency
from schema.operating.operator_calls import (
    Changed,
    ClosedRoom,
    ClosedRooms,
    CloseRoom,
    ListClosedRooms,
    ListRooms,
    OpenRoom,
    RoomMemberRow,
    RoomRow,
    RoomRows,
    RoomShown,
    ShowRoom,
)
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.operators.named_by_id import project_named
from server.calls.operators.operator_rights import id_in, note, unaware
from server.control_plane.latencies import latency
from server.control_plane.node_answers import MEMBERS_TOLD

RATES = ("ticks_a_second", "deltas_a_second", "sends_a_second")

SUMS = ("members", "held_back", "outbox_bytes", *RATES)
"""Of a room on two nodes, what is of both together."""

COUNTED = ("seq", "entities", "bytes")
"""What a node that has a room open knows of its song."""

WORSE = ("ack_p50_ms", "ack_p99_ms", "tick_gap_p50_ms", "tick_gap_p99_ms")
"""The same, of the node where it takes longer."""

FIRST = "00000000-0000-0000-0000-000000000000"
"""Before the ids of all projects."""


async def list_(context: Context, caller: Caller, params: ListRooms) -> RoomRows:
    """Of each node the first ones, as one page: none of what lies between is missed."""
    after, by_load = place(params.cursor), params.order == "load"
    if by_load and params.cursor is not None:
        raise BadCursor("cursor")
    filters = {"after": after, "limit": params.limit + 1} | ({"order": "load"} if by_load else {})
    question = await context.node_questions.ask("rooms", **filters)
    together: dict[str, dict[str, Any]] = {}
    nodes: dict[str, list[str]] = {}
    for node, rows in sorted(question.answers.items()):
        for row in rows or ():
            nodes.setdefault(row["project"], []).append(node)
            together[row["project"]] = _both(together.get(row["project"]), row)
    rows = sorted(together.values(), key=_load_first if by_load else _project)
    projects_shown = [row["project"] for row in rows[: params.limit]]
    names = await studio_projects.names_of(context.db, projects_shown)
    rooms = [
        RoomRow(**together[project], name=names.get(project, ""), nodes=nodes[project])
        for project in projects_shown
    ]
    next_cursor = projects_shown[-1] if len(together) > params.limit and not by_load else None
    mute = [node for node, rows in question.answers.items() if rows is None]
    return RoomRows(rooms, next_cursor, sorted({*question.silent, *mute}))


async def show(context: Context, caller: Caller, params: ShowRoom) -> RoomShown:
    """Of a room that is not open: its name, the seq of its journal, and whether it is closed."""
    found = await project_named(context.db, params.project)
    project, name = found.id, found.name
    question = await context.node_questions.ask("room", project=project)
    answers = {node: answer for node, answer in question.answers.items() if answer is not None}
    room: dict[str, Any] | None = None
    for answer in answers.values():
        room = _both(room, {key: answer[key] for key in COUNTED})
    if room is None:
        head = await studio_projects.head_of(context.db, project)
        room = {"seq": head, "entities": None, "bytes": None}
    members = [
        RoomMemberRow(node=node, **seat)
        for node, node_answer in answers.items()
        for seat in node_answer["seats"]
    ]
    members.sort(key=lambda member: (member.since, member.member))
    return RoomShown(
        project=project,
        name=name,
        **room,
        members=members[:MEMBERS_TOLD],
        clipped=len(members) > MEMBERS_TOLD,
        closed=_closed(await operator_orders.closed_room(context.db, project), project, name),
        silent=question.silent,
        ack=_together(answers, "ack"),
        tick_gap=_together(answers, "tick_gap"),
        nodes=sorted(answers),
    )


def _together(answers: dict[str, Any], word: str) -> Latency:
    return latency([answer[word] for answer in answers.values() if word in answer])


async def close(context: Context, caller: Caller, params: CloseRoom) -> ClosedRoom:
    """Told to all nodes once it is stored; closed a second time it has the newest reason."""
    found = await project_named(context.db, params.project)
    project, name = found.id, found.name
    async with context.db.transaction() as tx:
        await operator_orders.hold_room(tx, project)
        before = await operator_orders.closed_room(tx, project)
        if not await operator_orders.close_room(tx, project, params.reason, params.for_ms):
            raise NoSuchProject
        closed_room = await operator_orders.closed_room(tx, project)
        if before != closed_room:
            order_before = (
                None if before is None else {"reason": before.reason, "until": before.until}
            )
            audit_details: dict[str, Any] = {"reason": params.reason, "for_ms": params.for_ms}
            await note(
                tx,
                caller,
                AuditEvent.ROOM_CLOSED,
                project=project,
                before=order_before,
                **audit_details,
            )
    await context.node_questions.tell()
    closed_row = _closed(closed_room, project, name)
    assert closed_row is not None
    unaware_nodes = await unaware(context.db)
    return replace(closed_row, unknown=unaware_nodes.connections, silent=unaware_nodes.silent)


async def open_(context: Context, caller: Caller, params: OpenRoom) -> Changed:
    """The opposite of `close`."""
    project = (await project_named(context.db, params.project)).id
    async with context.db.transaction() as tx:
        await operator_orders.hold_room(tx, project)
        before = await operator_orders.closed_room(tx, project)
        was_closed = await operator_orders.open_room(tx, project)
        if was_closed and before is not None:
            order_before = {"reason": before.reason, "until": before.until}
            await note(tx, caller, AuditEvent.ROOM_OPENED, project=project, before=order_before)
    await context.node_questions.tell()
    return Changed(was_closed)


async def list_closed(context: Context, caller: Caller, params: ListClosedRooms) -> ClosedRooms:
    """A page of them."""
    closed_rooms = await operator_orders.closed_rooms(
        context.db, place(params.cursor), params.limit + 1
    )
    rooms_shown = closed_rooms[: params.limit]
    rooms = [
        row
        for closed_room in rooms_shown
        if (row := _closed(closed_room, closed_room.project, closed_room.name)) is not None
    ]
    return ClosedRooms(
        rooms, rooms_shown[-1].project if len(closed_rooms) > len(rooms_shown) else None
    )


def place(cursor: str | None) -> str:
    """Behind which project a page begins; raises `BadCursor`."""
    return FIRST if cursor is None else id_in(cursor)


def _both(room_before: dict[str, Any] | None, room_answer: dict[str, Any]) -> dict[str, Any]:
    """One room on two nodes: members of both, and what the one that is further has."""
    if room_before is None:
        return dict(room_answer)
    newest = max(room_before, room_answer, key=lambda room_row: room_row["seq"])
    shared_keys = [key for key in newest if key in room_before and key in room_answer]
    sums = {key: room_before[key] + room_answer[key] for key in SUMS if key in shared_keys}
    worse = {
        key: max(
            (room_row[key] for room_row in (room_before, room_answer) if room_row[key] is not None),
            default=None,
        )
        for key in WORSE
        if key in shared_keys
    }
    return dict(newest) | sums | worse


def _project(row: dict[str, Any]) -> str:
    return str(row["project"])


def _load_first(row: dict[str, Any]) -> tuple[float, int, str]:
    return -row.get("sends_a_second", 0.0), -row["members"], row["project"]


def _closed(row: ClosedRoomRow | None, project: str, name: str) -> ClosedRoom | None:
    if row is None:
        return None
    return ClosedRoom(project, name, row.reason, row.closed_at, row.until)


ANSWERS: dict[str, Answer] = {
    "operator.rooms": list_,
    "operator.room": show,
    "operator.close_room": close,
    "operator.open_room": open_,
    "operator.closed_rooms": list_closed,
}
