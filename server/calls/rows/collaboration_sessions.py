"""Collaboration sessions: where everyone is now, and who was there for how long."""

from typing import Any

from msgspec import UNSET, structs

from persistence.rows import reading
from persistence.rows.reading import Row
from persistence.tables import collaboration_sessions
from schema.calling.collaboration_session_calls import EndSession, SessionHistory
from schema.calling.params import Done
from schema.calls import OF_TABLES
from schema.errors import ErrorCode
from schema.messages import Presence
from schema.tables.collaboration_sessions import SESSIONS
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.rows.all_answers import ROW_ANSWERS
from server.calls.rows.answers import as_map
from server.refused import Refused

PROJECT = "project"
"""The column of a state by which its room is found, beside what names it."""


async def history(context: Context, caller: Caller, params: SessionHistory) -> Any:
    """Who was in a session, and for how long (rules I5, I8)."""
    await reading.get(context.rows, SESSIONS, caller.user, params.session, ["id"])
    list_params: Any = OF_TABLES["session_stays.list"][0]
    where = {"session": params.session}
    stay_params = list_params(
        where=where, limit=params.limit, after=params.after, before=params.before
    )
    return await ROW_ANSWERS["session_stays.list"](context, caller, stay_params)


async def end(context: Context, caller: Caller, params: EndSession) -> Done:
    """End it, for its host and for owners (rule I4)."""
    if not await collaboration_sessions.end_by(context.db, params.session, caller.user):
        text = "a session is ended by its host or by an owner of the project; ask one"
        raise Refused(ErrorCode.FORBIDDEN, text)
    context.announcer.rows_changed()
    return Done()


async def list_states(context: Context, caller: Caller, params: Any) -> Any:
    """Where everyone is: from the room where it is open here, else as it was written (rule I7)."""
    page = await ROW_ANSWERS["session_states.list"](context, caller, _with_project(params))
    await _show_now(context, page.session_states, params.fields)
    return page


async def get_state(context: Context, caller: Caller, params: Any) -> Any:
    """The same of one."""
    state_reply = await ROW_ANSWERS["session_states.get"](context, caller, _with_project(params))
    row = as_map(state_reply)
    await _show_now(context, [row], params.fields)
    return type(state_reply)(**row)


def _with_project(params: Any) -> Any:
    if params.fields is None:
        return params
    return structs.replace(params, fields=[*params.fields, PROJECT])


async def _show_now(context: Context, rows: list[Row], fields: list[str] | None) -> None:
    """Put what the rooms of this node have into the rows of sessions that go on in them."""
    rooms = context.hub.rooms
    open_projects = {row["project"] for row in rows if row["project"] in rooms}
    going_on = (
        await collaboration_sessions.active_among(context.db, open_projects)
        if open_projects
        else set()
    )
    members = {
        (project, member.user, member.device): member.presence
        for project in open_projects
        if project in rooms
        for member in rooms[project].room.members_everywhere()
    }
    for row in rows:
        user = row["user"] if isinstance(row["user"], str) else row["user"]["id"]
        now = members.get((row["project"], user, row["device"]))
        if now is not None and row["session"] in going_on:
            row.update({name: value for name, value in _presence_row(now).items() if name in row})
        if fields is not None and PROJECT not in fields:
            del row[PROJECT]


def _presence_row(now: Presence) -> Row:
    """As a row has it."""
    return {
        "cursor": now.cursor or None,
        "view": now.view or None,
        "tool": now.tool or None,
        "selection": now.selection or [],
        "device_presence": {} if now.playhead is UNSET else {"playhead": now.playhead},
    }
