"""A project of megabytes beside the musicians' own: joined, edited, undone, restored."""

import asyncio
import secrets
from collections.abc import Sequence

from files.upload import cut_into_deltas, upload
from loadtest.checking.audit import audit
from loadtest.checking.copies import Checkpoint, wrong_checkpoints, wrong_copies
from loadtest.checking.failovers import Failover, lost_ids, without_lost
from loadtest.checking.history import History
from loadtest.checking.lost_deltas import lost_deltas
from loadtest.people.recorded_musician import RecordedMusician
from loadtest.people.tally import Tally
from loadtest.songs.large_song import PER_TRACK, large_song
from loadtest.songs.other_ids import under_another_name
from prime_client.client import Client
from prime_client.copy.digest import digest
from prime_client.failures import CallFailed, CannotConnect, ConnectionOver, DeltaRefused

ENTITIES = 20_000
"""Some 1.6 MB as JSON, in sixteen parts or more for a joiner."""

ANSWER_SECONDS = 20.0
"""One work on it; a fault or two may be in its way."""


class LargeProject:
    """Its owner works on it as long as the fault lasts; what the owner saw is judged at the end."""

    def __init__(self, url: str, seed: int, history: History) -> None:
        self.answered_count = 0
        """Works that were answered: pastes, undos, restores, joins."""
        self.history = history
        self._tally = Tally()
        self._owner = RecordedMusician(url, 7_000, seed, self._tally, history)
        self._turns = 0
        self._snapshot = ""
        self.project = ""

    async def set_up(self) -> None:
        """An account, and the project filled."""
        await self._owner.sign_up(secrets.token_hex(3))
        created = await self._owner.client.projects.create(name="a large one")
        self.project = str(created["id"])
        room = await self._owner.enter(self.project)
        await upload(room, list(large_song(ENTITIES, seed=1)))
        snapshot = await self._owner.client.snapshots.create(project=self.project, name="full")
        self._snapshot = str(snapshot["id"])

    async def work(self, seconds: float) -> None:
        """In turn: paste, undo, edit, restore, join afresh; what a fault interrupts comes later."""
        deadline = asyncio.get_running_loop().time() + seconds
        works = (self._paste, self._undo, self._paste, self._restore, self._join_afresh)
        while True:
            work = works[self._turns % len(works)]
            self._turns += 1
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await work()
                self.answered_count += 1
            except (TimeoutError, CallFailed, CannotConnect, ConnectionOver, DeltaRefused):
                await asyncio.sleep(0.1)  # the next one may be luckier
            if asyncio.get_running_loop().time() > deadline:
                return

    async def judge(
        self, database_url: str, failovers: Sequence[Failover], seen: Sequence[Checkpoint]
    ) -> "LargeJudgement":
        """After rest: what is wrong with copies, checkpoints and acks of this project."""
        await asyncio.wait_for(self._owner.room.settled(), ANSWER_SECONDS)
        audited = await audit(database_url, self.project, "--digests")
        digests, ids = audited["digests"], audited["delta_ids"]
        kept_happenings = without_lost(
            self.history.happenings, failovers, self.project, ids, digests
        )
        excused = lost_ids(kept_happenings)
        acked_seqs = {
            delta_id: seq for delta_id, seq in self._tally.acked.items() if delta_id not in excused
        }
        copies = list(wrong_copies(kept_happenings, digests))
        if digest(self._owner.room.state) != audited["digest"]:
            copies.append("the copy of the large project's owner is another one in the end")
        all_digests = [*seen, *snapshots_of(audited)]
        checkpoints = list(wrong_checkpoints(all_digests, digests, failovers, self.project))
        if not audited["checkpoint_ok"]:
            checkpoints.append("the large project's checkpoint is wrong in the end")
        return LargeJudgement(len(lost_deltas(acked_seqs, ids)), copies, checkpoints, len(excused))

    async def close(self) -> None:
        """Go."""
        await self._owner.client.close()

    async def _paste(self) -> None:
        track = large_song(PER_TRACK, seed=self._turns)
        renamed = [under_another_name(op, f"p{self._turns}") for op in track]
        for batch in cut_into_deltas(renamed):
            delta_id = self._owner.edit(batch, atomic=False)
            if delta_id is not None:
                await self._owner.room.saved(delta_id)

    async def _undo(self) -> None:
        await self._owner.room.undo()

    async def _restore(self) -> None:
        await self._owner.client.snapshots.restore(
            project=self.project,
            snapshot=self._snapshot,
            id=f"restore-{self._turns}-{secrets.token_hex(4)}",
        )

    async def _join_afresh(self) -> None:
        token = self._owner.client.access_token
        url = self._owner.client.url
        async with Client(url, device="large, again", access_token=token) as client:
            room = await client.join(self.project)
            assert room.replica.digest  # the join itself compares it with the server's


class LargeJudgement:
    """`lost_count`: acknowledged and not there; `excused`: the same, taken by an asynchronous
    standby."""

    def __init__(
        self, lost_count: int, copies: Sequence[str], checkpoints: Sequence[str], excused: int
    ) -> None:
        self.lost_count = lost_count
        self.copies = copies
        self.checkpoints = checkpoints
        self.excused = excused


def snapshots_of(audited: dict[str, object]) -> list[Checkpoint]:
    """Those of an audit that are of the journal's own time; others come from before a restore."""
    snapshots = audited["snapshots"]
    assert isinstance(snapshots, list)
    return [
        Checkpoint(
            float("inf"), snapshot["epoch"], snapshot["seq"], snapshot["digest"], snapshot["kind"]
        )
        for snapshot in snapshots
        if snapshot["epoch"] == audited["epoch"]
    ]
