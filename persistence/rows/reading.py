"""Rows that a user asks for: one, a page of a list, some by their ids, how many there are."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from persistence.errors import BadQuery, NotFound
from persistence.rows import statements
from persistence.rows.condition_sql import arguments_of
from persistence.rows.condition_values import IS_UUID, WrongValue, argument, read_value
from persistence.rows.conditions import Condition, is_guessed, operators_in, read_where
from persistence.rows.pages import (
    Order,
    list_digest,
    order_shape,
    read_cursor,
    read_order,
    turned,
    write_cursor,
)
from persistence.rows.row_lanes import RowLanes
from persistence.rows.statements import TEXTS
from schema.columns.stored_json import read_stored_map
from schema.limits import MAX_COUNTED, MAX_PAGE_BYTES
from schema.tables.description import SEARCHING, Column, Operator, SqlType, Table

Row = dict[str, Any]
"""A row as on the wire, by names of columns."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list; the cursors lead on and back, None where nothing is left."""

    rows: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows there are; not `exact`: at least so many."""

    count: int
    exact: bool


def no_such(table: Table) -> NotFound:
    """Of a row that is not there, or not this user's to see, or of what it is within."""
    return NotFound(f"there is no such {table.noun}, or you may not see it")


Id = str | Sequence[str]
"""What names a row: its id; where several columns do, their values in the order of `names`."""


async def get(
    lanes: RowLanes, table: Table, user: str, id: Id, fields: Sequence[Any] | None = None
) -> Row:
    """The row; raises `NotFound`, `BadQuery`."""
    columns = read_fields(table, fields)
    text = TEXTS.get(table, f"get|{_names(columns)}", lambda: statements.get_text(table, columns))
    record = await lanes.callers.fetchrow(text, user, *keys_of(table, id))
    if record is None:
        raise no_such(table)
    return as_row(read_as(table, columns), record)


async def among(
    lanes: RowLanes,
    table: Table,
    user: str,
    ids: Sequence[Id],
    fields: Sequence[Any] | None = None,
) -> dict[str, Row]:
    """Those of these rows that the user may see, by id: a page's worth of bytes at most.

    Where several columns name a row, its values are joined with `/`.
    """
    columns = read_fields(table, fields)
    rows, _ = await _among(lanes, table, user, ids, columns, None)
    return rows


async def list_(
    lanes: RowLanes,
    table: Table,
    user: str,
    *,
    where: Mapping[str, Any] | None = None,
    beside: Mapping[str, Any] | None = None,
    order: Sequence[Any] | None = None,
    unnamed: Order | None = None,
    fields: Sequence[Any] | None = None,
    limit: int = 50,
    after: str | None = None,
    before: str | None = None,
) -> Page:
    """A page; raises `BadQuery`, `BadCursor`. `beside`: as of `read_where`.

    `unnamed`: the order where `order` names none; None: that of the table.
    """
    query = _Query(
        table,
        user,
        read_where(table, where, beside),
        unnamed if unnamed and not order else read_order(table, order),
        read_fields(table, fields),
    )
    _, most = table.rows
    if not 1 <= limit <= most:
        raise BadQuery("limit", f"must be 1 to {most}")
    if after is not None and before is not None:
        raise BadQuery("before", "and `after` cannot be asked together")
    goes_back = before is not None
    cursor = before if goes_back else after
    field = "before" if goes_back else "after"
    row_order = turned(query.order) if goes_back else query.order
    digest = values = None
    if cursor is not None:
        digest = query.digest()
        values = read_cursor(digest, row_order, cursor, field)
    page = await (_searched if query.searches else _listed)(lanes, query, row_order, values, limit)
    return _page(page, query, came=digest, goes_back=goes_back)


