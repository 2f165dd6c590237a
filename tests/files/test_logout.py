"""What a word logs in, it logs out: after an error as well, and without hiding it."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from files import commands
from files.commands import _logged_in
from files.upload import UploadIncomplete
from tests.client.fake_server import FakeServer, fake_server, swallow


def arguments(server: FakeServer) -> Namespace:
    return Namespace(url=server.url, email="ada@example.org", password="password", data=Path())


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
    monkeypatch.setattr(commands, "LAST_CALL_SECONDS", 0.05)
    async with fake_server() as server:
        server.reactions["auth.logout"] = swallow
        with pytest.raises(UploadIncomplete, match="dropped"):
            async with _logged_in(arguments(server)):
                raise UploadIncomplete("2 ops were dropped")
        async with _logged_in(arguments(server)):
            pass
        assert len(server.named("auth.logout")) == 2
