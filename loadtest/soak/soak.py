"""The scenario `soak`: evening after evening on the same nodes, and what they hold in between."""

import argparse
import asyncio
import json
import signal
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from loadtest.checking.audit import audits
from loadtest.data_directory import data_directory
from loadtest.faults.planted_bugs import PLANTED
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.reports.progress_display import run_shown
from loadtest.soak.evening import Evening
from loadtest.soak.growth import NodeSample, NodeSamples, grown, growth, log_rates
from loadtest.soak.live_view import FRAME_SECONDS, LINE_SECONDS, Figures, live, plain_line
from loadtest.stopping import interrupt_sets, wait
from machine.caller_paths import resolved
from machine.local_cluster import ClusterOptions, LocalCluster

IDLE_SHARE = 0.3
"""Of an evening's time, how much nobody is there; rooms close five seconds after the last."""

EMPTY_SECONDS = 30.0
"""Until all rooms are closed."""

LOOK_SECONDS = 2.0
WARM_SHARE = 1 / 3
"""Of the run; before that nothing is compared."""

FEWEST_LOOKS = 5
"""Idle moments after the warm-up that say anything."""

TRACE_SECONDS = 20.0
MOST_AUDITED = 12
"""Projects whose journal is read at the end; all of a run's would take longer than the run."""


