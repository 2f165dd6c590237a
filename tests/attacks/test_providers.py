"""A13: attacks on logins by providers, against two nodes; the provider binds codes as real ones do.

Its reaction: the flow is refused; linked by issuer and subject alone; a
verified address and a login of one's own to link it.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from persistence.tables.mail_outbox import MailKind
from server.accounts.providers.provider_settings import Kind, Providers, ProviderSettings
from tests.server.accounts.authenticator import App, stand_still
from tests.server.accounts.providers.made_up import CLIENT, Answer, Asked, MadeUp, made_up
from tests.server.calls.accounts.self_service.letters import Letters, letters
from tests.server.conftest import Node, Nodes, nodes
from tests.server.wire import Message, Wire

__all__ = ["letters", "nodes"]

pytestmark = pytest.mark.postgres


BACK = "http://127.0.0.1:53211/callback"


@dataclass
class Binding:
    """A provider that gives codes out for what it was asked, and takes each once."""

    made: MadeUp
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """Code -> what the authorization request said."""

    def __post_init__(self) -> None:
        self.made.answers["/token"] = self._trade

    def log_in(self, begun: Message) -> str:
        """Somebody logs in at the address; the code that their browser brings back."""
        asked = {key: value[0] for key, value in parse_qs(urlsplit(begun["url"]).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return code

    def traded(self) -> int:
        return len([asked for asked in self.made.asked if asked.path == "/token"])

    def _trade(self, asked: Asked) -> Answer:
        of = self.codes.pop(asked.form.get("code", ""), None)
        verifier = asked.form.get("code_verifier", "")
        if of is None or of["redirect_uri"] != asked.form["redirect_uri"]:
            return Answer({"error": "invalid_grant"}, status=400)
        if create_s256_code_challenge(verifier) != of["code_challenge"]:
            return Answer({"error": "invalid_grant"}, status=400)
        self.made.nonce = of["nonce"]
        return Answer({"access_token": "at", "id_token": self.made.id_token()})


@dataclass
class Hub:
    """Two nodes; `studio` is honest, `evil` a provider that an attacker has taken over."""

    here: Node
    there: Node
    studio: Binding
    evil: Binding


@pytest.fixture
def both() -> Iterator[list[MadeUp]]:
    with ExitStack() as stack:
        yield [stack.enter_context(made_up()) for _ in range(2)]


@pytest.fixture
async def hub(nodes: Nodes, both: list[MadeUp]) -> Hub:
    scopes = ("openid", "email")
    known = {
        name: ProviderSettings(name, name, Kind.OIDC, each.issuer, CLIENT, "secret", scopes)
        for name, each in zip(("studio", "evil"), both, strict=True)
    }
    here, there = [await nodes.start(providers=Providers(known)) for _ in range(2)]
    studio, evil = (Binding(each) for each in both)
    return Hub(here, there, studio, evil)


async def begin(wire: Wire, name: str = "studio", method: str = "auth.provider_begin") -> Message:
    begun: Message = await wire.result(method, provider=name, redirect_uri=BACK)
    return begun


async def finish(wire: Wire, begun: Message, code: str, **others: str) -> Message:
    words = {"flow": begun["flow"], "state": begun["state"], "code": code} | others
    return await wire.call("auth.provider_finish", **words)


async def test_attack_A13_what_is_begun_on_one_node_is_finished_once_on_another(hub: Hub) -> None:
    begun = await begin(await hub.here.guest())
    code = hub.studio.log_in(begun)
    assert (await finish(await hub.there.guest(), begun, code))["t"] == "reply"
    for node in (hub.here, hub.there):  # the code again, and the flow with another one
        for again in (code, hub.studio.log_in(begun)):
            assert (await finish(await node.guest(), begun, again))["code"] == "auth_failed"
    assert hub.studio.traded() == 1


async def test_attack_A13_a_code_is_worth_nothing_without_the_flow_that_it_is_of(
    hub: Hub,
) -> None:
    """A stolen code, and a victim who is given the attacker's (login CSRF)."""
    victim, attacker = await hub.here.guest(), await hub.there.guest()
    victims, attackers = await begin(victim), await begin(attacker)
    code = hub.studio.log_in(victims)
    stolen = [
        await finish(attacker, victims, code, flow="x" * 43),
        await finish(attacker, victims, code, flow=attackers["flow"]),
        await finish(attacker, victims, code, state=attackers["state"]),
        await finish(attacker, victims, code, state=""),
    ]
    assert hub.studio.traded() == 0  # also a provider that knows no PKCE is asked for nothing
    stolen.append(await finish(attacker, attackers, code))  # its own flow: another verifier
    assert {each["code"] for each in stolen} == {"auth_failed"}
    without = await attacker.call("auth.provider_finish", flow=victims["flow"], code=code)
    assert without["code"] == "validation"


