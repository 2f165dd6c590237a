"""The scenario `browser`: the studio page with a large song, in which many members move."""

import argparse
import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import Progress

from files.importing import read_song
from files.song_ops import Op
from files.upload import upload
from loadtest.bare.bare_prime import Account
from loadtest.browser.driving import Browser, Driver, chromium
from loadtest.browser.frames import Frames
from loadtest.browser.studio_page import ROOT, StudioPage, bundle_kb
from loadtest.load.generator_checks import problems, verdict
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.process_samples import Samples
from loadtest.peers.installing import node_packages
from loadtest.people.moving_members import MovingMembers
from loadtest.percentiles import percentile, summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from loadtest.songs.large_song import large_song
from prime_client.client import Client

CORPUS = ROOT.parent / "shared" / "corpus"
SONGS = ("*.mmpz", "*.mmp", "*.dawproject", "*.prime.json")
MADE_UP_ENTITIES = 10_000
"""Of the song where there is no corpus: as large as the largest of it."""

FIRST_EDIT = ("drawn", "shown", "saved")
"""When the song is drawn, and when the first edit shows and is on disk."""

FRAME_MS = 1_000 / 60
CALL_SECONDS = 60.0

LEAD = (
    "The page is loaded with nothing in its cache, by somebody who has logged in before; as soon "
    "as the song is drawn a track is added. Then a wheel turns in each frame, with the whole song "
    "in sight, while members move in it; then nobody scrolls; then the page's thread is slowed "
    "down as on a phone. frame_ms is the time between two frames that the page has drawn, by the "
    "clock of a screen of 60 Hz; script_ms the processor time of script for one; cpu_ms that of "
    "all of Chromium. Each figure is the median of the repeats. There is no graphics card."
)

