"""The composition root: builds all, starts it in order, stops it in reverse."""

import asyncio
import functools
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from machine.embedded_servers import Embedded, keep_running
from persistence.errors import Unavailable
from persistence.journal import fences
from persistence.journal.postgres import PostgresJournal
from persistence.lanes import Lanes
from persistence.migrate import migrate
from persistence.pool import Database, check_durability
from persistence.tables import (
    auth_sessions,
    change_log,
    collaboration_sessions,
    login_tries,
    server_secrets,
)
from server.accounts.logins import Logins
from server.accounts.passwords import Passwords
from server.accounts.tokens import Tokens
from server.accounts.usage import Usage
from server.calls.context import Context
from server.health.metrics import Metrics
from server.health.supervisor import Supervisor
from server.live.hub import Hub
from server.live.member_colors import MemberColors
from server.live.write_behind import WriteBehind
from server.loop.garbage import Garbage
from server.loop.loop_load import LoopLoad
from server.loop.stall_probe import StallProbe
from server.loop.threads import Threads
from server.nodes.bus import Bus
from server.nodes.bus_codec import BusCodec
from server.nodes.bus_memory import MemoryBus
from server.nodes.other_nodes import OtherNodes
from server.nodes.row_changes import RowChanges
from server.router.door import Door
from server.router.leaving import leave
from server.router.router import Router
from server.settings import Settings
from server.sockets.connection import Connection
from server.states.document_slots import DocumentSlots
from server.states.history_keeping import clear_staged, compact_old
from server.states.state_pages import StatePages

BACKLOG = 4_096
"""Connections that may wait to be accepted: at asyncio's 100 a herd waits for SYNs sent again."""

WRITE_BEHIND_SECONDS = 2.0
"""Between two flushes of what is written behind."""

SLOW_TICK_SECONDS = 2.0
"""Between two questions to the journal, for what the bus may have lost."""

ANNOUNCE_SECONDS = 0.5
"""Between two looks at who is due to be announced, and who is gone."""

CHECK_SECONDS = 1.0
"""Between two looks at who is late, silent, or does not read."""

ASIDE = 2
"""Connections for the deltas of projects that are set aside."""

COMPACT_SECONDS = 600.0
"""Between two looks for history that is older than is kept."""

CHANGES_DAYS = 7
"""How long rows of the change log are kept."""

FENCE_SECONDS = 86_400.0
"""For so long a delta may be on its way from a node whose member has come back elsewhere."""

ORPHAN_SECONDS = 60.0
"""A collaboration session that no node has touched for so long has ended."""

SWITCH_SECONDS = 0.0005
"""How long a worker thread may keep the interpreter from the loop (Python's default: 5 ms)."""

TOOK = "From a delta's coming to its COMMIT; of each transaction the longest."

log = structlog.get_logger()


