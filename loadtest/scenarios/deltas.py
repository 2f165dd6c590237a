"""The scenario `deltas`: durable deltas a second beside what PostgreSQL alone takes, and acks."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from typing import Any

from rich.progress import Progress

from loadtest.bare.bare_prime import Account, create_project, enter, register
from loadtest.checking.audit import audit
from loadtest.checking.lost_deltas import lost_deltas
from loadtest.load.cursor_watch import CursorsSeen, CursorWatch, Watch, watching
from loadtest.load.delta_writers import Answers, DeltaWriter, drain, edit, offer
from loadtest.load.generator_checks import disturbed, problems, verdict
from loadtest.nodes.node_metrics import Metrics, happened, longest, scrape
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.postgres_alone import postgres_alone
from loadtest.nodes.process_samples import Samples
from loadtest.percentiles import percentile, summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport

FULL_BATCH = 500
"""What a committer puts into one transaction at most."""

WATCHED_ROOMS = 2
WATCHED_MEMBERS = 3
WATCHED_HZ = 30.0
"""Members who move in some of the rooms that are edited: what they see is the tick."""

STALL = "prime_probe_stall_seconds"
LOOP_LATE = "prime_loop_late_seconds"
WARM_UP_SECONDS = 1.0
DRAIN_SECONDS = 30.0

LEAD = (
    "Writers propose small deltas at a set rate, then as many as are answered; in some rooms "
    "others move meanwhile. Then PostgreSQL takes the same deltas from the server's core, alone."
)

TARGETS = (
    Target("ratio", 0.5, at_least=True),
    Target("ack_p99_ms", 30),
    Target("tick_delay_ms", 5),
    Target("lost", 0),
)


async def run_deltas(arguments: argparse.Namespace) -> dict[str, Any]:
    """A quiet phase, one at a set rate, one of saturation; then the database without the server."""
    console = wide_console()
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=6)
        async with pinned_node(arguments.writers, {"PRIME_STALL_PROBE": "1"}) as node:
            bench = _Bench(node, arguments, lambda text: progress.update(step, description=text))
            await bench.fill()
            progress.advance(step)
            async with watching(bench.watch) as watch:
                report = await bench.measure(watch, lambda: progress.advance(step))
            await bench.compare(report)
            progress.advance(step)
    bench.scenario_report.show(report, arguments.report, console)
    return report


class _Bench:
    """Writers in rooms, and a stopwatch."""

    def __init__(self, node: PinnedNode, arguments: argparse.Namespace, say: Any) -> None:
        self._node = node
        self._arguments = arguments
        self._say = say
        self.scenario_report = ScenarioReport(
            "deltas: durable, acknowledged, and what ticks feel", LEAD, TARGETS
        )
        self._writers: list[DeltaWriter] = []
        self._projects: list[str] = []
        self._account: Account | None = None
        self._answers = Answers()
        self._problems: list[str] = []
        self._batch: int | None = None
        self._scraped: Metrics = {}
        self._stalls: dict[str, float | None] = {}
        self._lateness: dict[str, float | None] = {}

    @property
    def watch(self) -> Watch:
        """Those who move in the first rooms."""
        assert self._account is not None
        projects = tuple(self._projects[:WATCHED_ROOMS])
        return Watch(self._account, projects, WATCHED_MEMBERS, WATCHED_HZ)

    async def fill(self) -> None:
        """An account, its projects, and the writers in their rooms."""
        self._say("filling the rooms")
        self._account = await register(self._node.url)
        for number in range(self._arguments.rooms):
            self._projects.append(await create_project(self._account, f"deltas {number}"))
        for number in range(self._arguments.writers):
            project = self._projects[number % len(self._projects)]
            writer = DeltaWriter(number, project, self._answers)
            await writer.enter(self._account)
            self._writers.append(writer)

    async def measure(self, watch: CursorWatch, advance: Any) -> dict[str, Any]:
        """The three phases."""
        seconds = self._arguments.seconds
        self._say("cursors alone")
        await scrape(self._node.url)
        quiet = await watch.during(seconds / 2)
        await self._scrape("quiet")
        advance()
        busy_readers = {
            "node": lambda: self._node.cpu_seconds,
            "hub_kept_waiting": lambda: self._node.kept_waiting_seconds,
            "generator": time.process_time,
            "postgres": lambda: self._node.postgres_cpu_seconds,
        }
        async with Samples(busy_readers, {"hub_rss_mb": lambda: self._node.rss_mb}) as samples:
            self._say(f"{self._arguments.rate:,.0f} deltas/s")
            offered, at_rate = await self._at_rate(watch, samples)
            advance()
            self._say("as many as are answered")
            saturated, full = await self._saturated(watch, samples)
            advance()
        self.scenario_report.samples = samples
        self.scenario_report.curves |= {
            "cursors, no deltas": quiet.ms,
            "cursors, at rate": at_rate.ms,
            "cursors, saturated": full.ms,
        }
        self._say("looking for what was acknowledged in the journal")
        lost_count = await self._lost_deltas()
        advance()
        # Long: each line of the report is said once, where it is measured.
        return {
            **saturated,
            **offered,
            **_ticks(quiet, at_rate, full),
            "tick_delay_ms": self._lateness["saturated"],
            "tick_late_ms": self._lateness,
            "hub_stall_ms": self._stalls,
            "lost": lost_count,
            "refused": dict(self._answers.refused),
            "hub_rss_mb": samples.highest("hub_rss_mb"),
            "rooms": len(self._projects),
            "writers": len(self._writers),
            "cores": self._node.cores.in_words,
        }

    async def _at_rate(
        self, watch: CursorWatch, samples: Samples
    ) -> tuple[dict[str, Any], CursorsSeen]:
        rate, seconds = self._arguments.rate, self._arguments.seconds
        self._answers.ack_ms.clear()
        before, since = self._answers.acked, samples.now
        lag: list[float] = []
        phase = await watch.phase()
        wanted_deltas = await offer(self._writers, rate, seconds, lag)
        cursors_seen = await phase.end()
        await self._scrape("at_rate")
        generator = samples.mean("generator", since)
        unanswered = await drain(self._writers, DRAIN_SECONDS)
        acks = list(self._answers.ack_ms)
        self._problems += problems(lag, generator, self._answers.acked - before, wanted_deltas)
        self._problems += cursors_seen.problems
        if unanswered:
            self._problems.append(f"{unanswered} deltas were not answered")
        self.scenario_report.curves["acks, at rate"] = acks
        p99 = percentile(acks, 99)
        figures = {
            "offered_per_s": rate,
            "ack_p99_ms": None if p99 is None else round(p99, 2),
            "ack_ms": summary(acks) | {"max": round(max(acks, default=0.0), 2)},
            "hub_cpu_percent_at_rate": samples.mean("node", since),
            "generator_lag_ms": summary(lag),
        }
        return figures, cursors_seen

    async def _saturated(
        self, watch: CursorWatch, samples: Samples
    ) -> tuple[dict[str, Any], CursorsSeen]:
        for writer in self._writers:
            writer.keep_in_flight(self._arguments.in_flight)
        await asyncio.sleep(WARM_UP_SECONDS)
        metrics, acked_before = await scrape(self._node.url), self._answers.acked
        phase, began_at, since = await watch.phase(), time.perf_counter(), samples.now
        cpu = self._node.cpu_seconds
        await asyncio.sleep(self._arguments.seconds)
        cpu = self._node.cpu_seconds - cpu
        acked_count = self._answers.acked - acked_before
        seconds_passed = time.perf_counter() - began_at
        cursors_seen = await phase.end()
        until, after = samples.now, await self._scrape("saturated")
        for writer in self._writers:
            writer.stop()
        if await drain(self._writers, DRAIN_SECONDS):
            self._problems.append("not all deltas were answered after saturation")
        generator = samples.mean("generator", since, until)
        # Only what the server has no share in: here it is meant to be the one that cannot keep up.
        self._problems += problems([], generator)
        self._problems += [f"{problem} (saturated)" for problem in cursors_seen.problems]
        waiting_percent = samples.mean("hub_kept_waiting", since, until)
        self._problems += disturbed(waiting_percent)
        figures = {
            "durable_per_s": round(acked_count / seconds_passed, 1),
            "mean_batch": self._mean_batch(metrics, after, acked_count),
            "in_flight": self._arguments.in_flight * len(self._writers),
            "durable_per_hub_cpu_s": _rate(acked_count, cpu),
            "hub_cpu_percent": samples.mean("node", since, until),
            "hub_kept_waiting_percent": waiting_percent,
            "postgres_cpu_percent": samples.mean("postgres", since, until),
            "generator_cpu_percent": generator,
        }
        return figures, cursors_seen

    async def _scrape(self, phase: str) -> Metrics:
        """The server's metrics; its longest stall and lateness since the last, as of the phase.

        The stall is without the time that the kernel kept its core from it.
        """
        before, self._scraped = self._scraped, await scrape(self._node.url)
        self._stalls[phase] = longest(before, self._scraped, STALL)
        self._lateness[phase] = longest(before, self._scraped, LOOP_LATE)
        return self._scraped

    def _mean_batch(self, before: Metrics, after: Metrics, acked_count: int) -> float | None:
        """None: the server does not count its batches. A few more commits are in it than acks."""
        batches = happened(before, after, "commit_batches")
        committed = happened(before, after, "deltas_committed")
        if not batches:
            return None
        mean = (committed or acked_count) / batches
        self._batch = max(1, round(mean))
        return round(mean, 1)

    async def _lost_deltas(self) -> int:
        """Acknowledged and not there: by the heads of all rooms, and id by id in the first."""
        lost_count = self._answers.contradictions
        for project in self._projects:
            acked_seqs = self._answers.acked_of.get(project, {})
            lost_count += max(0, len(acked_seqs) - await self._head(project))
        first = self._projects[0]
        audited = await audit(self._node.database_url, first)
        return lost_count + len(
            lost_deltas(self._answers.acked_of.get(first, {}), audited["delta_ids"])
        )

    async def _head(self, project: str) -> int:
        assert self._account is not None
        witness = await enter(self._account, "witness", project)
        head = int(witness.joined[project]["position"]["seq"])
        witness.close()
        return head

    async def compare(self, report: dict[str, Any]) -> None:
        """Without the server: what its database takes of the same deltas."""
        self._say("PostgreSQL alone")
        await self._node.kill()
        own_batch = [self._batch] if self._batch is not None and self._batch < FULL_BATCH else []
        rows = await postgres_alone(
            self._node.database_url,
            self._node.cores,
            batches=[FULL_BATCH, *own_batch],
            projects=len(self._projects),
            seconds=self._arguments.seconds,
            ops=edit(25),
        )
        # In the server's own batches, where it tells them.
        postgres_per_s = rows[-1]["deltas_per_s"]
        report["postgres_alone_per_s"] = postgres_per_s
        report["ratio"] = round(report["durable_per_s"] / postgres_per_s, 3)
        report["postgres_alone_batches"] = {row["batch"]: row["deltas_per_s"] for row in rows}
        report.update(verdict(self._problems))


def _ticks(quiet: CursorsSeen, at_rate: CursorsSeen, full: CursorsSeen) -> dict[str, Any]:
    """By how much later cursors are seen: ticks that gather as the server is busy, and delays."""
    return {
        "cursors_later_ms": {
            "at_rate_p99": _later(at_rate.p99, quiet.p99),
            "saturated_p99": _later(full.p99, quiet.p99),
            "saturated_max": _later(_worst(full.ms), _worst(quiet.ms)),
        },
        "cursor_quiet_ms": quiet.figures,
        "cursor_at_rate_ms": at_rate.figures,
        "cursor_saturated_ms": full.figures,
    }


def _rate(amount: float, seconds: float) -> float | None:
    return round(amount / seconds, 1) if seconds > 0 else None


def _worst(values: Sequence[float]) -> float | None:
    return max(values, default=None)


def _later(with_deltas: float | None, without_deltas: float | None) -> float | None:
    if with_deltas is None or without_deltas is None:
        return None
    return round(max(0.0, with_deltas - without_deltas), 2)
