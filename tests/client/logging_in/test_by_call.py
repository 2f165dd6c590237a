"""Tokens that a call by its name answers are taken as those of `login`."""

import pytest

from prime_client import CallFailed, Client
from tests.server.accounts.authenticator import App, stand_still
from tests.server.conftest import Node, Nodes, nodes

__all__ = ["nodes"]

pytestmark = pytest.mark.postgres


@pytest.fixture
async def node(nodes: Nodes) -> Node:
    return await nodes.start()


async def test_the_tokens_of_any_call_are_kept_and_the_next_call_is_answered(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    node = await nodes.start(second_factor_required=True)
    ann = {"email": "ann@example.org", "username": "ann", "password": "correct horse"}
    async with Client(node.url, device="laptop") as client:
        with pytest.raises(CallFailed) as failed:
            await client.call("auth.register", **ann)
        challenge = failed.value.details["challenge"]
        begun = await client.auth.totp_begin(challenge=challenge)
        code = App(begun["secret"]).code()
        confirmed = await client.auth.totp_confirm(challenge=challenge, code=code)
        tokens = confirmed["tokens"]
        assert tokens is not None
        assert client.access_token == tokens["access_token"]
        assert client.refresh_token == tokens["refresh_token"]
        assert client.user == tokens["user"]
        await client.projects.list()
        await client.log_in_with(tokens["access_token"])
        await client.projects.list()


async def test_a_borrowed_token_is_used_by_the_next_call(node: Node) -> None:
    ann = await node.musician("ann")
    async with Client(node.url, device="laptop") as client:
        await client.log_in_with(ann.tokens["access_token"])
        await client.auth.totp_begin()
        user = client.user
        assert user is not None
        assert user["id"] == ann.user


async def test_who_waits_hears_at_once_that_a_login_is_needed(node: Node) -> None:
    async with Client(node.url, device="laptop", call_seconds=600) as client:
        await client.log_in_with("no token")
        with pytest.raises(CallFailed) as failed:
            await client.projects.list()
        assert failed.value.code == "auth_required"
        await client.register("bob@example.org", "bobby", "correct horse")
        await client.projects.list()
