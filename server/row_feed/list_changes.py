"""What happened to the rows of one list in one batch: equal changes are encoded once."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET, Raw

from persistence.rows.embedded_values import shown
from persistence.rows.reading import Row
from schema.limits import MAX_PAGE_BYTES
from schema.messages import RowChange
from schema.tables.description import Column
from server.encoding.codec import Codec
from server.row_feed.change_batch import ChangeBatch
from server.row_feed.watches import Watch, WatchGroup

ENTERED, CHANGED, LEFT = "entered", "changed", "left"


def kinds(group: WatchGroup, id: str, batch: ChangeBatch) -> Iterable[tuple[str, set[Watch]]]:
    """What a changed row did, and to the lists of which watches, by the rows they show."""
    if group not in batch.groups:
        return
    table = group.watched_list.table
    row = batch.rows[table.relation].get(id)
    seeing: set[Watch] = set()
    if row is not None and group.watched_list.matches(row):
        seeing = group.of_users(batch.visibility.seers(table, row))
    holding = group.watches_by_row.get(id, set())
    yield LEFT, holding - seeing
    yield CHANGED, holding & seeing
    yield ENTERED, seeing - holding


def concerned(group: WatchGroup, id: str, batch: ChangeBatch) -> set[Watch]:
    """Who shows the row, or sees it now, whether it is in the list or not."""
    row = batch.rows.get(group.watched_list.table.relation, {}).get(id)
    seeing = group.of_users(
        set() if row is None else batch.visibility.seers(group.watched_list.table, row)
    )
    return seeing | group.watches_by_row.get(id, set())


class ListChanges:
    """Of one list in one batch; numbers stand for changes."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._numbers: dict[tuple[str, str], int] = {}
        """Kind and id of each change -> its number."""
        self._changes: list[RowChange] = []
        """By their numbers."""
        self._bytes: dict[tuple[str, int], bytes] = {}
        """Codec and number -> the change in it."""
        self._parts_by_numbers: dict[tuple[str, tuple[int, ...]], list[Raw]] = {}
        """Codec and numbers -> the lists of changes of one message after the other."""

    def number(self, kind: str, id: str, row: Row | None) -> int:
        """Of a change; equal ones are one."""
        known_number = self._numbers.get((kind, id))
        if known_number is None:
            known_number = self._numbers[kind, id] = len(self._changes)
            encoded_row: Any = UNSET
            if row is not None and kind != LEFT:
                encoded_row = shown(self._columns, row)
            self._changes.append(RowChange(kind, id, encoded_row))
        return known_number

    def parts(self, codec: Codec, numbers: Sequence[int]) -> list[Raw]:
        """The changes with these numbers, in messages of bounded size."""
        key = (codec.name, tuple(numbers))
        known_parts = self._parts_by_numbers.get(key)
        if known_parts is None:
            known_parts = self._parts_by_numbers[key] = [
                Raw(codec.encode(p)) for p in self._cut(codec, numbers)
            ]
        return known_parts

    def _cut(self, codec: Codec, numbers: Sequence[int]) -> list[list[Raw]]:
        parts: list[list[Raw]] = [[]]
        size = 0
        for number in numbers:
            encoded_change = self._encoded(codec, number)
            if parts[-1] and size + len(encoded_change) > MAX_PAGE_BYTES:
                parts.append([])
                size = 0
            parts[-1].append(Raw(encoded_change))
            size += len(encoded_change)
        return parts

    def _encoded(self, codec: Codec, number: int) -> bytes:
        key = (codec.name, number)
        if key not in self._bytes:
            self._bytes[key] = codec.encode(self._changes[number])
        return self._bytes[key]
