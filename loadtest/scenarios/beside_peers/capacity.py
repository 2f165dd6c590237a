"""The scenario `capacity`: how many rooms a core carries, for Prime and for its peers."""

import argparse
import resource
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

from loadtest.load.capacity_search import Search, around, rooms_near
from loadtest.load.cursor_job import Job, listeners_of
from loadtest.load.generators import GeneratorFailed
from loadtest.load.stepping.stepper import Offer, Stepper, stepping
from loadtest.nodes.cores import Cores, divide
from loadtest.nodes.pinned_node import SPARE_FILES, allow_files
from loadtest.nodes.server_watch import Watched
from loadtest.peers.catalogue import KNOWN, Peer
from loadtest.peers.installing import PeerFailed
from loadtest.peers.running import running
from loadtest.reports.capacity_figures import SHARES, peer_row, result_of, step_of, void_because
from loadtest.reports.console_output import progress, table_of, wide_console
from loadtest.reports.measuring_conditions import cursor_conditions

COLUMNS = {
    "title": "server",
    "capacity": "rooms",
    "updates_per_s": "updates/s",
    "p99_ms": "p99 ms",
    "cpu_percent": "CPU %",
    "quarter": "at 1/4 p50/p99",
    "half": "at 1/2",
    "three_quarters": "at 3/4",
    "cpu_at_half_percent": "CPU %",
    "bytes_per_member_s": "bytes/s each",
}

MOST_MEMBERS = 8_000
"""Connections to one server: past this the generator's own work per connection counts."""

FIRST_UPDATES_PER_S = 10_000
"""Delivered at the first load, in whole rooms: any server carries that."""

TIMED_PER_S = 4_000
"""Updates that are decoded and timed; the generator is to have its core for the load."""

STEP = (1.0, 1.5)
QUICK_STEP = (0.5, 0.8)
"""Seconds of a step before it is measured, and those measured."""

LATENCY_SECONDS = 2.0
BETWEEN_SECONDS = 1.0
"""What a step takes besides: its beginning, and the wait until nothing is under way."""

SEARCH_STEPS = 12
AGAIN_STEPS = 5
"""Of the first search and of those that begin where it ended, as a rule."""

START_SECONDS = 5.0
"""Until a server and its members are there, over the whole run."""


@dataclass(slots=True)
class Trial:
    """One server, its generators, and what was found so far; `error`: why it is out."""

    peer: Peer
    bar: TaskID
    most: float
    stepper: Stepper | None = None
    versions: dict[str, str] = field(default_factory=dict)
    search: Search | None = None
    """The one under way."""
    capacities: list[tuple[float, bool]] = field(default_factory=list)
    """Of each search that is done: rooms, and whether it may be more."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    at_shares: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {name: [] for name in SHARES}
    )
    error: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """What a report says of it."""
        peer_names = {"peer": self.peer.name, "title": self.peer.title}
        if self.error:
            return peer_names | {"error": self.error}
        return peer_names | peer_row(self.capacities, self.steps, self.at_shares)


@dataclass(frozen=True, slots=True)
class Run:
    """What all servers are asked for, and where progress is shown."""

    size: int
    hz: float
    repeat: int
    warm_up: float
    seconds: float
    precision: float
    most: float
    """Rooms that are offered, whatever else there could be."""
    cores: Cores
    bars: Progress

    @property
    def first_load(self) -> float:
        """Rooms of the first step."""
        per_room = self.size * (self.size - 1) * self.hz
        return float(max(1, round(FIRST_UPDATES_PER_S / per_room)))

    @property
    def steps(self) -> int:
        """Of one server, as a rule."""
        return SEARCH_STEPS + (self.repeat - 1) * AGAIN_STEPS + self.repeat * len(SHARES)

    def expected_seconds(self, peers: int) -> float:
        """How long all of it takes, as a rule."""
        step_seconds = self.warm_up + self.seconds + BETWEEN_SECONDS
        return peers * (START_SECONDS + self.steps * step_seconds)


async def run_capacity(arguments: argparse.Namespace) -> dict[str, Any]:
    """Find each server's capacity, then its latencies below; one that fails says so in its row."""
    cores = divide()
    cores.pin_this_process()
    warm_up, seconds = QUICK_STEP if arguments.quick else STEP
    with progress() as bars:
        run = Run(
            size=arguments.size,
            hz=arguments.hz,
            repeat=arguments.repeat,
            warm_up=warm_up,
            seconds=seconds,
            precision=1.1 if arguments.quick else 1.05,
            most=float(arguments.most or MOST_MEMBERS),
            cores=cores,
            bars=bars,
        )
        minutes = run.expected_seconds(len(arguments.peers)) / 60
        bars.console.print(f"This takes about {minutes:.1f} minutes.", highlight=False)
        trials = await _all(run, arguments.peers)
    report = _report(run, trials)
    _print_report(report)
    if arguments.report:
        from loadtest.reports.capacity_report import write_capacity  # matplotlib takes a second

        shown_rows = rows_for_eyes(report["peers"])
        path = write_capacity(arguments.report, report, COLUMNS, shown_rows, notes(report))
        Console(stderr=True).print(f"report: {path}", markup=False, highlight=False)
    return report


