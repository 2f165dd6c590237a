"""Whatever an append raises, the committer goes on, and only the project at fault waits."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from structlog.testing import capture_logs

from persistence.errors import (
    BadValue,
    Busy,
    Faulty,
    NotFound,
    NotGranted,
    Pooled,
    ToRepair,
    Unavailable,
    Unfit,
)
from persistence.journal.contract import AppendResult, KnownHead
from persistence.journal.memory import MemoryJournal
from rooms.journal.entry import Outcome, Proposal
from schema.server_limits import LARGE_DELTA_BYTES
from server.commits import committer as committer_module
from server.commits.committer import Committer, commit_times
from tests.server.conftest import eventually

WHATEVER = [
    Busy("planted: a lock"),
    Faulty("XX002", "planted: a damaged index"),
    Faulty("42883", "planted"),
    Faulty("P0001", "planted"),
    Faulty("54000", "planted"),
    Faulty("0A000", "planted"),
    Faulty("25001", "planted"),
    BadValue("22000", "planted"),
    NotFound("planted"),
    Unfit("planted"),
    KeyError("planted"),
    AssertionError("planted"),
    RecursionError("planted"),
]


class Journal(MemoryJournal):
    """One in memory that raises for some projects, or for all."""

    def __init__(self) -> None:
        self.errors: dict[str, Exception] = {}
        self.tries: Counter[str] = Counter()
        self.in_flight: Counter[str] = Counter()
        self.order: dict[str, list[str]] = defaultdict(list)
        self.batches: list[set[str]] = []
        self.seconds = 0.0

    async def append(
        self, proposals: Sequence[Proposal], known: Mapping[str, KnownHead]
    ) -> AppendResult:
        projects = {proposal.project for proposal in proposals}
        self.batches.append(projects)
        self.tries.update(projects)
        self.in_flight.update(projects)
        assert max(self.in_flight.values()) == 1
        await asyncio.sleep(self.seconds)
        self.in_flight.subtract(projects)
        for project in projects:
            if project in self.errors:
                raise self.errors[project]
        for proposal in proposals:
            self.order[proposal.project].append(proposal.delta_id)
        outcomes = [(Outcome.COMMITTED, len(self.order[p.project])) for p in proposals]
        return AppendResult(list(outcomes), [])


class Rig:
    """A committer and what it says."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.refused: list[str] = []
        self.degraded: dict[str | None, bool] = {}
        self.counted: Counter[str] = Counter()
        self.committer = Committer(
            self.journal,
            lambda projects: {},
            lambda batch, appended: None,
            self._refuse,
            lambda project, is_degraded, reason: self.degraded.update({project: is_degraded}),
            lambda kind, amount=1, about=None: self.counted.update({kind: int(amount)}),
            lambda came_at, committed_at: None,
        )
        runs = (self.committer.run, self.committer.run_alone, self.committer.run_alone)
        self.tasks = [asyncio.ensure_future(run()) for run in runs]

    def _refuse(self, project: str) -> None:
        self.refused.extend(p.delta_id for p in self.committer.give_back(project))

    def submit(self, project: str, *numbers: int, size: int = 2) -> None:
        for n in numbers:
            ops = b"[" + b" " * (size - 2) + b"]"
            self.committer.submit(
                Proposal(
                    project=project,
                    delta_id=f"{project}{n}",
                    author="a",
                    auth_session="s",
                    member="m",
                    payload=ops,
                    atomic=False,
                )
            )

    async def until(self, project: str, count: int) -> None:
        async def is_there() -> bool:
            return len(self.journal.order[project]) >= count

        await eventually(is_there)


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(committer_module, "FIRST_RETRY_SECONDS", 0.002)
    monkeypatch.setattr(committer_module, "LAST_RETRY_SECONDS", 0.01)
    made = Rig()
    yield made
    for task in made.tasks:
        assert not task.done()
        task.cancel()
    await asyncio.gather(*made.tasks, return_exceptions=True)


@pytest.mark.parametrize("error", WHATEVER, ids=lambda e: f"{type(e).__name__} {e}"[:40])
async def test_D16_whatever_one_project_raises_the_others_commit(
    rig: Rig, error: Exception
) -> None:
    rig.journal.errors["bad"] = error
    for n in range(5):
        for project in ("good", "bad", "fine"):
            rig.submit(project, n)
    await rig.until("good", 5)
    await rig.until("fine", 5)
    assert rig.journal.order["bad"] == []
    assert None not in rig.degraded
    del rig.journal.errors["bad"]
    async with asyncio.timeout(30):
        await rig.committer.settled()
    for project in ("good", "bad", "fine"):
        assert rig.journal.order[project] == [f"{project}{n}" for n in range(5)]


