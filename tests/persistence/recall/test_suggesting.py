"""The ranking in SQL is that of `schema.recall.estimate` (rule W4), and of nobody else (W7)."""

import random
import time

import pytest

from persistence.pool import Database
from schema.recall.contexts import Circumstances, levels_of
from schema.recall.estimate import ranked
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import HALF_LIFE, heats_of, observed, rank, use

pytestmark = pytest.mark.postgres

DAY_MS = 86_400_000.0


@pytest.mark.parametrize("seed", range(6))
async def test_W4_sql_and_python_agree(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    user = (await make_user(database)).id
    now = time.time()
    uses = [
        use(
            f"key {rng.randint(0, 11)}",
            now * 1_000 - rng.choice((0.02, 1, 30)) * rng.random() * DAY_MS,
            rng.uniform(0.1, 1),
            genre=rng.choice(("", "trap", "House")),
            bpm=rng.choice((None, 70, 140)),
            plugin=rng.choice(("", "OTT")),
            after=rng.choice(("", "key 1", "key 2")),
        )
        for _ in range(120)
    ]
    await observed(database, user, uses)
    heats = await heats_of(database, user)
    for told in (
        {},
        {"genre": "trap"},
        {"bpm": 145, "after": "key 1"},
        {"genre": "house", "plugin": "OTT", "after": "key 2", "hour": 3},
        {"genre": "never heard of"},
    ):
        for later in (0.0, 0.1, 40.0, 2_000.0):
            seconds = now + later * 86_400
            found = await rank(database, user, seconds, **told)
            expected = ranked(heats, levels_of(Circumstances(**told)), seconds / 86_400, HALF_LIFE)
            assert sum(row.probability for row in found) == pytest.approx(1, abs=1e-8)
            by_key = {estimate.key: estimate for estimate in expected}
            assert len(found) == len(expected)
            for row in found:
                estimate = by_key[row.key]
                assert row.probability == pytest.approx(estimate.probability, abs=1e-8)
                assert row.confidence == pytest.approx(estimate.confidence, abs=1e-8)


async def test_W4_what_says_most_is_the_reason(database: Database) -> None:
    user = (await make_user(database)).id
    old = (time.time() - 3 * 86_400) * 1_000
    uses = [use("OTT", old, genre="trap") for _ in range(12)]
    uses += [use("EQ", old, genre="house") for _ in range(12)]
    uses += [use("Reverb", old, after="OTT") for _ in range(90)]
    await observed(database, user, uses)
    by_key = {row.key: row for row in await rank(database, user, genre="trap")}
    assert (by_key["OTT"].context, by_key["OTT"].uses) == ("genre=trap", 12)
    first = (await rank(database, user, after="OTT"))[0]
    assert (first.key, first.context) == ("Reverb", "after=OTT")
    await observed(database, user, [use("EQ") for _ in range(4)])
    by_key = {row.key: row for row in await rank(database, user)}
    assert by_key["EQ"].context == "now"


async def test_W7_nobody_is_suggested_what_another_one_uses(database: Database) -> None:
    ann, ben = [(await make_user(database)).id for _ in range(2)]
    await observed(database, ann, [use(f"secret {n}", genre="trap") for n in range(20)])
    await observed(database, ben, [use("mine", genre="trap")])
    assert [row.key for row in await rank(database, ben, genre="trap")] == ["mine"]


async def test_W4_without_uses_there_is_nothing(database: Database) -> None:
    user = (await make_user(database)).id
    assert await rank(database, user, genre="trap") == []
