"""The rows that a watch shows, and the events by which a list of changes makes them others."""

from collections.abc import Iterable, Mapping
from typing import Any

from prime_client.watching.row_events import Row, RowChanged, RowEntered, RowEvent, RowLeft

Change = Mapping[str, Any]
"""As in a message `rows`."""

NAMES = {"members": ("project", "user"), "snapshots": ("project", "id")}
"""Calls -> the columns that name a row, where that is not `id`."""


def id_of(calls: str, row: Row) -> str:
    """By what the server's changes name the row."""
    key_values = [row[name] for name in NAMES.get(calls, ("id",))]
    return "/".join(str(part["id"] if isinstance(part, dict) else part) for part in key_values)


def events_of(known_ids: Iterable[str], changes: Iterable[Change]) -> list[RowEvent[Row]]:
    """What these changes are to a list that shows `known_ids`; what changes nothing is left out."""
    ids_shown = set(known_ids)
    rows_by_id: list[tuple[str, Row | None]] = [
        (change["id"], change.get("row"))
        for change in changes
        if change["change"] != "left" or change["id"] in ids_shown
    ]
    events: list[RowEvent[Row]] = []
    for n, (id, row) in enumerate(rows_by_id, 1):
        has_more = n < len(rows_by_id)
        if row is None:
            events.append(RowLeft(id, has_more))
            ids_shown.discard(id)
        elif id in ids_shown:
            events.append(RowChanged(id, row, has_more))
        else:
            events.append(RowEntered(id, row, has_more))
            ids_shown.add(id)
    return events
