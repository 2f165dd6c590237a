"""Every attack, against a server of two nodes: its connections come over both of them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from loadtest.attack.catalogue import Attack, Verdict
from loadtest.attack.target import Target, two_nodes
from loadtest.attack.trying import in_order, try_one

pytestmark = [
    pytest.mark.slow,
    pytest.mark.node,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

NOT_ON_LOOPBACK = {"plain_text"}
"""What this machine alone cannot show."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    """One for all, as for `./run attack`: what an attack leaves behind must harm no other."""
    async with two_nodes(tmp_path_factory.mktemp("attacked")) as made:
        await made.prepare()
        yield made
        await made.witness.end()


@pytest.mark.parametrize("one", in_order(), ids=lambda one: f"{one.number} {one.what}")
async def test_attack(target: Target, one: Attack) -> None:
    outcome = await try_one(one, target)
    expected = Verdict.NOT_TRIED if one.run.__name__ in NOT_ON_LOOPBACK else Verdict.REFUSED
    assert outcome.verdict is expected, outcome.explanation
