"""What else must be told when a row of some table was written: beside what watches it."""

from collections.abc import Callable, Mapping

from persistence.rows.reading import Row
from server.calls.context import Announcer


def _audio_file(announcer: Announcer, row: Row) -> None:
    """Everyone in the room sees which media can be played (rule L2)."""
    announcer.media_changed(row["project"])


TOLD: Mapping[str, Callable[[Announcer, Row], None]] = {"audio_files": _audio_file}
"""Relation -> who is told, of a row as it is or was."""


def tell(announcer: Announcer, relation: str, row: Row | None) -> None:
    """A row was made, changed or deleted."""
    if row is not None and relation in TOLD:
        TOLD[relation](announcer, row)
    announcer.rows_changed()
