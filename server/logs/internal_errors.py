"""The answer to a client when we made a mistake: always one, with its place in the log."""

import uuid

import structlog

from persistence.errors import NotGranted, ToRepair
from schema.errors import ErrorCode
from schema.messages import Details, Error

log = structlog.get_logger()

RETRY_MILLISECONDS = 1_000
"""When the same may be sent again: the mistake may depend on the state of then."""


def internal_error(message_id: str | None, error: Exception, project: str | None = None) -> Error:
    """`internal` with an `error_id`, under which the log has the trace."""
    error_id = uuid.uuid4().hex[:12]
    log.error("what a client asked for has failed", error_id=error_id, exc_info=error)
    details: Details = {"error_id": error_id, "retry_after_ms": RETRY_MILLISECONDS}
    text = "the server made a mistake; it is in its log"
    return Error(message_id, ErrorCode.INTERNAL, text, project, details)


def to_repair(message_id: str | None, error: ToRepair, project: str | None = None) -> Error:
    """`unavailable` with an `error_id`: the operator has something to repair, the user nothing."""
    error_id = uuid.uuid4().hex[:12]
    log.error(what_to_repair(error), error_id=error_id, reason=error.in_full)
    details: Details = {"error_id": error_id, "retry_after_ms": RETRY_MILLISECONDS}
    text = "the server cannot do this until its operator has repaired its database; try again later"
    return Error(message_id, ErrorCode.UNAVAILABLE, text, project, details)


def what_to_repair(error: ToRepair) -> str:
    """The line of the log; its `reason` says what helps."""
    if isinstance(error, NotGranted):
        return "the database does not grant what Prime needs; run ./run migrate"
    return "the database, or what is between, is not as Prime needs it"
