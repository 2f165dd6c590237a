"""What a node holds over time, and whether it grows: looks, a slope that outliers do not move."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, pairwise
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from loadtest.nodes.node_metrics import NoMetrics, scrape
from machine.local_cluster import LocalCluster
from machine.local_node import LocalNode

SCRAPE_SECONDS = 5.0
GROWTH_MB_PER_HOUR = 1.0
SPARE = {"tasks": 5.0, "descriptors": 8.0, "postgres": 6.0, "redis_keys": 4.0}
"""By how much each may be above what it was when warm: for what is under way."""

NOISY = 3.0
"""Log lines a minute in the last third may be so many times those of the first, and ten more."""


@dataclass(frozen=True, slots=True)
class NodeSample:
    """One node at one moment; `looked_at` in seconds since the beginning. `is_idle`: nobody is in a
    room.

    `postgres`: the node's open connections; `redis_keys`: of the whole server; `log_lines`: so far.
    """

    looked_at: float
    node: str
    is_idle: bool
    rss_mb: float
    tasks: float
    descriptors: float
    postgres: float
    redis_keys: float
    log_lines: int
    rooms: float
    members: float


class NodeSamples:
    """Takes looks at all nodes of a cluster."""

    def __init__(self, cluster: LocalCluster) -> None:
        self.all: list[NodeSample] = []
        self._cluster = cluster
        self._began_at = time.monotonic()

    async def take(self, *, idle: bool = False) -> list[NodeSample]:
        """Now; of those that answer."""
        keys = await redis_keys(self._cluster.servers.redis_url)
        nodes = self._cluster.nodes
        new_looks = await asyncio.gather(
            *(self._look_at_node(node, keys, idle=idle) for node in nodes)
        )
        looks_taken = [look for look in new_looks if look is not None]
        self.all.extend(looks_taken)
        return looks_taken

    async def _look_at_node(self, node: LocalNode, keys: float, *, idle: bool) -> NodeSample | None:
        try:
            metrics = await scrape(node.url, SCRAPE_SECONDS)
            descriptors = psutil.Process(node.pid).num_fds()
        except (NoMetrics, psutil.Error):
            return None
        gauges = {name: value for (name, labels), value in metrics.items() if not labels}
        lanes = [v for (name, _), v in metrics.items() if name == "prime_database_connections"]
        return NodeSample(
            round(time.monotonic() - self._began_at, 1),
            node.directory.name,
            idle,
            round(node.rss_mb, 2),
            gauges.get("prime_tasks", 0.0),
            descriptors,
            sum(lanes),
            keys,
            _lines(node.log),
            gauges.get("prime_rooms", 0.0),
            gauges.get("prime_members", 0.0),
        )


async def redis_keys(url: str) -> float:
    """How many there are; one question needs no client."""
    try:
        reader, writer = await asyncio.open_unix_connection(urlsplit(url).path)
    except OSError:
        return 0.0
    try:
        writer.write(b"DBSIZE\r\n")
        return float((await reader.readline()).strip().lstrip(b":"))
    finally:
        writer.close()


def _lines(log: Path) -> int:
    with log.open("rb") as lines:
        return sum(block.count(b"\n") for block in iter(lambda: lines.read(1 << 20), b""))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes of all pairs (Theil and Sen); 0 of fewer than two points."""
    slopes = [(b - a) / (t - s) for (s, a), (t, b) in combinations(points, 2) if t > s]
    return statistics.median(slopes) if slopes else 0.0


def growth(looks: Sequence[NodeSample], warm_at: float) -> dict[str, float]:
    """MiB an hour that each node grows by, at idle moments after it was warm."""
    return {
        name: round(slope([(look.looked_at / 3_600, look.rss_mb) for look in idle]), 2)
        for name, idle in _idle_by_node(looks, warm_at).items()
    }


def grown(looks: Sequence[NodeSample], warm_at: float) -> list[str]:
    """What is not flat, in words."""
    growing = [
        f"{name}: resident memory grows by {mb:g} MiB an hour"
        for name, mb in growth(looks, warm_at).items()
        if mb >= GROWTH_MB_PER_HOUR
    ]
    for name, idle in _idle_by_node(looks, warm_at).items():
        for series, spare in SPARE.items():
            values = [float(asdict(look)[series]) for look in idle]
            third = max(1, len(values) // 3)
            first, last = statistics.median(values[:third]), statistics.median(values[-third:])
            if last > first + spare:
                growing.append(f"{name}: {series} went from {first:g} to {last:g}")
        rates = log_rates(idle)
        third = max(1, len(rates) // 3)
        if rates and statistics.median(rates[-third:]) > NOISY * rates[0] + 10:
            growing.append(f"{name}: log lines a minute went from {rates[0]:g} to {rates[-1]:g}")
    return growing


def log_rates(looks: Sequence[NodeSample]) -> list[float]:
    """Lines a minute between each two looks."""
    pairs = pairwise(looks)
    return [
        round(60 * (b.log_lines - a.log_lines) / max(0.1, b.looked_at - a.looked_at), 1)
        for a, b in pairs
    ]


def _idle_by_node(looks: Sequence[NodeSample], warm_at: float) -> dict[str, list[NodeSample]]:
    by_node: dict[str, list[NodeSample]] = {}
    for look in looks:
        if look.is_idle and look.looked_at >= warm_at:
            by_node.setdefault(look.node, []).append(look)
    return by_node
