"""What is exported is whole and the server's, or nothing is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from files.exporting import whole_project
from files.exporting.ordered_state import in_order
from files.exporting.whole_project import NotWhole, whole_state
from files.prime_file import to_text
from prime_client.client import Client
from prime_client.copy.digest import digest
from tests.client.fake_server import PROJECT, FakeServer, fake_server
from tests.client.model_server import new_state

VOLUME = {"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": 0.5}}


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with fake_server() as one:
        yield one


def answer(server: FakeServer, head: int, digest_at_head: str, epoch: str = "e") -> None:
    """The project's row, and the state after its head, as the server tells them."""

    def get(server: FakeServer, message: Any) -> None:
        server.say(t="reply", id=message["id"], result={"epoch": epoch, "head": head})

    def at(server: FakeServer, message: Any) -> None:
        position = {"epoch": "e", "seq": message["params"]["seq"]}
        result = {"position": position, "digest": digest_at_head, "part": 0, "parts": 1}
        server.say(t="reply", id=message["id"], result=result)

    server.reactions |= {"projects.get": get, "history.at": at}


def with_volume() -> Any:
    state = new_state()
    state["channels"]["ch_master"]["volume"] = 0.5
    return state


async def test_J13_it_waits_for_what_was_acknowledged_before(server: FakeServer) -> None:
    answer(server, 1, digest(with_volume()))
    async with Client(server.url, device="desk") as client:
        exported = asyncio.ensure_future(whole_state(client, PROJECT))
        await server.wait_for("join")
        delta: dict[str, Any] = {"t": "delta", "project": PROJECT, "id": "remote_1", "at": 0.0}
        server.say(**delta, seq=1, user="ben", member="ben", ops=[VOLUME])
        state = await exported
        assert state["channels"]["ch_master"]["volume"] == 0.5
        assert to_text(state) == to_text(in_order(state)), "two exports are the same bytes"


async def test_what_does_not_come_is_a_failure(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_project, "CATCH_UP_SECONDS", 0.05)
    answer(server, 1, digest(with_volume()))
    async with Client(server.url, device="desk") as client:
        with pytest.raises(NotWhole, match="was acknowledged"):
            await whole_state(client, PROJECT)


async def test_S2_another_digest_is_a_failure(server: FakeServer) -> None:
    answer(server, 0, digest(with_volume()))
    async with Client(server.url, device="desk") as client:
        with pytest.raises(NotWhole, match="comes to"):
            await whole_state(client, PROJECT)


async def test_another_epoch_is_a_failure(server: FakeServer) -> None:
    answer(server, 0, digest(new_state()), epoch="older")
    async with Client(server.url, device="desk") as client:
        with pytest.raises(NotWhole, match="backup"):
            await whole_state(client, PROJECT)
