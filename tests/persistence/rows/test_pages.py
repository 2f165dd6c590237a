"""Pages by the place of a row: on and back, in mixed directions, exact; cursors of one list."""

import base64
import itertools
from typing import Any, get_args

import pytest
from msgspec import Meta

from persistence.errors import BadCursor, BadQuery
from persistence.rows.pages import read_order, write_cursor
from persistence.rows.reading import Page, list_
from schema.calling.row_calls import Cursor
from schema.tables.all_tables import TABLES
from schema.tables.description import SqlType
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from schema.tables.project_members import MEMBERS
from tests.persistence.rows.conftest import Asked

SOMEONE = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.postgres

PLANT = """
INSERT INTO plugin_presets (owner_id, plugin, name, created_at, updated_at)
SELECT $1, 'P' || n, (ARRAY['a', 'A', 'b', 'ä'])[n % 4 + 1],
    timestamptz '2026-01-01' + (n % 3) * interval '1 microsecond',
    timestamptz '2026-01-01 00:00:00.123' + (n % 2) * interval '1 microsecond'
FROM generate_series(1, 24) AS n
"""

ORDERS = [
    list(order)
    for names in itertools.permutations(("name", "created_at", "updated_at"))
    for order in itertools.product(*((name, f"-{name}") for name in names))
] + [["name"], ["-created_at"], ["-name", "id"], ["-id"], ["updated_at", "-id"]]


async def page_of(asked: Asked, order: list[str], **more: Any) -> Page:
    return await list_(
        asked.access, PRESETS, asked.ann, order=order, fields=["name"], limit=7, **more
    )


async def test_Q3_Q15_pages_hold_every_row_once_whatever_the_order(asked: Asked) -> None:
    await asked.owner.execute(PLANT, asked.ann)
    for order in ORDERS:
        everything = await list_(asked.access, PRESETS, asked.ann, order=order, fields=["name"])
        ids = [row["id"] for row in everything.rows]
        assert len(ids) == 25, order
        pages = [await page_of(asked, order)]
        while pages[-1].next is not None:
            pages.append(await page_of(asked, order, after=pages[-1].next))
        assert [row["id"] for page in pages for row in page.rows] == ids, order
        back = pages[-1]
        for before in reversed(pages[:-1]):
            back = await page_of(asked, order, before=back.previous)
            assert back.rows == before.rows, order
        assert (pages[0].previous, back.previous) == (None, None)


async def test_texts_are_sorted_by_code_points(asked: Asked) -> None:
    await asked.owner.execute(PLANT, asked.ann)
    page = await list_(asked.access, PRESETS, asked.ann, order=["name"])
    names = [row["name"] for row in page.rows]
    assert names == sorted(names)


async def test_Q15_rows_of_one_microsecond_are_told_apart(asked: Asked) -> None:
    await asked.owner.execute(PLANT, asked.ann)
    first = await page_of(asked, ["created_at", "id"])
    second = await page_of(asked, ["created_at", "id"], after=first.next)
    assert not {row["id"] for row in first.rows} & {row["id"] for row in second.rows}


async def test_Q15_a_cursor_is_of_one_list_of_one_user(asked: Asked) -> None:
    await asked.owner.execute(PLANT, asked.ann)
    cursor = (await page_of(asked, ["name"])).next
    assert cursor is not None
    others: list[dict[str, Any]] = [
        {"order": ["-name"]},
        {"order": ["name", "created_at"]},
        {"order": ["name"], "where": {"plugin": {"ne": "P1"}}},
    ]
    for other in others:
        with pytest.raises(BadCursor):
            await list_(asked.access, PRESETS, asked.ann, after=cursor, **other)
    with pytest.raises(BadCursor):
        await list_(asked.access, PRESETS, asked.bob, after=cursor, order=["name"])
    with pytest.raises(BadCursor) as refused:
        await list_(asked.access, PRESETS, asked.ann, before=cursor + "x", order=["name"])
    assert refused.value.field == "before"
    with pytest.raises(BadQuery) as both:
        await page_of(asked, ["name"], after=cursor, before=cursor)
    assert both.value.field == "before"


async def test_Q15_every_altered_byte_of_a_cursor_is_noticed(asked: Asked) -> None:
    await asked.owner.execute(PLANT, asked.ann)
    cursor = (await page_of(asked, ["-created_at", "name"])).next
    assert cursor is not None
    data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    altered = [data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :] for n in range(len(data))]
    for one in (*altered, data[:-1], data + b"\0", b""):
        with pytest.raises(BadCursor):
            await page_of(
                asked, ["-created_at", "name"], after=base64.urlsafe_b64encode(one).decode()
            )
    for text in ("", "=", "ä", "a b", cursor[:-1], cursor + "=", "\0", "\ud800"):
        with pytest.raises(BadCursor):
            await page_of(asked, ["-created_at", "name"], after=text)


async def test_rows_that_come_and_go_shift_nothing(asked: Asked) -> None:
    await asked.owner.execute(PLANT, asked.ann)
    first = await page_of(asked, ["name"])
    left = await page_of(asked, ["name"], after=first.next)
    gone = [row["id"] for row in first.rows]
    await asked.owner.execute("DELETE FROM plugin_presets WHERE id = ANY ($1::uuid[])", gone)
    assert (await page_of(asked, ["name"], after=first.next)).rows == left.rows


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (["plugin"], "order[0]"),
        (["name", "-name"], "order[1]"),
        (["--name"], "order[0]"),
        ([5], "order[0]"),
        (["name", "created_at", "updated_at", "id"], "order"),
    ],
)
def test_Q7_an_order_that_is_none_is_refused(order: list[Any], field: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_order(PRESETS, order)
    assert refused.value.field == field


def test_the_longest_cursor_can_be_sent_back() -> None:
    """Of each table, in the order of three columns with the longest texts there are."""
    most = max(one.max_length or 0 for one in get_args(Cursor)[1:])
    for table in TABLES.values():
        sorts = [column for column in table.columns if column.sorts or column.name in table.names]
        texts = [_longest(column.type) for column in sorts if column.sql is SqlType.TEXT]
        others = [2**62, SOMEONE, SOMEONE, SOMEONE]
        longest = write_cursor(b"x" * 12, [*sorted(texts, key=len)[-3:], *others])
        assert len(longest) <= most, table.relation


def _longest(kind: Any) -> str:
    lengths = [one.max_length for one in get_args(kind)[1:] if isinstance(one, Meta)]
    return "\U0001f39b" * max(filter(None, lengths), default=64)


def test_an_order_ends_in_what_names_a_row() -> None:
    assert [sort.column.name for sort in read_order(MEMBERS, None)] == [
        "created_at",
        "project",
        "user",
    ]
