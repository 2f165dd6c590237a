"""Wrong passwords and codes, counted by who tries and by network."""

import asyncio

from server.accounts.guessing.guesses import Guesses
from server.accounts.guessing.shared_counts import SharedCounts
from server.accounts.usage_limits import UsageLimits


def guesses(**limits: float) -> Guesses:
    return Guesses(UsageLimits(**limits), SharedCounts(None, ""))


async def tried(counted: Guesses, count: int, address: str, user: str | None = None) -> int:
    """How many of so many wrong ones were looked at."""
    looked_at = 0
    for _ in range(count):
        if not counted.take(address, user, 0.0):
            looked_at += 1
            if user is None:
                await counted.wrong_in_network(address, 0.0)
    return looked_at


def test_A42_codes_are_counted_by_address_or_by_user_and_come_back_with_time() -> None:
    counted = guesses(wrong_codes_per_hour=6.0)
    assert asyncio.run(tried(counted, 20, "192.0.2.1")) == 6
    assert asyncio.run(tried(counted, 20, "192.0.2.2")) == 6, "a neighbour"
    assert asyncio.run(tried(counted, 20, "192.0.2.1", "ann")) == 6, "who is logged in there"
    assert 0 < counted.take("192.0.2.1", None, 0.0) <= 600
    assert counted.take("192.0.2.1", None, 601.0) == 0, "never for good"


def test_A42_a_right_code_costs_nothing() -> None:
    counted = guesses(wrong_codes_per_hour=3.0)
    for _ in range(10):
        assert counted.take("192.0.2.1", None, 0.0) == 0
        counted.give_back("192.0.2.1", None, 0.0)


def test_A42_a_spray_from_a_network_is_held_back_in_that_network_alone() -> None:
    counted = guesses(wrong_secrets_per_network=10.0)

    async def spray(network: str) -> int:
        return sum([await tried(counted, 1, f"{network}.{n}") for n in range(200)])

    assert asyncio.run(spray("192.0.2")) == 10
    assert asyncio.run(spray("198.51.100")) == 10
    assert counted.network_wait("192.0.2.250", 0.0) > 0
    assert counted.network_wait("203.0.113.1", 0.0) == 0
    assert counted.take("192.0.2.250", "ann", 0.0) == 0, "who is logged in is no stranger"
    assert counted.network_wait("192.0.2.250", 361.0) == 0
