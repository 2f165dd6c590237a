"""What chaos happens on: a cluster whose every connection leads through a fault proxy."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from loadtest.checking.failovers import Failover
from loadtest.checking.history import History, What
from loadtest.faults.fault_proxy import FaultProxy, Streams, tcp
from loadtest.faults.hostile_client import HostileClient
from loadtest.faults.standby import Standby, to_primary
from loadtest.nodes.child_programs import ChildFailed
from loadtest.people.large_project import LargeProject
from loadtest.people.recorded_musician import RecordedMusician
from machine.children.child_program import ServerFailed
from machine.local_cluster import ClusterOptions, LocalCluster, Servers
from machine.local_node import LocalNode

WORST_MOMENT_SECONDS = 0.5
MOST_COPIES = 20
"""Attempts at a standby in one run."""


@dataclass(slots=True)
class NodeWays:
    """One node's ways to what all nodes share."""

    postgres: FaultProxy
    redis: FaultProxy


@dataclass(slots=True)
class ProxiedCluster:
    """The cluster, its ways, its players, and the dice."""

    cluster: LocalCluster
    node_ways: Sequence[NodeWays]
    watch_way: FaultProxy
    """To whichever PostgreSQL is the primary, for who only looks."""
    rng: random.Random
    history: History
    client_proxies: list[FaultProxy] = field(default_factory=list)
    """Between each musician and the balancer, in the order of `musicians`."""
    musicians: list[RecordedMusician] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    echoes_acked: int = 0
    hits_by_fault: Counter[str] = field(default_factory=Counter)
    """What faults have hit, by their names: of those that say so."""
    failovers: list[Failover] = field(default_factory=list)
    large: LargeProject | None = None
    hostile: HostileClient | None = None
    _copying: asyncio.Task[Standby] | None = None
    """Of it comes the copy that is promoted next."""
    _copies: int = 0
    _turn: int = 0

    def next_node(self) -> LocalNode:
        """Each node in its turn."""
        return self.cluster.nodes[self._take_turn()]

    def next_ways(self) -> tuple[str, NodeWays]:
        """Each node's ways in their turn, with the node's name."""
        turn = self._take_turn()
        return self.cluster.nodes[turn].directory.name, self.node_ways[turn]

    def some_links(self) -> list[tuple[str, FaultProxy]]:
        """A third of the musicians, with their ways."""
        named_links = [
            (m.name, link) for m, link in zip(self.musicians, self.client_proxies, strict=True)
        ]
        return self.rng.sample(named_links, max(1, len(named_links) // 3))

    async def worst_moment(self) -> None:
        """Wait until a delta is sent and not answered, or was answered just now; not for ever."""
        is_worst_moment = self.rng.choice((self._something_waits, self._something_was_answered))
        deadline = time.monotonic() + WORST_MOMENT_SECONDS
        while time.monotonic() < deadline:
            if is_worst_moment():
                return
            await asyncio.sleep(0.001)

    def _something_waits(self) -> bool:
        return any(m.room.is_live and m.room.in_flight for m in self.musicians)

    def _something_was_answered(self) -> bool:
        return self.history.happenings[-1].what is What.OK

    async def add_link(self) -> str:
        """A way of its own for one more musician; returns its address."""
        link = FaultProxy(self._to_balancer)
        self.client_proxies.append(link)
        scheme = self.cluster.url.partition(":")[0]
        return f"{scheme}://127.0.0.1:{await link.start()}/v1"

    def acked(self) -> int:
        """Answers to deltas so far."""
        return sum(happening.what is What.OK for happening in self.history.happenings)

    async def standby(self) -> Standby:
        """A copy of PostgreSQL that follows, and waits to be promoted; made if there is none."""
        if self._copying is None:
            self.begin_standby()
        assert self._copying is not None
        return await asyncio.shield(self._copying)

    def begin_standby(self) -> None:
        """Begin to make the next one: a copy takes seconds."""
        self._copying = asyncio.create_task(self._copied())

    async def _copied(self) -> Standby:
        """Other faults may break a copy off; then another is made."""
        while True:
            self._copies += 1
            standby = Standby(self.cluster, self._copies)
            try:
                await standby.start()
            except (ServerFailed, ChildFailed):
                await standby.stop()
                if self._copies >= MOST_COPIES:
                    raise
            else:
                return standby

    async def fail_over(self, *, is_synchronous: bool) -> None:
        """The primary ends at once, and the standby takes its place."""
        standby = await self.standby()
        self._copying = None
        self.failovers.append(await standby.take_over(is_synchronous=is_synchronous))

    async def close(self) -> None:
        """End the musicians and all ways; the cluster has an owner of its own."""
        for musician in self.musicians:
            await musician.client.close()
        if self.large is not None:
            await self.large.close()
        if self._copying is not None:
            self._copying.cancel()
            for standby in await asyncio.gather(self._copying, return_exceptions=True):
                if isinstance(standby, Standby):
                    await standby.stop()
        ways = [p for way in self.node_ways for p in (way.postgres, way.redis)]
        for proxy in [*self.client_proxies, *ways, self.watch_way]:
            await proxy.stop()

    def _take_turn(self) -> int:
        self._turn += 1
        return (self._turn - 1) % len(self.cluster.nodes)

    async def _to_balancer(self) -> Streams:
        address = urlsplit(self.cluster.url)
        return await tcp(address.hostname or "", address.port or 0)()


async def proxied_cluster(
    directory: Path, options: ClusterOptions, rng: random.Random, history: History
) -> ProxiedCluster:
    """A stage whose ways are open and whose cluster is not started yet."""

    async def to_postgres() -> Streams:
        return await to_primary(cluster)

    async def to_valkey() -> Streams:
        return await asyncio.open_unix_connection(urlsplit(cluster.servers.redis_url).path)

    ways = [NodeWays(FaultProxy(to_postgres), FaultProxy(to_valkey)) for _ in range(options.nodes)]
    for way in ways:
        await way.postgres.start()
        await way.redis.start()
    watch_way = FaultProxy(to_postgres)
    await watch_way.start()

    def servers_of(number: int, _servers: Servers) -> Servers:
        way = ways[number - 1]
        return Servers(
            f"postgresql://prime@127.0.0.1:{way.postgres.port}/prime",
            f"redis://127.0.0.1:{way.redis.port}",
        )

    led = replace(options, ways=servers_of)
    cluster = LocalCluster(directory, led)
    return ProxiedCluster(cluster, ways, watch_way, rng, history)
