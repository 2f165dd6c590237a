"""The scenario `herd`: the server is killed, and everyone comes back at once."""

import argparse
import asyncio
import random
import time
from typing import Any

from rich.progress import Progress, TaskID

from loadtest.bare.bare_prime import BarePrime, create_project, register
from loadtest.bare.heartbeats import keep_alive
from loadtest.checking.audit import audits
from loadtest.load.delta_writers import edit
from loadtest.load.generator_checks import (
    LAG_BOUND_OF_SECONDS_MS,
    LoopLag,
    disturbed,
    problems,
    verdict,
)
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.process_samples import Samples
from loadtest.people.returning_member import ReturningMember, ReturningTally, wait_for_answers
from loadtest.percentiles import summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport

CONNECTING_AT_ONCE = 32
ROOMS_PER_EDITED = 5
EDITORS_PER_ROOM = 4
EDITS_PER_SECOND = 2.0
"""In every fifth room four members edit, before the kill, through it and after."""

BEFORE_SECONDS = 3.0
AFTER_SECONDS = 2.0
BACK_SECONDS = 90.0
SETTLE_SECONDS = 30.0

LEAD = (
    "The server is killed (SIGKILL) while some edit, and started again at once. Everyone comes "
    "back with full jitter, resumes from the position it had, and sends again what was not "
    "answered. At the end every acknowledged delta is looked for in the journal."
)

TARGETS = (
    Target("resumed_within_s", 10),
    Target("lost", 0),
    Target("holes", 0),
    Target("missing", 0),
    Target("unanswered", 0),
)


async def run_herd(arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill the rooms, kill the server, start it, and wait for everyone."""
    console = wide_console()
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=arguments.clients)
        async with pinned_node(arguments.clients) as node:
            herd = _Herd(node, arguments, progress, step)
            report = await herd.run()
    herd.scenario_report.show(report, arguments.report, console)
    return report


class _Herd:
    """Members of many rooms, some of whom edit."""

    def __init__(
        self, node: PinnedNode, arguments: argparse.Namespace, progress: Progress, step: TaskID
    ) -> None:
        self._node = node
        self._arguments = arguments
        self._progress = progress
        self._step = step
        self.scenario_report = ScenarioReport(
            "herd: everyone comes back after a kill", LEAD, TARGETS
        )
        self._tally = ReturningTally()
        self._members: list[ReturningMember] = []
        self._editors: list[ReturningMember] = []
        self._lag_ms: list[float] = []

    async def run(self) -> dict[str, Any]:
        """The whole scenario."""
        await self._fill()
        beating = asyncio.create_task(keep_alive(self._connected))
        editing = asyncio.create_task(self._edit())
        busy_readers = {
            "node": lambda: self._node.cpu_seconds,
            "hub_kept_waiting": lambda: self._node.kept_waiting_seconds,
            "generator": time.process_time,
        }
        levels = {"hub_rss_mb": lambda: self._node.rss_mb}
        try:
            async with (
                Samples(busy_readers, levels) as samples,
                LoopLag() as lag,
            ):
                killed_at, missing_count = await self._kill()
                cpu = lag.cpu_percent
                await asyncio.sleep(AFTER_SECONDS)
        finally:
            editing.cancel()
        self._show_step("waiting for what was proposed")
        unanswered = await wait_for_answers(self._members, SETTLE_SECONDS)
        beating.cancel()
        self._show_step("looking for what was acknowledged in the journal")
        lost_count, _ = await audits(self._node.database_url, self._tally.acked)
        for member in self._members:
            member.leave()
        returned = [at - killed_at for at in self._tally.returned_at]
        self.scenario_report.samples = samples
        self.scenario_report.curves["back after the kill"] = [
            seconds * 1_000 for seconds in returned
        ]
        waiting_percent = samples.mean("hub_kept_waiting")
        acked_count = sum(map(len, self._tally.acked.values()))
        # Long: each line of the report is said once, where it is measured.
        return {
            "resumed_within_s": None if missing_count else round(max(returned, default=0.0), 3),
            "lost": lost_count + self._tally.contradictions,
            "clients": len(self._members),
            "missing": missing_count,
            "returned_s": summary(returned, 3),
            "hub_ready_s": round(self._node.ready_seconds, 3),
            "resumed": self._tally.resumed,
            "fresh_states": self._tally.reconnects - self._tally.resumed,
            "holes": self._tally.holes,
            "deltas_acked": acked_count,
            "resent": self._tally.resent,
            "duplicates": self._tally.duplicates,
            "unanswered": unanswered,
            "refused": dict(self._tally.refused),
            "attempts_that_failed": dict(self._tally.problems),
            "hub_cpu_percent_max": samples.highest("node"),
            "hub_kept_waiting_percent": waiting_percent,
            "hub_rss_mb": samples.highest("hub_rss_mb"),
            "generator_cpu_percent": round(cpu, 1),
            "generator_lag_ms": lag.summary,
            "cores": self._node.cores.in_words,
            **verdict(
                problems(lag.ms, cpu, lag_bound_ms=LAG_BOUND_OF_SECONDS_MS)
                + disturbed(waiting_percent)
            ),
        }

    async def _fill(self) -> None:
        account = await register(self._node.url)
        per_room, clients = self._arguments.per_room, self._arguments.clients
        rooms = -(-clients // per_room)
        projects = [await create_project(account, f"herd {n}") for n in range(rooms)]
        at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self._show_step(f"{clients:,} come in")

        async def come_in(number: int) -> None:
            room, number_in_room = divmod(number, per_room)
            rng = random.Random(self._arguments.seed * 1_000_003 + number)
            member = ReturningMember(account, f"herd-{number}", projects[room], self._tally, rng)
            self._members.append(member)
            if room % ROOMS_PER_EDITED == 0 and number_in_room < EDITORS_PER_ROOM:
                self._editors.append(member)
            async with at_once:
                await member.enter()
            self._progress.advance(self._step)

        await asyncio.gather(*map(come_in, range(clients)))

    async def _kill(self) -> tuple[float, int]:
        """When the server was killed, and how many have not come back in time."""
        await asyncio.sleep(BEFORE_SECONDS)
        self._show_step("the server is killed and started again")
        self._progress.reset(self._step, total=len(self._members))
        killed_at = time.perf_counter()
        await self._node.kill()
        await self._node.start()
        end = killed_at + BACK_SECONDS
        while time.perf_counter() < end:
            returned_count = len(self._tally.returned_at)
            self._progress.update(self._step, completed=returned_count)
            if returned_count >= len(self._members):
                break
            await asyncio.sleep(0.05)
        return killed_at, max(0, len(self._members) - len(self._tally.returned_at))

    async def _edit(self) -> None:
        """All editors in turn, at an even rate, whether the server is there or not."""
        gap = 1 / (EDITS_PER_SECOND * len(self._editors))
        began_at, step = time.perf_counter(), 0
        while True:
            due_at = began_at + step * gap
            now = time.perf_counter()
            if due_at > now:
                await asyncio.sleep(due_at - now)
                continue
            self._editors[step % len(self._editors)].propose(edit(step), due_at * 1_000)
            step += 1

    def _connected(self) -> list[BarePrime]:
        return [member.prime for member in self._members if member.prime is not None]

    def _show_step(self, text: str) -> None:
        self._progress.update(self._step, description=text)
