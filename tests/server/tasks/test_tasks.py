"""Tasks end when they are told to, whatever a library does with their cancellation."""

import asyncio
from collections import Counter

import pytest
from structlog.testing import capture_logs

from server.tasks import tasks
from server.tasks.tasks import Tasks


@pytest.fixture
def counted() -> Counter[str]:
    return Counter()


@pytest.fixture
def running(counted: Counter[str]) -> Tasks:
    def count(kind: str, amount: float = 1, about: object = None) -> None:
        counted[kind] += int(amount)

    return Tasks(count)


async def _forgets(cancellations: int) -> None:
    """Waits for ever, and takes so many cancellations for nothing."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if cancellations == 0:
                raise
            cancellations -= 1


async def test_all_have_ended_also_those_that_forget_a_cancellation(
    running: Tasks, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CANCELLED_AGAIN_SECONDS", 0.01)
    started = [running.spawn(_forgets(times)) for times in (0, 1, 3)]
    await asyncio.sleep(0)
    await running.end()
    assert all(task.cancelled() for task in started)
    assert counted == {}


async def test_one_that_never_ends_is_named_and_nobody_waits_for_it(
    running: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CANCELLED_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(tasks, "CANCELLED_TIMES", 2)
    stubborn = running.spawn(_forgets(2))
    await asyncio.sleep(0)
    with capture_logs() as logs:
        await running.end()
    assert "_forgets" in str(logs[0]["tasks"])
    stubborn.cancel()
    await asyncio.wait([stubborn])


async def test_where_nothing_runs_nothing_is_waited_for(running: Tasks) -> None:
    await running.end()
