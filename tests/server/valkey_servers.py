"""Valkey servers of tests: one alone, and a cluster of two shards."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from machine.embedded_valkey import find_binary

SLOTS = ((0, 8_191), (8_192, 16_383))
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Valkey:
    """A server that runs."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


def free_port() -> int:
    """A TCP port that nobody listens on just now; a cluster node also takes it plus 10,000."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 50_000:
            return port


def ask(port: int, *words: str) -> bytes:
    """One command to a server, and what it answers."""
    command = b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
    with socket.create_connection(("127.0.0.1", port), timeout=2.0) as connection:
        connection.sendall(b"*%d\r\n%s" % (len(words), command))
        return connection.recv(65_536)


@contextmanager
def server(directory: Path, *settings: str, port: int = 0) -> Iterator[Valkey]:
    """A server on a port of its own until the block ends."""
    port = port or free_port()
    _, binary = find_binary(None)
    directory.mkdir(parents=True, exist_ok=True)
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
    with subprocess.Popen([str(binary), *words, *settings], stdout=subprocess.DEVNULL) as process:
        try:
            _until(lambda: b"PONG" in ask(port, "PING"))
            yield Valkey(port, process.pid)
        finally:
            process.kill()


@contextmanager
def cluster(directory: Path) -> Iterator[str]:
    """Two shards; the address of one of them."""
    enabled = ("--cluster-enabled", "yes")
    with (
        server(directory / "one", *enabled) as one,
        server(directory / "two", *enabled) as two,
    ):
        for shard, (first, last) in zip((one, two), SLOTS, strict=True):
            assert ask(shard.port, "CLUSTER", "ADDSLOTSRANGE", str(first), str(last)).startswith(
                b"+OK"
            )
        assert ask(one.port, "CLUSTER", "MEET", "127.0.0.1", str(two.port)).startswith(b"+OK")
        _until(lambda: _knows_all(one) and _knows_all(two))
        yield one.url


def _knows_all(shard: Valkey) -> bool:
    return b"cluster_state:ok" in ask(shard.port, "CLUSTER", "INFO")


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            if is_so():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server does not get ready")
