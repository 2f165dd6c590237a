"""Uses are counted once, whoever sends them, in any order, and none is lost (rules W1, W2)."""

import asyncio
import math
import random
import time

import pytest

from persistence.pool import Database
from persistence.recall import observing
from persistence.recall.settings import NoRoom
from schema.recall.estimate import add_heat, half_life_in, heat_of_use
from tests.persistence.planted_rows import make_user
from tests.persistence.recall.uses import HALF_LIFE, heats_of, observed, use

pytestmark = pytest.mark.postgres

DAY_MS = 86_400_000.0


async def count_of(db: Database, user: str, key: str) -> int:
    count: int = await db.fetchval(
        "SELECT usage_count FROM mixx_recall WHERE user_id = $1 AND key = $2", user, key
    )
    return count


async def test_W1_a_use_is_counted_once_however_often_it_is_sent(database: Database) -> None:
    user = (await make_user(database)).id
    one = use("OTT", genre="trap")
    assert await observed(database, user, [one, one, one]) == 1
    assert await observed(database, user, [one, use("OTT")]) == 1
    await asyncio.gather(*(observed(database, user, [one]) for _ in range(8)))
    assert await count_of(database, user, "OTT") == 2
    counts = await database.fetch("SELECT context, usage_count FROM recall_heat ORDER BY context")
    assert [tuple(row) for row in counts] == [("", 2), ("genre=trap", 1), ("now", 2)]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_W2_order_and_split_do_not_matter(database: Database, seed: int) -> None:
    """The same uses, however they arrive, give the heats that a plain sum of powers gives."""
    rng = random.Random(seed)
    now = time.time() * 1_000
    uses = [
        use(
            rng.choice("abcd"),
            now - rng.uniform(0, 80) * DAY_MS,
            rng.uniform(0.1, 1),
            genre=rng.choice(("trap", "house")),
            after=rng.choice(("", "a")),
        )
        for _ in range(40)
    ]
    expected: dict[tuple[str, str], float] = {}
    for one in uses:
        assert one.at is not None
        for context in ("", "now", *one.contexts):
            half_life = half_life_in(context, HALF_LIFE)
            heat = heat_of_use(one.at / DAY_MS, half_life, one.weight)
            before = expected.get((context, one.key))
            expected[context, one.key] = heat if before is None else add_heat(before, heat)
    for _ in range(3):
        user = (await make_user(database)).id
        sent = rng.sample(uses, len(uses))
        while sent:
            count = rng.randint(1, 15)
            await observed(database, user, sent[:count] + uses[:2])  # some again
            sent = sent[count:]
        heats = await heats_of(database, user)
        found = {(c, key): heat for c, keys in heats.items() for key, heat in keys.items()}
        assert found.keys() == expected.keys()
        for place, heat in found.items():
            # What lies 60 halvings back is taken for 60, so that nothing raises.
            if place[0] != "now":
                assert heat == pytest.approx(expected[place], abs=1e-8)


async def test_W2_sixteen_writers_lose_nothing(database: Database) -> None:
    user = (await make_user(database)).id

    async def write(seed: int) -> int:
        rng = random.Random(seed)
        counted = 0
        for _ in range(12):
            uses = [use(rng.choice("abcde"), genre="trap") for _ in range(rng.randint(1, 8))]
            counted += await observed(database, user, uses)
        return counted

    sent = sum(await asyncio.gather(*(write(seed) for seed in range(16))))
    row = await database.fetchrow("SELECT sum(usage_count) AS uses FROM mixx_recall")
    assert row is not None
    assert row["uses"] == sent
    heats = await heats_of(database, user)
    level = time.time() / 86_400 / HALF_LIFE
    for context in ("", "genre=trap"):
        mass = sum(2 ** (heat - level) for heat in heats[context].values())
        assert mass == pytest.approx(sent, rel=1e-3)


async def test_W3_times_are_clamped_and_nothing_underflows(database: Database) -> None:
    user = (await make_user(database)).id
    now = time.time()
    await observed(database, user, [use("old", 0.0), use("late", 2.0**53), use("now")])
    await observed(database, user, [use("old", 0.0, 2.0**-300)])
    heats = await heats_of(database, user)
    days = {key: heat * HALF_LIFE for key, heat in heats[""].items()}
    assert days["old"] == pytest.approx(now / 86_400 - 90, abs=0.1)
    assert days["late"] == pytest.approx(now / 86_400, abs=0.1)
    assert all(math.isfinite(heat) for keys in heats.values() for heat in keys.values())
    count = await database.fetchval("SELECT count(*) FROM mixx_recall WHERE last_used_at > now()")
    assert count == 0


async def test_W1_past_the_most_keys_nothing_of_the_call_is_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await make_user(database)).id
    monkeypatch.setattr(observing, "MAX_RECALL_KEYS", 3)
    await observed(database, user, [use(key) for key in "abc"])
    with pytest.raises(NoRoom):
        await observed(database, user, [use("a"), use("d")])
    assert await observed(database, user, [use("a")]) == 1
    assert await count_of(database, user, "a") == 2


async def test_W1_past_the_most_contexts_uses_are_counted_without_theirs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await make_user(database)).id
    monkeypatch.setattr(observing, "MAX_RECALL_CONTEXTS_KEPT", 4)
    for genre in ("trap", "house", "techno"):
        await observed(database, user, [use("a", genre=genre)])
    assert sorted(await heats_of(database, user)) == ["", "genre=house", "genre=trap", "now"]
    assert await count_of(database, user, "a") == 3


async def test_W9_counting_is_no_change_that_others_watch(database: Database) -> None:
    user = (await make_user(database)).id
    await observed(database, user, [use("a")])
    log = "SELECT count(*) FROM change_log WHERE table_name = 'mixx_recall'"
    before = await database.fetchval(log)
    await observed(database, user, [use("a", genre="trap"), use("a", taken=True)])
    assert await database.fetchval("SELECT version FROM mixx_recall") == 1
    assert await database.fetchval(log) == before == 1
    await observed(database, user, [use("a", data={"gain": 1})])
    assert await database.fetchval("SELECT version FROM mixx_recall") == 2
    assert await database.fetchval(log) == 2
