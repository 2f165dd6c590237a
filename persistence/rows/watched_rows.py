"""Rows that are watched, read as the owner: a list, what changed rows hold, who is tied to them.

All that belongs together is read in one transaction, of one snapshot: `one_snapshot`.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from persistence.errors import PersistenceError
from persistence.pool import Database, Executor
from persistence.rows.condition_sql import ArgumentNumbers, arguments_of, condition_sql, place_of
from persistence.rows.conditions import Condition
from persistence.rows.pages import order_sql, read_order
from persistence.rows.reading import Row, as_row, read_as
from persistence.rows.statements import (
    CALLER_IS_GIVEN,
    CALLER_IS_SET,
    TEXTS,
    is_heavy,
    sees_sql,
    selected,
    up_to,
    weighed,
)
from schema.limits import MAX_WATCHED_BYTES
from schema.tables.description import Column, Table

SNAPSHOT = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL statement_timeout = '2s'
"""

EXPORTED_SNAPSHOT = "SELECT pg_export_snapshot()"

THAT_SNAPSHOT = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET TRANSACTION SNAPSHOT '{}'
"""

ROLES = """
SELECT project_id, user_id, role FROM project_members
WHERE project_id = ANY ($1::uuid[]) AND user_id = ANY ($2::uuid[])
"""

MEMBERS = """
SELECT DISTINCT user_id FROM project_members
WHERE project_id = ANY ($1::uuid[]) AND user_id = ANY ($2::uuid[])
"""

PEERS = """
SELECT DISTINCT mine.user_id AS user_id, other.user_id AS peer FROM project_members AS mine
JOIN project_members AS other ON other.project_id = mine.project_id
WHERE mine.user_id = ANY ($1::uuid[]) AND other.user_id = ANY ($2::uuid[])
"""

PROJECTS = """
SELECT project_id FROM project_members WHERE user_id = $1
"""

STORED_IN = {"own_account": "prime_users", "whole_audit": "audit_log"}
"""View of what depends on the caller -> the table of it: the owner is no caller."""

AT_A_TIME, AT_A_TIME_SECONDS = 100, 0.002
"""Rows, or how long they are read into maps, in one turn of the event loop: cursors wait for it."""

HEAVY_AT_ONCE, LIGHT_AT_ONCE = 50, 2_000
"""Rows that are asked for by their ids at once: those with maps or lists in them, and others."""


class TooLarge(PersistenceError):
    """The rows of a list have more bytes than a watch begins with."""


@asynccontextmanager
async def one_snapshot(db: Database) -> AsyncIterator[Executor]:
    """All that is read in it is of one moment; no statement takes longer than two seconds."""
    async with db.transaction() as transaction:
        await transaction.execute(SNAPSHOT)
        yield transaction


@asynccontextmanager
async def same_snapshot(transaction: Executor, db: Database) -> AsyncIterator[Executor]:
    """All that is read in it is of the moment that the transaction, of `one_snapshot`, sees."""
    exported = await transaction.fetchval(EXPORTED_SNAPSHOT)
    async with db.transaction(THAT_SNAPSHOT.format(exported)) as beside:
        yield beside


def row_id(table: Table, row: Row) -> str:
    """As the change log names it: all columns that name the row, with `/` between."""
    return "/".join([str(row[name]) for name in table.names])


async def list_rows(
    db: Executor,
    table: Table,
    columns: Sequence[Column],
    user: str,
    condition: Condition,
    limit: int,
) -> list[Row]:
    """The rows that match and that the user may see, in the order of the table; `limit` at most.

    Raises `TooLarge` where they have more than `MAX_WATCHED_BYTES`.
    """

    def text() -> str:
        numbers = ArgumentNumbers(1)
        condition_text = condition_sql(table, condition, numbers)
        order = order_sql(table, read_order(table, None))
        inner = (
            f"SELECT {selected(table, columns)}, row_number() OVER (ORDER BY {order}) AS _n,"
            f" {weighed(table, columns, order, is_cut=False)} FROM {_stored(table)}"
            f" WHERE {CALLER_IS_GIVEN} AND {sees_sql(table)} AND ({condition_text})"
            f" ORDER BY {order} LIMIT ${numbers.next()}::int8"
        )
        return f"{up_to(inner, MAX_WATCHED_BYTES)} ORDER BY _n"

    shape = f"watched|{_shape(columns)}|{condition.shape}"
    records = await db.fetch(TEXTS.get(table, shape, text), user, *arguments_of(condition), limit)
    if records and records[-1]["_bytes"] >= MAX_WATCHED_BYTES:
        raise TooLarge
    return await _as_rows(table, columns, records)


async def rows_by_id(
    db: Executor, table: Table, columns: Sequence[Column], ids: Collection[str]
) -> dict[str, Row]:
    """The rows by their ids, whoever may see them; `columns` hold all that name a row."""
    if not ids:
        return {}

    def text() -> str:
        return f"SELECT {selected(table, columns)} FROM {_stored(table)} WHERE {_among(table, 1)}"

    statement = TEXTS.get(table, f"by_id|{_shape(columns)}", text)
    ids_in_order, rows = list(ids), dict[str, Row]()
    at_once = HEAVY_AT_ONCE if is_heavy(columns) else LIGHT_AT_ONCE
    for first in range(0, len(ids_in_order), at_once):
        records = await db.fetch(statement, *_keys(table, ids_in_order[first : first + at_once]))
        rows.update((row_id(table, row), row) for row in await _as_rows(table, columns, records))
    return rows


async def behind_second_wall(
    callers: Executor, table: Table, user: str, ids: Collection[str]
) -> set[str]:
    """Those of these rows that row-level security lets the user see."""
    if not ids:
        return set()
    columns = naming(table)

    def text() -> str:
        return (
            f"SELECT {selected(table, columns)} FROM {table.relation}"
            f" WHERE {CALLER_IS_SET} AND {_among(table, 2)}"
        )

    records = await callers.fetch(TEXTS.get(table, "wall", text), user, *_keys(table, ids))
    return {row_id(table, row) for row in await _as_rows(table, columns, records)}


async def roles_among(
    db: Executor, projects: Collection[str], users: Collection[str]
) -> dict[tuple[str, str], str]:
    """(project, user) -> role."""
    if not projects or not users:
        return {}
    rows = await db.fetch(ROLES, list(projects), list(users))
    return {(row["project_id"], row["user_id"]): row["role"] for row in rows}


async def members_among(
    db: Executor, projects: Collection[str], users: Collection[str]
) -> set[str]:
    """Those of these users who are in one of these projects."""
    if not projects or not users:
        return set()
    rows = await db.fetch(MEMBERS, list(projects), list(users))
    return {row["user_id"] for row in rows}


async def peers_among(
    db: Executor, users: Collection[str], others: Collection[str]
) -> set[tuple[str, str]]:
    """(user, other) of those who share a project."""
    if not users or not others:
        return set()
    rows = await db.fetch(PEERS, list(users), list(others))
    return {(row["user_id"], row["peer"]) for row in rows}


async def projects_of(db: Executor, user: str) -> set[str]:
    """In which the user has a role."""
    return {row["project_id"] for row in await db.fetch(PROJECTS, user)}


def naming(table: Table) -> tuple[Column, ...]:
    """The columns that name a row."""
    return tuple([table.by_name[name] for name in table.names])


async def _as_rows(table: Table, columns: Sequence[Column], records: Sequence[Any]) -> list[Row]:
    rows, how = list[Row](), read_as(table, columns)
    clock = asyncio.get_running_loop().time
    began_at = clock()
    for n, record in enumerate(records, 1):
        rows.append(as_row(how, record))
        if not n % AT_A_TIME or clock() - began_at > AT_A_TIME_SECONDS:
            await asyncio.sleep(0)
            began_at = clock()
    await asyncio.sleep(0)  # what follows looks at all of them
    return rows


def _keys(table: Table, ids: Iterable[str]) -> list[list[str]]:
    """One list for each column that names a row."""
    split_ids = [id.split("/", len(table.within)) for id in ids]
    return [[parts[n] for parts in split_ids] for n in range(len(table.within) + 1)]


def _among(table: Table, first: int) -> str:
    columns = naming(table)
    places = [place_of(table, column) for column in columns]
    lists = [f"${first + n}::{column.sql.value}[]" for n, column in enumerate(columns)]
    if len(columns) == 1:
        return f"{places[0]} = ANY ({lists[0]})"
    return f"({', '.join(places)}) IN (SELECT * FROM unnest({', '.join(lists)}))"


def _stored(table: Table) -> str:
    """Where the owner reads its rows, under the name of the relation."""
    stored_relation = STORED_IN.get(table.relation)
    return f"{stored_relation} AS {table.relation}" if stored_relation else table.relation


def _shape(columns: Sequence[Column]) -> str:
    return ",".join([column.name for column in columns])
