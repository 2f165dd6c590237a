"""What operators have told this node that rooms keep to; `server.control_plane` writes it."""

from typing import TYPE_CHECKING

from schema.errors import ErrorCode
from schema.messages import Error
from server.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

RETRY_MILLISECONDS = 2_000
"""When what waits for an operator is to be tried again: a client hears of the end before that."""


class StandingOrders:
    """As of the last look at the database."""

    def __init__(self) -> None:
        self.maintenance: str | None = None
        """Why nobody edits; None: everyone may."""
        self.closed: Mapping[str, str] = {}
        """Project -> why nobody joins its room."""

    def require_open(self, project: str) -> None:
        """Raises `Refused` for a closed room (rule R52)."""
        reason = self.closed.get(project)
        if reason is not None:
            text = f"an operator has closed this room: {reason}"
            raise _refused_until(text, reason)

    def refuse_to_write(self) -> None:
        """Raises `Refused` during maintenance (rule R53)."""
        if self.maintenance is not None:
            raise _in_maintenance(self.maintenance)

    def held_back(self, message_id: str, project: str) -> Error:
        """What is said of an edit that has to wait (rule R53)."""
        refusal = _in_maintenance(self.maintenance or "")
        return Error(message_id, refusal.code, str(refusal), project, dict(refusal.details))


def _in_maintenance(message: str) -> Refused:
    return _refused_until(
        f"nobody edits during maintenance, and nothing is lost: {message}", message
    )


def _refused_until(text: str, message: str) -> Refused:
    code, retry = ErrorCode.UNAVAILABLE, RETRY_MILLISECONDS
    return Refused(code, text, retry_after_ms=retry, message=message)
