"""The SDK logs in by a provider that a test makes up, with a browser that a test makes up."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from prime_client import CallFailed, Client, LoginDenied
from server.accounts.providers.provider_settings import Kind, Providers, ProviderSettings
from tests.server.accounts.authenticator import App, stand_still
from tests.server.accounts.providers.made_up import CLIENT, MadeUp, made_up
from tests.server.conftest import Node, Nodes, nodes

__all__ = ["nodes"]

pytestmark = pytest.mark.postgres


class Browser:
    """It goes to an address, and is led back at once with what it is to bring."""

    def __init__(self, provider: MadeUp, **brings: str) -> None:
        self._provider = provider
        self._brings = brings

    async def __call__(self, address: str) -> None:
        asked = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        self._provider.nonce = asked["nonce"]
        brought = urlencode({"state": asked["state"], **self._brings})
        async with httpx.AsyncClient(trust_env=False) as client:
            page = await client.get(f"{asked['redirect_uri']}?{brought}")
        assert page.status_code == 200


@pytest.fixture
def provider() -> Iterator[MadeUp]:
    with made_up() as made:
        yield made


@pytest.fixture
async def node(nodes: Nodes, provider: MadeUp) -> Node:
    studio = ProviderSettings(
        "studio", "Studio", Kind.OIDC, provider.issuer, CLIENT, "secret", ("openid", "email")
    )
    return await nodes.start(providers=Providers({"studio": studio}))


async def test_it_logs_in_by_a_provider_and_is_logged_in_again(
    node: Node, provider: MadeUp
) -> None:
    browser = Browser(provider, code="a code", iss=provider.issuer)
    async with Client(node.url, device="laptop") as client:
        user = await client.log_in_by_provider("studio", browser)
        assert user["username"] == "ann"
        assert await client.projects.list()
    async with Client(node.url, device="laptop") as client:
        assert await client.log_in_by_provider("studio", browser) == user


async def test_what_goes_wrong_at_the_provider_is_told(node: Node, provider: MadeUp) -> None:
    async with Client(node.url, device="laptop") as client:
        with pytest.raises(LoginDenied, match="access_denied"):
            await client.log_in_by_provider("studio", Browser(provider, error="access_denied"))
        browser = Browser(provider, code="a code", iss="https://evil.example")
        with pytest.raises(CallFailed) as failed:
            await client.log_in_by_provider("studio", browser)
        assert failed.value.code == "auth_failed"


async def test_a_second_factor_finishes_the_login(
    node: Node, provider: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    ann = await node.musician("ann")
    app = App((await ann.result("auth.totp_begin"))["secret"])
    await ann.result("auth.totp_confirm", code=app.code(-1))
    async with Client(node.url, device="laptop") as client:
        with pytest.raises(CallFailed) as failed:
            await client.login("ann@example.org", "correct horse")
        assert failed.value.code == "second_factor_required"
        challenge = failed.value.details["challenge"]
        user = await client.give_second_factor(challenge, app.code())
        assert user["id"] == ann.user
