"""What PostgreSQL takes of deltas with no hub before it.

Run as `python -m persistence.tools.append_speed`.
"""

import argparse
import json
import math
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvloop

from machine.caller_paths import path_of_caller
from machine.children.child_process import ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres
from persistence.backups import restore_target
from persistence.database_url import chosen
from persistence.errors import PersistenceError
from persistence.journal.contract import KnownHead
from persistence.journal.postgres import PostgresJournal
from persistence.migrate import migrate
from persistence.pool import Database
from persistence.tables import auth_sessions, studio_projects, users
from rooms.journal.entry import Outcome, Proposal

OPS = '[{"op":"set","col":"channels","id":"ch_master","props":{"volume":0.75}}]'
"""Ops of a small edit: one fader at rest."""

WARM_UP_BATCHES = 3
"""Batches before the clock runs: plans are made, and pages are in memory."""

LIFE_SECONDS = 3_600


class NotStored(Exception):
    """PostgreSQL answered a proposal otherwise than with its place in the journal."""


@dataclass(slots=True)
class Bench:
    """Projects of one user to append to, and how long each batch took."""

    journal: PostgresJournal
    user: str
    auth_session: str
    heads: dict[str, KnownHead]
    ops: bytes
    batch_ms: list[float] = field(default_factory=list)

    async def run(self, batch: int, seconds: float) -> dict[str, Any]:
        """One batch after the other, as a committer does it, for so long."""
        for _ in range(WARM_UP_BATCHES):
            await self._append(batch)
        self.batch_ms.clear()
        began_at = time.perf_counter()
        while (now := time.perf_counter()) - began_at < seconds:
            await self._append(batch)
            self.batch_ms.append((time.perf_counter() - now) * 1_000)
        seconds_taken = time.perf_counter() - began_at
        deltas = len(self.batch_ms) * batch
        ordered = sorted(self.batch_ms)
        return {
            "batch": batch,
            "deltas_per_s": round(deltas / seconds_taken, 1),
            "deltas": deltas,
            "seconds": round(seconds_taken, 3),
            "batch_p50_ms": round(ordered[len(ordered) // 2], 2),
            "batch_p99_ms": round(ordered[math.ceil(len(ordered) * 0.99) - 1], 2),
        }

    async def _append(self, batch: int) -> None:
        proposals = [self._proposal(project) for project in self._in_turn(batch)]
        known_heads = {project: self.heads[project] for project in {p.project for p in proposals}}
        appended = await self.journal.append(proposals, known_heads)
        for outcome, _ in appended.outcomes:
            if outcome is not Outcome.COMMITTED:
                raise NotStored(f"a delta was answered {outcome.value}")
        for entry in appended.entries:
            epoch = self.heads[entry.project].epoch
            self.heads[entry.project] = KnownHead(epoch, entry.seq, entry.delta_id)

    def _in_turn(self, batch: int) -> list[str]:
        projects = list(self.heads)
        return [projects[n % len(projects)] for n in range(batch)]

    def _proposal(self, project: str) -> Proposal:
        return Proposal(
            project=project,
            delta_id=uuid.uuid4().hex[:16],
            author=self.user,
            auth_session=self.auth_session,
            member="member",
            payload=self.ops,
            atomic=False,
        )


@asynccontextmanager
async def scratch_database(dsn: str) -> AsyncIterator[str]:
    """A migrated database beside the named one, on the same server; dropped at the end."""
    name = f"prime_speed_{uuid.uuid4().hex[:12]}"
    try:
        async with restore_target.new_database(dsn, name) as url:
            await migrate(url)
            yield url
    finally:
        await restore_target.drop(dsn, name)


async def measure(
    dsn: str, *, batches: list[int], projects: int, seconds: float, ops: bytes
) -> list[dict[str, Any]]:
    """Append batches of each size in turn to a scratch database; a row for each size.

    Raises `PersistenceError`, `NotStored`.
    """
    async with scratch_database(dsn) as url:
        db = await Database.open(url, max_size=2, statement_timeout_seconds=30)
        try:
            bench = await _bench(db, projects, ops)
            return [await bench.run(batch, seconds) for batch in batches]
        finally:
            await db.close()


async def _bench(db: Database, projects: int, ops: bytes) -> Bench:
    user = await users.create(db, email="speed@example.org", username="speed", name="Speed")
    login = await auth_sessions.create(db, user.id, "bench", LIFE_SECONDS)
    heads: dict[str, KnownHead] = {}
    for number in range(projects):
        row = await studio_projects.create(
            db,
            id=None,
            owner=user.id,
            name=f"Speed {number}",
            description="",
            bpm=120.0,
            key=None,
            scale=None,
            signature="4/4",
            tags=[],
            state=b"{}",
            digest="",
        )
        heads[row.id] = KnownHead(row.epoch, 0)
    return Bench(PostgresJournal(db), user.id, login.id, heads, ops)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m persistence.tools.append_speed",
        description="Append deltas to the journal through append_deltas, one batch after the "
        "other, in a scratch database, and tell how many a second PostgreSQL stores.",
    )
    parser.add_argument(
        "--database-url",
        help="postgresql://... (default: DATABASE_URL; without it the embedded server is used)",
    )
    parser.add_argument(
        "--data",
        type=path_of_caller,
        default=".data",
        help="where the embedded server keeps its data (default: %(default)s)",
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="for each size (5)")
    parser.add_argument(
        "--batch", type=int, action="append", help="deltas in a transaction (500; may be repeated)"
    )
    parser.add_argument("--projects", type=int, default=8, help="that the deltas go to (8)")
    parser.add_argument("--ops", default=OPS, help="the ops of each delta, as JSON")
    parser.add_argument("--json", action="store_true", help="the figures as one line on stdout")
    arguments = parser.parse_args()
    arguments.batch = arguments.batch or [500]
    if min(*arguments.batch, arguments.projects, arguments.seconds) <= 0:
        parser.error("--batch, --projects and --seconds must be above 0")
    return arguments


def _run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        dsn = chosen(arguments.database_url) or ""
        if not dsn:
            server = EmbeddedPostgres(arguments.data)
            stack.callback(server.stop)
            dsn = server.start()
        return uvloop.run(
            measure(
                dsn,
                batches=arguments.batch,
                projects=arguments.projects,
                seconds=arguments.seconds,
                ops=arguments.ops.encode(),
            )
        )


def main() -> int:
    """Exit 0 when measured, 1 when the database does not answer or does not store."""
    arguments = _arguments()
    try:
        rows = _run(arguments)
    except (PersistenceError, ServerUnavailable, NotStored) as error:
        print(f"append_speed: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, PersistenceError) else 1
    for row in rows:
        print(
            f"batches of {row['batch']}: {row['deltas_per_s']:,.0f} deltas/s "
            f"(a batch {row['batch_p50_ms']} ms, p99 {row['batch_p99_ms']} ms)",
            file=sys.stderr,
        )
    if arguments.json:
        print(json.dumps({"results": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
