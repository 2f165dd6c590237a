"""`./run --nodes N`: several nodes on one machine, a balancer in front, and what ends is begun."""

import asyncio
import functools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from machine.balancer import BalancedNode, Balancer
from machine.children.child_process import ServerUnavailable, its_log, open_log, setpriv_path
from machine.children.child_program import child_environment
from server.accounts.public_url import PublicUrl
from server.commands.command_failures import CannotListen
from server.embedded_servers import EmbeddedServers, keep_running
from server.logs.log import set_level
from server.metrics.metrics import uncounted
from server.running.signals import Signals
from server.settings.reading import KEEPS_ALL, SettingsReading
from server.settings.settings import Settings
from server.tasks.supervisor import Supervisor

CHECKOUT = Path(__file__).resolve().parent.parent

STOP_SECONDS = 15.0
"""A node that is stopped takes ten seconds at most."""

FIRST_DELAY_SECONDS = 0.5
LAST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 10.0
"""A node that lived as long is started again at once; one that did not, ever later."""

BEHIND_BALANCER = "--behind-balancer"
"""What a node of ours is told, with the balancer's address: all clients come from there to it."""

log = structlog.get_logger()


class NodeProcess:
    """A server as our child, on a port of its own that it keeps from life to life."""

    def __init__(self, number: int, directory: Path, environment: dict[str, str]) -> None:
        self.name = f"node-{number}"
        self.url = ""
        self.serves = False
        """Whether this life of it has come so far; before that a signal may mean its end."""
        self.log = directory / f"{self.name}.log"
        self.balancer = ""
        """The address that links lead to where none is set; it must be known before the start."""
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process; 0 when there is none."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start, and wait as long as it waits for its database; raises `ServerUnavailable`."""
        self.serves = False
        port = self.url.rsplit(":", 1)[1].split("/")[0] if self.url else "0"
        with open_log(self.log) as output:
            self._process = await asyncio.create_subprocess_exec(
                *_tied_to_our_life(),
                *(sys.executable, "-m", "server", "--host", "127.0.0.1", "--port", port, "--json"),
                *(BEHIND_BALANCER, self.balancer),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=CHECKOUT,
                env=child_environment(self._environment),
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
            )
        self.url = await self._url(self._process)
        self.serves = True

    async def ended(self) -> int:
        """Wait until it is gone; returns its exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL when that takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            log.warning("a node did not stop in time; killed", node=self.name)
            self._process.kill()
            await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it, if there is a process."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _url(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None
        try:
            ready_line: dict[str, Any] = json.loads(await process.stdout.readline())
        except ValueError:
            await self.stop()
            raise ServerUnavailable(f"{self.name} did not start. {its_log(self.log)}") from None
        return str(ready_line["url"])


class SeveralNodes:
    """The nodes and the balancer. `run` returns when it has been told to stop."""

    def __init__(
        self,
        settings: Settings,
        count: int,
        servers: Mapping[str, EmbeddedServers],
        read_settings_again: Callable[[], SettingsReading],
    ) -> None:
        assert settings.database_url is not None
        environment = {
            "DATABASE_URL": settings.database_url,
            "PRIME_CALLER_DATABASE_URL": settings.caller_database_url or "",
            "REDIS_URL": settings.redis_url or "",
            "PRIME_CONFIG": config.text if (config := settings.given.get("config")) else "",
            "PRIME_DATA": str(settings.data),  # beside it are the sockets for ./run admin
        }
        self._settings = settings
        self._nodes = [
            NodeProcess(number, settings.data, environment) for number in range(1, count + 1)
        ]
        self._servers = servers
        self._read_settings_again = read_settings_again
        self._stopping = asyncio.Event()
        self._supervisor = Supervisor(asyncio.create_task, uncounted)
        self._balancer = Balancer()
        self._keepers: list[asyncio.Task[None]] = []
        self._url = ""

    async def run(
        self, on_ready: Callable[[str, Sequence[NodeProcess]], None], signals: Signals
    ) -> None:
        """Serve until SIGTERM or SIGINT; raises `ServerUnavailable`, `CannotListen`."""
        signals.take(self._stopping.set, on_second=self._kill)
        signals.act(SIGHUP=self._reload, SIGUSR1=functools.partial(self._pass_on, signal.SIGUSR1))
        self._settings.data.mkdir(parents=True, exist_ok=True)
        log.info(
            "starting the nodes; their logs are beside the data", data=str(self._settings.data)
        )
        try:
            if await self._unless_stopped(self._start()):
                on_ready(self._url, self._nodes)
                await self._stopping.wait()
        finally:
            await self._wind_down()

    async def _start(self) -> None:
        host = self._settings.host
        try:
            port = await self._balancer.bind(host, self._settings.port)
        except OSError as error:
            raise CannotListen(host, self._settings.port, error) from error
        own_url = PublicUrl(None)
        own_url.serves_at(host, port)
        for node in self._nodes:
            node.balancer = own_url.address
        results = await asyncio.gather(
            *(node.start() for node in self._nodes), return_exceptions=True
        )
        for problem in results:
            if problem is not None:
                raise problem
        self._balancer.nodes = [BalancedNode.of(node.url) for node in self._nodes]
        try:
            await self._balancer.listen()
        except OSError as error:  # another may have bound it too, and listened first
            raise CannotListen(host, port, error) from error
        self._url = f"ws://{f'[{host}]' if ':' in host else host}:{port}/v1"
        for name, server in self._servers.items():
            run = functools.partial(keep_running, name, server)
            self._supervisor.keep(name, run, vital=True)
        self._keepers = [asyncio.create_task(self._keep(node)) for node in self._nodes]
        await self._balancer.something_is_ready.wait()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do it and return true; false when the signal to stop came first."""
        work_task = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait((work_task, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not work_task.done():
            work_task.cancel()
            return False
        work_task.result()
        return True

    async def _wind_down(self) -> None:
        """Nobody comes in; nodes let their members go; what is left of the links is cut."""
        await self._balancer.stop_listening()
        self._supervisor.stop()
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*(node.stop() for node in self._nodes))
        await self._balancer.stop()

    async def _keep(self, node: NodeProcess) -> None:
        """Start a node again whenever it ends by itself."""
        delay = FIRST_DELAY_SECONDS
        while True:
            began_at = time.monotonic()
            status = await node.ended()
            if time.monotonic() - began_at > STEADY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            log.warning("a node has ended; starting it again", node=node.name, status=status)
            await asyncio.sleep(delay)
            delay = min(2 * delay, LAST_DELAY_SECONDS)
            try:
                await node.start()
            except ServerUnavailable as error:
                log.error("a node does not start", node=node.name, reason=str(error))

    def _reload(self) -> None:
        """Each node reads by itself what we have read at our start, and tells it in its own log."""
        reading = self._read_settings_again()
        if reading.problems:
            problems = list(reading.problems.values())
            log.error("what is wrong stays as it was, on all nodes", wrong=problems)
        if not reading.problems.keys() & (KEEPS_ALL | {"log_level"}):
            set_level(reading.settings.log_level)
        self._pass_on(signal.SIGHUP)

    def _pass_on(self, number: signal.Signals) -> None:
        log.info("passed on to the nodes", signal=number.name)
        for node in self._nodes:
            if node.serves:
                node.signal(number)

    def _kill(self, _number: int) -> None:
        """At once, and still nothing is lost."""
        for node in self._nodes:
            node.signal(signal.SIGKILL)


def _tied_to_our_life() -> list[str]:
    setpriv = setpriv_path()
    return [] if setpriv is None else [setpriv, "--pdeathsig=TERM", "--"]
