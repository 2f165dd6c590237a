"""The result of a run of chaos: everything compared with what PostgreSQL holds."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

from loadtest.chaos.node_watch import NodeWatch, false_alarms, memory_report
from loadtest.checking.anomalies import Anomaly, Truth, check
from loadtest.checking.audit import audit
from loadtest.checking.copies import Checkpoint, wrong_checkpoints, wrong_copies
from loadtest.checking.failovers import lost_ids, without_lost
from loadtest.checking.final_copies import compare_with_journal
from loadtest.checking.history import Happening
from loadtest.faults.faults import FAULTS
from loadtest.faults.proxied_cluster import ProxiedCluster
from loadtest.people.large_project import LargeJudgement, snapshots_of
from loadtest.people.participant import states_by_name
from loadtest.people.settled_copies import NotSettled, settle
from loadtest.people.tally import Tally
from prime_client.client import Client

SETTLE_SECONDS = 30.0
PRESENCE_SECONDS = 15.0
"""In the end everyone must see exactly those who are there; a dead node's members have a lease."""

TOLD = 200
"""In the report, of each list; how many there are is told in any case."""


class Judgement:
    """Of one run. `begun_at`: the seq before the history; `warm_at`: when nodes were warm."""

    def __init__(
        self,
        stage: ProxiedCluster,
        tally: Tally,
        watch: NodeWatch,
        checkpoints_by_project: dict[str, list[Checkpoint]],
        begun_at: int,
        warm_at: float,
    ) -> None:
        self._stage = stage
        self._tally = tally
        self._watch = watch
        self._checkpoints_by_project = checkpoints_by_project
        self._begun_at = begun_at
        self._warm_at = warm_at

    async def report(self) -> dict[str, Any]:
        """Wait for rest, read the truth, check what was seen; the report's part about it."""
        stage = self._stage
        unsettled = await self._unsettled()
        await self._everyone_sees_everyone()
        project = stage.musicians[0].room.project
        async with self._witness() as witness:
            row = await witness.projects.get(project=project)
            fresh_state = (await witness.join(project)).state
            audited = await audit(stage.cluster.database_url, project, "--digests")
        await self._watch.look_at_all()
        ids, digests = audited["delta_ids"], audited["digests"]
        happenings = stage.history.happenings
        kept_happenings = without_lost(happenings, stage.failovers, project, ids, digests)
        excused = lost_ids(kept_happenings)
        of_the_large = await self._of_the_large()
        proof = compare_with_journal(
            states_by_name(stage.musicians) | {"a fresh join": fresh_state},
            self._tally.acked,
            self._tally.contradictions,
            audited,
            excused,
        )
        proof["converged"] = proof["converged"] and audited["gapless"] and not unsettled
        proof["lost"] += of_the_large.lost_count
        copies = [*wrong_copies(kept_happenings, digests), *of_the_large.copies]
        stored_checkpoints = [
            *self._checkpoints_by_project.get(project, ()),
            *snapshots_of(audited),
        ]
        checkpoints = [
            *wrong_checkpoints(stored_checkpoints, digests, stage.failovers, project),
            *of_the_large.checkpoints,
        ]
        if not audited["checkpoint_ok"]:
            checkpoints.append("the checkpoint is wrong in the end")
        truth = Truth(ids, self._begun_at, row["version"], row["description"])
        hits = len(excused) + of_the_large.excused  # what the history says alone is a guess
        stage.hits_by_fault["postgres_failover_asynchronous"] = hits
        # Long: each line of the report is said once, where it is measured.
        return {
            **proof,
            **_of_anomalies(check(kept_happenings, truth)),
            **_counted("copies_wrong", copies),
            **_counted("checkpoints_wrong", checkpoints),
            "checkpoints_checked": len(stored_checkpoints) + len(self._checkpoints_by_project) - 1,
            "copies_checked": sum(bool(happening.digest) for happening in kept_happenings),
            "lost_by_failover": len(excused) + of_the_large.excused,
            **self._of_alarms(happenings),
            **self._of_memory(),
            **({"unsettled": unsettled} if unsettled else {}),
        }

    async def _unsettled(self) -> str:
        try:
            await settle(self._stage.musicians, self._tally, SETTLE_SECONDS)
        except NotSettled as error:
            return str(error)
        return ""

    async def _of_the_large(self) -> LargeJudgement:
        large_project, stage = self._stage.large, self._stage
        if large_project is None:
            return LargeJudgement(0, (), (), 0)
        checkpoints = self._checkpoints_by_project.get(large_project.project, ())
        try:
            return await large_project.judge(
                stage.cluster.database_url, stage.failovers, checkpoints
            )
        except TimeoutError:
            stage.problems.append("the large project did not come to rest")
            return LargeJudgement(0, (), (), 0)

    async def _everyone_sees_everyone(self) -> None:
        """No member missing, whichever node it is on, and no ghost of a connection that died."""
        rooms = [musician.room for musician in self._stage.musicians]
        deadline = time.monotonic() + PRESENCE_SECONDS
        while True:
            members_there = {room.replica.you for room in rooms}
            astray = {
                musician.name: sorted(members_there ^ set(musician.room.replica.members))
                for musician in self._stage.musicians
                if members_there != set(musician.room.replica.members)
            }
            if not astray:
                return
            if time.monotonic() > deadline:
                self._stage.problems.append(f"missing members or ghosts: {astray}")
                return
            await asyncio.sleep(0.1)

    @contextlib.asynccontextmanager
    async def _witness(self) -> AsyncIterator[Client]:
        owner = self._stage.musicians[0]
        async with Client(self._stage.cluster.url, device="witness") as client:
            await client.login(owner.email, owner.password)
            yield client

    def _of_alarms(self, happenings: Sequence[Happening]) -> dict[str, Any]:
        explains = {fault.name: fault.explains for fault in FAULTS}
        false = false_alarms(self._watch.alarms, happenings, explains)
        alarm_counts: Counter[str] = Counter()
        for alarm in self._watch.alarms:
            alarm_counts[alarm.kind] += round(alarm.amount)
        began_at = happenings[0].at if happenings else 0.0
        texts = [
            f"{a.node} counted {a.kind} {a.amount:g} after {a.seen_at - began_at:.1f} s"
            for a in false
        ]
        return {
            "alarms": dict(alarm_counts),
            "false_alarms": sum(round(alarm.amount) for alarm in false),
            "false_alarms_were": texts[:TOLD],
        }

    def _of_memory(self) -> dict[str, Any]:
        memory, problems = memory_report(self._watch.memory, self._warm_at)
        return {"memory": memory, "memory_problems": problems}


def _of_anomalies(anomalies: Sequence[Anomaly]) -> dict[str, Any]:
    kinds = Counter(anomaly.kind.value for anomaly in anomalies)
    anomalies_shown = anomalies[:TOLD]
    return {
        "anomalies": [{"kind": anomaly.kind, "text": anomaly.text} for anomaly in anomalies_shown],
        "anomaly_kinds": dict(kinds),
    }


def _counted(name: str, texts: Sequence[str]) -> dict[str, Any]:
    return {name: len(texts), f"{name}_were": list(texts[:TOLD])}
