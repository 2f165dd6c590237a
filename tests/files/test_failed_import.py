"""What is left of an import that fails: an archived project, or a line that names it."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from files import commands
from files.commands import _logged_in, _whole_or_archived
from files.upload import UploadIncomplete
from prime_client.client import Client
from tests.client.fake_server import FakeServer, fake_server, swallow

PROJECT = "00000000-0000-4000-8000-000000000001"


@asynccontextmanager
async def logged_in() -> AsyncIterator[tuple[FakeServer, Client]]:
    """A server that archives, and a command that is logged in there."""
    async with fake_server() as server:
        server.reactions["projects.archive"] = server.reactions["auth.logout"] = answer
        named = Namespace(url=server.url, email="a@example.org", password="password", data=Path())
        async with _logged_in(named) as client:
            yield server, client


def answer(server: FakeServer, message: Any) -> None:
    server.say(t="reply", id=message["id"], result={})


@pytest.mark.parametrize("error", [UploadIncomplete("2 ops were dropped"), OSError("no space")])
async def test_a_project_that_could_not_be_filled_is_archived(error: Exception) -> None:
    async with logged_in() as (server, client):
        with pytest.raises(type(error), match=str(error)):
            async with _whole_or_archived(client, PROJECT):
                raise error
        assert [call["params"] for call in server.named("projects.archive")] == [
            {"project": PROJECT}
        ]


async def test_so_is_one_whose_import_is_interrupted() -> None:
    async with logged_in() as (server, client):
        is_inside = asyncio.Event()

        async def fill() -> None:
            async with _whole_or_archived(client, PROJECT):
                is_inside.set()
                await asyncio.Event().wait()

        filling = asyncio.create_task(fill())
        await is_inside.wait()
        filling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await filling
        assert len(server.named("projects.archive")) == 1


async def test_where_it_cannot_be_archived_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "LAST_CALL_SECONDS", 0.05)
    async with logged_in() as (server, client):
        server.reactions["projects.archive"] = swallow
        with pytest.raises(UploadIncomplete):
            async with _whole_or_archived(client, PROJECT):
                raise UploadIncomplete("2 ops were dropped")
    assert capsys.readouterr().err == (
        f"the project {PROJECT} holds a part of the song; archive it\n"
    )
