"""Rows that a user makes, changes and deletes. Who may is asked in the statement that does it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf, isfinite
from typing import Any

from persistence import sqlstates
from persistence.errors import (
    BadQuery,
    Busy,
    Conflict,
    Faulty,
    Forbidden,
    IdReused,
    NoSuchProject,
    NotGranted,
    Taken,
    TooMany,
)
from persistence.rows import statements
from persistence.rows.condition_values import WrongValue, argument, has_nul, problem_with_text
from persistence.rows.reading import Id, Row, as_row, get, keys_of, no_such, read_as
from persistence.rows.row_lanes import RowLanes
from persistence.rows.row_owners import count_others
from persistence.rows.statements import TEXTS
from schema.roles import Whom, rights_of
from schema.tables.description import REQUIRED, Column, Table

FIRST_VERSION = 1

TRIES = 2
"""To make a row whose way was free behind the first of them: of a place in a full list."""

IN_WORDS = {
    Whom.SELF: "whoever it belongs to",
    Whom.VIEWER: "members of its project",
    Whom.CONTRIBUTOR: "contributors, editors and owners of its project",
    Whom.MAKER: "whoever it belongs to, as a contributor of its project",
    Whom.EDITOR: "editors and owners of its project",
    Whom.OWNER: "owners of its project",
    Whom.PEER: "whoever shares a project with its user",
    Whom.EVERYONE: "everyone",
    Whom.OPERATOR: "operators",
}
"""Whom a right is for -> as the end of a sentence."""


async def create(
    lanes: RowLanes,
    table: Table,
    user: str,
    values: Mapping[str, Any],
    id: str | None = None,
    most: float = inf,
) -> Row:
    """Make a row of `values`, by names of columns; the same `id` again answers the row.

    `most`: how many there may be, of what the table says that there is a bound.
    Raises `Forbidden`, `NotFound` (of the project), `Taken`, `IdReused`, `BadQuery`, `TooMany`.
    """
    row = _with_defaults(table, values)
    if table.user and table.user not in row:
        row[table.user] = user
    if id is not None:
        row[table.key] = keys_of(table, id)[0]
    columns_given = [table.by_name[name] for name in sorted(row)]
    arguments = [_argument(column, row[column.name]) for column in columns_given]
    shape = ",".join([column.name for column in columns_given])
    is_bounded = table.most is not None and isfinite(most)
    text = TEXTS.get(
        table,
        f"insert|{is_bounded}|{shape}",
        lambda: statements.insert_text(table, columns_given, table.columns, is_bounded=is_bounded),
    )
    bound = [int(most)] if is_bounded else []
    for _ in range(TRIES):
        with refusals(table):
            record = await lanes.callers.fetchrow(text, user, *arguments, *bound)
        if record is not None:
            return as_row(read_as(table, table.columns), record)
        await require_below_limit(lanes, table, user, row, most)
        await _require_right(lanes, table, user, columns_given, arguments)
        if id is not None:
            return await _made_before(lanes, table, user, row)
    raise Busy("what stood in the way of this row is gone; try again")


async def require_below_limit(
    lanes: RowLanes, table: Table, user: str, row: Mapping[str, Any], most: float
) -> None:
    """Raises `TooMany` if there are as many as there may be, beside this row (rule Q9)."""
    if table.most is None or not isfinite(most):
        return
    value, id = row[table.most.column], row.get(table.key)
    if await count_others(lanes.callers, table, user, value, id, most) >= most:
        raise TooMany(f"there may be {most:.0f} {table.most.says}; delete some you no longer need")


async def _require_right(
    lanes: RowLanes,
    table: Table,
    user: str,
    columns_given: Sequence[Column],
    arguments: Sequence[Any],
) -> None:
    """Raises `Forbidden`, or `NotFound` to who does not see the project."""
    shape = ",".join([column.name for column in columns_given])
    text = TEXTS.get(
        table, f"may|{shape}", lambda: statements.may_create_text(table, columns_given)
    )
    rights_row = await lanes.callers.fetchrow(text, user, *arguments)
    if rights_row is None or not rights_row["may"]:
        if rights_row is not None and rights_row["sees"]:
            raise forbidden(table, "make", rights_of(table).create)
        raise NoSuchProject if table.project else no_such(table)


async def update(
    lanes: RowLanes, table: Table, user: str, id: Id, version: int, changes: Mapping[str, Any]
) -> Row:
    """Change columns of a row whose version is still that one.

    Raises `NotFound`, `Forbidden`, `Conflict`, `Taken`, `BadQuery`.
    """
    changed_columns = [_changing(table, name) for name in sorted(changes)]
    if changed_columns:
        arguments = [_argument(column, changes[column.name]) for column in changed_columns]
        text = TEXTS.get(
            table,
            f"update|{','.join([column.name for column in changed_columns])}",
            lambda: statements.update_text(table, changed_columns, table.columns),
        )
        with refusals(table):
            record = await lanes.callers.fetchrow(
                text, user, *keys_of(table, id), version, *arguments
            )
        if record is not None:
            return as_row(read_as(table, table.columns), record)
    current = await _standing(lanes, table, user, id, "change", rights_of(table).change)
    if changed_columns or current != version:
        raise Conflict(current)
    return await get(lanes, table, user, id)


async def delete(lanes: RowLanes, table: Table, user: str, id: Id) -> bool:
    """Whether there was such a row: the second time changes nothing. Raises `Forbidden`."""
    text = TEXTS.get(table, "delete", lambda: statements.delete_text(table))
    with refusals(table):
        if await lanes.callers.fetchrow(text, user, *keys_of(table, id)) is not None:
            return True
    whoms = rights_of(table).delete
    text = TEXTS.get(table, "deletes", lambda: statements.standing_text(table, whoms))
    rights_row = await lanes.callers.fetchrow(text, user, *keys_of(table, id))
    if rights_row is not None and not rights_row["may"]:
        raise forbidden(table, "delete", whoms)
    return False


def forbidden(table: Table, verb: str, whoms: Sequence[Whom]) -> Forbidden:
    """Of a row that the user sees."""
    who_may = " or ".join(IN_WORDS[whom] for whom in whoms) or "nobody"
    return Forbidden(f"you may not {verb} this {table.noun}; who may: {who_may}")


async def _standing(
    lanes: RowLanes, table: Table, user: str, id: Id, verb: str, whoms: Sequence[Whom]
) -> int:
    """The version of the row; raises `NotFound`, or `Forbidden` if the user is none of these."""
    text = TEXTS.get(table, f"standing|{verb}", lambda: statements.standing_text(table, whoms))
    rights_row = await lanes.callers.fetchrow(text, user, *keys_of(table, id))
    if rights_row is None:
        raise no_such(table)
    if not rights_row["may"]:
        raise forbidden(table, verb, whoms)
    version: int = rights_row["version"]
    return version


async def _made_before(lanes: RowLanes, table: Table, user: str, row: Mapping[str, Any]) -> Row:
    """The row that the user made with this id before; else `Taken` or `IdReused`."""
    text = TEXTS.get(table, "made", lambda: statements.get_text(table, table.columns))
    record = await lanes.callers.fetchrow(text, user, row[table.key])
    if record is None:
        raise Taken("id")
    row_before = as_row(read_as(table, table.columns), record)
    if table.user and row_before.get(table.user) != user:
        raise Taken("id")
    if row_before.get(table.version, FIRST_VERSION) == FIRST_VERSION:
        for name, value in row.items():
            if name in row_before and row_before[name] != value:
                raise IdReused(row[table.key], name)
    return row_before


# Values.


def _with_defaults(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of all columns that are created; raises `BadQuery` for one that is not, or is missing."""
    allowed_columns = {column.name: column for column in table.creates}
    for name in values:
        if name not in allowed_columns:
            raise BadQuery(name, f"cannot be given; allowed: {', '.join(sorted(allowed_columns))}")
    row = {name: values.get(name, column.default) for name, column in allowed_columns.items()}
    for name, value in row.items():
        if value is REQUIRED:
            raise BadQuery(name, "is missing")
    for pair in table.together:
        missing_names = [name for name in pair if row[name] is None]
        if len(missing_names) == 1:
            raise BadQuery(missing_names[0], f"is missing: {' and '.join(pair)} are given together")
    return row


