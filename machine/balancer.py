"""A small TCP front for trying many nodes: passes bytes on to the node with the fewest links."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import structlog

from machine.library_logs import take_library_logs
from machine.settings.sources import set_here
from machine.settings.switches import is_on
from machine.sockets.listening_address import refuse_bare
from schema.server_limits import BALANCER_BUFFER_BYTES

PROBE_SECONDS = 1.0
"""Between two questions to a node, and how long one may take."""

CONNECT_SECONDS = 2.0

BACKLOG = 4_096
REFUSED_SECONDS = 2.0
NOBODY_IS_READY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 22\r\nContent-Type: text/plain\r\n"
    b"Retry-After: 1\r\nConnection: close\r\n\r\nno node is ready, yet\n"
)

log = structlog.get_logger()


@dataclass(slots=True)
class BalancedNode:
    """One server: where it is, whether it answers `/readyz` with 200, and its links."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    """With which it is asked; clients' bytes are passed on as they are. None: it speaks none."""
    is_ready: bool = False
    links: set["LinkSide"] = field(default_factory=set)

    @classmethod
    def of(cls, url: str) -> "BalancedNode":
        """The node at `ws[s]://host:port/...` or `host:port`; raises `ValueError`."""
        parts = urlsplit(url if "://" in url else f"ws://{url}")
        if not parts.hostname or parts.port is None:
            raise ValueError(f"{url!r} names no host and port")
        tls = ssl.create_default_context() if parts.scheme == "wss" else None
        return cls(parts.hostname, parts.port, tls)

    @property
    def name(self) -> str:
        """For the log."""
        return f"{self.host}:{self.port}"


class Balancer:
    """Passes each new connection to a node that is ready; links that are there stay."""

    def __init__(self, nodes: Sequence[BalancedNode] = ()) -> None:
        self.nodes = nodes
        self.something_is_ready = asyncio.Event()
        """Set from when a node was ready first."""
        self._server: asyncio.Server | None = None
        """None: `bind` has not been called."""
        self._probes: list[asyncio.Task[None]] = []
        """One for each node: it asks whether the node is ready."""
        self._linking: set[asyncio.Task[None]] = set()
        """One for each client that is being linked to a node."""

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        port = await self.bind(host, port)
        await self.listen()
        return port

    async def bind(self, host: str, port: int) -> int:
        """Take the port and return it. Nobody is let in before `listen`."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: LinkSide(self._on_connect), host, port, backlog=BACKLOG, start_serving=False
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def listen(self) -> None:
        """Let clients in, on the port that `bind` has taken, to those that are in `nodes` now."""
        assert self._server is not None
        self._probes = [asyncio.create_task(self._watch(node)) for node in self.nodes]
        await self._server.start_serving()

    async def stop_listening(self) -> None:
        """Take nobody in any more; links that are there stay."""
        for probe in self._probes:
            probe.cancel()
        if self._server is not None:
            self._server.close()

    async def stop(self) -> None:
        """The same, and end every link."""
        await self.stop_listening()
        for task in list(self._linking):
            task.cancel()
        for node in self.nodes:
            for side in list(node.links):
                side.abort()
        if self._server is not None:
            await self._server.wait_closed()

    def choose(self, nodes_left_out: Sequence[BalancedNode] = ()) -> BalancedNode | None:
        """The ready node with the fewest links; None: there is none."""
        ready_nodes = [node for node in self.nodes if node.is_ready and node not in nodes_left_out]
        return min(ready_nodes, key=lambda node: len(node.links), default=None)

    def _on_connect(self, client: "LinkSide") -> None:
        task = asyncio.get_running_loop().create_task(self._link(client))
        self._linking.add(task)
        task.add_done_callback(self._linking.discard)

    async def _link(self, client: "LinkSide") -> None:
        nodes_tried: list[BalancedNode] = []
        while node := self.choose(nodes_tried):
            nodes_tried.append(node)
            node.links.add(client)  # counted at once: many may come in one moment
            if await self._link_to(node, client):
                return
            node.links.discard(client)
            self._set_ready(node, is_ready=False)
        await client.refuse()

    async def _link_to(self, node: BalancedNode, client: "LinkSide") -> bool:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, server = await loop.create_connection(LinkSide, node.host, node.port)
        except OSError:  # TimeoutError is one
            return False
        client.link(server, on_over=lambda: node.links.discard(client))
        return True

    async def _watch(self, node: BalancedNode) -> None:
        while True:
            began_at = time.monotonic()
            self._set_ready(node, is_ready=await is_ready(node))
            await asyncio.sleep(max(0.0, PROBE_SECONDS - (time.monotonic() - began_at)))

    def _set_ready(self, node: BalancedNode, *, is_ready: bool) -> None:
        if is_ready != node.is_ready:
            log.info("node is ready" if is_ready else "node is not ready", node=node.name)
        node.is_ready = is_ready
        if is_ready:
            self.something_is_ready.set()


class LinkSide(asyncio.Protocol):
    """One end of a link. It sends what its peer receives; what cannot be sent yet waits."""

    def __init__(self, on_connect: Callable[["LinkSide"], None] | None = None) -> None:
        self._on_connect = on_connect
        """Called once with this side, as soon as it is connected."""
        self._peer: LinkSide | None = None
        """The other end; None: not linked yet."""
        self._on_over: Callable[[], None] | None = None
        """Called when the connection is lost; None: not linked yet."""
        self._transport: asyncio.Transport | None = None
        """None: not connected yet."""
        self._early_bytes = bytearray()
        """What came before there was a peer."""
        self._is_silent = False
        """It has said that it sends no more."""
        self._is_refused = False
        """No node was ready: it gets an answer, and what it sends is dropped."""
        self._is_over = False
        """Its connection is lost."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass
        self._transport.set_write_buffer_limits(BALANCER_BUFFER_BYTES)
        self._transport.pause_reading()  # until there is somewhere for it to go
        if self._on_connect is not None:
            self._on_connect(self)

    def link(self, server: "LinkSide", on_over: Callable[[], None]) -> None:
        """Join the two ends; one of them may be gone already."""
        self._peer, server._peer = server, self
        self._on_over = on_over
        if self._is_over or server._is_over:
            self.abort()
            server.abort()
            on_over()
            return
        for side in (self, server):
            side._say_what_was_early()
            side._resume()

    async def refuse(self) -> None:
        """Say why in HTTP, and give the other side time to read it."""
        if self._transport is None or self._is_over:
            return
        self._is_refused = True
        self._resume()
        self._transport.write(NOBODY_IS_READY)
        with contextlib.suppress(OSError):
            self._transport.write_eof()
        try:
            await asyncio.sleep(REFUSED_SECONDS)
        finally:
            self.abort()

    def abort(self) -> None:
        """End this side at once."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if (peer_transport := self._living_peer()) is not None:
            peer_transport.write(data)
        elif self._peer is None and self._transport is not None and not self._is_refused:
            self._early_bytes += (
                data  # uvloop reads on after `connection_made`, whatever that asked
            )
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Pass it on, and stay open for the answer, unless both ends have finished."""
        self._is_silent = True
        if self._peer is None:
            return not self._is_refused
        return self._pass_on_the_end()

    def pause_writing(self) -> None:
        if (peer := self._living_peer()) is not None:
            peer.pause_reading()

    def resume_writing(self) -> None:
        if self._peer is not None:
            self._peer._resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        if self._peer is not None and not self._peer._is_over:
            self._peer._finish(is_broken=exc is not None)
        if self._on_over is not None:
            self._on_over()

    def _say_what_was_early(self) -> None:
        if (peer := self._living_peer()) is not None and self._early_bytes:
            peer.write(bytes(self._early_bytes))
            self._early_bytes.clear()
        if self._is_silent:
            self._pass_on_the_end()

    def _pass_on_the_end(self) -> bool:
        """Whether this side stays open, for the answer."""
        peer_transport = self._living_peer()
        if self._peer is None or peer_transport is None or self._peer._is_silent:
            return False
        with contextlib.suppress(OSError):
            peer_transport.write_eof()
        return True

    def _living_peer(self) -> asyncio.Transport | None:
        peer_transport = None if self._peer is None else self._peer._transport
        return None if peer_transport is None or peer_transport.is_closing() else peer_transport

    def _resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _finish(self, *, is_broken: bool) -> None:
        if self._transport is not None:
            if is_broken:
                self._transport.abort()
            else:
                self._transport.close()  # what is buffered still goes out


