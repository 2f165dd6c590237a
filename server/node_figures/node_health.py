"""How a node fares, for operators: what it cannot do just now, what waits, how long things take."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from msgspec import to_builtins

from persistence.pool import Database
from schema.operating.health_calls import Trouble, TroubleWord
from server.accounts.mail.sender import MailSender
from server.backups.backup_ages import KINDS, BackupAges
from server.calls.call_queue import CallQueue
from server.control_plane.latencies import histogram_map
from server.live.hub import Hub
from server.loop.loop_load import LoopLoad
from server.metrics.metrics import Metrics
from server.router.readiness import Readiness
from server.sockets.connections import Connections
from server.sockets.tls import TlsPair
from server.tasks.supervisor import Supervisor

ALARMS: Mapping[TroubleWord, str] = {
    "not_serving": "PrimeNodeDown",
    "draining": "PrimeStillDraining",
    "database": "PrimeCannotCommit",
    "task_down": "PrimeTaskDown",
    "full": "PrimeNodeFull",
    "bus": "PrimeBusDown",
    "project_held_up": "PrimeProjectHeldUp",
    "maintenance": "PrimeMaintenanceForgotten",
    "closed_rooms": "PrimeMaintenanceForgotten",
}
"""What a node cannot do -> the paragraph of docs/operating/alarms.md."""

TOLD = ("draining", "maintenance", "closed_rooms")
"""What an operator has told it: no fault."""

MOST_HELD_UP = 20
"""Projects that are named."""

LATENCIES = {
    "ack": "ack_seconds",
    "commit": "commit_seconds",
    "call": "call_seconds",
    "join": "join_seconds",
    "loop_late": "loop_late_seconds",
}
"""What an operator is told -> its histogram in `/metrics`."""


@dataclass(frozen=True)
class NodeHealth:
    """Of one node; asking changes nothing."""

    hub: Hub
    connections: Connections
    readiness: Readiness
    supervisor: Supervisor
    load: LoopLoad
    metrics: Metrics
    lanes: Mapping[str, Database]
    lane_limits: Mapping[str, int]
    calls: CallQueue
    mail: MailSender
    backups: BackupAges
    tls: TlsPair | None
    """None: it speaks without TLS."""

    def now(self) -> dict[str, Any]:
        """A `HealthRow` as JSON has it, without the node's name."""
        is_ready, readiness_text = self.readiness.now()
        load, committer = self.load, self.hub.commits.committer
        waits = [connection.waiting_bytes for connection in self.connections.values()]
        return {
            "is_ready": is_ready,
            "says": readiness_text,
            "troubles": to_builtins(list(self._troubles())),
            "load": round(load.share, 3),
            "share": load.gathering.share,
            "core_waited": round(load.waited_for_core_seconds, 3),
            "gathering_ms": round(load.gathering.longest_gap * 1_000, 1),
            "rooms_gathering": self.hub.rooms_gathering(),
            "deltas_waiting": committer.waiting,
            "calls_waiting": self.calls.waiting,
            "calls_running": self.calls.running,
            "outbox_bytes": sum(waits),
            "largest_outbox_bytes": max(waits, default=0),
            "outboxes_waiting": sum(wait > 0 for wait in waits),
            "lanes": [
                {"lane": name, "busy": lane.busy, "open": lane.size, "most": self.lane_limits[name]}
                for name, lane in self.lanes.items()
            ],
            "certificate_left_ms": self._certificate_left_ms(),
            **self._in_the_database(),
        } | {word: histogram_map(*self.metrics.durations[name]) for word, name in LATENCIES.items()}

    def _certificate_left_ms(self) -> int | None:
        return None if self.tls is None else round((self.tls.expires_at - time.time()) * 1_000)

    def _in_the_database(self) -> dict[str, Any]:
        """As it was when this node looked last: it does so about once a minute."""
        mail, ages = self.mail, {kind: self.backups.age(kind) for kind in KINDS}
        counted_ago = mail.figures_age()
        return {
            "sends_mail": mail.is_set,
            "mail_up": mail.is_up,
            "mails_waiting": mail.figures.waiting_count,
            "oldest_mail_ms": round(mail.figures.oldest_seconds * 1_000),
            "mails_counted_ms_ago": None if counted_ago is None else round(counted_ago * 1_000),
        } | {
            f"{kind}_age_ms": round(age * 1_000) if isfinite(age) else None
            for kind, age in ages.items()
        }

    def turn(self) -> None:
        """Once in `TURN_SECONDS`: what was long ago is not of late any more."""
        for duration in self.metrics.durations.values():
            for durations in duration:
                durations.turn()
        for live in self.hub.rooms.values():
            live.acks.turn()
            live.tick_gaps.turn()

    def _troubles(self) -> Iterator[Trouble]:
        yield from self._faults()
        yield from self._troubles_by_orders()

    def _faults(self) -> Iterator[Trouble]:
        readiness, hub = self.readiness, self.hub
        if not readiness.is_ready:
            yield _trouble("not_serving", "It starts or stops.")
        if not readiness.database_answers:
            yield _trouble("database", "PostgreSQL does not answer: edits wait, calls fail.")
        for down_task in self.supervisor.down:
            yield _trouble("task_down", f"A task is down: {down_task}.")
        if hub.gathering.is_full:
            yield _trouble("full", "It is full: nobody new gets in.")
        if not hub.bus.is_up:
            yield _trouble("bus", "The bus is down: other nodes hear late.")
        for project in hub.commits.committer.held_up[:MOST_HELD_UP]:
            yield _trouble("project_held_up", "A project cannot be written to.", project)

    def _troubles_by_orders(self) -> Iterator[Trouble]:
        """What operators have told it."""
        hub = self.hub
        if self.readiness.is_draining:
            yield _trouble("draining", "It is drained: it takes nobody in.")
        if hub.standing_orders.maintenance is not None:
            yield _trouble("maintenance", f"Nobody edits: {hub.standing_orders.maintenance}")
        if closed_count := len(hub.standing_orders.closed):
            yield _trouble("closed_rooms", f"Closed rooms: {closed_count}.")


def _trouble(word: TroubleWord, text: str, project: str | None = None) -> Trouble:
    return Trouble(word, text, ALARMS[word], word not in TOLD, project)
