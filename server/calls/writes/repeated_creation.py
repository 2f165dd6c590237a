"""What was made with an id before answers the same call again, and no other (rules C4, N2, N5)."""

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, to_builtins

from schema.calling.projects.project_calls import CreateProject
from schema.calling.projects.snapshot_calls import CreateSnapshot, ForkSnapshot
from schema.errors import ErrorCode
from server.refused import Refused

FIRST_VERSION = 1


def require_same(
    made_row: Any,
    params: CreateProject | CreateSnapshot | ForkSnapshot,
    names: Iterable[str],
) -> None:
    """Raises `Refused` if the row was made with other values under these names.

    Once it was changed nobody can tell any more: then the row is the answer, as it is now. What the
    call leaves to the server is whatever it was then.
    """
    if made_row.version != FIRST_VERSION:
        return
    for name in names:
        given_value = getattr(params, name)
        if given_value is not UNSET and to_builtins(given_value) != to_builtins(
            getattr(made_row, name)
        ):
            text = f"the id {made_row.id} was used before with another `{name}`; make a new id"
            raise Refused(ErrorCode.ID_REUSED, text)
