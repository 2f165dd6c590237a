"""A client and its room on a scripted server; and the running nodes of the server's tests."""

from collections.abc import AsyncIterator

import pytest

from prime_client.client import Client
from prime_client.connecting import backoff
from prime_client.delivery import room_delivery
from prime_client.room import Room
from tests.client.fake_server import PROJECT, FakeServer, fake_server
from tests.server.conftest import node, nodes

__all__ = ["node", "nodes"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "BACKOFF_BASE_SECONDS", 0.005)
    monkeypatch.setattr(room_delivery, "RETRY_SECONDS", 0.005)


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with fake_server() as one:
        yield one


@pytest.fixture
async def client(server: FakeServer) -> AsyncIterator[Client]:
    async with Client(server.url, device="desk") as one:
        yield one


@pytest.fixture
async def room(client: Client) -> Room:
    await client.login("ada@example.org", "password")
    return await client.join(PROJECT)