def _changing(table: Table, name: str) -> Column:
    column = table.by_name.get(name)
    if column is None or not column.changes:
        allowed_names = ", ".join(sorted(change.name for change in table.changes))
        raise BadQuery(name, f"cannot be changed; allowed: {allowed_names}")
    return column


def _argument(column: Column, value: Any) -> Any:
    """What PostgreSQL is given; raises `BadQuery` for what it cannot keep."""
    if isinstance(value, str) and (problem := problem_with_text(value)):
        raise BadQuery(column.name, f"is no text: {problem}")
    try:
        if has_nul(value):
            raise WrongValue("no text may hold the character NUL")
        return argument(column, value)
    except WrongValue as wrong:
        raise BadQuery(column.name, str(wrong)) from None


# What PostgreSQL refuses, in the words of the call.


@contextmanager
def refusals(table: Table) -> Iterator[None]:
    """Of a row that breaks a rule of the table: `Taken`, `BadQuery` or `Forbidden`."""
    try:
        yield
    except Faulty as error:
        field, why = table.refuses.get(error.constraint or "", ("", ""))
        field = field or _field(table, error)
        match error.sqlstate:
            case sqlstates.UNIQUE:
                raise Taken(field) from error
            case state if why and state[:2] in sqlstates.BAD_VALUE:
                raise BadQuery(field, f"is refused: {why}") from error
            case sqlstates.NO_SUCH_ROW:
                raise BadQuery(field, "names something that is not there (any more)") from error
            case sqlstates.NULL:
                raise BadQuery(field, "must not be null") from error
            case sqlstates.NOT_ALLOWED if not isinstance(error, NotGranted):
                raise Forbidden(f"you may not do this to {table.calls}") from error
            case state if state[:2] in sqlstates.BAD_VALUE:
                raise BadQuery(field, f"breaks a rule of {table.calls}") from error
        raise


_SUFFIXES = ("_key", "_fkey", "_check", "_pkey", "_idx")


def _field(table: Table, error: Faulty) -> str:
    """The column that a constraint is about, by its name: `plugin_presets_name_key`."""
    if error.constraint == f"{table.relation}_pkey":
        return table.key
    name = error.column or (error.constraint or "").removeprefix(f"{table.relation}_")
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    for column in table.columns:
        if name and name in (column.name, column.reads):
            return column.name
    return table.param
