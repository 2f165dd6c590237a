"""What a client is told of whatever an answer raised."""

from persistence.errors import (
    BadCursor,
    BadQuery,
    Compacted,
    Conflict,
    Forbidden,
    GuestOwner,
    IdReused,
    LastOwner,
    LeavingOwner,
    LoginEnded,
    NotFound,
    Taken,
    TooMany,
    TooSlow,
    ToRepair,
    Unavailable,
)
from persistence.recall.settings import NoRoom
from schema.errors import ErrorCode
from schema.limits import CALL_SECONDS
from schema.messages import Details, Error
from server.accounts.hashing.hashing_queue import TooBusy
from server.events.events import EventSubject
from server.logs.internal_errors import internal_error, to_repair
from server.loop.deadlines import EndedEarly
from server.metrics.metrics import Count
from server.refused import Refused
from server.states.stored_state import DamagedState

_CODES: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (NotFound, ErrorCode.NOT_FOUND),
    (Taken, ErrorCode.TAKEN),
    (Conflict, ErrorCode.CONFLICT),
    (LastOwner, ErrorCode.CONFLICT),
    (LeavingOwner, ErrorCode.CONFLICT),
    (GuestOwner, ErrorCode.CONFLICT),
    (TooMany, ErrorCode.LIMIT_REACHED),
    (NoRoom, ErrorCode.LIMIT_REACHED),
    (BadCursor, ErrorCode.VALIDATION),
    (BadQuery, ErrorCode.VALIDATION),
    (Forbidden, ErrorCode.FORBIDDEN),
    (LoginEnded, ErrorCode.AUTH_REQUIRED),
    (IdReused, ErrorCode.ID_REUSED),
    (Compacted, ErrorCode.COMPACTED),
    (DamagedState, ErrorCode.SNAPSHOT_DAMAGED),
)
"""What a client is told of an error whose own words will do."""

TOOK_TOO_LONG_MILLISECONDS = 1_000
"""When to try again what was not done within `CALL_SECONDS`."""

_DETAILS = ("field", "version", "oldest")


def as_error(message_id: str | None, error: Exception, project: str | None = None) -> Error:
    """An error that says what to do; of our own mistakes, where they are in the log."""
    details: Details = {}
    code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
    text = str(error)
    if code is not None:
        details.update({n: getattr(error, n) for n in _DETAILS if hasattr(error, n)})
    elif isinstance(error, Refused):
        code = error.code
        details.update(error.details)
    elif isinstance(error, EndedEarly):
        code = ErrorCode.UNAVAILABLE
        text = "not done before this server stops; what it did by then may stand: ask another one"
        details["retry_after_ms"] = TOOK_TOO_LONG_MILLISECONDS
    elif isinstance(error, TimeoutError):
        code = ErrorCode.UNAVAILABLE
        text = f"not done within {CALL_SECONDS:.0f} seconds; try again later, one at a time"
        details["retry_after_ms"] = TOOK_TOO_LONG_MILLISECONDS
    elif isinstance(error, Unavailable | TooBusy):
        code = ErrorCode.UNAVAILABLE
        if not isinstance(error, TooSlow):
            text = "the server cannot do this now; try again"
        details["retry_after_ms"] = 500
    elif isinstance(error, ToRepair):
        return to_repair(message_id, error, project)
    else:
        return internal_error(message_id, error, project)
    return Error(message_id, code, text, project, details)


def counted(error: Error, count: Count) -> Error:
    """What a client is told of a call, a hello or a join: what our log has of it counts."""
    if "error_id" in error.details:
        text = f"the log has it as error_id {error.details['error_id']}"
        count("calls_failed", 1, EventSubject(error.project or "", text=text))
    return error
