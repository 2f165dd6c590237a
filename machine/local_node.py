"""A server of one's own: it and its PostgreSQL as child processes, for a command or a test."""

import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

from machine.caller_paths import resolved
from machine.children.child_program import ChildProgram, Program
from machine.local_postgres import local_postgres

NODE_SECONDS = 60.0


class LocalNode:
    """Starts a server on `directory`; `kill` and `start` again keep port and data.

    The children die with this process: by the kernel's hand on Linux, by `stop` elsewhere.
    """

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        database_url: str | None = None,
        environment: Mapping[str, str] | None = None,
        module: str = "server",
    ) -> None:
        self.directory = resolved(directory)
        self.url = ""
        self.ready_seconds = 0.0
        self.database_url = database_url or ""
        self.environment = dict(environment or {})
        self._port = port
        self._postgres = local_postgres(self.directory)
        log = self.directory / "node.log"
        program = Program("the server", module, log, NODE_SECONDS, signal.SIGKILL)
        self._node = ChildProgram(program)

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
    def log(self) -> Path:
        """The log of the server, of all its runs."""
        return self._node.program.log

    @property
    def is_running(self) -> bool:
        """Whether the server's process is there."""
        return self._node.is_running

    @property
    def pid(self) -> int:
        """The process of this life of the server, or of its last one; 0 before the first."""
        return self._node.pid

    @property
    def postgres_pid(self) -> int:
        """PostgreSQL, whose descendants are its processes; 0: not started here."""
        return self._postgres.pid

    @property
    def rss_mb(self) -> float:
        """Resident memory of the server, in MiB; 0 when it is not running."""
        return self._node.rss_mb

    @property
    def cpu_seconds(self) -> float:
        """Processor time this life of the server has taken."""
        return self._node.cpu_seconds

    async def start(self) -> str:
        """Start what is not running and wait until the server is ready; returns its address."""
        began_at = time.perf_counter()
        if not self.database_url:
            data = ("--data", str(self.directory))
            self.database_url = (await self._postgres.start(data))["database_url"]
        environment = {"DATABASE_URL": self.database_url, "REDIS_URL": "", **self.environment}
        options = ("--host", "127.0.0.1", "--port", str(self._port), "--json")
        self.url = (await self._node.start(options, environment))["url"]
        self.ready_seconds = time.perf_counter() - began_at
        self._port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        return self.url

    def serve_from(self, root: Path) -> None:
        """From its next start on it is the server of that checkout."""
        self._node.program = replace(self._node.program, root=root)

    async def kill(self) -> None:
        """SIGKILL to the server, and to nothing else: PostgreSQL stays."""
        await self._node.end(signal.SIGKILL)

    async def leave(self) -> int | None:
        """SIGTERM to the server, and to nothing else; returns its exit status."""
        return await self._node.stop()

    def reload(self) -> None:
        """SIGHUP: it reads settings, certificate and keys anew."""
        self._node.send(signal.SIGHUP)

    def freeze(self) -> None:
        """SIGSTOP: the server does nothing until `thaw`."""
        self._node.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: let a frozen server go on."""
        self._node.send(signal.SIGCONT)

    async def stop(self) -> None:
        """Stop server and PostgreSQL in order; harmless when not running."""
        self.thaw()
        await self._node.stop()
        await self._postgres.stop()
