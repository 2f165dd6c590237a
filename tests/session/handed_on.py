"""Sessions of PostgreSQL handed on from test to test, as what one reads of the catalog is its cost.

A test's node opens some five connections, each of which takes PostgreSQL 20 ms of processor: a
process, and the catalog read anew. So what a node closes in good order stays open here, as new, and
whoever connects next with the same words gets it. To the driver it is a new connection: it is told
what the server said when the session began.

Only sessions that begin without a password, over a socket of this machine, on databases of tests.
"""

import asyncio
import os
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg.protocol

from persistence.pool import NODE_NAME

KEPT_NAME = "handed on"
"""The `application_name` of those that nobody has."""

MOST_KEPT = 60
"""Of PostgreSQL's 200; those that were left longest are closed."""

SECONDS = 1.0
"""What the server gets to answer; a session that takes longer is closed."""

HANDED_ON = (b"\0database\0prime_test_", b"\0application_name\0" + NODE_NAME.encode())
"""In what begins a session that may be: a node's, on a database of a test's own."""

AUTHENTICATED = b"R\0\0\0\x08\0\0\0\0"
PROCESS = b"K\0\0\0\x0c"
"""The server's process and a secret follow, by which a statement is cancelled."""

TERMINATE = b"X\0\0\0\x04"
READY = b"Z\0\0\0\x05I"
"""What the server ends an answer with, outside of a transaction."""

Key = tuple[str, bytes]
"""Path of the socket, and what the driver begins with: database, user and settings."""


def _query(text: str) -> bytes:
    body = text.encode() + b"\0"
    return b"Q" + struct.pack(">I", len(body) + 4) + body


AS_NEW = _query(
    "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *;"
    "SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;"
    f"SET application_name = '{KEPT_NAME}'"
)
"""What `DISCARD ALL` does, but for plans: functions and triggers keep theirs."""

OWN_NAME = _query("RESET application_name")


class Kept:
    """A session that nobody has."""

    def __init__(self, key: Key, greeting: bytes, line: socket.socket) -> None:
        self.key = key
        self.greeting = greeting
        """What the server said when it began."""
        self.line = line

    def does(self, query: bytes) -> bool:
        """Whether the server has done it, and nothing else."""
        self.line.settimeout(SECONDS)
        received = b""
        with suppress(OSError):
            self.line.sendall(query)
            while not received.endswith(READY) and (more := self.line.recv(65_536)):
                received += more
        return received.endswith(READY) and _kinds(received) == b"CZ"


def _kinds(messages: bytes) -> bytes:
    """The first byte of each, once where it is there again and again; without settings and rows."""
    kinds, start = b"", 0
    while start < len(messages):
        kind = messages[start : start + 1]
        kinds += kind if kind not in b"STD" and not kinds.endswith(kind) else b""
        start += 1 + int.from_bytes(messages[start + 1 : start + 5], "big")
    return kinds


class Sessions:
    """All that are kept in this process."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque()
        """Those that were left longest come first."""
        self.taken = 0
        """How often one was handed on."""

    def keep(self, session: Kept) -> None:
        """Make it as new; close it if that will not do."""
        if not session.does(AS_NEW) or _steps_back(session.greeting):
            session.line.close()
            return
        self._kept.append(session)
        if len(self._kept) > MOST_KEPT:
            self._kept.popleft().line.close()

    def take(self, key: Key) -> Kept | None:
        """One that began so, and still answers."""
        for session in [kept for kept in reversed(self._kept) if kept.key == key]:
            self._kept.remove(session)
            if session.does(OWN_NAME):
                self.taken += 1
                return session
            session.line.close()
        return None

    def close(self, database: str) -> None:
        """Those on a database that is dropped."""
        on_it = f"\0database\0{database}\0".encode()
        for session in [kept for kept in self._kept if on_it in kept.key[1]]:
            self._kept.remove(session)
            session.line.close()


def _steps_back(greeting: bytes) -> bool:
    """Whether the session's process was told to let others go first: that stays."""
    start = greeting.rindex(PROCESS) + len(PROCESS)
    pid = int.from_bytes(greeting[start : start + 4], "big")
    with suppress(OSError):
        return os.getpriority(os.PRIO_PROCESS, pid) != os.getpriority(os.PRIO_PROCESS, 0)
    return True