async def _all(run: Run, names: list[str]) -> list[Trial]:
    """Search in turn, one step of each server after the other; then look at parts of what was."""
    most = min(_most_rooms(run.size), run.most)
    trials = [
        Trial(KNOWN[name], run.bars.add_task(KNOWN[name].title, total=run.steps), most)
        for name in names
    ]
    async with AsyncExitStack() as stack:
        for trial in trials:
            await _start(trial, run, stack)
        for _ in range(run.repeat):
            await _search(trials, run)
        for _ in range(run.repeat):
            for name, share in SHARES.items():
                for trial in trials:
                    await _measure_at_share(trial, run, name, share)
        for trial in trials:
            run.bars.update(trial.bar, completed=run.steps, description=trial.peer.title)
    return trials


def _most_rooms(size: int) -> float:
    """As many as this system lets one process have connections for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_MEMBERS if hard == resource.RLIM_INFINITY else hard - SPARE_FILES
    members = max(size, min(MOST_MEMBERS, files))
    allow_files(members)
    return float(members // size)


async def _start(trial: Trial, run: Run, stack: AsyncExitStack) -> None:
    run.bars.update(trial.bar, description=f"{trial.peer.title}: starting")
    try:
        server = await stack.enter_async_context(running(trial.peer, run.cores))
        job = Job(
            dialect=trial.peer.dialect,
            urls=server.urls,
            rooms=(),
            size=run.size,
            hz=run.hz,
            warm_up=run.warm_up,
            seconds=run.seconds,
            cores=run.cores,
            listened=_listened(run),
        )
        watched = Watched(server.pids, server.beside, run.cores.server)
        trial.stepper = await stack.enter_async_context(stepping(job, watched))
    except (PeerFailed, GeneratorFailed) as error:
        _fail(trial, run, error)
    else:
        trial.versions = server.versions


def _listened(run: Run) -> int:
    """Rooms that are timed from the first on: as many as give some thousands of times a second."""
    of_one = listeners_of(run.size) * (run.size - 1) * run.hz
    return max(2, round(TIMED_PER_S / of_one))


async def _search(trials: list[Trial], run: Run) -> None:
    """Once more for every server, all of them at the same time, step by step."""
    for trial in trials:
        if trial.capacities:
            trial.search = around(trial.capacities[0][0], trial.most)
        else:
            trial.search = Search(min(run.first_load, trial.most), trial.most)
        trial.search.precision = run.precision
    while open_ones := [t for t in trials if not t.error and t.search and not t.search.is_done]:
        for trial in open_ones:
            await _search_step(trial, run)
    for trial in trials:
        if trial.search and not trial.error:
            trial.capacities.append((trial.search.carried, trial.search.is_at_least))


async def _search_step(trial: Trial, run: Run) -> None:
    search = trial.search
    assert search is not None
    step = await _run_step(trial, run, search.load, run.seconds)
    if step is not None:
        search.take(result_of(step), step["cpu_percent"])


async def _measure_at_share(trial: Trial, run: Run, name: str, share: float) -> None:
    """The latencies at a part of what a server carries."""
    row = trial.row
    if trial.error or not row["rooms"]:
        return
    rooms = rooms_near(row["rooms"] * share)
    seconds = max(run.seconds, LATENCY_SECONDS if run.warm_up >= STEP[0] else run.seconds)
    step = await _run_step(trial, run, rooms, seconds)
    if step is not None and void_because(step):
        step = await _run_step(trial, run, rooms, seconds) or step
    if step is not None:
        trial.at_shares[name].append(step)


async def _run_step(trial: Trial, run: Run, rooms: float, seconds: float) -> dict[str, Any] | None:
    """One load; None when the server or its generators gave up."""
    if trial.error or trial.stepper is None:
        return None
    bars, title = run.bars, trial.peer.title
    bars.update(trial.bar, description=f"{title}: {rooms:g} rooms")
    try:
        loaded = await trial.stepper.step(Offer(rooms, run.warm_up, seconds))
    except (GeneratorFailed, OSError) as error:
        _fail(trial, run, error)
        return None
    step = step_of(rooms, loaded)
    step["verdict"] = result_of(step).name.lower()
    trial.steps.append(step)
    bars.update(trial.bar, advance=1)
    return step


def _fail(trial: Trial, run: Run, error: Exception) -> None:
    trial.error = str(error) or type(error).__name__
    run.bars.update(trial.bar, description=f"{trial.peer.title}: failed")


def _report(run: Run, trials: list[Trial]) -> dict[str, Any]:
    return {
        "scenario": "capacity",
        "size": run.size,
        "hz": run.hz,
        "repeat": run.repeat,
        "precision": run.precision,
        "how": cursor_conditions(
            run.cores,
            load=f"rooms of {run.size}, each member moving {run.hz:g} times a second; below 20 "
            "rooms the last one may move at tenths of that rate. Servers take turns step by step, "
            f"each step {run.warm_up:g} s and then {run.seconds:g} s that are measured. Carried: "
            "everything delivered, and p99 at most 100 ms. A load counts as not carried when it "
            "was not twice; a step in which the generator was at its end says nothing, and a "
            "capacity that ends there is at least that",
            versions={trial.peer.name: trial.versions for trial in trials},
        ),
        "peers": [trial.row for trial in trials],
        "steps": {trial.peer.name: trial.steps for trial in trials},
    }


def _print_report(report: dict[str, Any]) -> None:
    console = wide_console()
    title = f"rooms of {report['size']} at {report['hz']:g} Hz that one core carries"
    console.print(table_of(rows_for_eyes(report["peers"]), COLUMNS, title))
    for note in notes(report):
        console.print(note, markup=False, highlight=False)
    console.print(report["how"]["pinning"], highlight=False)


def rows_for_eyes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows, with cells that hold two figures."""
    rows_shown = []
    for row in rows:
        cells = dict(row)
        if "error" not in row:
            cells["capacity"] = f"{'at least ' if row['at_least'] else ''}{row['rooms']:,g}"
        for name in SHARES:
            if latency := row.get(f"latency_at_{name}_ms"):
                cells[name] = f"{latency['p50']:.3g}/{latency['p99']:.3g}"
        rows_shown.append(cells)
    return rows_shown


def notes(report: dict[str, Any]) -> list[str]:
    """What makes figures less than they seem."""
    lines = []
    for row in report["peers"]:
        steps = report["steps"][row["peer"]]
        void = [why for step in steps if (why := void_because(step))]
        if row.get("at_least"):
            why = void[-1] if void else "no more connections were offered"
            lines.append(f"{row['title']}: it may carry more; {why}")
        elif void:
            lines.append(f"{row['title']}: {len(void)} of {len(steps)} steps were void; {void[-1]}")
    return lines
