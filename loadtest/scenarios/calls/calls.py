"""The scenario `calls`: each kind of call on rows beside plain asyncpg with the same SQL."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from loadtest.bare.bare_prime import BarePrime, create_project, register
from loadtest.load.cursor_watch import CursorsSeen, CursorWatch, Watch, watching
from loadtest.load.generator_checks import LoopLag, disturbed, problems, verdict
from loadtest.nodes.node_metrics import longest, scrape
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.percentiles import summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from loadtest.scenarios.calls.call_kinds import KINDS, Caller, Kind
from loadtest.scenarios.calls.call_loop import CallLoop
from machine.children.child_program import CHECKOUT

WATCHED_MEMBERS = 8
WATCHED_HZ = 30.0
"""Members who move in one room meanwhile: what they see is the tick."""

if TYPE_CHECKING:
    from pathlib import Path

LOOP_LATE = "prime_loop_late_seconds"
STALLED = "prime_probe_stall_seconds"
CONNECTIONS_OF_EACH = 4
"""Of each caller, asked in turn: one takes 400 messages a second (`MESSAGES_PER_SECOND`)."""
FIRST_OF_EACH = 1_000
"""Between the numbers of two callers' calls. A search for a number of one digit finds too much."""
SAMPLES_OF_EACH = 64
"""Calls of each kind and caller, made in turn: the same by the server and by plain asyncpg."""

LEAST_RATIO = 0.5

LEAD = (
    "Each kind of call, as many as are answered, by several users over connections of their own; "
    "others move in a room meanwhile. At once behind it plain asyncpg runs the same SQL from the "
    "server's core, over as many connections as the server has for it, while the server rests."
)

TARGETS = (Target("least_ratio", LEAST_RATIO, at_least=True), Target("hub_tick_delay_ms", 5))


class FillFailed(Exception):
    """The tables could not be filled, or plain asyncpg could not be measured: the child's words."""