class Line(asyncio.Transport):
    """What the driver writes to; what comes goes to the driver through `Ear`."""

    def __init__(self, driver: Any, path: str, sessions: Sessions) -> None:
        super().__init__()
        self._driver = driver
        self._path = path
        self._sessions = sessions
        self._transport: Any = None
        """Of the socket, once it is connected."""
        self._began = b""
        """What the driver wrote before it was."""
        self._greeting = b""
        """What the server said until it was first ready."""
        self._is_greeted = False
        self._is_idle = False
        """Whether the server has answered all that was written."""

    async def connect(self, connect: Callable[..., Any]) -> None:
        """On a session that was kept, or on a new one."""
        self._driver.connection_made(self)
        session = self._sessions.take((self._path, self._began))
        if session is None:
            self._transport, _ = await connect(lambda: Ear(self, self._driver), self._path)
            self._transport.write(self._began)
            return
        session.line.setblocking(False)
        self._transport, _ = await connect(lambda: Ear(self, self._driver), sock=session.line)
        self.heard(session.greeting)

    def heard(self, data: bytes) -> None:
        """From the server."""
        if not self._is_greeted:
            self._greeting += data
            self._is_greeted = self._greeting.endswith(READY)
        self._is_idle = data.endswith(READY)
        self._driver.data_received(data)

    def write(self, data: Any) -> None:
        if self._transport is None:
            self._began += bytes(data)
        elif bytes(data) == TERMINATE and self._may_be_kept():
            self._hand_on()
        else:
            self._is_idle = False
            self._transport.write(data)

    def writelines(self, list_of_data: Any) -> None:
        self._is_idle = False
        self._transport.writelines(list_of_data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default if self._transport is None else self._transport.get_extra_info(name, default)

    def abort(self) -> None:
        self._transport.abort()

    def close(self) -> None:
        self._transport.close()

    def is_closing(self) -> bool:
        return bool(self._transport.is_closing())

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def _may_be_kept(self) -> bool:
        is_plain = self._greeting.startswith(AUTHENTICATED) and all(
            word in self._began for word in HANDED_ON
        )
        return is_plain and self._is_idle and not self._transport.get_write_buffer_size()

    def _hand_on(self) -> None:
        line = self._transport.get_extra_info("socket").dup()
        self._transport.close()
        self._sessions.keep(Kept((self._path, self._began), self._greeting, line))


class Ear(asyncio.Protocol):
    """What comes over the socket, for `Line`."""

    def __init__(self, line: Line, driver: Any) -> None:
        self._line = line
        self._driver = driver

    def data_received(self, data: bytes) -> None:
        self._line.heard(data)

    def pause_writing(self) -> None:
        self._driver.pause_writing()

    def resume_writing(self) -> None:
        self._driver.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._driver.connection_lost(exc)


SESSIONS = Sessions()


def hand_on(sessions: Sessions = SESSIONS, loops: Any = asyncio.SelectorEventLoop) -> None:
    """From now on, all connections that the driver makes in loops of this kind."""
    connect = loops.create_unix_connection

    async def create(loop: Any, factory: Callable[[], Any], path: Any = None, **more: Any) -> Any:
        driver = factory()
        if more or path is None or not isinstance(driver, asyncpg.protocol.Protocol):
            return await connect(loop, lambda: driver, path, **more)
        line = Line(driver, str(Path(path)), sessions)
        await line.connect(lambda *args, **named: connect(loop, *args, **named))
        return line, driver

    loops.create_unix_connection = create
