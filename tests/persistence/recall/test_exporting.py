"""All that is remembered of a user is on the pages of an export, once (rule W6)."""

import json

import pytest

from persistence.errors import BadCursor
from persistence.pool import Database
from persistence.recall.exporting import ExportedPage, export
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import observed, use

pytestmark = pytest.mark.postgres


async def pages_of(db: Database, user: str, limit: int) -> list[ExportedPage]:
    pages = [await export(db, user, None, limit)]
    while pages[-1].next is not None:
        pages.append(await export(db, user, pages[-1].next, limit))
    return pages


@pytest.mark.parametrize("limit", [1, 3, 200])
async def test_W6_an_export_is_whole(database: Database, limit: int) -> None:
    ann, ben = [(await make_user(database)).id for _ in range(2)]
    uses = [use(key, genre="trap", data={"gain": 1}) for key in "abcabd"]
    await observed(database, ann, uses)
    await observed(database, ben, [use("hers")])
    pages = await pages_of(database, ann, limit)
    keys = {row["key"]: row["usage_count"] for page in pages for row in page.keys}
    assert keys == {"a": 2, "b": 2, "c": 1, "d": 1}
    assert all(row["data"] == {"gain": 1} for page in pages for row in page.keys)
    contexts = [(row["context"], row["key"]) for page in pages for row in page.contexts]
    assert contexts == [(c, k) for c in ("", "genre=trap", "now") for k in "abcd"]
    assert sorted(row["id"] for page in pages for row in page.uses) == sorted(u.id for u in uses)


async def test_W6_large_data_makes_a_page_end_sooner(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use(key) for key in "abc"])
    large = {"text": "x" * 200_000}
    await database.execute("UPDATE mixx_recall SET data = $1::text::jsonb", json.dumps(large))
    pages = await pages_of(database, user, 200)
    assert [len(page.keys) for page in pages[:3]] == [1, 1, 1]


OTHERS = [
    "",
    "!",
    "WyJrZXlzIl0=",
    "WzFd",
    "e30=",
    "WyJ1c2VzIiwgIlx1MDAwMCJd",
    "WyJ1c2VzIiwgIngiXQ==",
]


@pytest.mark.parametrize("after", OTHERS)
async def test_W6_another_cursor_is_refused(database: Database, after: str) -> None:
    user = (await make_user(database)).id
    with pytest.raises(BadCursor):
        await export(database, user, after, 10)


async def test_W6_the_cursor_of_another_user_is_refused(database: Database) -> None:
    ann, ben = (await make_user(database)).id, (await make_user(database)).id
    for user in (ann, ben):
        await observed(database, user, [use(key) for key in "abc"])
    page = await export(database, ann, None, 2)
    while page.next is not None:
        with pytest.raises(BadCursor):
            await export(database, ben, page.next, 2)
        page = await export(database, ann, page.next, 2)
