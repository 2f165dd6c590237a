"""A PostgreSQL that follows the cluster's through a way of its own, and may be promoted."""

import asyncio
import signal
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from loadtest.checking.failovers import Failover
from loadtest.faults.fault_proxy import FaultProxy, Streams
from loadtest.nodes.child_programs import ask
from machine.local_cluster import LocalCluster
from machine.local_postgres import local_postgres

if TYPE_CHECKING:
    from pathlib import Path

    from machine.children.child_program import ChildProgram

POSTGRES_PORT = 5432
ASKED = "persistence.tools.standby"


async def to_primary(cluster: LocalCluster) -> Streams:
    """The way to the PostgreSQL that the cluster uses at present."""
    folder = folder_of(cluster.servers.database_url)
    return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{POSTGRES_PORT}")


def folder_of(database_url: str) -> str:
    """Where the socket of an embedded server is."""
    return parse_qs(urlsplit(database_url).query)["host"][0]


def as_superuser(database_url: str) -> str:
    """The same server, as who may ask for what concerns all of it."""
    return database_url.replace("//prime@", "//postgres@", 1)


class Standby:
    """One copy: made, followed, held back, promoted. `proxy`: what it hears of the primary by."""

    def __init__(self, cluster: LocalCluster, number: int) -> None:
        self.proxy = FaultProxy(lambda: to_primary(cluster))
        self.database_url = ""
        self._cluster = cluster
        self._data: Path = cluster.directory / f"standby-{number}"
        self._postgres: ChildProgram = local_postgres(self._data)
        self._is_ours = True

    async def start(self) -> None:
        """Copy the primary and follow it; returns once that is so."""
        port = await self.proxy.start()
        words = ("--data", str(self._data))
        primary_dsn = f"host={folder_of(self._cluster.database_url)} user=postgres"
        follower_dsn = (
            f"host=127.0.0.1 port={port} user=postgres application_name={self._data.name}"
        )
        ready_line = await self._postgres.start(
            (*words, "--standby-of", primary_dsn, "--follows", follower_dsn)
        )
        self.database_url = ready_line["database_url"]
        await ask(as_superuser(self._cluster.database_url), ASKED, "followed")

    async def make_synchronous(self) -> None:
        """From now on the primary acknowledges nothing that this one has not got."""
        await ask(as_superuser(self._cluster.database_url), ASKED, "synchronous")

    async def take_over(self, *, is_synchronous: bool) -> Failover:
        """End the primary at once, as a broken machine does, and be the primary from then on."""
        await self._cluster.postgres.end(signal.SIGQUIT)
        cut_at = time.monotonic()
        self.proxy.refuse()  # what it has not got by now it will never get
        server_answer = await ask(as_superuser(self.database_url), ASKED, "promoted")
        writable_at = time.monotonic()
        self._is_ours = False
        self._cluster.promoted(self._postgres, self._data, self.database_url)
        await self.proxy.stop()
        return Failover(
            cut_at, writable_at, is_synchronous, server_answer["heads"], server_answer["versions"]
        )

    async def stop(self) -> None:
        """End it; once it has taken over it is the cluster's."""
        await self.proxy.stop()
        if self._is_ours:
            await self._postgres.stop()
