"""What is left of an import that fails: an archived project, or a line that names it."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from files.commands import begun_project
from files.commands.begun_project import ENDING, whole_or_archived
from files.commands.server_of_command import ServerOfCommand, server_of
from files.imported_song import InList
from files.upload import UploadIncomplete
from prime_client.client import Client
from prime_client.failures import ConnectionOver
from tests.client.fake_server import FakeServer, fake_server, swallow

IN_LIST = InList(bpm=120.0, signature="4/4", key=None, scale=None)


@asynccontextmanager
async def logged_in() -> AsyncIterator[tuple[FakeServer, ServerOfCommand, Client]]:
    """A server that makes projects and archives, and a command that is logged in there."""
    async with fake_server() as fake:
        for name in ("projects.create", "projects.archive", "auth.logout"):
            fake.reactions[name] = answer
        named = Namespace(url=fake.url, email="a@example.org", password="password", data=Path())
        async with server_of(named) as server, server.client() as client:
            yield fake, server, client


def answer(server: FakeServer, message: Any) -> None:
    server.say(t="reply", id=message["id"], result={})


def refuse(code: str) -> Any:
    return lambda server, message: server.say(
        t="error", id=message["id"], code=code, message="no", details={}
    )


def made(fake: FakeServer) -> str:
    [call] = fake.named("projects.create")
    return str(call["params"]["id"])


def archived(fake: FakeServer) -> list[str]:
    return [call["params"]["project"] for call in fake.named("projects.archive")]


@pytest.mark.parametrize(
    "error", [UploadIncomplete("2 ops were dropped"), OSError("no space"), ValueError("a mistake")]
)
async def test_a_project_that_could_not_be_filled_is_archived(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    async with logged_in() as (fake, server, client):
        with pytest.raises(type(error), match=str(error)):
            async with whole_or_archived(server, client, "One\x1b", IN_LIST):
                raise error
        assert archived(fake) == [made(fake)]
    assert capsys.readouterr().err == (
        f"{ENDING}\nthe project One  ({made(fake)}) was archived; nothing else to do\n"
    )


async def interrupted(server: ServerOfCommand, client: Client, seen: asyncio.Event) -> None:
    """The import is begun, and ended as Ctrl-C does it, once `seen` is."""

    async def fill() -> None:
        async with whole_or_archived(server, client, "One", IN_LIST):
            seen.set()
            await asyncio.Event().wait()

    filling = asyncio.create_task(fill())
    await seen.wait()
    filling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filling


async def test_so_is_one_whose_import_is_interrupted() -> None:
    async with logged_in() as (fake, server, client):
        await interrupted(server, client, asyncio.Event())
        assert archived(fake) == [made(fake)]


async def test_C4_one_that_is_interrupted_before_its_project_was_answered_archives_it() -> None:
    async with logged_in() as (fake, server, client):
        heard = asyncio.Event()

        def hear(fake: FakeServer, message: Any) -> None:
            heard.set()
            asyncio.get_running_loop().call_later(0.01, answer, fake, message)

        fake.reactions["projects.create"] = hear
        await interrupted(server, client, heard)
        assert archived(fake) == [made(fake)]


async def test_where_no_project_was_made_none_is_archived(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with logged_in() as (fake, server, client):
        fake.reactions["projects.create"] = refuse("limit_reached")
        with pytest.raises(Exception, match="limit_reached"):
            async with whole_or_archived(server, client, "One", IN_LIST):
                pass
        assert archived(fake) == []
    assert capsys.readouterr().err == ""


async def test_what_may_have_been_made_and_was_not_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(begun_project, "LAST_CALL_SECONDS", 0.05)
    async with logged_in() as (fake, server, client):
        heard = asyncio.Event()
        fake.reactions["projects.create"] = lambda _server, _message: heard.set()
        monkeypatch.setattr(begun_project, "LAST_CALL_SECONDS", 0.05)
        fake.reactions["projects.archive"] = refuse("not_found")
        await interrupted(server, client, heard)
        assert archived(fake) == [made(fake)]
    assert capsys.readouterr().err == f"{ENDING}\nno project was made; nothing else to do\n"


async def test_where_our_login_was_ended_another_one_archives() -> None:
    async with logged_in() as (fake, server, client):

        async def fill() -> None:
            async with whole_or_archived(server, client, "One", IN_LIST):
                client.give_up("replaced")
                await client.projects.list()

        with pytest.raises(ConnectionOver):
            await fill()
        assert archived(fake) == [made(fake)]
        assert len(fake.named("auth.login")) == 2


async def test_where_it_cannot_be_archived_it_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(begun_project, "LAST_CALL_SECONDS", 0.05)
    async with logged_in() as (fake, server, client):
        fake.reactions["projects.archive"] = swallow
        with pytest.raises(UploadIncomplete):
            async with whole_or_archived(server, client, "One", IN_LIST):
                raise UploadIncomplete("2 ops were dropped")
    assert capsys.readouterr().err == (
        f"{ENDING}\n"
        f"the project One ({made(fake)}) holds a part of the song, or nothing: archive it in the "
        f"studio, or by: ./run import --archive {made(fake)}\n"
    )