TARGETS = (
    Target("frame_p50_ms", 16.7),
    Target("frame_p95_ms", 16.7),
    Target("time_to_first_edit_ms", 1_500),
    Target("sdk_kb", 25),
    Target("page_kb", 150),
    Target("page_faults", 0),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the page goes, and who moves there."""

    server: PinnedNode
    login: tuple[str, str]
    project: str
    title: str
    entities: int
    members: MovingMembers


@dataclass(slots=True)
class Phase:
    """What one way of using the page showed, a list of frames a repeat."""

    frames: list[Frames] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    @property
    def script_ms(self) -> list[float]:
        """Of the frames of all repeats."""
        return [ms for frames in self.frames for ms in frames.script_ms]

    @property
    def figures(self) -> dict[str, Any]:
        """As the report has them."""
        gaps = [frames.gaps_ms for frames in self.frames]
        script = [frames.script_ms for frames in self.frames]
        late_shares = [
            sum(gap > FRAME_MS * 1.5 for gap in frame_gaps) / max(1, len(frame_gaps))
            for frame_gaps in gaps
        ]
        return {
            "frame_ms": _percentiles(gaps),
            "late_percent": round(statistics.median(late_shares) * 100, 1),
            "script_ms": _percentiles(script),
            "cpu_ms": round(statistics.median(self.cpu_ms), 1),
        }


async def run_browser(arguments: argparse.Namespace) -> dict[str, Any]:
    """Several loads of the page, each used in the same way."""
    console = wide_console()
    chromium()
    node, packages = await node_packages(ROOT / "web", "web")
    scenario_report = ScenarioReport("browser: the studio page", LEAD, TARGETS)
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("a server, a song and its members", total=arguments.repeats + 1)
        async with _scene(arguments) as scene:
            progress.update(step, advance=1, description="the page is loaded and used")
            with tempfile.TemporaryDirectory(prefix="prime-browser-") as folder:
                driver = Driver.start(node, packages, Path(folder))
                try:
                    browser = await Browser.start(driver, Path(folder))
                    measurement = _PageMeasurement(scene, browser, arguments, scenario_report)
                    report = await measurement.measure(lambda: progress.advance(step))
                    await browser.close()
                finally:
                    await asyncio.to_thread(driver.close)
    scenario_report.show(report, arguments.report, console)
    return report


@asynccontextmanager
async def _scene(arguments: argparse.Namespace) -> AsyncIterator[Scene]:
    """A server with the song, in which the members move."""
    title, ops = await asyncio.to_thread(_song, arguments.song)
    async with pinned_node(arguments.members) as server:
        login = ("owner@load.example", secrets.token_urlsafe(12))
        async with Client(server.url, device="owner", call_seconds=CALL_SECONDS) as owner:
            user = await owner.register(login[0], "owner", login[1])
            project = str((await owner.projects.create(name=title[:120]))["id"])
            room = await owner.join(project)
            await upload(room, ops)
            state = room.state
            assert owner.access_token is not None
            account = Account(server.url, login[0], owner.access_token, user["id"])
        end = max((clip["time"] + clip["duration"] for clip in state["clips"].values()), default=16)
        members = MovingMembers(arguments.hz, end, list(state["tracks"]))
        try:
            await members.enter(account, project, arguments.members)
            yield Scene(server, login, project, title, sum(map(len, state.values())), members)
        finally:
            members.leave()


class _PageMeasurement:
    """The page, loaded and used again and again."""

    def __init__(
        self,
        scene: Scene,
        browser: Browser,
        arguments: argparse.Namespace,
        scenario_report: ScenarioReport,
    ) -> None:
        self._scene = scene
        self._browser = browser
        self._arguments = arguments
        self._scenario_report = scenario_report
        self._first_edits: list[dict[str, float]] = []
        self._heaps: list[float] = []
        self._scrolled, self._at_rest, self._slowed = Phase(), Phase(), Phase()

    async def measure(self, advance: Any) -> dict[str, Any]:
        """The whole scenario, but for the server and the members."""
        scene = self._scene
        await self._browser.faults()  # Chromium is there now
        scene.server.cores.pin_server(self._browser.pid, [scene.server.pid])
        busy_readers = {"server": lambda: scene.server.cpu_seconds, "members": time.process_time}
        sent_before, lag = scene.members.sent, len(scene.members.lag_ms)
        async with Samples(busy_readers) as samples:
            for number in range(self._arguments.repeats):
                await self._use(f"load {number + 1}")
                advance()
            seconds_passed = samples.now
        self._scenario_report.samples = samples
        found_problems = problems(
            scene.members.lag_ms[lag:],
            samples.mean("members"),
            scene.members.sent - sent_before,
            scene.members.wanted_per_second * seconds_passed,
        )
        return {
            **self._figures(),
            "page_faults": len(await self._browser.faults()),
            "song": scene.title,
            "entities": scene.entities,
            "members": scene.members.connected,
            "moves_per_s": round((scene.members.sent - sent_before) / seconds_passed),
            "hub_cpu_percent": samples.mean("server"),
            "members_lag_ms": summary(scene.members.lag_ms[lag:]),
            "cores": self._pinning,
            **verdict(found_problems),
        }

    async def _use(self, name: str) -> None:
        scene = self._scene
        page = await StudioPage.open(
            self._browser, name, scene.server.url, scene.login, scene.project
        )
        self._first_edits.append(await page.first_edit())
        await self._watch(page, self._scrolled, scrolls=True)
        await self._watch(page, self._at_rest, scrolls=False)
        self._heaps.append(await page.heap_mb())
        await page.slow_down(self._arguments.slow_down)
        await self._watch(page, self._slowed, scrolls=True)
        await page.close()

    async def _watch(self, page: StudioPage, phase: Phase, *, scrolls: bool) -> None:
        frames, cpu = await page.frames(self._arguments.seconds, scrolls=scrolls)
        phase.frames.append(frames)
        phase.cpu_ms.append(cpu)

    def _figures(self) -> dict[str, Any]:
        bundles, scrolled = bundle_kb(), self._scrolled.figures
        self._scenario_report.curves = {
            "script of a frame, scrolled": self._scrolled.script_ms,
            "script of a frame, at rest": self._at_rest.script_ms,
        }
        return {
            "frame_p50_ms": scrolled["frame_ms"]["p50"],
            "frame_p95_ms": scrolled["frame_ms"]["p95"],
            **scrolled,
            "at_rest": self._at_rest.figures,
            "slowed": {"times": self._arguments.slow_down, **self._slowed.figures},
            "heap_mb": round(statistics.median(self._heaps), 1),
            "time_to_first_edit_ms": self._median_first("saved"),
            "first_edit_ms": {name: self._median_first(name) for name in FIRST_EDIT},
            "bundle_kb": bundles,
            "sdk_kb": bundles["sdk"],
            "page_kb": bundles["page"],
            "repeats": self._arguments.repeats,
        }

    def _median_first(self, name: str) -> int:
        return round(statistics.median(edit[name] for edit in self._first_edits))

    @property
    def _pinning(self) -> str:
        cores = self._scene.server.cores
        if not cores.is_divided:
            return cores.in_words
        return f"Chromium alone on core {cores.server[0]}; server and members on the others"


def _percentiles(repeats: Sequence[Sequence[float]]) -> dict[str, float | None]:
    """Of each repeat; the median of them."""
    percentiles = {}
    for percent in (50, 95):
        values = [at for repeat in repeats if (at := percentile(repeat, percent)) is not None]
        percentiles[f"p{percent}"] = round(statistics.median(values), 2) if values else None
    return percentiles


def _song(named_song: Path | None) -> tuple[str, list[Op]]:
    """The song that is named, the largest of the corpus beside the checkout, or one made up."""
    paths = [named_song] if named_song else [path for kind in SONGS for path in CORPUS.glob(kind)]
    songs = [read_song(path) for path in paths]
    if songs:
        largest = max(songs, key=lambda song: song.counts.entities)
        return largest.name, largest.to_ops()
    return f"made up, {MADE_UP_ENTITIES:,} entities", list(large_song(MADE_UP_ENTITIES, seed=1))
