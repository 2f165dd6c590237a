"""The door on the machine: calls of operators over a Unix socket, a JSON object a line.

Whoever may open the socket runs the server: the user that it runs as, and root (rule R56).
"""

import asyncio
import os
import pwd
import socket
import struct
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import structlog

from machine.sockets.admin_sockets import NoSocket, directory_of, listen, remove
from schema.messages import Error
from schema.operating.operator_calls import OPERATOR_METHODS
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.dispatch import dispatch_operators
from server.calls.failures import as_error, counted
from server.encoding.codec import JSON, BadMessage
from server.metrics.metrics import Count

LONGEST_LINE = 65_536
"""Bytes of a call with its parameters."""

IDLE_SECONDS = 30.0
"""Who says nothing, or reads nothing, for so long is cut off."""

MOST_AT_ONCE = 8
"""Connections; a call of operators takes seconds at most, and one is enough for `./run admin`."""

MOST_UNREADABLE = 16
"""Lines of one connection that are no call: who sends more is no client."""

log = structlog.get_logger()


class SocketRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One line."""

    method: str
    params: msgspec.Raw = msgspec.Raw(b"{}")
    id: int = 0
    """Sent back with the answer."""


class SocketAnswer(msgspec.Struct, omit_defaults=True):
    """One line: a `result` as the call's reply has it, or an `error`."""

    id: int
    result: Any = None
    error: Error | None = None


class AdminSocket:
    """That of one node. `path_given`: its directory, where one is set; `data`: that of all data."""

    def __init__(
        self,
        context: Context,
        node: str,
        path_given: Path | None,
        data: Path,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        count: Count,
    ) -> None:
        self._context = context
        self._node = node
        self._directory = directory_of(path_given, data, os.environ)
        self._spawn = spawn
        self._count = count
        self._server: asyncio.Server | None = None
        self._connection_count = 0
        """Connections."""
        self.path: Path | None = None
        """Where it listens; None: nowhere, and the log says why."""

    async def start(self) -> None:
        """Listen; a node that cannot says so in its log, and serves."""
        try:
            listening = listen(self._directory, self._node)
        except NoSocket as error:
            log.warning("no socket for ./run admin; it has to use --url", reason=str(error))
            return
        self.path = self._directory / f"{self._node}.sock"
        self._server = await asyncio.start_unix_server(
            self._connected, sock=listening, limit=LONGEST_LINE, backlog=MOST_AT_ONCE
        )
        log.info("listening for ./run admin", socket=str(self.path))

    def close(self) -> None:
        """Listen no more; who is connected is cut off with the node's tasks."""
        if self._server is not None:
            self._server.close()
        if self.path is not None:
            remove(self.path)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._connection_count >= MOST_AT_ONCE:
            writer.write(msgspec.json.encode(_too_many()) + b"\n")
            writer.close()
            return
        self._connection_count += 1
        self._spawn(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = Caller("machine", "", "", None, machine=f"machine:{_user_of(writer)}")
        unreadable = 0
        try:
            while unreadable < MOST_UNREADABLE and (line := await _read_line(reader)):
                answer = await self._answer(caller, line)
                unreadable += answer.error is not None and answer.error.code == "bad_message"
                writer.write(msgspec.json.encode(answer) + b"\n")
                async with asyncio.timeout(IDLE_SECONDS):
                    await writer.drain()
                await asyncio.sleep(0)  # lines that have come already are read without a turn
        except (TimeoutError, ConnectionError):
            pass
        except ValueError:  # longer than a line may be; there is no next one to be found
            writer.write(msgspec.json.encode(_too_long()) + b"\n")
        finally:
            self._connection_count -= 1
            writer.close()

    async def _answer(self, caller: Caller, line: bytes) -> SocketAnswer:
        number = 0
        try:
            question = msgspec.json.decode(line, type=SocketRequest)
            number = question.id
            kind = (
                OPERATOR_METHODS[question.method][0]
                if question.method in OPERATOR_METHODS
                else None
            )
            params = None if kind is None else JSON.params(question.params, kind)
            return SocketAnswer(
                number, await dispatch_operators(self._context, caller, question.method, params)
            )
        except msgspec.MsgspecError as error:
            return SocketAnswer(number, error=Error(None, "bad_message", str(error)))
        except BadMessage as error:
            return SocketAnswer(
                number, error=Error(None, error.code, str(error), None, error.details)
            )
        except Exception as error:  # whatever it is, who asks hears of it
            return SocketAnswer(number, error=counted(as_error(None, error), self._count))


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    """The next one; empty: there is none. Raises `TimeoutError`, `ValueError`."""
    async with asyncio.timeout(IDLE_SECONDS):
        return await reader.readline()


def _too_long() -> SocketAnswer:
    return SocketAnswer(
        0, error=Error(None, "bad_message", f"a line has {LONGEST_LINE} bytes at most")
    )


def _too_many() -> SocketAnswer:
    text = f"{MOST_AT_ONCE} connections at once are all that this socket takes: end one, ask again"
    return SocketAnswer(0, error=Error(None, "limit_reached", text))


def _user_of(writer: asyncio.StreamWriter) -> str:
    """Who on this machine speaks, by the kernel; where that does not tell, whoever we are."""
    uid = os.getuid()
    peer = writer.get_extra_info("socket")
    if peer is not None and hasattr(socket, "SO_PEERCRED"):
        credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        _, uid, _ = struct.unpack("3i", credentials)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
