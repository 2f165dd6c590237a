"""Where the next page of a list starts: a time and an id in one string, for clients to return."""

import base64
import uuid

from persistence.errors import BadCursor

LATEST_MICROSECONDS = 2**53


def write_cursor(microseconds: int, row_id: str) -> str:
    """`microseconds` since 1970 of the last row of a page, and its id."""
    place = microseconds.to_bytes(8) + uuid.UUID(row_id).bytes
    return base64.urlsafe_b64encode(place).decode()


def read_cursor(cursor: str | None) -> tuple[int | None, str | None]:
    """What was written; (None, None) for the first page; raises `BadCursor` for anything else."""
    if cursor is None:
        return None, None
    try:
        place = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
    except ValueError:
        raise BadCursor from None
    microseconds = int.from_bytes(place[:8])
    if len(place) != 24 or microseconds > LATEST_MICROSECONDS:
        raise BadCursor
    return microseconds, str(uuid.UUID(bytes=place[8:]))
