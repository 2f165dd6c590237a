"""One more run of Prime under the same load, sampled by py-spy; its figures are not published."""

import argparse
import asyncio
from collections.abc import Sequence
from typing import Any

from rich.progress import Progress

from loadtest.flame_graphs.flame_graph import FlameGraph, record, without
from loadtest.load.cursor_job import Job
from loadtest.load.generators import GeneratorFailed, carry_out
from loadtest.nodes.cores import Cores
from loadtest.nodes.server_watch import Cost, Watched, watch
from loadtest.peers.catalogue import PRIME
from loadtest.peers.installing import PeerFailed
from loadtest.peers.running import running


async def profile_prime(
    arguments: argparse.Namespace, size: int, cores: Cores, bars: Progress
) -> FlameGraph | None:
    """The server's flame graph in rooms of `size`, or why there is none; None if nobody asked."""
    if not arguments.profile:
        return None
    bar = bars.add_task("Prime again, for py-spy", total=1.0)
    of_what = f"{arguments.rooms} room(s) of {size} at {arguments.hz:g} Hz"
    graphs: list[FlameGraph] = []
    try:
        async with running(PRIME, cores) as server:
            watched = Watched(server.pids, server.beside, cores.server)

            async def sampled(start: float, begin: float, end: float) -> Cost:
                cost, graph = await asyncio.gather(
                    watch(watched, start, begin, end),
                    record(server.pids[0], begin, end, of_what),
                )
                graphs.append(graph)
                return cost

            job = _job(arguments, size, cores, server.urls)
            await carry_out(job, sampled, lambda part: bars.update(bar, completed=part))
    except (PeerFailed, GeneratorFailed) as error:
        graphs.append(without(str(error), of_what))
    return graphs[0]


def profile_of(flame: FlameGraph | None) -> dict[str, Any]:
    """The entry `profile` of a report: what the flame graph is of, or why there is none."""
    return {} if flame is None else {"profile": flame.figures}


def _job(arguments: argparse.Namespace, size: int, cores: Cores, urls: Sequence[str]) -> Job:
    return Job(
        dialect=PRIME.dialect,
        urls=tuple(urls),
        rooms=tuple(range(arguments.rooms)),
        size=size,
        hz=arguments.hz,
        warm_up=arguments.warm_up,
        seconds=arguments.seconds,
        cores=cores,
    )
