"""Plans on many rows: what users ask for is found by an index, and each look-up is made once."""

import re
from collections.abc import Iterable
from typing import Any

import pytest

from persistence.lanes import Lanes
from persistence.rows import statements
from persistence.rows.condition_sql import arguments_of
from persistence.rows.conditions import is_guessed, operators_in, read_where
from persistence.rows.pages import Order, order_sql, read_order, turned
from persistence.tools.fill_tables import FILL
from schema.tables.description import SEARCHING, Table
from tests.persistence.plans.asked import (
    LISTED,
    Asked,
    filled_in,
    filters_of,
    lists_of,
    orders_of,
)
from tests.persistence.plans.conftest import ROWS, Many
from tests.persistence.plans.explained import Explained, explained

pytestmark = pytest.mark.postgres

LIMIT = 50

MOST_ROWS = max(2_700, ROWS // 10)
"""Of a user who is in dozens of projects: what is theirs is a small part of a table."""

DEAR = {
    ("plugin_presets", "is_public ne"),
    ("plugin_presets", "name similar"),
}
"""What looks at more. Presets that are not public: PostgreSQL does not know that only one's own can
be meant. Names that are alike: words that many names have are looked for, and nearly all are none.
Two seconds end either."""


async def ids_of(lanes: Lanes, many: Many, table: Table) -> dict[str, str]:
    column = next((c for c in table.columns if c.name == table.names[0]), None)
    place = table.names[0] if column is None else column.reads or column.name
    row = await lanes.calls.fetchval(f"SELECT {place}::text FROM {table.relation} LIMIT 1 OFFSET 7")
    return {"$user": many.filled.user, "$project": many.filled.project, "$row": row}


async def plans_of(
    lanes: Lanes, ids: dict[str, str], asked: Asked, *, pages: bool = False
) -> list[Explained]:
    """Of the first page; `pages`: and of those that go on and back from its last row."""
    table = asked.table
    condition = read_where(table, filled_in(asked.where, ids))
    searches = bool(operators_in(condition) & SEARCHING)
    db = lanes.calls if searches else lanes.callers
    order = read_order(table, asked.order)

    def text_of(walked: Order, *, behind: bool) -> str:
        if searches:
            find = statements.few_ids_text if is_guessed(condition) else statements.ids_text
            return find(table, condition, walked, behind=behind)
        return statements.list_text(table, table.columns, condition, walked, behind=behind)

    arguments = [ids["$user"], *arguments_of(condition)]
    text = text_of(order, behind=False)
    plans = [await explained(db, text, *arguments, LIMIT + 1)]
    rows = await db.fetch(text, *arguments, LIMIT + 1)
    if searches and rows and rows[0].get("_matched", 0) > statements.FEW:
        text = statements.ids_text(table, condition, order, behind=False)
        plans.append(await explained(db, text, *arguments, LIMIT + 1))
    rows = rows if pages else []
    if rows:
        place = [rows[len(rows) // 2][f"_sort_{n}"] for n in range(len(order))]
        for walked in (order, turned(order)):
            text = text_of(walked, behind=True)
            plans.append(await explained(db, text, *arguments, *place, LIMIT + 1))
    return plans


async def faults_of(
    lanes: Lanes, many: Many, table: Table, all_asked: Iterable[Asked], *, pages: bool = False
) -> dict[str, Any]:
    """What is wrong with the plans, by what was asked."""
    ids = await ids_of(lanes, many, table)
    faults: dict[str, Any] = {}
    for asked in all_asked:
        for plan in await plans_of(lanes, ids, asked, pages=pages):
            is_long = plan.rows > MOST_ROWS and (table.relation, asked.says) not in DEAR
            if plan.read_whole or plan.repeated or is_long or not plan.indexes:
                told = (plan.read_whole, plan.repeated, plan.rows, plan.indexes)
                faults.setdefault(asked.says, []).append(told)
    return faults


@pytest.mark.parametrize("table", LISTED.values(), ids=LISTED)
async def test_lists_that_the_product_ships_come_from_indexes(
    lanes: Lanes, many: Many, table: Table
) -> None:
    assert await faults_of(lanes, many, table, lists_of(table), pages=True) == {}


@pytest.mark.parametrize("table", LISTED.values(), ids=LISTED)
async def test_every_order_comes_from_an_index_in_both_directions(
    lanes: Lanes, many: Many, table: Table
) -> None:
    assert await faults_of(lanes, many, table, orders_of(table), pages=True) == {}


@pytest.mark.parametrize("table", LISTED.values(), ids=LISTED)
async def test_every_operator_of_every_column_comes_from_an_index(
    lanes: Lanes, many: Many, table: Table
) -> None:
    assert await faults_of(lanes, many, table, filters_of(table)) == {}


@pytest.mark.parametrize("table", LISTED.values(), ids=LISTED)
async def test_policies_alone_are_looked_up_once_a_statement(
    lanes: Lanes, many: Many, table: Table
) -> None:
    """Without the first wall: no function of a policy runs for each row, and none reads it all."""
    columns = [column for column in table.columns if not column.of_caller]
    order = read_order(table, table.order)
    text = (
        f"SELECT {statements.selected(table, columns)} FROM {table.relation}"
        f" WHERE {statements.CALLER_IS_SET} ORDER BY {order_sql(table, order)} LIMIT 20"
    )
    plan = await explained(lanes.callers, text, many.filled.user, page=1)
    assert (plan.read_whole, plan.repeated) == ((), ()), plan.text
    assert plan.rows <= MOST_ROWS, plan.text
    per_row = re.compile(r'"(Filter|Index Cond|Recheck Cond)": "[^"]*caller_(id|projects|peers)\(')
    assert per_row.search(plan.text) is None, plan.text


@pytest.mark.parametrize("table", LISTED.values(), ids=LISTED)
async def test_lists_come_from_indexes_whatever_values_a_plan_is_kept_for(
    lanes: Lanes, many: Many, table: Table
) -> None:
    """A statement that is asked often gets one plan for all values, made without any."""
    ids = await ids_of(lanes, many, table)
    for asked in lists_of(table):
        condition = read_where(table, filled_in(asked.where, ids))
        order = read_order(table, asked.order)
        text = statements.ids_text(table, condition, order, behind=False)
        nulls = ", ".join(["NULL"] * (2 + len(list(arguments_of(condition)))))
        async with lanes.calls.transaction() as transaction:
            await transaction.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            await transaction.execute(f"PREPARE asked AS {text}")
            rows = await transaction.fetch(f"EXPLAIN EXECUTE asked ({nulls})")
            await transaction.execute("DEALLOCATE asked")
        plan = "\n".join(row[0] for row in rows)
        assert "Seq Scan" not in plan, f"{asked.says}\n{plan}"


def test_every_table_that_users_reach_is_filled() -> None:
    assert LISTED.keys() <= FILL.keys()
