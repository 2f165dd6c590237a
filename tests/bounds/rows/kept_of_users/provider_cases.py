"""Cases of the table of bounds: logins by providers."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from persistence.tables.logging_in import provider_identities
from schema.bounds import Past
from schema.errors import ErrorCode
from schema.limits import MAX_IDENTITIES_PER_USER
from schema.server_limits import MAX_PROVIDER_BYTES, MAX_PROVIDER_REQUESTS, SERVER_BOUNDS
from server.accounts.providers.failures import ProviderRefused
from server.accounts.providers.fetching import Fetching
from server.accounts.providers.provider_settings import Kind, Providers, ProviderSettings
from tests.bounds.cases import Seen, case, live_case
from tests.server.accounts.providers.made_up import CLIENT, Answer, made_up
from tests.server.conftest import Node

BACK = "http://127.0.0.1:53211/"


async def _fetch(size: int) -> Past | None:
    fetching = Fetching()
    with made_up() as provider:
        provider.answers["/"] = Answer(raw=b" " * size)
        try:
            await fetching.get(f"{provider.issuer}/")
        except ProviderRefused:
            return ErrorCode.AUTH_FAILED
        finally:
            await fetching.close()
    return None


@case("MAX_PROVIDER_BYTES")
def bytes_of_a_provider() -> Seen:
    most = int(MAX_PROVIDER_BYTES)
    return Seen(asyncio.run(_fetch(most)), asyncio.run(_fetch(most + 1)))


async def _one_more(running: int) -> Past | None:
    """None if a request may be made beside so many."""
    slots = Fetching().slots("login.studio.example")
    for _ in range(running):
        await slots.acquire()
    return SERVER_BOUNDS.rows["MAX_PROVIDER_REQUESTS"].past if slots.locked() else None


@case("MAX_PROVIDER_REQUESTS")
def requests_to_providers() -> Seen:
    most = int(MAX_PROVIDER_REQUESTS)
    return Seen(asyncio.run(_one_more(most - 1)), asyncio.run(_one_more(most)))


@live_case("MAX_IDENTITIES_PER_USER")
async def identities(node: Node) -> Seen:
    ann, db = await node.musician("ann"), node.context.db
    for number in range(MAX_IDENTITIES_PER_USER - 1):
        await provider_identities.link(db, ann.user, "other", "elsewhere", str(number), None)
    with made_up() as provider:
        studio = ProviderSettings("studio", "Studio", Kind.OIDC, provider.issuer, CLIENT)
        node.context.exchange.providers = Providers({"studio": studio})

        async def link(subject: str) -> Past | None:
            where = {"provider": "studio", "redirect_uri": BACK}
            begun = await ann.result("auth.link_begin", **where)
            provider.nonce = parse_qs(urlsplit(begun["url"]).query)["nonce"][0]
            provider.claims = {"sub": subject}
            words = {"flow": begun["flow"], "state": begun["state"], "code": "a code"}
            answer = await ann.call("auth.link_finish", **words)
            return ErrorCode(answer["code"]) if answer["t"] == "error" else None

        return Seen(await link("last"), await link("one more"))
