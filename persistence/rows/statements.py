"""Texts of all statements on rows that users ask for, each made once a shape.

The first argument is always the caller.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from persistence.caller_role import caller_set_to
from persistence.rows.condition_sql import (
    ArgumentNumbers,
    condition_sql,
    ordered_by,
    place_of,
    wire_value,
)
from persistence.rows.conditions import Condition
from persistence.rows.pages import Order, behind_sql, order_sql
from persistence.rows.rights_sql import predicate
from schema.limits import MAX_PAGE_BYTES
from schema.roles import Whom, rights_of
from schema.server_limits import MAX_STATEMENT_TEXTS
from schema.tables.description import Column, SqlType, Table

CALLER_IS_SET = caller_set_to("$1::text")
"""Is done once and before a row is looked at; of this transaction only."""

CALLER_IS_GIVEN = "$1::text IS NOT NULL"

FEW = 500
"""Rows that are found and then sorted; where there are more, the order's index meets some soon."""

HEAVY = (SqlType.JSON, SqlType.TEXTS, SqlType.UUIDS)
"""Types of columns that may fill a page with few rows."""


CLIPPED_WEIGHS_LESS = 16
"""So many times: a page of maps that are clipped holds some, and a node 4 MiB of it at most."""


class StatementTexts:
    """Texts by table and shape; those that were not used for longest are forgotten."""

    def __init__(self, most: int = MAX_STATEMENT_TEXTS) -> None:
        self._most_texts = most
        self._texts: OrderedDict[tuple[int, str], tuple[Table, str]] = OrderedDict()
        """By a table's identity, as a description cannot be hashed, and the shape."""
        self.made_count = 0
        """How many were built, since the start."""

    def get(self, table: Table, shape: str, make: Callable[[], str]) -> str:
        """The text of this shape, which `make` builds where it is not known."""
        key = (id(table), shape)
        known_text = self._texts.get(key)
        if known_text is not None and known_text[0] is table:
            self._texts.move_to_end(key)
            return known_text[1]
        text = make()
        self.made_count += 1
        self._texts[key] = (table, text)
        if len(self._texts) > self._most_texts:
            self._texts.popitem(last=False)
        return text


TEXTS = StatementTexts()


def get_text(table: Table, columns: Sequence[Column]) -> str:
    """The row that $2 and on name."""
    return (
        f"SELECT {selected(table, columns)} FROM {table.relation}"
        f" WHERE {CALLER_IS_SET} AND {sees_sql(table)} AND {has_key_sql(table)}"
    )


def list_text(
    table: Table, columns: Sequence[Column], condition: Condition, order: Order, *, behind: bool
) -> str:
    """A page; arguments: caller, those of the condition, the place behind which it lies, limit."""
    filtered, limit = _filtered(table, condition, order, behind=behind)
    if not is_heavy(columns):
        return (
            f"SELECT {selected(table, columns)}, {_sorted_by(table, order)} FROM {table.relation}"
            f" WHERE {CALLER_IS_SET} AND {filtered}"
            f" ORDER BY {order_sql(table, order)} LIMIT {limit}"
        )
    inner = (
        f"SELECT {selected(table, columns)}, {_sorted_by(table, order)},"
        f" {weighed(table, columns, order_sql(table, order))} FROM {table.relation}"
        f" WHERE {CALLER_IS_SET} AND {filtered} ORDER BY {order_sql(table, order)} LIMIT {limit}"
    )
    return f"{up_to(inner, MAX_PAGE_BYTES)} ORDER BY {_sorted_again(order)}"


def ids_text(table: Table, condition: Condition, order: Order, *, behind: bool) -> str:
    """The keys of a page, as the owner; arguments as of `list_text`."""
    filtered, limit = _filtered(table, condition, order, behind=behind)
    return (
        f"SELECT {_row_keys_sql(table)}, {_sorted_by(table, order)} FROM {table.relation}"
        f" WHERE {CALLER_IS_GIVEN} AND {filtered} ORDER BY {order_sql(table, order)} LIMIT {limit}"
    )


