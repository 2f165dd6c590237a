"""A node alone on its core; and open files: enough, or a sentence that says what to do."""

import contextlib
import os
import resource
from collections.abc import Iterator

import psutil
import pytest

from loadtest.nodes.cores import tree
from loadtest.nodes.pinned_node import SPARE_FILES, TooFewFiles, allow_files, pinned_node


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The limits that were set; the first is what there is."""
    now = [(1_024, 4_096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: now[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: now.append(limit))
    return now


def test_a_limit_that_is_enough_stays(limits: list[tuple[int, int]]) -> None:
    allow_files(1_024 - SPARE_FILES)
    assert len(limits) == 1


def test_a_limit_that_is_too_low_is_raised_as_far_as_needed(limits: list[tuple[int, int]]) -> None:
    allow_files(2_000)
    assert limits[-1] == (2_000 + SPARE_FILES, 4_096)


def test_no_limit_is_enough_for_all(limits: list[tuple[int, int]]) -> None:
    limits.append((1_024, resource.RLIM_INFINITY))
    allow_files(1_000_000)
    assert limits[-1] == (1_000_000 + SPARE_FILES, resource.RLIM_INFINITY)


def test_one_that_cannot_be_raised_says_what_to_do(limits: list[tuple[int, int]]) -> None:
    with pytest.raises(TooFewFiles, match=r"ulimit -n 5512.*at most 3,584"):
        allow_files(5_000)


@pytest.fixture
def affinity() -> Iterator[set[int]]:
    """The cores of this process, which has them back afterwards."""
    before = os.sched_getaffinity(0)
    yield before
    os.sched_setaffinity(0, before)


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.slow
async def test_the_node_is_alone_on_its_core_in_each_of_its_lives(affinity: set[int]) -> None:
    if len(affinity) < 2:
        pytest.skip("one core cannot be divided")
    async with pinned_node() as node:
        for _ in range(2):
            assert os.sched_getaffinity(node.pid) == set(node.cores.server)
            for process in [*tree(node.postgres_pid), psutil.Process()]:
                with contextlib.suppress(ProcessLookupError):  # PostgreSQL's workers come and go
                    assert os.sched_getaffinity(process.pid) == set(node.cores.load)
            await node.kill()
            await node.start()
        assert node.uss_kb > 1_000
        assert node.cpu_seconds > 0
