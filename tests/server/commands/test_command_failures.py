"""Whatever fails at a start is told in one line, with what helps, and never as a trace."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from machine.children.child_process import NotInstalled, ServerUnavailable
from persistence import migrate
from persistence.errors import BadSetting, PersistenceError, Unfit
from persistence.new_epochs import new_epochs
from persistence.pool import Database
from persistence.sqlstates import MEANINGS, POOLER_REFUSES
from server.commands.command_failures import (
    FILES,
    LISTENING,
    CannotListen,
    is_mistake,
    message_and_exit_code,
)
from server.sockets.tls import BadPair

STATES = sorted(state.ljust(5, "0") for state in MEANINGS)
"""One of each class of PostgreSQL's appendix A, and those that mean something of their own."""


@asynccontextmanager
async def refusing(sqlstate: str, message: str) -> AsyncIterator[str]:
    """A server that lets nobody in, for this reason; yields its address."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(4))
        asked = await reader.readexactly(length - 4)
        if asked == (80877103).to_bytes(4):  # for TLS
            writer.write(b"N")
            await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        fields = {"S": "FATAL", "V": "FATAL", "C": sqlstate, "M": message}
        body = b"".join(f"{key}{text}\0".encode() for key, text in fields.items()) + b"\0"
        writer.write(b"E" + (len(body) + 4).to_bytes(4) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://prime:hunter2@127.0.0.1:{port}/prime"
    finally:
        server.close()
        await server.wait_closed()


async def ended(address: str) -> list[tuple[str, int]]:
    """What each command says that begins by connecting."""
    said = []
    for command in (
        migrate.bring_up_to_date(address),
        migrate.make_ready(address),
        migrate.check(address),
        new_epochs(address),
        Database.open(address, max_size=1),
    ):
        with pytest.raises(PersistenceError) as failed:
            await command
        said.append(message_and_exit_code(failed.value))
    return said


@pytest.mark.parametrize("state", STATES)
async def test_each_class_of_refusals_is_one_line(state: str) -> None:
    async with refusing(state, "a reason\nof the server's") as address:
        for line, code in await ended(address):
            assert code == 1
            assert "\n" not in line
            assert "Traceback" not in line
            assert "hunter2" not in line
            meaning = MEANINGS.get(state, MEANINGS.get(state[:2]))
            assert meaning is not None
            assert meaning.says in line
            assert line.endswith(meaning.cure)


@pytest.mark.parametrize("words", POOLER_REFUSES)
async def test_what_pgbouncer_says_is_known(words: str) -> None:
    says, cure = POOLER_REFUSES[words]
    async with refusing("08P01", f"{words} ...") as address:
        for line, _ in await ended(address):
            assert line.startswith(says)
            assert line.endswith(cure)


async def test_a_server_that_is_none_is_one_line() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        for line, code in await ended(f"postgresql://prime@127.0.0.1:{port}/prime"):
            assert (code, "\n" in line) == (1, False)
            assert "DATABASE_URL" in line


@pytest.mark.parametrize("number", LISTENING)
def test_why_a_node_cannot_listen_comes_with_what_helps(number: int) -> None:
    line, code = message_and_exit_code(CannotListen("10.0.0.9", 80, OSError(number, "no")))
    assert line == f"cannot listen on 10.0.0.9:80: no; {LISTENING[number]}"
    assert code == 1


@pytest.mark.parametrize("number", FILES)
def test_why_a_file_cannot_be_used_comes_with_what_helps(number: int) -> None:
    assert message_and_exit_code(OSError(number, "no", "/data")) == (
        f"/data: no; {FILES[number]}",
        1,
    )


def test_each_kind_has_its_code() -> None:
    assert message_and_exit_code(BadSetting("x")) == ("x", 2)
    assert message_and_exit_code(Unfit("x\ny")) == ("x y", 1)
    assert message_and_exit_code(ServerUnavailable("x")) == ("x", 1)
    assert message_and_exit_code(NotInstalled("x")) == ("x", 2)
    assert message_and_exit_code(BadPair("x")) == ("x", 1)
    assert message_and_exit_code(KeyboardInterrupt()) == ("interrupted", 130)
    assert message_and_exit_code(OSError(errno.EIO, "broken")) == ("broken", 1)


FOR_PEOPLE = (BadSetting, Unfit, ServerUnavailable, NotInstalled, BadPair)


@pytest.mark.parametrize(
    ("says", "fails"),
    [
        ("Expecting property name", lambda: json.loads("{")),
        ("invalid literal for int", lambda: int("x")),
        ("can't decode byte", lambda: b"\xff".decode()),
    ],
)
def test_what_was_not_written_for_a_person_is_a_mistake_and_systemd_tries_again(
    says: str, fails: Callable[[], object]
) -> None:
    with pytest.raises(ValueError, match=says) as failed:
        fails()
    line, code = message_and_exit_code(failed.value)
    assert is_mistake(failed.value)
    assert line.startswith("a mistake of Prime's own; report this line: ")
    assert code == 1


@pytest.mark.parametrize("kind", FOR_PEOPLE)
def test_what_was_written_for_a_person_is_none(kind: type[Exception]) -> None:
    assert not is_mistake(kind("x"))
    assert (message_and_exit_code(kind("x"))[1] == 2) == (kind in (BadSetting, NotInstalled))


def test_a_mistake_of_ours_says_where_it_is() -> None:
    with pytest.raises(ZeroDivisionError) as failed:
        1 // int(errno.EPERM - 1)
    assert is_mistake(failed.value)
    line, code = message_and_exit_code(failed.value)
    assert line.startswith("a mistake of Prime's own; report this line: ZeroDivisionError: ")
    assert " at tests/server/commands/test_command_failures.py:" in line
    assert code == 1
    assert not is_mistake(Unfit("x"))
