"""Every call that takes what can be guessed holds back who guesses."""

import pytest

from schema.calls import METHODS
from server.calls.accounts.guarding import CODES, GUESSED, ON_ITS_OWN
from tests.server.conftest import Nodes
from tests.server.test_limits import node_with

pytestmark = pytest.mark.postgres


def test_A42_every_call_that_takes_a_code_or_a_password_is_guarded() -> None:
    for method, (params, _) in METHODS.items():
        fields = set(params.__struct_fields__)
        if fields & (CODES | {"password"}):
            assert method in GUESSED or method in ON_ITS_OWN, method
    assert ON_ITS_OWN & METHODS.keys() >= {"auth.login", "auth.register"}


async def test_A42_wrong_codes_are_held_back_on_all_connections_of_an_address(
    nodes: Nodes,
) -> None:
    node = await node_with(nodes, "wrong_codes_per_hour=3")
    guests = [await node.guest() for _ in range(3)]
    answers = [
        await guest.call("auth.second_factor", challenge="x" * 43, code="123456")
        for guest in (*guests, guests[0])
    ]
    assert [answer["code"] for answer in answers] == ["auth_failed"] * 3 + ["rate_limited"]
    assert answers[-1]["details"]["retry_after_ms"] > 60_000
    ann = await node.musician("ann")
    assert (await ann.call("auth.totp_disable", code="123456"))["code"] != "rate_limited"
