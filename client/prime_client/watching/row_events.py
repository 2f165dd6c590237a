"""What a watch tells of its rows."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = dict[str, Any]
"""A row of a table: names of columns -> values."""

RowT = TypeVar("RowT")
"""The type of the rows of a table, or `Row`."""


@dataclass(frozen=True, slots=True)
class Rows(Generic[RowT]):
    """The first rows, by id."""

    rows: dict[str, RowT]


@dataclass(frozen=True, slots=True)
class RowsResynced(Generic[RowT]):
    """All rows anew, by id, as what changed since could not be told; `reason`: why (rule V9)."""

    rows: dict[str, RowT]
    reason: str


@dataclass(frozen=True, slots=True)
class RowEntered(Generic[RowT]):
    """A row that is in the list from now on. `more`: others changed at the same moment follow."""

    id: str
    row: RowT
    more: bool = False


@dataclass(frozen=True, slots=True)
class RowChanged(Generic[RowT]):
    """A row of the list has changed: what it holds now."""

    id: str
    row: RowT
    more: bool = False


@dataclass(frozen=True, slots=True)
class RowLeft:
    """A row was deleted, does not match any more, or may not be seen any more."""

    id: str
    more: bool = False


RowEvent = Rows[RowT] | RowsResynced[RowT] | RowEntered[RowT] | RowChanged[RowT] | RowLeft
