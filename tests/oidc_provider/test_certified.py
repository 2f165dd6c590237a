"""Logins by a certified OpenID provider, as a native program and its browser make them."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.accounts.providers.provider_settings import Kind, Providers, ProviderSettings
from tests.oidc_provider.browser import led_back, posted_back
from tests.server.conftest import Node, Nodes
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

BACK = "http://127.0.0.1:53211/callback"
"""RFC 8252: any port; the provider knows this address without one."""


@pytest.fixture
async def node(nodes: Nodes, issuer: str) -> Node:
    studio = ProviderSettings(
        "studio",
        "Studio",
        Kind.OIDC,
        issuer,
        "prime",
        "a secret: of tests/+?",
        ("openid", "email", "profile"),
    )
    posting = replace(studio, name="posting", response_mode="form_post")
    return await nodes.start(providers=Providers({"studio": studio, "posting": posting}))


async def begin(
    wire: Wire,
    method: str = "auth.provider_begin",
    provider: str = "studio",
    back: str = BACK,
) -> Message:
    begun: Message = await wire.result(method, provider=provider, redirect_uri=back)
    return begun


async def finish(
    wire: Wire, begun: Message, back: dict[str, str], method: str = "auth.provider_finish"
) -> Message:
    words: dict[str, Any] = {name: back[name] for name in ("state", "code", "iss") if name in back}
    return await wire.call(method, flow=begun["flow"], **words)


async def log_in(node: Node, who: str) -> tuple[Wire, Message]:
    wire = await node.guest()
    begun = await begin(wire)
    return wire, await finish(wire, begun, await led_back(begun["url"], BACK, who))


async def test_A32_who_logs_in_by_a_provider_has_an_account_and_the_same_again(node: Node) -> None:
    wire, first = await log_in(node, "ann")
    assert first["result"]["user"]["username"] == "ann"
    assert await wire.result("projects.list")
    _, again = await log_in(node, "ann")
    assert again["result"]["user"]["id"] == first["result"]["user"]["id"]
    _, other = await log_in(node, "ben")  # who wishes for the same username
    assert other["result"]["user"]["username"].startswith("ann_")


async def test_A32_a_code_is_traded_once_by_the_client_that_began(node: Node) -> None:
    wire, thief = await node.guest(), await node.guest()
    begun, others = await begin(wire), await begin(thief)
    back = await led_back(begun["url"], BACK, "ann")
    assert back["state"] == begun["state"]
    stolen = await finish(thief, others, back)
    assert stolen["code"] == "auth_failed"
    windows = [wire, await node.guest(), await node.guest()]
    answers = await asyncio.gather(*(finish(each, begun, back) for each in windows))
    assert sorted(answer["t"] for answer in answers) == ["error", "error", "reply"]
    assert (await finish(wire, begun, back))["code"] == "auth_failed"


async def test_A33_an_address_that_is_not_proved_makes_no_account(node: Node) -> None:
    _, refused = await log_in(node, "unproved")
    assert refused["code"] == "auth_failed"


async def test_A33_an_account_of_the_same_address_is_linked_by_its_own_login(node: Node) -> None:
    ann = await node.musician("ann")
    _, refused = await log_in(node, "ann")
    assert refused["code"] == "link_required"
    begun = await begin(ann, "auth.link_begin")
    back = await led_back(begun["url"], BACK, "ann")
    linked = await finish(ann, begun, back, "auth.link_finish")
    assert linked["result"]["email"] == "ann@example.org"
    _, answer = await log_in(node, "ann")
    assert answer["result"]["user"]["id"] == ann.user


async def test_A72_a_provider_that_has_the_browser_post_a_form_logs_in_by_the_page_for_accounts(
    node: Node,
) -> None:
    page = f"http://{urlsplit(node.url).netloc}/account"
    wire, thief = await node.guest(), await node.guest()
    begun = await begin(wire, provider="posting", back=page)
    others = await begin(thief, provider="posting", back=page)
    back = await posted_back(begun["url"], page, "ann")
    assert back["state"] == begun["state"]
    assert (await finish(thief, others, back))["code"] == "auth_failed"
    answer = await finish(wire, begun, back)
    assert answer["result"]["user"]["username"] == "ann"
