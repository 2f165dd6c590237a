"""What nodes say of themselves over time, in all their lives: alarms and memory."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadtest.checking.history import Happening, What
from loadtest.nodes.node_metrics import NoMetrics, counted, scrape
from machine.local_node import LocalNode

ALARMING = (
    "bus_forged",
    "bus_malformed",
    "calls_failed",
    "diverged",
    "entries_quarantined",
    "journal_went_back",
    "nodes_diverged",
    "room_loaded_anew",
    "rows_hidden",
    "task_failed",
)
"""Counters at which an operator is called: each must be true."""

LOOK_SECONDS = 0.5
SCRAPE_SECONDS = 5.0
EXPLAINED_SECONDS = 10.0
"""So long after a fault what it explains may come; the slow tick and a lease are within that."""

GROWTH_MB = 128.0
"""What a node may have grown by at the end of a run, since it was warm."""

HIGHEST_MB = 768.0
"""What a node may hold at any time."""


@dataclass(frozen=True, slots=True)
class SeenAlarm:
    """A counter has risen; `seen_at` in monotonic seconds."""

    seen_at: float
    node: str
    kind: str
    amount: float


@dataclass(frozen=True, slots=True)
class MemorySample:
    """One look at a node: resident MiB of the life with that pid."""

    seen_at: float
    pid: int
    rss_mb: float


class NodeWatch:
    """Looks at each node, again and again; a node that does not answer is looked at later."""

    def __init__(self, nodes: Sequence[LocalNode]) -> None:
        self.alarms: list[SeenAlarm] = []
        self.memory: dict[str, list[MemorySample]] = defaultdict(list)
        self._nodes = nodes
        self._counts: dict[tuple[str, int, str], float] = {}

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look until the end of `async with`, and once more then."""
        tasks = [asyncio.create_task(self._watch(node)) for node in self._nodes]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def look_at_all(self) -> None:
        """Now."""
        await asyncio.gather(*(self._look(node) for node in self._nodes))

    async def _watch(self, node: LocalNode) -> None:
        while True:
            await self._look(node)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, node: LocalNode) -> None:
        if not node.is_running or not node.url:
            return
        name, pid = node.directory.name, node.pid
        try:
            metrics = await scrape(node.url, SCRAPE_SECONDS)
        except NoMetrics:
            return
        if pid != node.pid:
            return
        now = time.monotonic()
        if rss_mb := node.rss_mb:
            self.memory[name].append(MemorySample(now, pid, rss_mb))
        for kind in ALARMING:
            self._note(now, name, pid, kind, counted(metrics, kind) or 0.0)

    def _note(self, now: float, name: str, pid: int, kind: str, count: float) -> None:
        before = self._counts.get((name, pid, kind), 0.0)
        if count > before:
            self.alarms.append(SeenAlarm(now, name, kind, count - before))
            self._counts[name, pid, kind] = count


def false_alarms(
    alarms: Sequence[SeenAlarm],
    history: Sequence[Happening],
    explains: Mapping[str, frozenset[str]],
) -> list[SeenAlarm]:
    """Those for which no fault was planted. `explains`: fault -> the counters it makes rise."""
    spans = list(_spans(history))

    def is_explained(alarm: SeenAlarm) -> bool:
        return any(
            alarm.kind in explains.get(fault, ())
            and begin <= alarm.seen_at <= end + EXPLAINED_SECONDS
            for fault, begin, end in spans
        )

    return [alarm for alarm in alarms if not is_explained(alarm)]


def _spans(history: Sequence[Happening]) -> Iterator[tuple[str, float, float]]:
    """Each fault with its begin and end."""
    healed = [h for h in history if h.what is What.HEALED]
    for fault in history:
        if fault.what is What.FAULT:
            healed_times = [
                h.at for h in healed if h.at >= fault.at and h.text.startswith(fault.text)
            ]
            yield fault.text, fault.at, min(healed_times, default=float("inf"))


def memory_report(
    memory: Mapping[str, Sequence[MemorySample]], warm_at: float
) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Of each node what it held when it was warm, at the end and at most; and what is too much.

    A life that began later was warm at its first look.
    """
    report, problems = {}, []
    for name, looks in memory.items():
        last = [look for look in looks if look.pid == looks[-1].pid]
        warm = next((look for look in last if look.seen_at >= warm_at), last[-1]).rss_mb
        end, most = last[-1].rss_mb, max(look.rss_mb for look in looks)
        report[name] = {
            "warm_mb": round(warm, 1),
            "end_mb": round(end, 1),
            "most_mb": round(most, 1),
        }
        if end - warm > GROWTH_MB:
            problems.append(f"{name} grew from {warm:.0f} to {end:.0f} MiB")
        if most > HIGHEST_MB:
            problems.append(f"{name} held {most:.0f} MiB")
    return report, problems
