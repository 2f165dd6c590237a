"""What a word logs in is the device of its machine, which it logs out: after an error as well."""

import asyncio
import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from files.commands import server_of_command
from files.commands.server_of_command import BACK, LOST, WrongUse, server_of
from files.upload import UploadIncomplete
from prime_client.client import Client
from tests.client.fake_server import FakeServer, fake_server, swallow


@pytest.fixture
def lock_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where devices are locked: nobody else's commands are there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def arguments(server: FakeServer) -> Namespace:
    return Namespace(url=server.url, email="ada@example.org", password="password", data=Path())


@asynccontextmanager
async def _logged_in(named: Namespace) -> AsyncIterator[Client]:
    async with server_of(named) as server, server.client() as client:
        yield client


def answer_logout(server: FakeServer, message: Any) -> None:
    server.say(t="reply", id=message["id"], result={})


async def test_a_word_that_is_done_leaves_no_login() -> None:
    async with fake_server() as server:
        server.reactions["auth.logout"] = answer_logout
        async with _logged_in(arguments(server)):
            pass
        assert len(server.named("auth.logout")) == 1


async def test_a_word_that_failed_leaves_no_login_and_says_why() -> None:
    async with fake_server() as server:
        server.reactions["auth.logout"] = answer_logout
        with pytest.raises(UploadIncomplete, match="dropped"):
            async with _logged_in(arguments(server)):
                raise UploadIncomplete("2 ops were dropped")
        assert len(server.named("auth.logout")) == 1


async def test_a_logout_that_fails_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_of_command, "LAST_CALL_SECONDS", 0.05)
    async with fake_server() as server:
        server.reactions["auth.logout"] = swallow
        with pytest.raises(UploadIncomplete, match="dropped"):
            async with _logged_in(arguments(server)):
                raise UploadIncomplete("2 ops were dropped")
        async with _logged_in(arguments(server)):
            pass
        assert len(server.named("auth.logout")) == 2


async def test_A60_words_of_one_account_after_each_other_are_one_device(lock_files: Path) -> None:
    async with fake_server() as server:
        server.reactions["auth.logout"] = answer_logout
        for email in ("ada@example.org", "Ada@Example.org", "bob@example.org"):
            named = arguments(server)
            named.email = email
            async with _logged_in(named):
                pass
        [ada, again, bob] = [hello["device"] for hello in server.named("hello")]
        assert ada == again != bob


async def test_H12_words_at_once_are_devices_apart(lock_files: Path) -> None:
    async with fake_server() as server:
        server.reactions["auth.logout"] = answer_logout
        async with server_of(arguments(server)) as one, one.client(), one.client():
            pass
        [first, second] = [hello["device"] for hello in server.named("hello")]
        assert second == f"{first} 2"


async def test_that_the_server_is_away_is_told_and_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server_of_command, "LOOK_SECONDS", 0.001)
    told = ""

    async def until(words: str) -> None:
        nonlocal told
        async with asyncio.timeout(30):
            while words not in told:
                await asyncio.sleep(0.001)
                told += capsys.readouterr().err

    async with fake_server() as server:
        server.reactions["auth.logout"] = answer_logout
        async with _logged_in(arguments(server)):
            server.cut()
            await server.stop()
            await until(f"{LOST}\n")
            await server.start()
            await until(f"{BACK}\n")
    assert told == f"{LOST}\n{BACK}\n"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"email": "\xf6"}', b"[" * 100_000])
def test_a_file_that_holds_no_account_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cli-account.json").write_bytes(content)
    with pytest.raises(WrongUse, match=r"cli-account\.json holds no account: put it back"):
        server_of_command._local_account(tmp_path)
