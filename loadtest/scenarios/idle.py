"""The scenario `idle`: the server's memory for each member who is in a room and does nothing."""

import argparse
import asyncio
import time
from typing import Any

from rich.progress import Progress, TaskID

from loadtest.bare.bare_client import HandshakeFailed
from loadtest.bare.bare_prime import (
    Account,
    BarePrime,
    PrimeRefused,
    create_project,
    enter,
    register,
)
from loadtest.bare.heartbeats import keep_alive
from loadtest.load.generator_checks import LAG_BOUND_OF_SECONDS_MS, LoopLag, problems, verdict
from loadtest.nodes.node_metrics import scrape
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.process_samples import Samples
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from prime_client.connecting.codec import Message
from schema.limits import HEARTBEAT_SECONDS

CONNECTING_AT_ONCE = 32
WARM_UP_SECONDS = 2.0
SETTLED_WITHIN = 0.005
"""Memory that changes by less than this part in a second stands still."""

SETTLE_SECONDS = 30.0
"""At most, after a whole heartbeat of everyone."""

LEAD = (
    "Members join rooms and only keep their connections alive. Memory is the server's own (USS): "
    "what it has with all inside, less what it had before, by the connections."
)

TARGETS = (Target("kb_per_connection", 16), Target("lost_connections", 0), Target("failed", 0))


async def run_idle(arguments: argparse.Namespace) -> dict[str, Any]:
    """Memory before anyone comes, with everyone in, and after all have gone."""
    console = wide_console()
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=arguments.connections)
        async with pinned_node(arguments.connections) as node:
            crowd = _Crowd(node, arguments, progress, step)
            report = await crowd.measure()
    crowd.scenario_report.show(report, arguments.report, console)
    return report


class _Crowd:
    """Members of many rooms, who do nothing but stay alive."""

    def __init__(
        self, node: PinnedNode, arguments: argparse.Namespace, progress: Progress, step: TaskID
    ) -> None:
        self._node = node
        self.scenario_report = ScenarioReport(
            "idle: what a member who does nothing costs", LEAD, TARGETS
        )
        self._count = arguments.connections
        self._per_room = arguments.per_room
        self._progress = progress
        self._step = step
        self._members: list[BarePrime] = []
        self._failures: list[str] = []
        self._pongs = 0

    async def measure(self) -> dict[str, Any]:
        """The whole scenario."""
        account = await register(self._node.url)
        rooms = -(-self._count // self._per_room)
        projects = [await create_project(account, f"idle {n}") for n in range(rooms)]
        before = await self._warm(account, projects[0])
        beating = asyncio.create_task(keep_alive(lambda: self._members))
        try:
            busy_readers = {
                "node": lambda: self._node.cpu_seconds,
                "hub_kept_waiting": lambda: self._node.kept_waiting_seconds,
                "generator": time.process_time,
            }
            levels = {"hub_rss_mb": lambda: self._node.rss_mb}
            async with Samples(busy_readers, levels) as samples, LoopLag() as lag:
                seconds_to_fill = await self._fill(account, projects)
                self._progress.update(self._step, description="settling")
                since = samples.now
                pongs = self._pongs
                memory_inside = await self._settled(pongs + len(self._members))
                pongs = self._pongs - pongs
        finally:
            beating.cancel()
        self.scenario_report.samples = samples
        connected = sum(member.connection.is_open for member in self._members)
        metrics = await scrape(self._node.url)
        after = await self._empty()
        per_connection = (memory_inside - before) / connected if connected else None
        # Long: each line of the report is said once, where it is measured.
        return {
            "kb_per_connection": None if per_connection is None else round(per_connection, 2),
            "connections": connected,
            "lost_connections": len(self._members) - connected,
            "failed": len(self._failures),
            "failures": sorted(set(self._failures))[:3],
            "rooms": rooms,
            "open_at_hub": int(metrics.get(("prime_connections", ""), 0.0)),
            "hub_uss_before_mb": round(before / 1024, 1),
            "hub_uss_inside_mb": round(memory_inside / 1024, 1),
            "hub_uss_after_mb": round(after / 1024, 1),
            "heartbeats_answered": pongs,
            "hub_cpu_percent_idle": samples.mean("node", since),
            "hub_kept_waiting_percent": samples.mean("hub_kept_waiting"),
            "joins_per_s": round(connected / seconds_to_fill, 1),
            "generator_lag_ms": lag.summary,
            "cores": self._node.cores.in_words,
            **verdict(problems(lag.ms, lag.cpu_percent, pongs, connected, LAG_BOUND_OF_SECONDS_MS)),
        }

    async def _warm(self, account: Account, project: str) -> float:
        """Memory once a first member has been in a room: what is made once is no connection's."""
        first = await enter(account, "first", project)
        first.close()
        await asyncio.sleep(WARM_UP_SECONDS)
        return self._node.uss_kb

    async def _fill(self, account: Account, projects: list[str]) -> float:
        at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self._progress.update(self._step, description=f"{self._count:,} come in")
        began_at = time.perf_counter()

        async def come_in(number: int) -> None:
            project = projects[number // self._per_room]
            async with at_once:
                try:
                    member = await enter(account, f"idle-{number}", project, self._on_message)
                except (OSError, TimeoutError, HandshakeFailed, PrimeRefused) as error:
                    self._failures.append(str(error) or type(error).__name__)
                    return
            self._members.append(member)
            self._progress.advance(self._step)

        await asyncio.gather(*map(come_in, range(self._count)))
        return time.perf_counter() - began_at

    async def _settled(self, pongs: int = 0) -> float:
        """Memory once so many heartbeats were answered in all, and it stands still, in KiB."""
        await asyncio.sleep(HEARTBEAT_SECONDS)
        end = time.perf_counter() + SETTLE_SECONDS
        level = self._node.uss_kb
        while time.perf_counter() < end:
            await asyncio.sleep(1.0)
            before, level = level, self._node.uss_kb
            if abs(level - before) <= level * SETTLED_WITHIN and self._pongs >= pongs:
                break
        return level

    async def _empty(self) -> float:
        """Memory when all have gone and their rooms are closed, in KiB."""
        self._progress.update(self._step, description="all leave")
        for member in self._members:
            member.close()
        return await self._settled()

    def _on_message(self, message: Message) -> None:
        self._pongs += message["t"] == "pong"