async def run_calls(arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill the tables, make each kind of call, each time also without the server."""
    console = wide_console()
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=2 * len(KINDS) + 2)
        limits = {"PRIME_STALL_PROBE": "1"}
        connections = arguments.callers * CONNECTIONS_OF_EACH + WATCHED_MEMBERS
        async with pinned_node(connections, limits, arguments.data) as node:
            bench = _Bench(node, arguments)

            def say(text: str) -> None:
                progress.update(step, description=text, advance=1)

            say(f"filling the tables with {arguments.rows:,} rows each")
            await bench.fill()
            async with watching(await bench.watch()) as watch:
                for kind in KINDS:
                    say(kind.name)
                    await bench.measure(kind, watch)
                    say(f"{kind.name}: plain asyncpg with the same SQL")
                    await bench.measure_alone(kind)
            report = bench.report()
    bench.scenario_report.show(report, arguments.report, console)
    return report


@dataclass(slots=True)
class _Measurement:
    """One kind, over the socket."""

    per_s: float
    us: list[float]
    """Of a core that each call took of the server, and of PostgreSQL."""
    call_ms: list[float]
    tick_late_ms: float | None
    stall_ms: float | None
    """The longest that the loop was kept from a timer, without what the machine is to blame for."""
    cursors: CursorsSeen
    samples: list[tuple[str, Any]] = field(default_factory=list)
    """User and parameters, for plain asyncpg."""
    failed: str = ""
    """What the first call that was refused was told."""
    alone: dict[str, Any] = field(default_factory=dict)
    """What the tool told that ran plain asyncpg."""


class _Bench:
    """Callers with rows of their own, among a million of others."""

    def __init__(self, node: PinnedNode, arguments: argparse.Namespace) -> None:
        self._node = node
        self._arguments = arguments
        self._callers: list[Caller] = []
        self._by_kind: dict[str, _Measurement] = {}
        self._problems: list[str] = []
        self._filled_counts: dict[str, Any] = {}
        self.scenario_report = ScenarioReport("calls: rows over the socket", LEAD, TARGETS)

    async def fill(self) -> None:
        """The rows of others, then callers with some of their own."""
        self._filled_counts = await self._rows_of_others()
        for number in range(self._arguments.callers):
            account = await register(self._node.url)
            devices = [f"caller-{number}-{n}" for n in range(CONNECTIONS_OF_EACH)]
            primes = [
                await BarePrime.open(self._node.url, device, account.token) for device in devices
            ]
            caller = Caller(number, account.user, primes)
            await caller.make_rows()
            self._callers.append(caller)

    async def _rows_of_others(self) -> Any:
        """What the tool told that made them: now, or when this directory was used first."""
        data: Path | None = self._arguments.data
        noted_path = None if data is None else data / "filled.json"
        if noted_path is not None and noted_path.exists():
            return json.loads(noted_path.read_text())
        command = ("persistence.tools.fill_tables", "--database-url", self._node.database_url)
        filled_counts = await self._child(*command, "--rows", str(self._arguments.rows))
        if noted_path is not None:
            noted_path.write_text(json.dumps(filled_counts))
        return filled_counts

    async def watch(self) -> Watch:
        """Those who move in a room of nobody's business."""
        account = await register(self._node.url)
        project = await create_project(account, "busy room")
        return Watch(account, (project,), WATCHED_MEMBERS, WATCHED_HZ)

    async def measure(self, kind: Kind, watch: CursorWatch) -> None:
        """As many as are answered, for some seconds."""
        many = 1 if kind.name == "update" else SAMPLES_OF_EACH
        loops = [
            CallLoop(
                caller.primes, kind.method, [kind.params(caller, first + n) for n in range(many)]
            )
            for caller in self._callers
            for first in [(caller.number + 1) * FIRST_OF_EACH]
        ]
        await _run_each(loop.run(calls=many) for loop in loops)  # as plain asyncpg does each once
        phase, before = await watch.phase(), await scrape(self._node.url)
        for loop in loops:
            loop.call_ms.clear()
        began_at, before_cpu = time.perf_counter(), self._cpu()
        async with LoopLag() as lag:
            await _run_each(loop.run(seconds=self._arguments.seconds) for loop in loops)
        seconds_passed = time.perf_counter() - began_at
        *cpu_taken, stolen = (
            at - cpu_before for at, cpu_before in zip(self._cpu(), before_cpu, strict=True)
        )
        cursors_seen, after = await phase.end(), await scrape(self._node.url)
        found_problems = problems(lag.ms, lag.cpu_percent) + disturbed(
            stolen / seconds_passed * 100
        )
        self._problems += [f"{kind.name}: {found_problem}" for found_problem in found_problems]
        call_ms = [ms for loop in loops for ms in loop.call_ms]
        failures = [loop.failed for loop in loops if loop.failed]
        self._by_kind[kind.name] = _Measurement(
            per_s=len(call_ms) / seconds_passed,
            us=[round(seconds / max(len(call_ms), 1) * 1e6, 1) for seconds in cpu_taken],
            call_ms=call_ms,
            tick_late_ms=longest(before, after, LOOP_LATE),
            stall_ms=longest(before, after, STALLED),
            cursors=cursors_seen,
            samples=self._samples(loops),
            failed=failures[0] if failures else "",
        )
        self.scenario_report.curves[kind.name] = call_ms

    def _cpu(self) -> tuple[float, float, float]:
        """Processor time of the server and of PostgreSQL so far, in seconds; and how long the
        server had work and no core."""
        node = self._node
        return node.cpu_seconds, node.postgres_cpu_seconds, node.kept_waiting_seconds

    def _samples(self, loops: Sequence[CallLoop]) -> list[tuple[str, Any]]:
        """With their tokens, where plain asyncpg puts ids of its own."""
        pairs = zip(self._callers, loops, strict=True)
        return [(caller.user, params) for caller, loop in pairs for params in loop.samples]

    async def measure_alone(self, kind: Kind) -> None:
        """The same calls by plain asyncpg, at once: a minute later the machine may be another."""
        measurement = self._by_kind[kind.name]
        request = {"kind": kind.name, "method": kind.method, "calls": measurement.samples}
        output = await self._child(
            *("persistence.tools.call_speed", "--database-url", self._node.database_url),
            *("--seconds", str(self._arguments.seconds)),
            stdin=json.dumps([request]),
        )
        (measurement.alone,) = output["results"]

    def report(self) -> dict[str, Any]:
        """All kinds, and the worst of each figure."""
        measurements = self._by_kind.values()
        calls = [self._report_row(name, measurement) for name, measurement in self._by_kind.items()]
        failures = {
            n: measurement.failed for n, measurement in self._by_kind.items() if measurement.failed
        }
        return {
            "calls": calls,
            "least_ratio": min(row["ratio"] for row in calls),
            "hub_tick_delay_ms": _worst(measurement.tick_late_ms for measurement in measurements),
            "hub_stall_ms": _worst(measurement.stall_ms for measurement in measurements),
            "failed": failures,
            "rows": self._filled_counts["rows"],
            "fill_seconds": self._filled_counts["seconds"],
            "callers": len(self._callers),
            "cores": self._node.cores.in_words,
            **verdict(self._problems),
        }

    def _report_row(self, name: str, measurement: _Measurement) -> dict[str, Any]:
        times, asyncpg_per_s = summary(measurement.call_ms), measurement.alone["per_s"]
        return {
            "kind": name,
            "per_s": round(measurement.per_s, 1),
            "p50_ms": times["p50"],
            "p99_ms": times["p99"],
            "asyncpg_per_s": asyncpg_per_s,
            "ratio": round(measurement.per_s / asyncpg_per_s, 3) if asyncpg_per_s else None,
            "hub_us": measurement.us[0],
            "postgres_us": measurement.us[1],
            "asyncpg_us": measurement.alone["us"],
            "tick_delay_ms": measurement.tick_late_ms,
            "cursor_p99_ms": measurement.cursors.p99,
        }

    async def _child(self, module: str, *words: str, stdin: str = "") -> Any:
        """What a tool prints as JSON, from the core that the server has; raises `FillFailed`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=CHECKOUT,
        )
        self._node.cores.pin_server(process.pid)
        try:
            output, errors = await process.communicate(stdin.encode())
        except BaseException:
            process.kill()
            raise
        if process.returncode != 0:
            raise FillFailed(errors.decode().strip() or f"{module}: exit code {process.returncode}")
        return json.loads(output)


def _worst(values: Iterable[float | None]) -> float | None:
    """None where nothing was measured, which meets no target."""
    return max((value for value in values if value is not None), default=None)


async def _run_each(running: Iterable[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for work in running:
            tasks.create_task(work)