class App:
    """One node. `run` returns when it has been told to stop."""

    def __init__(
        self,
        settings: Settings,
        ready: Callable[[str], None],
        servers: Mapping[str, Embedded] | None = None,
    ) -> None:
        self._settings = settings
        self._servers = servers or {}  # those that we started, by what an operator calls them
        self._ready = ready
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = Threads("states")
        self._call_threads = Threads("calls")
        self._stalls = StallProbe()
        self._garbage = Garbage()
        self._load = LoopLoad(settings.core_share)
        self.metrics = Metrics()
        self.supervisor = Supervisor(self.spawn, self.metrics.count)

    async def run(self, database_url: str) -> None:
        """Serve until SIGTERM or SIGINT; raises `PersistenceError` if the database is unfit."""
        self._hear_signals()
        asyncio.get_running_loop().set_exception_handler(self._unexpected)
        sys.setswitchinterval(SWITCH_SECONDS)
        db = await self._database(database_url)
        try:
            await self._serve(db)
        finally:
            self._garbage.give_back()
            await db.close()
            self._threads.close()
            self._call_threads.close()

    def stop(self) -> None:
        """Stop in good order, as the first SIGTERM does."""
        self._stopping.set()

    def spawn(self, task: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that this app owns; what it raises is logged."""
        started = asyncio.get_running_loop().create_task(task)
        self._tasks.add(started)
        started.add_done_callback(self._task_ended)
        return started

    async def _database(self, url: str) -> Lanes:
        """A database that is down at start is waited for; one that is unfit is refused."""
        delay = 0.5
        while True:
            try:
                await migrate(url)
                db = await Lanes.open(url, self._settings.lanes)
                await check_durability(db.calls)
                return db
            except Unavailable as error:
                log.warning("the database is not there yet; trying again", reason=str(error))
                if await self._stopped_within(delay):
                    raise
                delay = min(delay * 2, 5.0)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    async def _serve(self, db: Lanes) -> None:
        loop = asyncio.get_running_loop()
        secret = self._settings.secret or await server_secrets.get_or_create(
            db.calls, "tokens", lambda: secrets.token_bytes(32)
        )
        member_key = await server_secrets.get_or_create(
            db.calls, "members", lambda: secrets.token_bytes(32)
        )
        codec = BusCodec(secret, node=secrets.token_hex(4))
        bus = self._bus(codec.deployment)
        past = PostgresJournal(db.reads)
        journal = PostgresJournal(db.appends, db.rooms, db.behind)
        connections: dict[str, Connection] = {}
        hub = Hub(
            journal=journal,
            bus=bus,
            codec=codec,
            recipients=connections,
            load=self._load,
            spawn=self.spawn,
            in_thread=self._threads.run,
            count=self.metrics.count,
            took=self.metrics.histogram("commit_seconds", TOOK),
        )
        usage = Usage(self._settings.limits)
        door = Door(usage, self._settings.proxies, self.metrics.count)
        router = Router(connections, hub, self.metrics, self.spawn, self._settings.origins, door)
        row_changes = RowChanges(db.rooms, router, hub.broadcast.tell_row_changed, self.spawn)
        others = OtherNodes(
            hub.rooms,
            hub.broadcast,
            hub.watch,
            codec,
            row_changes.on_row_changed,
            self.metrics.count,
        )
        write_behind = WriteBehind(hub, db.behind)
        router.pages.database_answers = lambda: row_changes.is_current
        router.pages.down = lambda: self.supervisor.down
        await row_changes.poll()  # from here on nothing written is missed
        passwords = Passwords()
        documents = DocumentSlots()
        router.context = Context(
            db=db.calls,
            reads=db.reads,
            hub=hub,
            journal=journal,
            past=past,
            tokens=Tokens(secret, self._settings.access_seconds),
            passwords=passwords,
            usage=usage,
            logins=Logins(passwords, usage, secret, self.metrics.count),
            registration=self._settings.registration,
            member_key=member_key,
            colors=MemberColors(),
            announcer=row_changes,
            refresh_seconds=self._settings.refresh_seconds,
            pages=StatePages(documents),
            documents=documents,
            in_thread=self._call_threads.run,
        )
        self._watch(hub, router, db)
        server = await loop.create_server(
            lambda: Connection(router, loop), sock=self._listen(), backlog=BACKLOG
        )
        self._keep(hub, router, others)
        until_stopping = self._keep_until_stopping(db, hub, row_changes, write_behind)
        self._garbage.take_over()
        router.pages.is_ready = True
        port = server.sockets[0].getsockname()[1]
        self._ready(f"ws://{_shown(self._settings.host)}:{port}/v1")
        try:
            await self._stopping.wait()
            self.supervisor.stop(*until_stopping)
            await leave(hub, router, write_behind)
        finally:
            server.close()
            passwords.close()
            self.supervisor.stop()
            for task in list(self._tasks):
                task.cancel()

    def _keep(self, hub: Hub, router: Router, others: OtherNodes) -> None:
        """What goes on until everyone has gone; its names are what `/readyz` says is down."""
        keep, repeat = self.supervisor.keep, self.supervisor.repeat
        keep("committing edits", hub.commits.committer.run, vital=True)
        for number in range(1, ASIDE + 1):
            aside = hub.commits.committer.run_aside
            keep(f"committing edits set aside ({number})", aside, vital=True)
        keep("the bus", lambda: hub.bus.run(others), vital=True)
        for name, server in self._servers.items():
            keep(name, functools.partial(keep_running, name, server), vital=True)
        keep("measuring load", self._load.run)
        repeat("announcing rooms", ANNOUNCE_SECONDS, lambda: self._heartbeat(hub), vital=True)
        repeat("watching connections", CHECK_SECONDS, lambda: self._check(router), vital=True)
        repeat("collecting garbage", CHECK_SECONDS, lambda: self._collect(router))

    def _keep_until_stopping(
        self, db: Lanes, hub: Hub, row_changes: RowChanges, write_behind: WriteBehind
    ) -> list[str]:
        """What ends when the node is told to stop; its names."""
        before = set(self.supervisor.tasks)
        repeat, days = self.supervisor.repeat, self._settings.history_days
        repeat("looking for missed edits", SLOW_TICK_SECONDS, hub.watch.look_for_more, vital=True)
        repeat("looking for changed rows", SLOW_TICK_SECONDS, row_changes.poll, vital=True)
        repeat("writing behind", WRITE_BEHIND_SECONDS, write_behind.run_once, vital=True)
        repeat("compacting history", COMPACT_SECONDS, lambda: compact_old(db.behind, days))
        staged = functools.partial(clear_staged, db.behind)
        repeat("clearing what dead nodes staged", COMPACT_SECONDS, staged)
        trim = functools.partial(change_log.trim, db.behind, CHANGES_DAYS)
        repeat("trimming the change log", COMPACT_SECONDS, trim)
        trim = functools.partial(fences.trim, db.behind, FENCE_SECONDS)
        repeat("trimming fences", COMPACT_SECONDS, trim)
        trim = functools.partial(login_tries.trim, db.behind)
        repeat("trimming tries at passwords", COMPACT_SECONDS, trim)
        trim = functools.partial(auth_sessions.trim, db.behind)
        repeat("trimming logins", COMPACT_SECONDS, trim)
        orphans = functools.partial(collaboration_sessions.close_orphans, db.behind, ORPHAN_SECONDS)
        repeat("closing orphaned sessions", ORPHAN_SECONDS, orphans)
        if self._settings.stall_probe:
            self.supervisor.keep("measuring stalls", self._stalls.run)
        return [name for name in self.supervisor.tasks if name not in before]

    def _bus(self, deployment: str) -> Bus:
        url = self._settings.redis_url
        if url is None:
            return MemoryBus()
        from server.nodes.bus_redis import RedisBus

        return RedisBus(url, deployment, self.metrics.count)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((self._settings.host, self._settings.port))
        listening.setblocking(False)
        return listening

    def _hear_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)

    def _stop(self, number: int) -> None:
        if self._stopping.is_set():
            raise SystemExit(128 + number)  # a second signal: at once, and still nothing is lost
        self._stopping.set()

    def _watch(self, hub: Hub, router: Router, db: Lanes) -> None:
        gauge = self.metrics.gauge
        gauge("connections", "Open connections.", lambda: len(router.connections))
        if self._settings.stall_probe:
            since = "since the last scrape (PRIME_STALL_PROBE)."
            gauge("loop_stall_ms", f"Longest stall {since}", self._stalls.longest_stall)
            gauge("loop_late_ms", f"Longest lateness {since}", self._stalls.longest_lateness)
        part = "Part of the core that it gets that the event loop takes."
        gauge("loop_load", part, lambda: self._load.share)
        gauge("core_waited", "Part of the time in which others had it.", lambda: self._load.waited)
        gathering = self._load.gathering
        gap = "How long the fullest rooms gather because of the load."
        gauge("tick_gap_ms", gap, lambda: gathering.longest_gap * 1_000)
        gauge("rooms_gathering", "Rooms that wait because of the load.", hub.rooms_gathering)
        full = "1 while the node is over its share of a core, and all rooms gather longest."
        gauge("full", full, lambda: gathering.is_full)
        late = "By how much the latest tick was late since the last scrape."
        gauge("tick_late_ms", late, self._load.latest_tick_ms)
        gauge("tasks", "Tasks of the event loop.", lambda: len(asyncio.all_tasks()))
        gauge("rooms", "Open rooms.", lambda: len(hub.rooms))
        gauge("members", "Members on this node, in all rooms.", lambda: hub.member_count)
        each = self.metrics.gauge_by
        lanes = db.by_name
        sizes = {name: functools.partial(_size, lane) for name, lane in lanes.items()}
        busy = {name: functools.partial(_busy, lane) for name, lane in lanes.items()}
        each("database_connections", "Open connections to PostgreSQL, by lane.", "lane", sizes)
        each("database_busy", "Those of them that are in use.", "lane", busy)
        gauge("bus_up", "1 while other nodes can be told at once.", lambda: hub.bus.is_up)
        gauge("degraded", "1 while the journal cannot be written.", lambda: hub.commits.is_degraded)
        held_up = "Projects that cannot be written to, while others can."
        gauge("projects_held_up", held_up, lambda: len(hub.commits.committer.held_up))
        gauge("tasks_down", "Lifelong tasks that have failed.", lambda: len(self.supervisor.down))

    async def _heartbeat(self, hub: Hub) -> None:
        hub.broadcast.heartbeat(asyncio.get_running_loop().time())

    async def _check(self, router: Router) -> None:
        router.check_connections(asyncio.get_running_loop().time())

    async def _collect(self, router: Router) -> None:
        self._garbage.collect_if_due(router.nobody_is_in_a_room)

    def _unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaits has failed: a callback, or a job of a room."""
        self.metrics.count("task_failed")
        log.error(context["message"], exc_info=context.get("exception"))

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.metrics.count("task_failed")
            log.error("a task failed", task=task.get_name(), exc_info=error)


def _size(lane: Database) -> float:
    return lane.size


def _busy(lane: Database) -> float:
    return lane.busy


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
