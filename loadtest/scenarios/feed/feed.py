"""The scenario `feed`: thousands watch rows that others change, and the server is killed once."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from typing import Any

from rich.progress import Progress, TaskID

from loadtest.bare.bare_prime import BarePrime, create_project, register
from loadtest.bare.heartbeats import keep_alive
from loadtest.load.generator_checks import (
    LAG_BOUND_OF_SECONDS_MS,
    LoopLag,
    disturbed,
    problems,
    verdict,
)
from loadtest.nodes.node_metrics import scrape
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.process_samples import Samples
from loadtest.percentiles import summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from loadtest.scenarios.feed.feed_watchers import FileWriter, Watcher, WatcherCounts

CONNECTING_AT_ONCE = 16
PER_ACCOUNT = 200
"""A user may watch 256 lists on a server."""

FILES = 5
"""In each project."""

SETTLE_SECONDS = 30.0
QUERIES = ("prime_feed_queries_total", "")
CHANGES = ("prime_feed_changes_total", "")

LEAD = (
    "Watchers of the audio files of many projects hear of every change that writers make by calls. "
    "First with a tenth of them, then with all; then the server is killed and started again, and "
    "at the end each watcher's list is held against the tables."
)

TARGETS = (
    Target("change_to_watcher_p50_ms", 100),
    Target("change_to_watcher_p99_ms", 250),
    Target("missed", 0),
)


async def run_feed(arguments: argparse.Namespace) -> dict[str, Any]:
    """A tenth, all, a kill, and what everyone shows in the end."""
    console = wide_console()
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=arguments.watchers)
        async with pinned_node(arguments.watchers) as node:
            crowd = _Crowd(node, arguments, progress, step)
            report = await crowd.run()
    crowd.scenario_report.show(report, arguments.report, console)
    return report


class _Crowd:
    """Watchers of many lists, and writers."""

    def __init__(
        self, node: PinnedNode, arguments: argparse.Namespace, progress: Progress, step: TaskID
    ) -> None:
        self._node = node
        self._arguments = arguments
        self._progress = progress
        self._step = step
        self.scenario_report = ScenarioReport("feed: rows that are watched", LEAD, TARGETS)
        self._counts = WatcherCounts()
        self._watchers_to_come: list[Watcher] = []
        """Those who have not come yet."""
        self._watchers: list[Watcher] = []
        self._writers: list[FileWriter] = []

    async def run(self) -> dict[str, Any]:
        """The whole scenario."""
        await self._prepare()
        beating = asyncio.create_task(keep_alive(self._connected))
        busy_readers = {
            "node": lambda: self._node.cpu_seconds,
            "hub_kept_waiting": lambda: self._node.kept_waiting_seconds,
            "generator": time.process_time,
        }
        try:
            async with Samples(busy_readers, {"hub_rss_mb": lambda: self._node.rss_mb}) as samples:
                async with LoopLag() as lag:
                    await self._come(self._arguments.watchers // 10)
                    tenth = await self._during("a tenth watch")
                    await self._come(len(self._watchers_to_come))
                    self._counts.change_ms.clear()
                    whole_crowd = await self._during("all watch")
                    change_ms = list(self._counts.change_ms)
                    cpu = lag.cpu_percent
                await self._kill()
            missed_count = await self._missed()
        finally:
            beating.cancel()
            for watcher in self._watchers:
                watcher.leave()
            for writer in self._writers:
                writer.leave()
        self.scenario_report.samples = samples
        self.scenario_report.curves["change to watcher"] = change_ms
        times = summary(change_ms)
        # Long: each line of the report is said once, where it is measured.
        return {
            "changes_per_s": whole_crowd["changes_per_s"],
            "change_to_watcher_p50_ms": times["p50"],
            "change_to_watcher_p99_ms": times["p99"],
            "change_to_watcher_ms": times | {"max": round(max(change_ms, default=0.0), 2)},
            "told_per_s": whole_crowd["told_per_s"],
            "missed": missed_count,
            "watchers": len(self._watchers),
            "lists": len({watcher.project for watcher in self._watchers}),
            "queries_per_s": {"tenth": tenth["queries_per_s"], "all": whole_crowd["queries_per_s"]},
            "queries_per_change": {
                "tenth": tenth["queries_per_change"],
                "all": whole_crowd["queries_per_change"],
            },
            "resumed": self._counts.resumed,
            "told_the_whole_list": self._counts.whole,
            "resyncs": self._counts.resyncs,
            "writes_failed": sum(writer.failed for writer in self._writers),
            "hub_cpu_percent_max": samples.highest("node"),
            "hub_rss_mb": samples.highest("hub_rss_mb"),
            "generator_cpu_percent": round(cpu, 1),
            "generator_lag_ms": lag.summary,
            "cores": self._node.cores.in_words,
            **verdict(
                problems(lag.ms, cpu, lag_bound_ms=LAG_BOUND_OF_SECONDS_MS)
                + disturbed(samples.mean("hub_kept_waiting"))
            ),
        }

    async def _prepare(self) -> None:
        """Accounts, their projects and files; who will watch what, lists in turn."""
        self._show_step("making files")
        per_list, count = self._arguments.per_list, self._arguments.watchers
        lists = -(-count // per_list)
        by_account = max(1, PER_ACCOUNT // per_list)
        watchers: list[list[Watcher]] = []
        for first in range(0, lists, by_account):
            account = await register(self._node.url)
            list_numbers = range(first, min(first + by_account, lists))
            projects = [await create_project(account, f"feed {n}") for n in list_numbers]
            writer = FileWriter(account, projects, lambda: self._node.url)
            await writer.make(FILES)
            self._writers.append(writer)
            for number, project in zip(list_numbers, projects, strict=True):
                members = range(number * per_list, min((number + 1) * per_list, count))
                watchers.append(
                    [
                        Watcher(account, n, project, self._counts, lambda: self._node.url)
                        for n in members
                    ]
                )
        in_turn = (row[n] for n in range(per_list) for row in watchers if n < len(row))
        self._watchers_to_come = list(in_turn)

    async def _come(self, count: int) -> None:
        self._show_step(f"{count:,} come")
        new_watchers, self._watchers_to_come = (
            self._watchers_to_come[:count],
            self._watchers_to_come[count:],
        )
        at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def come(watcher: Watcher) -> None:
            async with at_once:
                await watcher.enter()
            self._progress.advance(self._step)

        await asyncio.gather(*map(come, new_watchers))
        self._watchers += new_watchers

    async def _during(self, text: str) -> dict[str, float]:
        """What goes on for some seconds, at the set rate of changes."""
        self._show_step(text)
        writing_tasks = self._write()
        await asyncio.sleep(1.0)
        before, changes_seen = await scrape(self._node.url), self._counts.changes
        began_at = time.perf_counter()
        await asyncio.sleep(self._arguments.seconds)
        after, seconds_passed = await scrape(self._node.url), time.perf_counter() - began_at
        changes_seen = self._counts.changes - changes_seen
        await _cancelled(writing_tasks)
        queries, changes = (after[name] - before[name] for name in (QUERIES, CHANGES))
        return {
            "changes_per_s": round(changes / seconds_passed, 1),
            "told_per_s": round(changes_seen / seconds_passed, 1),
            "queries_per_s": round(queries / seconds_passed, 1),
            "queries_per_change": round(queries / changes, 2) if changes else 0.0,
        }

    def _write(self) -> list[asyncio.Task[None]]:
        changes_per_writer = self._arguments.rate / len(self._writers)
        return [asyncio.create_task(writer.write(changes_per_writer)) for writer in self._writers]

    async def _kill(self) -> None:
        self._show_step("the server is killed and started again")
        writing_tasks = self._write()
        await asyncio.sleep(1.0)
        await self._node.kill()
        await self._node.start()
        await asyncio.sleep(self._arguments.seconds)
        await _cancelled(writing_tasks)

    async def _missed(self) -> int:
        """How many names watchers show that are not those of the tables, once all is told."""
        self._show_step("holding every list against the tables")
        end = time.perf_counter() + SETTLE_SECONDS
        while time.perf_counter() < end:
            if not await self._differ():
                break
            await asyncio.sleep(0.2)
        return await self._differ()

    async def _differ(self) -> int:
        """The tables are read anew: what a writer had sent when it was stopped may come late."""
        names: dict[str, dict[str, str]] = {}
        for writer in self._writers:
            names |= await writer.names()
        missed_count = 0
        for watcher in self._watchers:
            stored_names = names[watcher.project]
            missed_count += sum(watcher.names.get(id) != name for id, name in stored_names.items())
            missed_count += len(watcher.names.keys() - stored_names.keys())
        return missed_count

    def _connected(self) -> list[BarePrime]:
        return [watcher.prime for watcher in self._watchers if watcher.prime is not None]

    def _show_step(self, text: str) -> None:
        self._progress.update(self._step, description=text)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