def few_ids_text(table: Table, condition: Condition, order: Order, *, behind: bool) -> str:
    """As `ids_text`, but all that match are found before one is sorted, up to `FEW` and one more.

    `_matched`: how many these are. Where the frequency of what is asked for is guessed from a
    sample, one row that happens to be in it makes PostgreSQL walk along the index of the order for
    a page of what is hardly there, through the whole table. It does not know of the LIMIT here: a
    materialized part is planned as if all of it were read, and is read only as far as it is asked.
    """
    filtered, limit = _filtered(table, condition, order, behind=behind)
    return (
        f"WITH matched AS MATERIALIZED (SELECT {_row_keys_sql(table)}, {_sorted_by(table, order)}"
        f" FROM {table.relation} WHERE {CALLER_IS_GIVEN} AND {filtered})"
        f" SELECT *, count(*) OVER () AS _matched FROM (SELECT * FROM matched LIMIT {FEW + 1})"
        f" AS few ORDER BY {_sorted_again(order)} LIMIT {limit}"
    )


def among_text(table: Table, columns: Sequence[Column], condition: Condition | None) -> str:
    """The rows that the last arguments, lists, name together, in that order, up to a page.

    `condition`: of a search that found them behind the first wall a moment ago, its arguments
    before the lists; they may have changed. None: the first wall is asked here.
    """
    numbers = ArgumentNumbers(1)
    wall = sees_sql(table) if condition is None else condition_sql(table, condition, numbers)
    inner = (
        f"SELECT {selected(table, columns)}, {_row_keys_sql(table)}, asked.n AS _sort_0,"
        f" {weighed(table, columns, 'asked.n')} FROM {_listed_keys_sql(table, numbers)}"
        f" WHERE {CALLER_IS_SET} AND ({wall})"
    )
    return f"{up_to(inner, MAX_PAGE_BYTES)} ORDER BY _sort_0"


def count_text(table: Table, condition: Condition) -> str:
    """How many there are; arguments: caller, those of the condition, up to how many."""
    numbers = ArgumentNumbers(1)
    condition_text = condition_sql(table, condition, numbers)
    return (
        f"SELECT count(*) FROM (SELECT FROM {table.relation} WHERE {CALLER_IS_SET}"
        f" AND {sees_sql(table)} AND ({condition_text}) LIMIT ${numbers.next()}::int8) AS counted"
    )


def found_text(table: Table, condition: Condition) -> str:
    """The keys of those that are to be counted, as the owner; arguments as of `count_text`."""
    numbers = ArgumentNumbers(1)
    condition_text = condition_sql(table, condition, numbers)
    return (
        f"SELECT {_row_keys_sql(table)} FROM {table.relation} WHERE {CALLER_IS_GIVEN}"
        f" AND {sees_sql(table)} AND ({condition_text}) LIMIT ${numbers.next()}::int8"
    )


def count_among_text(table: Table) -> str:
    """How many of the rows that the lists $2 and on name together the caller may see."""
    return (
        f"SELECT count(*) FROM {_listed_keys_sql(table, ArgumentNumbers(1))} WHERE {CALLER_IS_SET}"
    )


# Writing.


def insert_text(
    table: Table, columns_set: Sequence[Column], returned: Sequence[Column], *, is_bounded: bool
) -> str:
    """A new row of the values $2 and on; nothing if the caller may not, or the key is in use.

    `is_bounded`: nor if there are as many as the argument behind them says, of what the table has
    `most` of.
    """
    names = ", ".join(stored(column) for column in columns_set)
    keys = ", ".join(stored(column) for column in _names(table))
    room = ""
    if is_bounded:
        most = f"${len(columns_set) + 2}::int8"
        numbers = {column.name: n for n, column in enumerate(columns_set, start=2)}
        assert table.most is not None
        value = f"${numbers[table.most.column]}"
        key = f"${numbers[table.key]}" if table.key in numbers else "NULL"
        room = f" AND ({others_text(table, value, key, most)}) < {most}"
    return (
        f"INSERT INTO {table.relation} ({names}) SELECT {names} FROM {_as_row(table, columns_set)}"
        f" WHERE {CALLER_IS_SET} AND {predicate(table, rights_of(table).create)}{room}"
        f" ON CONFLICT ({keys}) DO NOTHING"
        f" RETURNING {selected(table, returned)}"
    )


