"""With the first wall taken out, what is remembered is still the user's alone (rule W7)."""

from collections.abc import AsyncIterator

import pytest

from persistence.lanes import Lanes, LaneSizes
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import observed, use

pytestmark = pytest.mark.postgres

TABLES = ("mixx_recall", "recall_heat", "recall_uses", "recall_settings")

CALLER = "(SELECT set_config('prime.caller', $1, true)) IS NOT NULL"


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[Lanes]:
    opened = await Lanes.open(database_url, LaneSizes())
    yield opened
    await opened.close()


async def test_W7_the_second_wall_shows_each_caller_its_own_rows(lanes: Lanes) -> None:
    ann, ben = [(await make_user(lanes.calls)).id for _ in range(2)]
    await observed(lanes.calls, ann, [use("a", genre="trap"), use("b")])
    await observed(lanes.calls, ben, [use("c")])
    for table in TABLES:
        assert await lanes.callers.fetchval(f"SELECT count(*) FROM {table}") == 0
        for caller in (ann, ben):
            own = f"SELECT count(*) FROM {table} WHERE user_id = $1::text::uuid"
            seen = f"SELECT count(*) FROM {table} WHERE {CALLER}"
            expected = await lanes.calls.fetchval(own, caller)
            assert await lanes.callers.fetchval(seen, caller) == expected > 0, table


@pytest.mark.parametrize("table", [*TABLES[1:], "recall_popular"])
@pytest.mark.parametrize("words", ["DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"])
async def test_W7_nobody_counts_but_the_server(lanes: Lanes, table: str, words: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        await lanes.callers.execute(words.format(table))


async def test_W6_a_row_that_anyone_deletes_takes_all_of_it_along(lanes: Lanes) -> None:
    ann = (await make_user(lanes.calls)).id
    await observed(lanes.calls, ann, [use("a", genre="trap"), use("b", after="a"), use("b")])
    await lanes.calls.execute("DELETE FROM mixx_recall WHERE key = 'a'")
    left = await lanes.calls.fetch("SELECT DISTINCT context, key FROM recall_heat ORDER BY 1")
    assert [tuple(row) for row in left] == [("", "b"), ("now", "b")]