async def is_ready(node: BalancedNode) -> bool:
    """Whether it answers `/readyz` with 200 in time."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            reader, writer = await asyncio.open_connection(node.host, node.port, ssl=node.tls)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")
            status = await reader.readline()
            return status.split(b" ", 2)[1:2] == [b"200"]
    except (OSError, ValueError):
        return False
    finally:
        if writer is not None:
            writer.transport.abort()


async def run(nodes: Sequence[BalancedNode], host: str, port: int, *, as_json: bool) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    balancer = Balancer(nodes)
    scheme = "wss" if any(node.tls for node in nodes) else "ws"
    url = f"{scheme}://{host}:{await balancer.start(host, port)}/v1"
    await _first_of(balancer.something_is_ready, stopping)
    if as_json:
        print(json.dumps({"ready": True, "url": url, "pid": os.getpid()}), flush=True)
    else:
        print(f"Prime's balancer serves {url}  (stop with Ctrl-C)", file=sys.stderr, flush=True)
    await stopping.wait()
    await balancer.stop()


async def _first_of(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def main() -> int:
    """Parse and run; 1 when it cannot listen, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(
        prog=".venv/bin/python -m machine.balancer",
        description="Pass TCP connections on to whichever node is ready and has the fewest. For "
        "trying many nodes on one machine; it speaks no TLS and keeps no log of who came.",
    )
    parser.add_argument(
        "--listen", default="127.0.0.1:8787", metavar="HOST:PORT", help="where (127.0.0.1:8787)"
    )
    parser.add_argument("--behind-proxy", action="store_true", help="a TLS proxy is in front")
    parser.add_argument("--to", action="append", required=True, metavar="URL", help="a node")
    parser.add_argument("--json", action="store_true", help="when ready, one JSON line on stdout")
    arguments = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    take_library_logs()
    try:
        listen, nodes = (
            BalancedNode.of(arguments.listen),
            [BalancedNode.of(url) for url in arguments.to],
        )
        setting = set_here("PRIME_BEHIND_PROXY")
        is_behind = setting is not None and is_on(setting.name, setting.text)
        refuse_bare(listen.host, arguments.behind_proxy or is_behind)
    except ValueError as error:
        parser.error(str(error))
    try:
        asyncio.run(run(nodes, listen.host, listen.port, as_json=arguments.json))
    except OSError as error:
        print(f"prime: cannot listen on {arguments.listen}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