def others_text(table: Table, value: str, key: str, most: str, caller: str = "true") -> str:
    """How many rows have that value of what there may be so many, beside the one of that key.

    Counted up to `most`. `caller`: what sets whom row-level security asks, where nothing else does.
    """
    assert table.most is not None
    same_column, key_column = table.by_name[table.most.column], table.by_name[table.key]
    return (
        f"SELECT count(*) FROM (SELECT FROM {table.relation} WHERE {caller}"
        f" AND {place_of(table, same_column)} = {value}::{same_column.sql.value}"
        f" AND {place_of(table, key_column)} IS DISTINCT FROM {key}::{key_column.sql.value}"
        f" LIMIT {most}) AS others"
    )


def may_create_text(table: Table, columns_set: Sequence[Column]) -> str:
    """Whether the caller may make such a row, and whether may see the project that it is of."""
    return (
        f"SELECT {predicate(table, rights_of(table).create)} AS may,"
        f" {predicate(table, (Whom.VIEWER,))} AS sees"
        f" FROM {_as_row(table, columns_set)} WHERE {CALLER_IS_SET}"
    )


def update_text(table: Table, changed_columns: Sequence[Column], returned: Sequence[Column]) -> str:
    """The row that $2 and on name, if its version is the next, gets the values after that."""
    numbers = ArgumentNumbers(2 + len(table.names))
    version = numbers.last_number
    values = ", ".join(_assigned(column, numbers) for column in changed_columns)
    return (
        f"UPDATE {table.relation} SET {values} WHERE {CALLER_IS_SET} AND {has_key_sql(table)}"
        f" AND {place_of(table, table.by_name[table.version])} = ${version}::int8"
        f" AND {may_write_sql(table, rights_of(table).change)}"
        f" RETURNING {selected(table, returned)}"
    )


def _assigned(column: Column, numbers: ArgumentNumbers) -> str:
    new_value_sql = f"${numbers.next()}::{column.sql.value}"
    also = f", {column.sets.format(new=new_value_sql)}" if column.sets else ""
    return f"{stored(column)} = {new_value_sql}{also}"


def delete_text(table: Table) -> str:
    """The row that $2 and on name."""
    return (
        f"DELETE FROM {table.relation} WHERE {CALLER_IS_SET} AND {has_key_sql(table)}"
        f" AND {may_write_sql(table, rights_of(table).delete)} RETURNING true"
    )


def standing_text(table: Table, whoms: Iterable[Whom]) -> str:
    """Of the row that $2 and on name, if the caller sees it: version, and whether one of these."""
    version = table.by_name.get(table.version)
    version_sql = "0" if version is None else place_of(table, version)
    return (
        f"SELECT {version_sql} AS version, {predicate(table, whoms)} AS may FROM {table.relation}"
        f" WHERE {CALLER_IS_SET} AND {sees_sql(table)} AND {has_key_sql(table)}"
    )


# Parts of them.


def sees_sql(table: Table) -> str:
    """The first wall."""
    return predicate(table, rights_of(table).see)


def may_write_sql(table: Table, whoms: Iterable[Whom]) -> str:
    """Whether the user is one of these, and sees the row: whoever made one may be out by now."""
    visible_sql, allowed_sql = sees_sql(table), predicate(table, whoms)
    return allowed_sql if allowed_sql == visible_sql else f"{visible_sql} AND {allowed_sql}"


def has_key_sql(table: Table) -> str:
    """Whether it is the row that $2 and on name."""
    return " AND ".join(
        f"{place_of(table, column)} = ${n}::{column.sql.value}"
        for n, column in enumerate(_names(table), start=2)
    )


def stored(column: Column) -> str:
    """The name of a column that is written; of one that is computed: `ValueError`."""
    name = column.reads or column.name
    if not name.isidentifier():
        raise ValueError(f"{column.name} is computed: nobody can write it")
    return name


def selected(table: Table, columns: Iterable[Column]) -> str:
    """As they go over the wire, by their names there."""
    return ", ".join(f'{wire_value(table, column)} AS "{column.name}"' for column in columns)


def is_heavy(columns: Iterable[Column]) -> bool:
    """Whether few rows may fill a page."""
    return any(column.sql in HEAVY for column in columns)


