"""Calls on collaboration sessions: who was in one, and its end."""

from msgspec import Struct

from schema.calling.params import Done, Params, RowsAsked
from schema.calling.row_calls import Call, Cursor
from schema.messages import ProjectId


class SessionHistory(Params, frozen=True, forbid_unknown_fields=True):
    """Who was in a collaboration session, and for how long, the latest comer first."""

    session: ProjectId
    limit: RowsAsked = 50
    after: Cursor | None = None
    before: Cursor | None = None


class EndSession(Params, frozen=True, forbid_unknown_fields=True):
    """End a collaboration session: its host may, and owners. The second time changes nothing."""

    session: ProjectId


def collaboration_session_methods(stay_page: type[Struct]) -> dict[str, Call]:
    """Method name -> parameters and result. `stay_page`: the result of `session_stays.list`."""
    return {
        "sessions.history": (SessionHistory, stay_page),
        "sessions.end": (EndSession, Done),
    }