async def test_D16_a_project_at_fault_is_told_then_refused_and_taken_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer_module, "TELL_SECONDS", 0.02)
    monkeypatch.setattr(committer_module, "HOLD_SECONDS", 0.05)
    rig.journal.errors["bad"] = Faulty("XX002", "planted")
    rig.submit("bad", 1, 2, 3)

    async def is_refused() -> bool:
        return rig.refused == ["bad1", "bad2", "bad3"]

    await eventually(is_refused)
    assert rig.degraded == {"bad": True}
    assert rig.committer.held_up == ["bad"]
    async with asyncio.timeout(30):
        await rig.committer.settled()
    rig.journal.errors.clear()
    rig.submit("bad", 1, 2, 3)
    await rig.until("bad", 3)
    assert rig.degraded == {"bad": False}
    assert rig.committer.held_up == []


async def test_D7_no_database_is_everyones_trouble(rig: Rig) -> None:
    rig.journal.errors["one"] = Unavailable("planted")
    rig.submit("one", 1)
    rig.submit("two", 1)

    async def is_told() -> bool:
        return rig.degraded == {None: True}

    await eventually(is_told)
    assert rig.committer.held_up == []
    rig.journal.errors.clear()
    async with asyncio.timeout(30):
        await rig.committer.settled()
    assert rig.degraded == {None: False}


@pytest.mark.parametrize(
    "error", [NotGranted("42501", "planted"), Pooled("26000", "planted"), Unfit("planted")]
)
async def test_what_is_to_repair_is_told_once_with_its_cure_and_no_trace(
    rig: Rig, error: ToRepair
) -> None:
    error.cure = "do this"
    with capture_logs() as logs:
        for project in ("one", "two"):
            rig.journal.errors[project] = error
            rig.submit(project, 1)

        async def are_tried() -> bool:
            return min(rig.journal.tries[project] for project in ("one", "two")) > 2

        await eventually(are_tried)
        rig.journal.errors.clear()
        async with asyncio.timeout(30):
            await rig.committer.settled()
    told, ended = [line for line in logs if line["event"].startswith("the database")]
    assert told["reason"].endswith("planted; do this")
    assert ended["event"] == "the database lets Prime append again"
    assert not [line for line in logs if "exc_info" in line]


async def test_who_goes_alone_keeps_its_order_and_comes_back(rig: Rig) -> None:
    rig.journal.seconds = 0.001
    rig.journal.errors["bad"] = Busy("planted")
    count = 0

    def submit_to_both() -> None:
        nonlocal count
        rig.submit("bad", count)
        rig.submit("good", count)
        count += 1

    while rig.journal.tries["bad"] < 5:
        submit_to_both()
        await asyncio.sleep(0)
    rig.journal.errors.clear()
    batches_before = len(rig.journal.batches)

    async def go_together() -> bool:
        submit_to_both()
        return {"bad", "good"} in rig.journal.batches[batches_before:]

    await eventually(go_together)
    async with asyncio.timeout(30):
        await rig.committer.settled()
    assert rig.journal.order["bad"] == [f"bad{n}" for n in range(count)]
    assert rig.journal.order["good"] == [f"good{n}" for n in range(count)]


async def test_a_large_delta_goes_alone_and_those_after_it_wait_for_it(rig: Rig) -> None:
    rig.journal.seconds = 0.005
    rig.submit("small", 0)
    rig.submit("large", 0, size=LARGE_DELTA_BYTES + 1)
    rig.submit("large", 1)
    rig.submit("small", 1)
    async with asyncio.timeout(30):
        await rig.committer.settled()
    assert {"small", "large"} not in rig.journal.batches
    assert rig.journal.order["large"] == ["large0", "large1"]


async def test_a_loop_that_dies_gives_back_what_it_had_taken(rig: Rig) -> None:
    rig.journal.seconds = 60.0
    rig.submit("song", 1)

    async def is_in_flight() -> bool:
        return rig.journal.in_flight["song"] == 1

    await eventually(is_in_flight)
    rig.tasks[0].cancel()
    await asyncio.gather(rig.tasks[0], return_exceptions=True)
    rig.journal.seconds = 0.0
    rig.journal.in_flight.clear()
    rig.tasks[0] = asyncio.ensure_future(rig.committer.run())
    async with asyncio.timeout(30):
        await rig.committer.settled()
    assert rig.journal.order["song"] == ["song1"]


def test_a_batch_is_told_once_and_each_delta_of_it() -> None:
    commits: list[float] = []
    acks: list[float] = []
    now = time.monotonic()
    commit_times(commits.append, acks.append)({"one": [now - 3.0], "other": [now - 1.0]}, now - 0.5)
    assert commits == [2.5]
    assert [int(ack) for ack in acks] == [3, 1]