def _names(table: Table) -> list[Column]:
    return [table.by_name[name] for name in table.names]


def _row_keys_sql(table: Table) -> str:
    """What names a row."""
    numbered_columns = enumerate(_names(table))
    return ", ".join(f"{place_of(table, column)} AS _key_{n}" for n, column in numbered_columns)


def _listed_keys_sql(table: Table, numbers: ArgumentNumbers) -> str:
    """The rows that the next arguments, lists, name together, each with its place `n` in them."""
    numbered_columns = list(enumerate(_names(table)))
    lists = ", ".join(f"${numbers.next()}::{column.sql.value}[]" for _, column in numbered_columns)
    keys = ", ".join(f"_key_{n}" for n, _ in numbered_columns)
    join_sql = " AND ".join(
        f"{place_of(table, column)} = asked._key_{n}" for n, column in numbered_columns
    )
    keys_sql = f"unnest({lists}) WITH ORDINALITY AS asked ({keys}, n)"
    return f"{keys_sql} JOIN {table.relation} ON {join_sql}"


def _filtered(table: Table, condition: Condition, order: Order, *, behind: bool) -> tuple[str, str]:
    """What rows of a page must be, and the argument that is the limit."""
    numbers = ArgumentNumbers(1)
    parts = [sees_sql(table), f"({condition_sql(table, condition, numbers)})"]
    if behind:
        parts.append(f"({behind_sql(table, order, numbers)})")
    return " AND ".join(parts), f"${numbers.next()}::int8"


def _sorted_by(table: Table, order: Order) -> str:
    """What a cursor is made of."""
    return ", ".join(
        f"{ordered_by(table, sort.column)} AS _sort_{n}" for n, sort in enumerate(order)
    )


def _sorted_again(order: Order) -> str:
    """The same order, of rows that have their `_sorted_by`."""
    return ", ".join(
        f"_sort_{n} {'DESC' if sort.goes_down else 'ASC'}" for n, sort in enumerate(order)
    )


def weighed(table: Table, columns: Iterable[Column], order: str, *, is_cut: bool = True) -> str:
    """The bytes of a row's texts, and those of all rows up to it.

    `is_cut`: whoever reads it cuts it by what is sent, so that maps that may be clipped weigh less.
    """
    sizes = [
        _size_of(table, column, is_cut=is_cut)
        for column in columns
        if column.sql in HEAVY
        or (column.sql is SqlType.TEXT and (column.reads or column.name).isidentifier())
    ]
    own_bytes = " + ".join(sizes) or "0"
    return (
        f"{own_bytes} AS _own_bytes,"
        f" sum({own_bytes}) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS _bytes"
    )


def _size_of(table: Table, column: Column, *, is_cut: bool) -> str:
    """In bytes, as it is read; a map of more than a page is clipped (`schema.columns.stored_json`).

    That weighs little as sent, but is whole here until then.
    """
    size = f"coalesce(octet_length({place_of(table, column)}::text), 0)"  # least() passes NULL over
    if column.sql is not SqlType.JSON:
        return size
    if not is_cut:
        return f"least({size}, {MAX_PAGE_BYTES})"
    clipped = f"least(size / {CLIPPED_WEIGHS_LESS}, {MAX_PAGE_BYTES})"
    # OFFSET: else the text is made anew for each place of `size`.
    return (
        f"(SELECT CASE WHEN size > {MAX_PAGE_BYTES} THEN {clipped} ELSE size END"
        f" FROM (SELECT {size} AS size OFFSET 0) AS map)"
    )


def up_to(inner: str, most_bytes: int) -> str:
    """The rows of a statement with `weighed`, up to the one with which they have so many bytes."""
    return f"SELECT * FROM ({inner}) AS page WHERE _bytes - _own_bytes < {most_bytes}"


def _as_row(table: Table, columns_set: Sequence[Column]) -> str:
    """The values $2 and on as a row of the table, of which its rights can be asked."""
    numbers = ArgumentNumbers(1)
    values = ", ".join(f"${numbers.next()}::{c.sql.value} AS {stored(c)}" for c in columns_set)
    return f"(SELECT {values}) AS {table.relation}"
