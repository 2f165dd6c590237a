import gc
from collections.abc import Iterator

import pytest

from server.loop.garbage import NEVER, Garbage
from tests.server.conftest import Nodes


@pytest.fixture
def collector() -> Iterator[Garbage]:
    made = Garbage()
    made.take_over()
    yield made
    made.give_back()
    gc.freeze()  # as it was: see tests/conftest.py


def test_full_collections_do_not_start_by_themselves() -> None:
    before = gc.get_threshold()
    collector = Garbage()
    collector.take_over()
    assert gc.get_threshold()[2] == NEVER
    assert gc.get_freeze_count() > 0
    collector.give_back()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
    gc.freeze()  # as it was: see tests/conftest.py


def test_cycles_are_collected_when_idle_and_at_last_when_busy(
    collector: Garbage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("server.loop.garbage.time.monotonic", lambda: now[0])
    collected: list[float] = []

    def collect() -> int:
        collected.append(now[0])
        return 0

    monkeypatch.setattr("server.loop.garbage.gc.collect", collect)
    collector._collected_at = now[0]
    for is_idle, passed, is_due in (
        (True, 59, False),
        (True, 61, True),
        (False, 61, False),
        (False, 3_601, True),
    ):
        now[0] = collector._collected_at + passed
        collector.collect_if_due(is_idle)
        assert (collected[-1:] == [now[0]]) is is_due


@pytest.mark.node
@pytest.mark.postgres
async def test_it_is_the_nodes_while_it_serves_and_no_longer(nodes: Nodes) -> None:
    node = await nodes.start()
    assert node.garbage.is_taken_over
    await node.stop()
    assert not node.garbage.is_taken_over