async def test_attack_A13_a_login_is_never_begun_without_pkce_state_and_nonce(hub: Hub) -> None:
    begun = await begin(await hub.here.guest())
    asked = parse_qs(urlsplit(begun["url"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert [len(asked[name][0]) for name in ("code_challenge", "state", "nonce")] == [43] * 3
    assert begun["flow"] not in begun["url"]


async def test_attack_A13_an_id_token_of_another_login_is_refused(hub: Hub) -> None:
    hub.studio.made.claims = {"nonce": "of another login"}
    guest = await hub.here.guest()
    begun = await begin(guest)
    assert (await finish(guest, begun, hub.studio.log_in(begun)))["code"] == "auth_failed"


async def test_attack_A13_nobody_is_led_elsewhere(hub: Hub) -> None:
    guest = await hub.here.guest()
    for address in (
        "https://evil.example/callback",
        "http://127.0.0.1:1@evil.example/",
        "http://127.0.0.1:1\\@evil.example/",
        "http://localhost:53211/callback",
        "//evil.example",
        "javascript:alert(1)",
        "",
    ):
        refused = await guest.call("auth.provider_begin", provider="studio", redirect_uri=address)
        assert refused["details"] == {"field": "redirect_uri"}, address


async def test_attack_A13_a_code_of_one_provider_never_goes_to_another(hub: Hub) -> None:
    """IdP mix-up (RFC 9207): the victim begins at the studio and is led to the evil one."""
    guest = await hub.here.guest()
    begun = await begin(guest)
    code = hub.evil.log_in(begun)
    named = await finish(guest, begun, code, iss=hub.evil.made.issuer)
    assert named["code"] == "auth_failed"
    assert (hub.studio.traded(), hub.evil.traded()) == (0, 0)
    begun = await begin(guest)
    unnamed = await finish(guest, begun, hub.evil.log_in(begun))
    assert unnamed["code"] == "auth_failed"
    assert hub.evil.traded() == 0


async def test_attack_A13_a_provider_speaks_for_its_own_issuer_alone(hub: Hub) -> None:
    """The evil one says that it is the studio, and that its user is Ann."""
    ann = await hub.here.guest()
    begun = await begin(ann)
    await finish(ann, begun, hub.studio.log_in(begun))
    hub.evil.made.claims = {"iss": hub.studio.made.issuer}
    guest = await hub.there.guest()
    begun = await begin(guest, "evil")
    assert (await finish(guest, begun, hub.evil.log_in(begun)))["code"] == "auth_failed"
    hub.evil.made.claims = {}  # the same subject and address, at an issuer of its own
    begun = await begin(guest, "evil")
    refused = await finish(guest, begun, hub.evil.log_in(begun))
    assert refused["code"] == "link_required"


async def test_attack_A13_an_address_links_nothing_and_unproved_it_tells_nothing(
    hub: Hub,
) -> None:
    await hub.here.musician("ann")
    for email in ("ann@example.org", "ANN@example.org", "nobody@example.org"):
        hub.evil.made.claims = {"email": email, "email_verified": False}
        guest = await hub.there.guest()
        begun = await begin(guest, "evil")
        refused = await finish(guest, begun, hub.evil.log_in(begun))
        assert refused["code"] == "auth_failed"
    hub.evil.made.claims = {"email": "ANN@example.org", "email_verified": True}
    begun = await begin(guest, "evil")
    refused = await finish(guest, begun, hub.evil.log_in(begun))
    assert refused["code"] == "link_required"
    assert (await guest.call("projects.list"))["code"] == "auth_required"


async def test_attack_A13_who_made_an_account_with_anothers_address_is_out_once_it_is_proved(
    hub: Hub, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pre-hijacking: Eve registers Ann's address and links her own identity, without a mail."""
    stand_still(monkeypatch)
    eve = await hub.here.musician("ann")
    hub.evil.made.claims = {"sub": "eve", "email": "eve@example.org"}
    begun = await begin(eve, "evil", "auth.link_begin")
    words = {"flow": begun["flow"], "state": begun["state"], "code": hub.evil.log_in(begun)}
    await eve.result("auth.link_finish", **words)
    ann = await hub.there.guest()
    await ann.result("auth.request_reset", email="ann@example.org")
    mail = await letters.newest(hub.there, MailKind.RESET_PASSWORD)
    await ann.result("auth.reset_password", token=mail["token"], password="violet anvil")
    await eve.closed(4501)
    login = await ann.call("auth.login", email="ann@example.org", password="violet anvil")
    assert login["t"] == "reply"
    begun = await begin(await hub.here.guest(), "evil")
    eves = await finish(await hub.here.guest(), begun, hub.evil.log_in(begun))
    assert eves["result"]["user"]["id"] != login["result"]["user"]["id"]
    # A second factor stays when the password is forgotten: no mail takes one off (A55).
    app = App((await ann.result("auth.totp_begin"))["secret"])
    await ann.result("auth.totp_confirm", code=app.code())
    guest = await hub.here.guest()
    await guest.result("auth.request_reset", email="ann@example.org")
    mail = await letters.newest(hub.here, MailKind.RESET_PASSWORD)
    await guest.result("auth.reset_password", token=mail["token"], password="orange anvil")
    again = await guest.call("auth.login", email="ann@example.org", password="orange anvil")
    assert again["code"] == "second_factor_required"


async def test_attack_A13_nobody_links_their_identity_to_anothers_account(hub: Hub) -> None:
    """The attacker begins a link and lets the victim's client finish it, and the reverse."""
    ann, eve = await hub.here.musician("ann"), await hub.there.musician("eve")
    eves = await begin(eve, method="auth.link_begin")
    words = {"flow": eves["flow"], "state": eves["state"], "code": hub.studio.log_in(eves)}
    assert (await ann.call("auth.link_finish", **words))["code"] == "auth_failed"
    login = await begin(await hub.there.guest())
    words = {"flow": login["flow"], "state": login["state"], "code": hub.studio.log_in(login)}
    assert (await ann.call("auth.link_finish", **words))["code"] == "auth_failed"
    assert (await ann.result("auth.identities"))["identities"] == []
    assert hub.studio.traded() == 0
