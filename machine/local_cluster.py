"""Many nodes on one machine: PostgreSQL, Valkey, nodes and a balancer as child processes."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from machine.caller_paths import resolved
from machine.children.child_program import CHECKOUT, ChildProgram, Program
from machine.local_node import LocalNode
from machine.local_postgres import local_postgres

VALKEY_SECONDS = 20.0
BALANCER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of what the nodes share."""

    database_url: str
    redis_url: str


Ways = Callable[[int, Servers], Servers]
"""Node number and the true addresses -> the addresses that this node is given."""


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """`module`: what serves, for `python -m`. `ways`: how each node gets to its servers.

    `root`: of which checkout the nodes are; all else is of this one.
    """

    nodes: int = 3
    module: str = "server"
    environment: Mapping[str, str] = field(default_factory=dict)
    ways: Ways = lambda _number, servers: servers
    root: Path = CHECKOUT


class LocalCluster:
    """PostgreSQL, Valkey and N nodes under `directory`, and one address in front of the nodes.

    Every part can be ended and started again: nodes keep their ports, PostgreSQL its data,
    Valkey nothing. All of it dies with this process, as a `LocalNode` does.
    """

    def __init__(self, directory: Path, options: ClusterOptions | None = None) -> None:
        self.directory = resolved(directory)
        self.options = options or ClusterOptions()
        self.url = ""
        self.ready_seconds = 0.0
        self.servers = Servers("", "")
        self.nodes: Sequence[LocalNode] = ()
        self.victims: list[str] = []
        self.postgres = local_postgres(self.directory)
        self._postgres_data = self.directory
        self.valkey = ChildProgram(
            Program(
                "Valkey",
                "machine.embedded_valkey",
                self.directory / "valkey-launcher.log",
                VALKEY_SECONDS,
                signal.SIGTERM,
            )
        )
        self._balancer = ChildProgram(
            Program(
                "the balancer",
                "machine.balancer",
                self.directory / "balancer.log",
                BALANCER_SECONDS,
                signal.SIGKILL,
            )
        )

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def database_url(self) -> str:
        """PostgreSQL itself, by no detour."""
        return self.servers.database_url

    @property
    def is_running(self) -> bool:
        """Whether every node's process is there."""
        return all(node.is_running for node in self.nodes)

    @property
    def rss_mb(self) -> float:
        """Resident memory of all nodes together, in MiB."""
        return sum(node.rss_mb for node in self.nodes)

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the present lives of all nodes have taken."""
        return sum(node.cpu_seconds for node in self.nodes)

    async def start(self) -> str:
        """Start what is not running and wait until it is ready; returns the address in front."""
        began_at = time.perf_counter()
        await self.start_postgres()
        await self.start_valkey()
        if not self.nodes:
            self.nodes = [self._node(number) for number in range(1, self.options.nodes + 1)]
        nodes_down = [node for node in self.nodes if not node.is_running]
        async with asyncio.TaskGroup() as tasks:
            for node in nodes_down:
                tasks.create_task(node.start())
        if not self._balancer.is_running:
            await self._start_balancer()
        self.ready_seconds = time.perf_counter() - began_at
        return self.url

    async def kill(self) -> None:
        """SIGKILL to one node, each in its turn."""
        node = self.nodes[len(self.victims) % len(self.nodes)]
        self.victims.append(node.directory.name)
        await node.kill()

    async def stop(self) -> None:
        """Stop everything in order; harmless when not running."""
        await asyncio.gather(*(node.stop() for node in self.nodes))
        await self._balancer.stop()
        self.valkey.send(signal.SIGCONT)
        await self.valkey.stop()
        await self.postgres.stop()

    async def start_postgres(self) -> None:
        """Start PostgreSQL, if it is not running, at the address that it had before."""
        if not self.postgres.is_running:
            ready_line = await self.postgres.start(("--data", str(self._postgres_data)))
            self.servers = Servers(ready_line["database_url"], self.servers.redis_url)

    def promoted(self, postgres: ChildProgram, data: Path, database_url: str) -> None:
        """Another PostgreSQL is the one from now on; the one before has ended."""
        self.postgres, self._postgres_data = postgres, data
        self.servers = Servers(database_url, self.servers.redis_url)

    async def start_valkey(self) -> None:
        """Start Valkey, if it is not running, empty, and at the address that it had before."""
        if not self.valkey.is_running:
            ready_line = await self.valkey.start(("--data", str(self.directory)))
            self.servers = Servers(self.servers.database_url, ready_line["redis_url"])

    async def _start_balancer(self) -> None:
        node_options = [word for node in self.nodes for word in ("--to", node.url)]
        ready_line = await self._balancer.start(
            ("--listen", "127.0.0.1:0", *node_options, "--json")
        )
        self.url = ready_line["url"]

    def _node(self, number: int) -> LocalNode:
        servers = self.options.ways(number, self.servers)
        node = LocalNode(
            self.directory / f"node-{number}",
            database_url=servers.database_url,
            environment={**self.options.environment, "REDIS_URL": servers.redis_url},
            module=self.options.module,
        )
        node.serve_from(self.options.root)
        return node
