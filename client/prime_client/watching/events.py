"""What a watch tells of its rows."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
"""A row of a table: names of columns -> values."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows, by id."""

    rows: dict[str, Row]


@dataclass(frozen=True, slots=True)
class Resynced:
    """All rows anew, by id, as what changed since could not be told; `reason`: why (rule V9)."""

    rows: dict[str, Row]
    reason: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A row that is in the list from now on. `more`: others changed at the same moment follow."""

    id: str
    row: Row
    more: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A row of the list has changed: what it holds now."""

    id: str
    row: Row
    more: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A row was deleted, does not match any more, or may not be seen any more."""

    id: str
    more: bool = False


RowEvent = Rows | Resynced | Entered | Changed | Left