class Soak:
    """One run."""

    def __init__(self, arguments: argparse.Namespace, cluster: LocalCluster) -> None:
        self.looks = NodeSamples(cluster)
        self.evenings = 0
        self.done: Counter[str] = Counter()
        self.acked: dict[str, dict[str, int]] = {}
        self.holes = 0
        self.problems: list[str] = []
        self._cluster = cluster
        self._arguments = arguments
        self._seconds = arguments.minutes * 60
        self._began_at = time.monotonic()
        self._warm_at = self._seconds * WARM_SHARE
        self._traced = False
        self._lasted = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began_at

    async def run(self, stop: asyncio.Event) -> None:
        """Evenings until the time is over."""
        looking_task = asyncio.create_task(self._look_now_and_then())
        try:
            while self.elapsed < self._seconds and not stop.is_set():
                await self._evening(stop)
        finally:
            looking_task.cancel()
            self._lasted = self.elapsed

    async def _evening(self, stop: asyncio.Event) -> None:
        arguments = self._arguments
        seed = arguments.seed * 1_000 + self.evenings
        evening = Evening(self._cluster.url, seed, arguments.rooms, arguments.size)
        began_at = self.elapsed
        await evening.live(arguments.cycle * (1 - IDLE_SHARE), stop)
        self.evenings += 1
        self.done += evening.done
        self.acked |= evening.tally.acked
        self.holes += evening.tally.holes + evening.tally.contradictions
        await self._until_empty()
        await wait(stop, arguments.cycle - (self.elapsed - began_at))
        await self.looks.take(idle=True)
        await self._trace_when_warm()

    async def _until_empty(self) -> None:
        deadline = self.elapsed + EMPTY_SECONDS
        while True:
            new_looks = await self.looks.take()
            if new_looks and not any(look.rooms or look.members for look in new_looks):
                return
            if self.elapsed > deadline:
                rooms = [(look.node, look.rooms, look.members) for look in new_looks]
                self.problems.append(
                    f"rooms or members were left {EMPTY_SECONDS:g} s after everyone went: {rooms}"
                )
                return
            await asyncio.sleep(0.5)

    async def _look_now_and_then(self) -> None:
        while True:
            await self.looks.take()
            await asyncio.sleep(LOOK_SECONDS)

    async def _trace_when_warm(self) -> None:
        if self._arguments.trace and not self._traced and self.elapsed >= self._warm_at:
            self._traced = True
            await self.growers()

    async def growers(self) -> dict[str, Any]:
        """What each traced node's memory is made of; since the first time this was asked."""
        traces: dict[str, Any] = {}
        for node in self._cluster.nodes:
            path = trace_file(self._cluster.directory)
            path.unlink(missing_ok=True)
            psutil.Process(node.pid).send_signal(signal.SIGUSR2)
            traces[node.directory.name] = await _written(path)
        return traces

    def _sampled_projects(self) -> dict[str, dict[str, int]]:
        """Projects from all of the run, as many as can be audited in a while."""
        every = max(1, len(self.acked) // MOST_AUDITED)
        return dict(list(self.acked.items())[::every])

    async def report(self) -> dict[str, Any]:
        """What was flat, what grew, and whether everything acknowledged is there."""
        looks, warm_at = self.looks.all, self._warm_at
        lost_count, audit_by_project = await audits(
            self._cluster.database_url, self._sampled_projects()
        )
        wrong_projects = [
            p for p, audited in audit_by_project.items() if not audited["checkpoint_ok"]
        ]
        self.problems += [f"the checkpoint of {project} is wrong" for project in wrong_projects]
        idle = [look for look in looks if look.is_idle and look.looked_at >= warm_at]
        per_node = len(idle) / max(1, len(self._cluster.nodes))
        vacuous = []
        if per_node < FEWEST_LOOKS:
            few = f"{per_node:g} idle moments after the warm-up"
            vacuous.append(f"{few}: {self._arguments.minutes:g} minutes were too short")
        growths = growth(looks, warm_at)
        problems = [] if vacuous else grown(looks, warm_at)
        growers = await self.growers() if self._arguments.trace else {}
        return {
            "minutes": round(self._lasted / 60, 1),
            "nodes": len(self._cluster.nodes),
            "evenings": self.evenings,
            "growth_mb_per_hour": max(growths.values(), default=0.0),
            "growth_mb_per_hour_by_node": growths,
            "is_flat": not problems and not vacuous,
            "held": {
                node: _first_median_last([k for k in idle if k.node == node]) for node in growths
            },
            "done": dict(self.done),
            "acked": sum(map(len, self.acked.values())),
            "lost": lost_count + self.holes,
            "audited": len(audit_by_project),
            "checkpoints_wrong": len(wrong_projects),
            "problems": [*self.problems, *problems],
            "vacuous": vacuous,
            "growers": {node: top[:10] for node, top in growers.items()},
            "series": [_look_row(look) for look in idle],
        }

    def figures(self) -> Figures:
        """The present state of the run."""
        last = {look.node: look for look in self.looks.all}
        return Figures(
            self.elapsed,
            self._seconds,
            self.evenings,
            list(last.values()),
            growth(self.looks.all, self._warm_at),
            dict(self.done),
        )


async def run_soak(arguments: argparse.Namespace) -> dict[str, Any]:
    """The whole run; returns its report."""
    console, stop = Console(stderr=True), asyncio.Event()
    console.print(f"starting {arguments.nodes} node(s) ...", style="dim")
    with data_directory(arguments.keep, "soak") as directory, interrupt_sets(stop):
        async with LocalCluster(directory, _options(arguments, directory)) as cluster:
            soak = Soak(arguments, cluster)
            await run_shown(
                soak.run(stop),
                asyncio.Event(),
                console,
                lambda: live(soak.figures()),
                lambda: plain_line(soak.figures()),
                frame_seconds=FRAME_SECONDS,
                line_seconds=LINE_SECONDS,
            )
            report = await soak.report()
    return report


async def _written(path: Path) -> list[dict[str, Any]]:
    """What a node writes there; nothing if it does not."""
    ends_at = time.monotonic() + TRACE_SECONDS
    while not (text := await asyncio.to_thread(_read, path)):
        if time.monotonic() > ends_at:
            return []
        await asyncio.sleep(0.1)
    trace: list[dict[str, Any]] = json.loads(text)
    return trace


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def trace_file(directory: Path) -> Path:
    """Where traced nodes write: one after the other."""
    return directory / "trace.json"


def _options(arguments: argparse.Namespace, directory: Path) -> ClusterOptions:
    environment, module = dict(WITHOUT_LIMITS), "server"
    if arguments.plant:
        module = PLANTED
        environment["PRIME_PLANT"] = ",".join(arguments.plant)
    if arguments.trace:
        environment["PRIME_TRACE_FILE"] = str(trace_file(resolved(directory)))
        module = "server.memory_traced"
    return ClusterOptions(arguments.nodes, module, environment)


def _first_median_last(looks: list[NodeSample]) -> dict[str, Any]:
    """First, median and last of each series."""
    names = ("rss_mb", "tasks", "descriptors", "postgres", "redis_keys")
    series: dict[str, Any] = {}
    for name in names:
        values = [getattr(look, name) for look in looks]
        series[name] = [values[0], round(statistics.median(values), 1), values[-1]]
    return series | {"log_lines_per_minute": log_rates(looks)[-1:]}


def _look_row(look: NodeSample) -> list[Any]:
    return [look.looked_at, look.node, look.rss_mb, look.tasks, look.descriptors, look.log_lines]
