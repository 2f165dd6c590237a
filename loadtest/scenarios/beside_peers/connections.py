"""The scenario `connections`: what a connection costs a server, to open and to keep idle."""

import argparse
import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from rich.progress import Progress

from loadtest.bare.bare_client import HandshakeFailed
from loadtest.load.cursor_load import CONNECTING_AT_ONCE
from loadtest.nodes.cores import Cores, divide
from loadtest.nodes.server_watch import cpu_seconds, rss_mb
from loadtest.peers.catalogue import KNOWN, Peer
from loadtest.peers.dialect import Dialect, Seat
from loadtest.peers.installing import PeerFailed
from loadtest.peers.running import Running, running
from loadtest.reports.console_output import progress, table_of, wide_console
from loadtest.reports.measuring_conditions import cursor_conditions
from loadtest.reports.medians import medians

COLUMNS = {
    "title": "server",
    "handshake_us": "CPU us to enter",
    "kb_per_connection": "KiB idle",
}
FIRST_CONNECTIONS = 100
"""Not counted: a server grows once with the first of them."""

ROOM_SIZE = 4
QUIET_SECONDS = 1.0
"""Until what was begun on connecting is over."""


async def run_connections(arguments: argparse.Namespace) -> dict[str, Any]:
    """Open connections to each peer in turn, in rooms of four, and let them idle."""
    cores = divide()
    cores.pin_this_process()
    with progress() as bars:
        rows = [
            await _cost_of_peer(KNOWN[name], arguments, cores, bars) for name in arguments.peers
        ]
    report = {
        "scenario": "connections",
        "connections": arguments.connections,
        "repeat": arguments.repeat,
        "how": cursor_conditions(
            cores,
            load=f"{arguments.connections} connections after {FIRST_CONNECTIONS} that do not "
            f"count, {CONNECTING_AT_ONCE} at a time, into rooms of {ROOM_SIZE}; "
            f"median of {arguments.repeat}",
        ),
        "results": rows,
    }
    wide_console().print(table_of(rows, COLUMNS, f"{arguments.connections} connections"))
    return report


async def _cost_of_peer(
    peer: Peer, arguments: argparse.Namespace, cores: Cores, bars: Progress
) -> dict[str, Any]:
    bar = bars.add_task(peer.title, total=arguments.repeat)
    peer_names = {"peer": peer.name, "title": peer.title}
    rows = []
    try:
        for _ in range(arguments.repeat):
            async with running(peer, cores) as server:
                rows.append(await _measure(peer, server, arguments.connections))
            bars.advance(bar)
    except (PeerFailed, HandshakeFailed, OSError, TimeoutError) as error:
        return peer_names | {"error": str(error) or type(error).__name__}
    return peer_names | medians(rows)


async def _measure(peer: Peer, server: Running, count: int) -> dict[str, float]:
    dialect = peer.dialect()
    rooms = range((FIRST_CONNECTIONS + count) // ROOM_SIZE + 1)
    await dialect.prepare(server.urls[0], rooms)
    enter = partial(_enter, dialect, server.urls[0])
    seats = await enter(range(FIRST_CONNECTIONS))
    try:
        cpu, mib = await _cpu_and_memory(server)
        seats += await enter(range(FIRST_CONNECTIONS, FIRST_CONNECTIONS + count))
        later_cpu, later_mib = await _cpu_and_memory(server)
        lost_count = sum(not seat.connection.is_open for seat in seats)
        if lost_count:
            raise HandshakeFailed(f"{lost_count} connections did not stay")
    finally:
        for seat in seats:
            seat.connection.abort()
    return {
        "handshake_us": round((later_cpu - cpu) / count * 1e6, 1),
        "kb_per_connection": round((later_mib - mib) * 1_024 / count, 1),
    }


async def _enter(dialect: Dialect, url: str, members: Sequence[int]) -> list[Seat]:
    """Members, a few at a time; rooms are small, so that none is about telling others."""
    at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one(number: int) -> Seat:
        async with at_once:
            return await dialect.enter(url, number // ROOM_SIZE, number % ROOM_SIZE)

    return list(await asyncio.gather(*map(one, members)))


async def _cpu_and_memory(server: Running) -> tuple[float, float]:
    """Processor seconds so far, and MiB, once the server is quiet."""
    await asyncio.sleep(QUIET_SECONDS)
    return cpu_seconds(server.pids), rss_mb(server.pids)