async def count(
    lanes: RowLanes,
    table: Table,
    user: str,
    *,
    where: Mapping[str, Any] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> RowCount:
    """How many rows a list has, counted up to `MAX_COUNTED`; raises `BadQuery`."""
    condition = read_where(table, where, beside)
    arguments = [user, *arguments_of(condition), MAX_COUNTED + 1]
    shape = condition.shape
    if operators_in(condition) & SEARCHING:
        text = TEXTS.get(table, f"found|{shape}", lambda: statements.found_text(table, condition))

        async def find() -> list[list[str]]:
            async with lanes.turn(user):
                records = await lanes.searches.fetch(text, *arguments)
            return [_keys(table, record) for record in records]

        found = await find()
        among = TEXTS.get(table, "count_among", lambda: statements.count_among_text(table))
        number = await lanes.callers.fetchval(among, user, *_lists(table, found))
        if number < len(found):
            _tell_hidden(lanes, found, await find(), number)
    else:
        text = TEXTS.get(table, f"count|{shape}", lambda: statements.count_text(table, condition))
        number = await lanes.callers.fetchval(text, *arguments)
    return RowCount(min(number, MAX_COUNTED), number <= MAX_COUNTED)


def read_fields(table: Table, fields: Sequence[Any] | None) -> tuple[Column, ...]:
    """The columns that were chosen, and those that name a row; raises `BadQuery`."""
    if fields is None:
        return table.columns
    chosen_names = {*table.names}
    for n, name in enumerate(fields):
        if not isinstance(name, str) or name not in table.by_name:
            raise BadQuery(
                f"fields[{n}]",
                f"is nothing that a row has; allowed: {', '.join(table.by_name)}",
            )
        chosen_names.add(name)
    return tuple([column for column in table.columns if column.name in chosen_names])


def keys_of(table: Table, id: Id) -> list[Any]:
    """The values of all columns that name a row; raises `BadQuery`."""
    keys = [id] if isinstance(id, str) else list(id)
    if len(keys) != len(table.names):
        raise BadQuery(table.param, f"is named by: {', '.join(table.names)}")
    names_and_keys = zip(table.names, keys, strict=True)
    return [_key_of(table, table.by_name[name], key) for name, key in names_and_keys]


def _key_of(table: Table, column: Column, key: Any) -> Any:
    if column.sql is SqlType.UUID and isinstance(key, str) and IS_UUID(key):
        return key  # nearly every one
    try:
        return argument(column, read_value(column, Operator.EQ, key))
    except WrongValue as wrong:
        field = table.param if column.name == table.key else column.name
        raise BadQuery(field, str(wrong)) from None


ReadAs = tuple[Collection[str], Collection[str]]
"""Names of columns, and those of them that hold JSON."""


def read_as(table: Table, columns: Sequence[Column]) -> ReadAs:
    """How records of these columns are read; nearly always of all that the table has."""
    if columns is table.columns:
        return table.by_name, table.maps
    names = [column.name for column in columns]
    return names, [column.name for column in columns if column.sql is SqlType.JSON]


def as_row(how: ReadAs, record: Any) -> Row:
    """What PostgreSQL gave, as on the wire; the record may have more behind the columns."""
    names, maps = how
    row = dict(zip(names, record, strict=False))
    for name in maps:
        if row[name] is not None:
            row[name] = read_stored_map(row[name])
    return row


def as_rows(table: Table, columns: Sequence[Column], records: Iterable[Any]) -> list[Row]:
    """The same of several."""
    how = read_as(table, columns)
    return [as_row(how, record) for record in records]


# A page.


@dataclass(frozen=True, slots=True)
class _Query:
    """What was asked, read."""

    table: Table
    user: str
    condition: Condition
    order: Order
    columns: tuple[Column, ...]

    def digest(self) -> bytes:
        """What cursors of this list are sealed with."""
        return list_digest(self.table, self.user, self.condition, self.order)

    @property
    def searches(self) -> bool:
        """Whether it must be looked for as the owner."""
        return bool(operators_in(self.condition) & SEARCHING)

    def arguments(self, place: Sequence[Any] | None, limit: int) -> list[Any]:
        """Of `list_text` and `ids_text`."""
        return [self.user, *arguments_of(self.condition), *(place or ()), limit + 1]

    def shape(self, row_order: Order, place: Sequence[Any] | None) -> str:
        """All that its texts depend on, but for the columns."""
        place_word = "" if place is None else "behind"
        return f"{self.condition.shape}|{order_shape(row_order)}|{place_word}"


@dataclass(frozen=True, slots=True)
class _RowsFound:
    """Rows in the order in which they were walked, and the places of the first and the last."""

    rows: list[Row]
    places: list[list[Any]]
    more: bool
    """Whether something lies behind the last."""


async def _listed(
    lanes: RowLanes, query: _Query, row_order: Order, cursor_values: list[Any] | None, limit: int
) -> _RowsFound:
    table, columns = query.table, query.columns
    text = TEXTS.get(
        table,
        f"list|{_names(columns)}|{query.shape(row_order, cursor_values)}",
        lambda: statements.list_text(
            table, columns, query.condition, row_order, behind=cursor_values is not None
        ),
    )
    records = await lanes.callers.fetch(text, *query.arguments(cursor_values, limit))
    rows, is_full = _cut(table, columns, records[:limit])
    page = records[: len(rows)]
    return _RowsFound(rows, _places(page, row_order), is_full or len(records) > limit)


async def _searched(
    lanes: RowLanes, query: _Query, row_order: Order, cursor_values: list[Any] | None, limit: int
) -> _RowsFound:
    """Ids as the owner, behind the first wall; the rows as the caller, behind the second."""
    table = query.table

    async def find() -> list[Any]:
        async with lanes.turn(query.user):
            return await _ids(lanes, query, row_order, cursor_values, limit)

    records = await find()
    page = records[:limit]
    keys = [_keys(table, record) for record in page]
    rows, is_full = await _among(lanes, table, query.user, keys, query.columns, query.condition)
    ids = ["/".join(key) for key in keys]
    if is_full:
        page = page[: 1 + max(n for n, id in enumerate(ids) if id in rows)]
    if len(rows) < len(page):
        keys_again = [_keys(table, record) for record in await find()]
        _tell_hidden(lanes, keys[: len(page)], keys_again, len(rows))
    shown_rows = [rows[id] for id in ids if id in rows]
    return _RowsFound(shown_rows, _places(page, row_order), len(records) > len(page))


async def _ids(
    lanes: RowLanes, query: _Query, row_order: Order, cursor_values: list[Any] | None, limit: int
) -> list[Any]:
    """The keys of a page, and of one row more if there is one."""
    shape, arguments = query.shape(row_order, cursor_values), query.arguments(cursor_values, limit)

    async def find(kind: str, make: Callable[..., str]) -> list[Any]:
        text = TEXTS.get(
            query.table,
            f"{kind}|{shape}",
            lambda: make(query.table, query.condition, row_order, behind=cursor_values is not None),
        )
        return await lanes.searches.fetch(text, *arguments)

    if is_guessed(query.condition):
        records = await find("few_ids", statements.few_ids_text)
        if not records or records[0]["_matched"] <= statements.FEW:
            return records
    return await find("ids", statements.ids_text)


async def _among(
    lanes: RowLanes,
    table: Table,
    user: str,
    ids: Sequence[Id],
    columns: tuple[Column, ...],
    condition: Condition | None,
) -> tuple[dict[str, Row], bool]:
    """The rows by id, and whether they fill a page; `condition` as of `among_text`."""
    if not ids:
        return {}, False
    text = TEXTS.get(
        table,
        f"among|{_names(columns)}|{condition and condition.shape}",
        lambda: statements.among_text(table, columns, condition),
    )
    keys = [keys_of(table, id) for id in ids]
    asked_for = () if condition is None else arguments_of(condition)
    records = await lanes.callers.fetch(text, user, *asked_for, *_lists(table, keys))
    rows, is_full = _cut(table, columns, records)
    ids_found = ["/".join(_keys(table, record)) for record in records[: len(rows)]]
    return dict(zip(ids_found, rows, strict=True)), is_full


def _cut(table: Table, columns: Sequence[Column], records: Sequence[Any]) -> tuple[list[Row], bool]:
    """Rows up to a page, as they are sent, one at least; whether others may be missing for that.

    The database has bounded them, but maps that may be clipped: those are weighed here.
    """
    rows, (_, maps) = as_rows(table, columns, records), read_as(table, columns)
    if any(len(record[name] or "") > MAX_PAGE_BYTES for record in records for name in maps):
        size = 0
        for n, row in enumerate(rows):
            size += len(msgspec.json.encode(row))
            if n and size > MAX_PAGE_BYTES:
                return rows[:n], True
    # Light rows are not weighed: they have no `_bytes`.
    return rows, bool(records) and records[-1].get("_bytes", 0) >= MAX_PAGE_BYTES


def _page(rows_found: _RowsFound, query: _Query, *, came: bytes | None, goes_back: bool) -> Page:
    """`came`: from a page that lies on the other side, by a cursor of this digest."""
    rows = rows_found.rows[::-1] if goes_back else rows_found.rows
    if not rows_found.places or not (came or rows_found.more):
        return Page(rows, None, None)
    digest = came or query.digest()
    behind = write_cursor(digest, rows_found.places[0]) if came else None
    ahead = write_cursor(digest, rows_found.places[-1]) if rows_found.more else None
    return Page(rows, behind, ahead) if goes_back else Page(rows, ahead, behind)


def _places(page: Sequence[Any], order: Order) -> list[list[Any]]:
    names = [f"_sort_{n}" for n in range(len(order))]
    end_rows = (page[0], page[-1]) if page else ()
    return [[record[name] for name in names] for record in end_rows]


def _keys(table: Table, record: Any) -> list[str]:
    return [str(record[f"_key_{n}"]) for n in range(len(table.names))]


def _lists(table: Table, keys: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """One list a column."""
    return [[key[n] for key in keys] for n in range(len(table.names))]


def _names(columns: Sequence[Column]) -> str:
    return ",".join([column.name for column in columns])


def _tell_hidden(lanes: RowLanes, found: Any, found_again: Any, shown: int) -> None:
    """Of what the first wall gave before and after the second was asked: none went between."""
    hidden = len({*map(tuple, found)} & {*map(tuple, found_again)}) - shown
    if hidden > 0:
        lanes.on_hidden(hidden)
