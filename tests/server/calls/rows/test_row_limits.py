"""How many rows of a table a user or a project may have."""

from dataclasses import replace

import pytest

from schema.errors import ErrorCode
from schema.tables.all_tables import TABLES
from server.accounts.usage_limits import UsageLimits
from tests.server.calls.rows.conftest import Pair, Refusal

pytestmark = pytest.mark.postgres


def test_Q9_each_limit_is_one_that_an_operator_can_set() -> None:
    for table in TABLES.values():
        if table.most is not None:
            assert hasattr(UsageLimits(), table.most.limit)
            assert table.most.column in table.by_name


async def test_Q9_one_row_more_than_there_may_be_is_refused(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    limits = UsageLimits(presets_per_user=2, audio_files_per_project=2)
    for person in (ann, bob):
        usage = person.context.usage
        usage.limits = replace(limits)
    ids = [f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2)]
    calls = (
        ("presets.create", {"plugin": "OTT"}),
        ("audio_files.create", {"project": ann.project}),
    )
    for method, params in calls:
        first = params | {"name": "one", "id": ids[0]}
        made = await ann.call(method, **first)
        with pytest.raises(Refusal, match="may be 2") as refused:
            await ann.call(method, **params, name="two", id=ids[1])
        assert refused.value.code is ErrorCode.LIMIT_REACHED
        assert await ann.call(method, **first) == made
    assert (await bob.call("presets.create", plugin="OTT", name="his"))["owner"] == bob.user


async def test_Q9_C13_an_atomic_batch_counts_what_it_makes_itself(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    ann.context.usage.limits = UsageLimits(presets_per_user=3, audio_files_per_project=1)
    made = [
        {"method": "presets.create", "params": {"plugin": "OTT", "name": f"{n}"}} for n in range(3)
    ]
    told = await ann.call("batch", calls=made, atomic=True)
    codes = [answer.get("error", {}).get("code") for answer in told["answers"]]
    assert codes == ["not_done", "not_done", "limit_reached"]
    told = await ann.call("batch", calls=made[:2], atomic=True)
    assert told["done"]
    with pytest.raises(Refusal) as refused:  # nobody hears how full another's project is
        await ann.call("audio_files.create", project=bob.project, name="x")
    assert refused.value.code is ErrorCode.NOT_FOUND
