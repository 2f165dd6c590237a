"""Logins by providers that a test makes up: found by issuer and subject, and by nothing else."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from persistence.pool import Database
from persistence.tables.operating import operator_orders as operator_orders
from server.accounts.providers.provider_settings import Kind, Providers, ProviderSettings
from server.accounts.usage_limits import UsageLimits
from tests.server.accounts.providers.made_up import CLIENT, Answer, MadeUp, made_up
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

BACK = "http://127.0.0.1:53211/callback"
OWN = "https://studio.example.com/login"
AGE = "UPDATE auth_sessions SET created_at = now() - interval '1 hour'"
MADE = """
SELECT id FROM prime_users UNION ALL SELECT user_id FROM project_members ORDER BY 1
"""
TIME_IS_UP = "UPDATE provider_flows SET expires_at = now() - interval '1 second'"


@pytest.fixture
def two() -> Iterator[list[MadeUp]]:
    """Two providers."""
    with ExitStack() as stack:
        yield [stack.enter_context(made_up()) for _ in range(2)]


def known(two: list[MadeUp]) -> Providers:
    names = ("studio", "other")
    return Providers(
        {
            name: ProviderSettings(
                name, name.title(), Kind.OIDC, each.issuer, CLIENT, "secret", ("openid", "email")
            )
            for name, each in zip(names, two, strict=True)
        },
        frozenset({OWN}),
    )


@pytest.fixture
async def node(nodes: Nodes, two: list[MadeUp]) -> Node:
    return await nodes.start(providers=known(two))


async def begin(
    wire: Wire, provider: MadeUp, name: str = "studio", method: str = "auth.provider_begin"
) -> Message:
    begun: Message = await wire.result(method, provider=name, redirect_uri=BACK)
    provider.nonce = parse_qs(urlsplit(begun["url"]).query)["nonce"][0]
    return begun


async def finish(
    wire: Wire, begun: Message, method: str = "auth.provider_finish", **others: Any
) -> Message:
    words = {"flow": begun["flow"], "state": begun["state"], "code": "a code"} | others
    return await wire.call(method, **words)


async def log_in(node: Node, provider: MadeUp, name: str = "studio") -> Message:
    wire = await node.guest()
    return await finish(wire, await begin(wire, provider, name))


async def link(ann: Wire, provider: MadeUp, name: str = "studio") -> Message:
    begun = await begin(ann, provider, name, "auth.link_begin")
    return await finish(ann, begun, "auth.link_finish")


async def set_maintenance(node: Node, database: Database, message: str | None) -> None:
    async with database.transaction() as tx:
        await operator_orders.set_maintenance(tx, message)
    await node.server.operator_orders.look()


async def test_A32_providers_are_named_and_where_they_may_lead_back_to(node: Node) -> None:
    guest = await node.guest()
    listed = await guest.result("auth.providers")
    assert [each["name"] for each in listed["providers"]] == ["studio", "other"]
    page = node.context.public_url.account_page()
    for fine in (BACK, OWN, page):
        await guest.result("auth.provider_begin", provider="studio", redirect_uri=fine)
    for wrong in ("https://evil.example/", f"{page}?x=1", f"{OWN}?x=1", "http://localhost:1/"):
        refused = await guest.call("auth.provider_begin", provider="studio", redirect_uri=wrong)
        assert refused["details"] == {"field": "redirect_uri"}, wrong
    refused = await guest.call("auth.provider_begin", provider="evil", redirect_uri=BACK)
    assert refused["details"] == {"field": "provider"}


async def test_R53_during_maintenance_a_provider_logs_in_and_makes_no_account(
    node: Node, two: list[MadeUp], database: Database
) -> None:
    assert (await log_in(node, two[0]))["t"] == "reply"
    zoe = await node.musician("zoe")
    project = await create_project(zoe)
    invited = await zoe.result("invitations.create", project=project, role="editor")
    await set_maintenance(node, database, "Back at nine.")
    assert (await log_in(node, two[0]))["t"] == "reply"
    two[1].claims |= {"sub": "another", "email": "eve@example.org"}
    before = await database.fetch(MADE)
    for others in ({}, {"invitation": invited["token"]}):
        guest = await node.guest()
        refused = await finish(guest, await begin(guest, two[1], "other"), **others)
        assert (refused["code"], refused["details"]["message"]) == ("unavailable", "Back at nine.")
    assert await database.fetch(MADE) == before
    await set_maintenance(node, database, None)
    assert (await log_in(node, two[1], "other"))["t"] == "reply"


async def test_A32_a_flow_is_finished_once_with_its_own_state_and_secret(
    node: Node, two: list[MadeUp], database: Database
) -> None:
    guest = await node.guest()
    begun, another = await begin(guest, two[0]), await begin(guest, two[0])
    told = [
        await finish(guest, begun, state=another["state"]),
        await finish(guest, begun, flow=another["flow"]),
        await finish(guest, begun, state="x" * 43),
        await finish(guest, begun, flow=begun["state"], state=begun["flow"]),
    ]
    begun = await begin(guest, two[0])
    assert (await finish(guest, begun))["t"] == "reply"
    told.append(await finish(await node.guest(), begun))
    late = await begin(await node.guest(), two[0])
    await database.execute(TIME_IS_UP)
    told.append(await finish(await node.guest(), late))
    assert {(each["code"], each["message"]) for each in told} == {
        ("auth_failed", told[0]["message"])
    }


async def test_A32_what_is_stored_of_a_flow_ends_no_login(
    node: Node, two: list[MadeUp], database: Database
) -> None:
    guest = await node.guest()
    begun = await begin(guest, two[0])
    stored = str([dict(row) for row in await database.fetch("SELECT * FROM provider_flows")])
    secrets = node.context.exchange.secrets
    verifier = secrets.verifier_of(begun["flow"])
    for secret in (begun["flow"], begun["state"], verifier, two[0].nonce):
        assert secret not in stored
    assert verifier not in begun["url"]


async def test_A33_who_someone_is_goes_by_issuer_and_subject(node: Node, two: list[MadeUp]) -> None:
    first = await log_in(node, two[0])
    assert (await log_in(node, two[0]))["result"]["user"] == first["result"]["user"]
    two[0].claims = {"email": "new@example.org"}
    assert (await log_in(node, two[0]))["result"]["user"] == first["result"]["user"]
    # The same subject at another issuer is someone else, and the address does not make it Ann.
    assert (await log_in(node, two[1], "other"))["code"] == "link_required"
    two[1].claims = {"email": "zoe@example.org"}
    assert (await log_in(node, two[1], "other"))["result"]["user"] != first["result"]["user"]


async def test_A33_an_address_that_is_not_proved_says_nothing_of_accounts(
    node: Node, two: list[MadeUp]
) -> None:
    await node.musician("ann")
    told = []
    for claims in (
        {"email_verified": False},
        {"email_verified": False, "email": "nobody@example.org"},
        {"email": None},
        {"email": "no address"},
        {"email": "x" * 300 + "@example.org"},
    ):
        two[0].claims = claims
        told.append(await log_in(node, two[0]))
    assert {(each["code"], each["message"]) for each in told} == {
        ("auth_failed", told[0]["message"])
    }


async def test_A33_an_identity_is_linked_by_the_login_that_began_it(
    node: Node, two: list[MadeUp], database: Database
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    begun = await begin(ann, two[0], method="auth.link_begin")
    for foreign in (
        await finish(ben, begun, "auth.link_finish"),
        await finish(await node.guest(), begun),
    ):
        assert foreign["code"] == "auth_failed"
    linked = await finish(ann, begun, "auth.link_finish")
    assert linked["result"]["provider"] == "studio"
    assert (await link(ann, two[0]))["result"]["id"] == linked["result"]["id"]
    taken = await link(ben, two[0])
    assert (taken["code"], taken["details"]) == ("taken", {"field": "identity"})
    assert (await log_in(node, two[0]))["result"]["user"]["id"] == ann.user
    login = await begin(await node.guest(), two[0])
    assert (await finish(ann, login, "auth.link_finish"))["code"] == "auth_failed"


async def test_A33_an_identity_is_taken_off_but_not_the_last_way_in(
    node: Node, two: list[MadeUp], database: Database
) -> None:
    zoe = await node.guest()
    await finish(zoe, await begin(zoe, two[0]))
    shown = await zoe.result("auth.identities")
    [only] = shown["identities"]
    assert (only["provider"], only["email"], shown["password"]) == (
        "studio",
        "ann@example.org",
        False,
    )
    last = await zoe.call("auth.unlink", identity=only["id"])
    assert last["code"] == "forbidden"
    second = (await link(zoe, two[1], "other"))["result"]
    await zoe.result("auth.unlink", identity=only["id"])
    assert (await zoe.call("auth.unlink", identity=only["id"]))["code"] == "not_found"
    assert (await log_in(node, two[0]))["code"] == "link_required"
    ben = await node.musician("ben")
    assert (await ben.call("auth.unlink", identity=second["id"]))["code"] == "not_found"
    await link(ben, two[0])
    [bens] = (await ben.result("auth.identities"))["identities"]
    await ben.result("auth.unlink", identity=bens["id"])  # there is the password


async def test_A33_a_session_that_was_left_open_links_and_unlinks_nothing(
    node: Node, two: list[MadeUp], database: Database
) -> None:
    ann = await node.musician("ann")
    linked = (await link(ann, two[0]))["result"]
    await database.execute(AGE)
    begun = await ann.call("auth.link_begin", provider="studio", redirect_uri=BACK)
    unlinked = await ann.call("auth.unlink", identity=linked["id"])
    assert (begun["code"], unlinked["code"]) == ("login_too_old", "login_too_old")


async def test_A34_a_provider_that_is_down_is_asked_again_with_the_same(
    node: Node, two: list[MadeUp]
) -> None:
    guest = await node.guest()
    begun = await begin(guest, two[0])
    fine = two[0].answers["/token"]
    two[0].answers["/token"] = Answer(status=503)
    down = await finish(guest, begun)
    assert down["code"] == "unavailable"
    assert down["details"]["retry_after_ms"] > 0
    assert "Studio" in down["message"]
    assert "another way" in down["message"]
    assert not any(told in down["message"] for told in ("127.0.0.1", "503", "http"))
    two[0].answers["/token"] = fine
    assert (await finish(guest, begun))["t"] == "reply"


async def test_A34_a_provider_that_cannot_be_reached_holds_up_nobody_else(
    nodes: Nodes, two: list[MadeUp]
) -> None:
    providers = known(two)
    lost = ProviderSettings("lost", "Lost", Kind.OIDC, "http://127.0.0.1:1", CLIENT)
    node = await nodes.start(providers=Providers({**providers.by_name, "lost": lost}))
    guest = await node.guest()
    down = await guest.call("auth.provider_begin", provider="lost", redirect_uri=BACK)
    assert down["code"] == "unavailable"
    assert "127.0.0.1" not in down["message"]
    assert (await log_in(node, two[0]))["t"] == "reply"
    await node.musician("zoe")


async def test_A32_a_closed_server_makes_no_accounts_by_providers(
    nodes: Nodes, two: list[MadeUp]
) -> None:
    node = await nodes.start(providers=known(two), registration=False)
    assert (await log_in(node, two[0]))["code"] == "forbidden"


async def test_A33_an_invitation_brings_a_new_account_into_its_project(
    nodes: Nodes, two: list[MadeUp]
) -> None:
    here, closed = await nodes.start(), await nodes.start(providers=known(two), registration=False)
    zoe = await here.musician("zoe")
    project = await create_project(zoe)
    made = await zoe.result("invitations.create", project=project, role="editor")
    guest = await closed.guest()
    wrong = await finish(guest, await begin(guest, two[0]), invitation="x" * 43)
    assert wrong["code"] == "auth_failed"
    begun = await begin(guest, two[0])
    assert (await finish(guest, begun, invitation=made["token"]))["t"] == "reply"
    [seen] = (await guest.result("projects.list"))["projects"]
    assert seen["id"] == project
    two[0].claims = {"sub": "ben", "email": "ben@example.org"}
    other = await closed.guest()
    used_up = await finish(other, await begin(other, two[0]), invitation=made["token"])
    assert used_up["code"] == "auth_failed"


async def test_A32_logins_by_providers_have_a_rate_for_each_address(
    nodes: Nodes, two: list[MadeUp]
) -> None:
    node = await nodes.start(providers=known(two), limits=UsageLimits(provider_logins_per_hour=2))
    guest = await node.guest()
    words = {"provider": "studio", "redirect_uri": BACK}
    answers = [await guest.call("auth.provider_begin", **words) for _ in range(3)]
    assert [answer.get("code") for answer in answers] == [None, None, "rate_limited"]


async def test_A35_a_login_by_a_provider_takes_the_second_factor_too(
    nodes: Nodes, two: list[MadeUp]
) -> None:
    node = await nodes.start(providers=known(two), second_factor_required=True)
    answer = await log_in(node, two[0])
    assert answer["code"] == "second_factor_missing"
    guest = await node.guest()
    begun = await guest.result("auth.totp_begin", challenge=answer["details"]["challenge"])
    assert "ann%40example.org" in begun["uri"]
