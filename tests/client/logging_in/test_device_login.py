"""The SDK is let in as a device, on a real server."""

import asyncio

import pytest

from loadtest.faults.fault_proxy import FaultProxy, tcp
from persistence.pool import Database
from prime_client import CallFailed, Client, DeviceCode, LoginDenied
from tests.server.conftest import Node, eventually, node, nodes
from tests.server.wire import Wire

__all__ = ["node", "nodes"]

pytestmark = pytest.mark.postgres

TIME_IS_UP = "UPDATE device_logins SET expires_at = now() - interval '1 second'"


async def decide(ann: Wire, code: str, method: str) -> None:
    await ann.result("auth.device_look", user_code=code)
    await ann.result(method, user_code=code)


async def test_it_is_let_in_by_who_is_logged_in_elsewhere(node: Node) -> None:
    ann = await node.musician("ann")
    shown: list[DeviceCode] = []

    async def show(code: DeviceCode) -> None:
        shown.append(code)
        await decide(ann, code.code, "auth.device_approve")

    async with Client(node.url, device="plug-in") as client:
        user = await client.log_in_by_device(show, name="Synth")
        assert user["id"] == ann.user
        assert client.refresh_token
        assert await client.projects.list()
    assert shown[0].address_with_code == f"{shown[0].address}={shown[0].code}"


async def test_it_is_turned_away_and_told_so(node: Node) -> None:
    ann = await node.musician("ann")
    codes = asyncio.Queue[str]()
    async with Client(node.url, device="plug-in") as client:
        asking = asyncio.create_task(client.log_in_by_device(lambda c: codes.put_nowait(c.code)))
        await decide(ann, await codes.get(), "auth.device_deny")
        with pytest.raises(LoginDenied):
            await asking
        assert client.refresh_token is None


async def test_a_code_that_has_run_out_is_auth_failed(node: Node, database: Database) -> None:
    async def show(_: DeviceCode) -> None:
        await database.execute(TIME_IS_UP)

    async with Client(node.url, device="plug-in") as client:
        with pytest.raises(CallFailed) as failed:
            await client.log_in_by_device(show)
    assert failed.value.code == "auth_failed"


async def test_it_goes_on_waiting_after_its_connection_broke(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.calls.accounts.device_login.INTERVAL_MS", 50)
    ann = await node.musician("ann")
    codes = asyncio.Queue[str]()
    port = int(node.url.rpartition(":")[2].partition("/")[0])
    async with (
        FaultProxy(tcp("127.0.0.1", port)) as network,
        Client(f"ws://127.0.0.1:{network.port}/v1", device="plug-in") as client,
    ):
        asking = asyncio.create_task(client.log_in_by_device(lambda c: codes.put_nowait(c.code)))
        code, connections = await codes.get(), client.connections

        async def is_back() -> bool:
            return client.connections > connections

        network.refuse()
        network.heal()
        await eventually(is_back)
        await decide(ann, code, "auth.device_approve")
        assert (await asking)["id"] == ann.user
