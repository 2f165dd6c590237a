"""Where a drill happens: two nodes, a few musicians who edit all the while, and what it came to."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from files.importing import read_song
from loadtest.checking.audit import audit
from loadtest.checking.failovers import lost_ids, without_lost
from loadtest.checking.final_copies import compare_with_journal
from loadtest.checking.history import Happening, What
from loadtest.faults.proxied_cluster import ProxiedCluster
from loadtest.people.participant import states_by_name, take_seats
from loadtest.people.recorded_musician import RecordedMusician
from loadtest.people.settled_copies import NotSettled, settle
from loadtest.people.tally import Tally
from loadtest.songs.demo_song import demo_song_path
from prime_client.client import Client

MUSICIAN_COUNT = 4
SETTLE_SECONDS = 30.0
PATIENCE_SECONDS = 30.0
FEW = 10


class Skipped(Exception):
    """This machine cannot; the message says why."""


class DrillScene:
    """One drill. What it does is told to `stage`; `notes` come into its report."""

    def __init__(self, stage: ProxiedCluster, seed: int) -> None:
        self.stage = stage
        self.notes: dict[str, Any] = {}
        """What the drill has seen beside the figures of all drills."""
        self._tally = Tally()
        self._seed = seed

    @property
    def project(self) -> str:
        """That they play in."""
        return self.stage.musicians[0].room.project

    async def set_up(self) -> None:
        """Musicians with links of their own, in one room."""
        for number in range(MUSICIAN_COUNT):
            url = await self.stage.add_link()
            self.stage.musicians.append(
                RecordedMusician(url, number, self._seed, self._tally, self.stage.history)
            )
        await take_seats(self.stage.musicians, read_song(demo_song_path()), role="owner")
        await settle(self.stage.musicians, self._tally, SETTLE_SECONDS)
        self._tally.acked.clear()

    @contextlib.asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """All edit until the end of it."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for musician in self.stage.musicians:
                tasks.create_task(musician.play(stop))
            try:
                yield
            finally:
                stop.set()

    async def wait_for_acks(self, seconds: float) -> None:
        """For so long, and until some more are acknowledged: a drill proves nothing without."""
        acked_before = self.stage.acked()
        await asyncio.sleep(seconds)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self.stage.acked() < acked_before + FEW:
                    self._tally.something_changed.clear()
                    await self._tally.something_changed.wait()
        except TimeoutError:
            self.stage.problems.append(f"{PATIENCE_SECONDS:g} s without {FEW} acks")

    async def judge(self) -> dict[str, Any]:
        """Wait for rest, and compare what everyone has with what PostgreSQL holds."""
        stage, unsettled = self.stage, ""
        await stage.cluster.start()
        try:
            await settle(stage.musicians, self._tally, SETTLE_SECONDS)
        except NotSettled as error:
            unsettled = str(error)
        owner = stage.musicians[0]
        async with Client(owner.client.url, device="witness") as witness:
            await witness.login(owner.email, owner.password)
            fresh_state = (await witness.join(self.project)).state
        audited = await audit(stage.cluster.database_url, self.project, "--digests")
        happenings = stage.history.happenings
        kept_happenings = without_lost(
            happenings, stage.failovers, self.project, audited["delta_ids"], audited["digests"]
        )
        excused = lost_ids(kept_happenings)
        proof = compare_with_journal(
            states_by_name(stage.musicians) | {"a fresh join": fresh_state},
            self._tally.acked,
            self._tally.contradictions,
            audited,
            excused,
        )
        return {
            "acknowledged": proof["deltas_acked"],
            "lost": proof["lost"],
            "lost_by_failover": len(excused),
            "longest_pause_ms": round(longest_pause(happenings) * 1_000),
            "equal": bool(proof["converged"] and audited["gapless"] and not unsettled),
            "reconnects": sum(m.client.connections - 1 for m in stage.musicians),
            "refused": len(self._tally.refused),
            "problems": [*stage.problems, *([unsettled] if unsettled else [])],
            **self.notes,
        }


def longest_pause(happenings: Sequence[Happening]) -> float:
    """Seconds that the delta which waited longest for its answer has waited."""
    sent_at_by_id: dict[str, float] = {}
    longest = 0.0
    for happening in happenings:
        if happening.what is What.INVOKE:
            sent_at_by_id[happening.delta] = happening.at
        elif happening.what is What.OK and happening.delta in sent_at_by_id:
            longest = max(longest, happening.at - sent_at_by_id.pop(happening.delta))
    return longest


async def command(database_url: str, module: str, *words: str) -> str:
    """One of ours, as an operator runs it; what it printed. Raises `OSError` where it failed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"DATABASE_URL": database_url},
    )
    output, problems = await child.communicate()
    if child.returncode != 0:
        raise OSError(None, problems.decode().strip(), module)
    return output.decode()


def now() -> float:
    """The clock of the history."""
    return time.monotonic()
