"""The process of one node: signals, the database it waits for, and what it stands on."""

import asyncio
import secrets
import shlex
import sys
import time
from collections.abc import Callable, Mapping

import structlog

from machine.embedded_postgres import EmbeddedPostgres
from persistence.errors import PersistenceError, Unavailable
from persistence.journal.postgres import PostgresJournal
from persistence.lanes import Lanes
from persistence.library import system_presets
from persistence.migrate import make_ready
from persistence.starting.database_requirements import check_durability
from persistence.starting.database_status import clock_ahead
from persistence.tables.internal import accounts_for_operators
from server.accounts.guessing.shared_counts import SharedCounts
from server.accounts.mail.mail_connections import mail_connection_of
from server.app import build_node
from server.commands import clock_difference
from server.embedded_servers import EmbeddedServers
from server.logs.outages import DATABASE_AT_START, OUTAGES
from server.metrics.metrics import Metrics
from server.node import Foundation
from server.node_secrets import node_secrets
from server.nodes.bus import Bus
from server.nodes.bus_codec import BusCodec
from server.nodes.bus_memory import MemoryBus
from server.running.reloading import reload
from server.running.signals import Signals
from server.serving import serve
from server.settings.reading import SettingsReading
from server.settings.settings import Settings
from server.sockets.tls import TlsPair

SWITCH_SECONDS = 0.0005
"""How long a worker thread may keep the interpreter from the loop (Python's default: 5 ms)."""

FIRST_ACCOUNT = """\
Nobody has an account here yet. To make the first one, in another terminal:
  ./run users create you@example.com yourname --operator"""
"""Told on a terminal, of a server that nobody can log in to."""

log = structlog.get_logger()


class StoppedWaiting(Exception):
    """The operator has ended a node that waits for its database: no failure of either."""


async def run(
    settings: Settings,
    database_url: str,
    on_ready: Callable[[str], None],
    servers: Mapping[str, EmbeddedServers],
    signals: Signals,
    read_settings_again: Callable[[], SettingsReading],
) -> None:
    """Serve until SIGTERM or SIGINT; raises `PersistenceError` if the database is unfit, `BadPair`.

    `servers`: those that we started, by what an operator calls them.
    """
    stopping = asyncio.Event()
    signals.take(stopping.set)
    sys.setswitchinterval(SWITCH_SECONDS)
    tls = _tls(settings)
    try:
        db = await open_database(settings, database_url, stopping)
    except StoppedWaiting:
        log.info("stopped while it waited for its database")
        return
    try:
        await _install_presets(db)
        foundation = await _foundation(settings, db, stopping, servers, tls)
        has_accounts = await accounts_for_operators.is_anyone(db.calls)

        node = build_node(settings, foundation)

        def say(url: str) -> None:
            signals.act(
                SIGUSR1=node.draining.turn,
                SIGHUP=lambda: node.tasks.spawn(reload(node, read_settings_again)),
            )
            on_ready(url)
            if not has_accounts and sys.stderr.isatty():
                sys.stderr.write(f"{FIRST_ACCOUNT}{_which_data(settings, servers)}\n")

        await serve(node, say)
    finally:
        await db.close()


def _which_data(settings: Settings, servers: Mapping[str, EmbeddedServers]) -> str:
    """What the command has to be told, to find the database that we have started."""
    is_ours = any(isinstance(server, EmbeddedPostgres) for server in servers.values())
    is_usual = settings.where("data") == "default"
    return f" --data {shlex.quote(str(settings.data))}" if is_ours and not is_usual else ""


async def _install_presets(db: Lanes) -> None:
    """Those that come with this Prime; a server without the newest of them serves all the same."""
    try:
        async with db.behind.transaction() as transaction:
            if await system_presets.install(transaction):
                log.info("installed the presets that come with Prime")
    except PersistenceError as error:
        log.warning("cannot install the presets that come with Prime", reason=str(error))


async def _foundation(
    settings: Settings,
    db: Lanes,
    stopping: asyncio.Event,
    servers: Mapping[str, EmbeddedServers],
    tls: TlsPair | None,
) -> Foundation:
    shared = await node_secrets(settings.secret, db.calls, settings.believed_secrets)
    codec = BusCodec(shared.secret, secrets.token_hex(4), shared.accepted_secrets)
    metrics = Metrics()
    return Foundation(
        db=db,
        journal=PostgresJournal(db.appends, db.rooms, db.behind),
        slow_journal=PostgresJournal(db.reads),
        bus=_bus(settings.redis_url, shared.channels, metrics),
        codec=codec,
        shared=shared,
        metrics=metrics,
        stopping=stopping,
        servers=servers,
        shared_counts=SharedCounts(settings.redis_url, shared.channels),
        open_mail_connection=mail_connection_of(settings.mail, is_terminal=sys.stderr.isatty()),
        tls=tls,
    )


def _tls(settings: Settings) -> TlsPair | None:
    """Raises `BadPair`. One that is not valid now is served with: clients say what is wrong."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    pair = TlsPair(settings.tls_certificate, settings.tls_key)
    if pair.expires_at <= time.time():
        log.error("the certificate has run out; no client will trust it", expires=pair.expires)
    if pair.begins_at > time.time():
        log.error("the certificate is not valid yet; no client will trust it", begins=pair.begins)
    return pair


def _bus(redis_url: str | None, deployment: str, metrics: Metrics) -> Bus:
    if redis_url is None:
        return MemoryBus()
    from server.nodes.bus_redis import RedisBus

    return RedisBus(redis_url, deployment, metrics.count)


async def open_database(settings: Settings, url: str, stopping: asyncio.Event) -> Lanes:
    """A database that is down at start is waited for; one that is unfit is refused.

    Raises `StoppedWaiting` and `PersistenceError`.
    """
    delay = 0.5
    while True:
        try:
            await make_ready(url)
            db = await Lanes.open(url, settings.lanes, settings.caller_database_url)
            await check_durability(db.calls)
            if difference := clock_difference.difference(await clock_ahead(db.calls)):
                log.warning(difference)
            OUTAGES.ended(DATABASE_AT_START)
            return db
        except Unavailable as error:
            text = "the database cannot be served from yet; trying again"
            log.warning(text, reason=error.in_full, outage=DATABASE_AT_START)
            if await _is_set_within(delay, stopping):
                raise StoppedWaiting from error
            delay = min(delay * 2, 5.0)


async def _is_set_within(seconds: float, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
