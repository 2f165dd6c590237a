"""Counts of all nodes in Valkey, and what a node does without it."""

from pathlib import Path

from structlog.testing import capture_logs

from server.accounts.guessing import redis_counts, shared_counts
from server.accounts.guessing.guesses import Guesses
from server.accounts.guessing.shared_counts import SharedCounts
from server.accounts.usage_limits import UsageLimits
from tests.server import valkey_servers


async def test_A42_two_nodes_count_together_and_apart_from_other_deployments(
    tmp_path: Path,
) -> None:
    with valkey_servers.server(tmp_path) as valkey:
        one, two, other = [SharedCounts(valkey.url, name) for name in ("a", "a", "b")]
        for counts in (one, two, one, two):
            assert await counts.hit("wrong:192.0.2.0/24", 4) == 0
        assert 0 < await two.hit("wrong:192.0.2.0/24", 4) <= 3_600
        assert await two.hit("wrong:198.51.100.0/24", 4) == 0
        assert await other.hit("wrong:192.0.2.0/24", 4) == 0
        for counts in (one, two, other):
            await counts.close()


async def test_A42_what_another_node_has_counted_holds_a_network_back_here(tmp_path: Path) -> None:
    with valkey_servers.server(tmp_path) as valkey:
        shared = [SharedCounts(valkey.url, "a") for _ in range(2)]
        one, two = [Guesses(UsageLimits(wrong_secrets_per_network=4.0), each) for each in shared]
        for guesses in (one, one, one, one):
            await guesses.wrong_in_network("192.0.2.1", 0.0)
        assert two.network_wait("192.0.2.2", 0.0) == 0
        await two.wrong_in_network("192.0.2.2", 0.0)
        assert two.network_wait("192.0.2.3", 0.0) > 0
        assert two.network_wait("192.0.2.3", 3_601.0) == 0
        for guesses in (one, two):
            await guesses.close()


async def test_a_server_that_does_not_answer_is_asked_once_and_missed_by_nobody() -> None:
    counts = SharedCounts(f"redis://127.0.0.1:{valkey_servers.free_port()}", "a")
    with capture_logs() as logs:
        for _ in range(10):
            assert await counts.hit("wrong:192.0.2.0/24", 1) == 0
    assert len(logs) == 1, "and is left alone for a while"
    await counts.close()
    assert shared_counts.PAUSE_SECONDS > redis_counts.TIMEOUT_SECONDS


async def test_a_node_that_is_alone_asks_nobody() -> None:
    counts = SharedCounts(None, "a")
    assert await counts.hit("wrong:192.0.2.0/24", 0) == 0
    await counts.close()
