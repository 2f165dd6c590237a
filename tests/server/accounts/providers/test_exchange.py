"""A code is traded and what comes of it is checked, with providers that lie, or are down."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from schema.accounts.audit_events import Cause
from schema.server_limits import MAX_PROVIDER_BYTES, MAX_PROVIDER_REQUESTS
from server.accounts.providers.exchange import Exchange
from server.accounts.providers.failures import ProviderDown, ProviderRefused
from server.accounts.providers.flow_secrets import FlowSecrets
from server.accounts.providers.proven_identity import ProvenIdentity
from server.accounts.providers.provider_settings import (
    AppleKey,
    Kind,
    ProviderSettings,
)
from tests.server.accounts.providers.made_up import (
    CLIENT,
    KEY,
    Answer,
    Asked,
    MadeUp,
    made_up,
)
from tests.server.conftest import eventually

BACK = "http://127.0.0.1:1/callback"


def settings_of(provider: MadeUp, kind: Kind = Kind.OIDC, **others: Any) -> ProviderSettings:
    values = {"client_secret": "secret", "scopes": ("openid", "email")} | others
    return ProviderSettings("studio", "Studio", kind, provider.issuer, CLIENT, **values)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    made = Exchange(FlowSecrets(b"a secret of tests, 32 bytes long"))
    yield made
    await made.close()


async def log_in(
    exchange: Exchange, provider: MadeUp, settings: ProviderSettings, iss: str | None = None
) -> ProvenIdentity:
    """As a browser that comes back at once."""
    flow, state = exchange.secrets.new(), exchange.secrets.new()
    url = urlsplit(await exchange.address(settings, BACK, flow, state))
    provider.nonce = parse_qs(url.query).get("nonce", [""])[0]
    return await exchange.who(settings, BACK, flow, "a code", iss)


async def refusal(exchange: Exchange, provider: MadeUp, **claims: Any) -> Cause:
    """Why an ID token with these claims is not believed."""
    provider.claims = claims
    with pytest.raises(ProviderRefused) as refused:
        await log_in(exchange, provider, settings_of(provider))
    return refused.value.cause


async def test_the_address_has_what_binds_the_login(exchange: Exchange, provider: MadeUp) -> None:
    flow, state = exchange.secrets.new(), exchange.secrets.new()
    url = urlsplit(await exchange.address(settings_of(provider), BACK, flow, state))
    asked = {key: value[0] for key, value in parse_qs(url.query).items()}
    assert url.geturl().startswith(f"{provider.issuer}/auth?")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "scope": "openid email",
        "state": state,
        "code_challenge": create_s256_code_challenge(exchange.secrets.verifier_of(flow)),
        "code_challenge_method": "S256",
        "nonce": exchange.secrets.nonce_of(flow),
    }
    assert flow not in url.geturl()


async def test_who_is_logged_in_is_issuer_and_subject(exchange: Exchange, provider: MadeUp) -> None:
    proven = await log_in(exchange, provider, settings_of(provider))
    assert proven == ProvenIdentity(provider.issuer, "ann", "ann@example.org")
    [traded] = [asked.form for asked in provider.asked if asked.path == "/token"]
    assert traded["code"] == "a code"
    assert traded["redirect_uri"] == BACK
    assert len(traded["code_verifier"]) == 43


async def test_an_address_that_is_not_verified_is_none(
    exchange: Exchange, provider: MadeUp
) -> None:
    for verified in (False, None, "false", 1, "yes"):
        provider.claims = {"email_verified": verified}
        assert (await log_in(exchange, provider, settings_of(provider))).email is None


async def test_an_id_token_that_is_not_for_this_login_is_refused(
    exchange: Exchange, provider: MadeUp
) -> None:
    for claims in (
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"sub": None},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"at_hash": "of another token"},
    ):
        assert await refusal(exchange, provider, **claims) is Cause.FORGED, claims
    assert await refusal(exchange, provider, exp=1_000_000_000) is Cause.EXPIRED
    for subject in ("", "x" * 256, "\u00e4", 1.5, True):
        cause = await refusal(exchange, provider, sub=subject)
        assert cause in (Cause.MALFORMED, Cause.FORGED), subject


async def test_an_id_token_that_another_key_has_signed_is_refused(
    exchange: Exchange, provider: MadeUp
) -> None:
    provider.key = ECKey.generate_key("P-256", {"kid": "first"})
    assert await refusal(exchange, provider) is Cause.FORGED
    provider.key, provider.algorithm = OctKey.import_key("secret" * 8), "HS256"
    assert await refusal(exchange, provider) is Cause.FORGED


async def test_an_id_token_without_a_signature_is_refused(
    exchange: Exchange, provider: MadeUp
) -> None:
    signed = jwt.encode({"alg": "ES256"}, {"sub": "ann"}, KEY)
    unsigned = "eyJhbGciOiJub25lIn0." + signed.split(".")[1] + "."
    for token in (unsigned, "a.b", "", 7, None, signed + ".x"):
        provider.answers["/token"] = Answer({"access_token": "at", "id_token": token})
        with pytest.raises(ProviderRefused):
            await log_in(exchange, provider, settings_of(provider))


async def test_a_new_key_is_found_and_an_unknown_one_is_not_looked_for_all_the_time(
    exchange: Exchange, provider: MadeUp
) -> None:
    await log_in(exchange, provider, settings_of(provider))
    second = ECKey.generate_key("P-256", {"kid": "second"})
    provider.answers["/jwks"] = Answer(KeySet([KEY, second]).as_dict())
    provider.key = second
    exchange._discovery._cached_issuers[provider.issuer].keys_read_at -= 3_600
    await log_in(exchange, provider, settings_of(provider))
    provider.key = ECKey.generate_key("P-256", {"kid": "third"})
    for _ in range(3):
        assert await refusal(exchange, provider) is Cause.FORGED
    assert len([asked for asked in provider.asked if asked.path == "/jwks"]) == 2
    discovered = [asked for asked in provider.asked if asked.path.startswith("/.well-known")]
    assert len(discovered) == 1


async def test_an_answer_of_another_provider_is_refused(
    exchange: Exchange, provider: MadeUp
) -> None:
    settings = settings_of(provider)
    with pytest.raises(ProviderRefused) as mixed_up:
        await log_in(exchange, provider, settings, iss="https://evil.example")
    assert mixed_up.value.cause is Cause.FOREIGN
    assert not [asked for asked in provider.asked if asked.path == "/token"]
    await log_in(exchange, provider, settings, iss=provider.issuer)


async def test_who_says_that_it_names_itself_must_name_itself(
    exchange: Exchange, provider: MadeUp
) -> None:
    metadata = provider.metadata(authorization_response_iss_parameter_supported=True)
    provider.answers["/.well-known/openid-configuration"] = Answer(metadata)
    with pytest.raises(ProviderRefused):
        await log_in(exchange, provider, settings_of(provider))
    await log_in(exchange, provider, settings_of(provider), iss=provider.issuer)


async def test_what_a_provider_says_of_itself_is_checked(provider: MadeUp) -> None:
    elsewhere = "http://192.0.2.1/token"
    for others in (
        {"issuer": "https://evil.example"},
        {"issuer": f"{provider.issuer}/"},
        {"token_endpoint": elsewhere},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": elsewhere},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ):
        exchange = Exchange(FlowSecrets(b"secret"))
        answer = Answer(provider.metadata(**others))
        provider.answers["/.well-known/openid-configuration"] = answer
        with pytest.raises(ProviderRefused):
            await exchange.address(settings_of(provider), BACK, "flow", "state")
        await exchange.close()


async def test_a_provider_that_answers_with_too_much_packs_or_leads_elsewhere_is_refused(
    exchange: Exchange, provider: MadeUp
) -> None:
    await log_in(exchange, provider, settings_of(provider))
    for answer in (
        Answer(raw=b" " * (MAX_PROVIDER_BYTES + 1)),
        Answer(raw=b"{}", headers={"Content-Encoding": "gzip"}),
        Answer(status=302, headers={"Location": f"{provider.issuer}/elsewhere"}),
        Answer(status=400, body={"error": "invalid_grant"}),
        Answer(raw=b"<html>"),
        Answer(raw=b"[" * 100_000),
        Answer(["no map"]),
    ):
        provider.answers["/token"] = answer
        with pytest.raises(ProviderRefused):
            await log_in(exchange, provider, settings_of(provider))
    assert "/elsewhere" not in [asked.path for asked in provider.asked]


async def test_a_provider_that_is_down_is_not_one_that_refuses(
    exchange: Exchange, provider: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(provider)
    await log_in(exchange, provider, settings)
    for status in (500, 503, 429):
        provider.answers["/token"] = Answer(status=status)
        with pytest.raises(ProviderDown):
            await log_in(exchange, provider, settings)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr("server.accounts.providers.fetching.REQUEST_SECONDS", 0.05)
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        lost = ProviderSettings("lost", "Lost", Kind.OIDC, issuer, CLIENT)
        with pytest.raises(ProviderDown, match="does not answer"):
            await exchange.address(lost, BACK, "flow", "state")
    with pytest.raises(ProviderDown, match="a moment ago"):
        await exchange.address(lost, BACK, "flow", "state")


async def test_a_provider_that_does_not_answer_takes_nothing_from_others(
    exchange: Exchange, provider: MadeUp
) -> None:
    with made_up() as slow:
        held = threading.Event()

        def hold(_: Asked) -> Answer:
            held.wait()
            return Answer(status=503)

        slow.answers["/token"] = hold
        lost = settings_of(slow, client_secret=None)
        await exchange.address(lost, BACK, "flow", "state")
        waiting = [
            asyncio.create_task(exchange.who(lost, BACK, "flow", "code", None))
            for _ in range(2 * MAX_PROVIDER_REQUESTS)
        ]
        slots = exchange._fetching.slots(urlsplit(slow.issuer).netloc)

        async def all_are_taken() -> bool:
            return slots.locked()

        await eventually(all_are_taken)
        await log_in(exchange, provider, settings_of(provider))
        held.set()
        down = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in down} == {ProviderDown}


async def test_many_who_come_at_once_ask_a_provider_once(
    exchange: Exchange, provider: MadeUp
) -> None:
    settings = settings_of(provider)
    asked = (exchange.address(settings, BACK, "flow", "state") for _ in range(8))
    await asyncio.gather(*asked)
    assert len(provider.asked) == 1


async def test_an_id_token_that_names_no_key_is_checked_by_the_only_one(
    exchange: Exchange, provider: MadeUp
) -> None:
    now = int(time.time())
    flow, state = exchange.secrets.new(), exchange.secrets.new()
    await exchange.address(settings_of(provider), BACK, flow, state)
    claims = {"iss": provider.issuer, "aud": CLIENT, "sub": "ann", "exp": now + 60, "iat": now}
    claims["nonce"] = exchange.secrets.nonce_of(flow)
    token = jwt.encode({"alg": "ES256"}, claims, KEY)
    provider.answers["/token"] = Answer({"access_token": "at", "id_token": token})
    proven = await exchange.who(settings_of(provider), BACK, flow, "a code", None)
    assert proven.subject == "ann"


async def test_what_the_id_token_leaves_out_is_of_the_same_user(
    exchange: Exchange, provider: MadeUp
) -> None:
    metadata = provider.metadata(userinfo_endpoint=f"{provider.issuer}/me")
    provider.answers["/.well-known/openid-configuration"] = Answer(metadata)
    provider.claims = {"email": None, "email_verified": None}
    told = {"sub": "ann", "email": "ann@example.org", "email_verified": True}
    provider.answers["/me"] = Answer(told)
    assert (await log_in(exchange, provider, settings_of(provider))).email == "ann@example.org"
    provider.answers["/me"] = Answer(told | {"sub": "ben"})
    with pytest.raises(ProviderRefused):
        await log_in(exchange, provider, settings_of(provider))


async def test_github_is_asked_for_the_address_that_is_primary_and_verified(
    exchange: Exchange, provider: MadeUp
) -> None:
    settings = settings_of(provider, Kind.GITHUB, scopes=("read:user", "user:email"))
    provider.answers |= {
        "/login/oauth/access_token": Answer({"access_token": "at"}),
        "/api/v3/user": Answer(
            {"id": 583231, "login": "octocat", "name": None, "email": "of@the.profile"}
        ),
        "/api/v3/user/emails": Answer(
            [
                {"email": "old@example.org", "primary": False, "verified": True},
                {"email": "ann@example.org", "primary": True, "verified": True},
            ]
        ),
    }
    proven = await log_in(exchange, provider, settings)
    assert proven == ProvenIdentity(provider.issuer, "583231", "ann@example.org", "", "octocat")
    assert provider.asked[-1].headers["authorization"] == "Bearer at"
    unproved = {"email": "ann@example.org", "primary": True, "verified": False}
    answers: list[Any] = [[], [unproved], {}, "x"]
    for emails in answers:
        provider.answers["/api/v3/user/emails"] = Answer(emails)
        if isinstance(emails, str):
            with pytest.raises(ProviderRefused):
                await log_in(exchange, provider, settings)
        else:
            assert (await log_in(exchange, provider, settings)).email is None


async def test_githubs_refusal_is_a_200_and_no_token(exchange: Exchange, provider: MadeUp) -> None:
    provider.answers["/login/oauth/access_token"] = Answer({"error": "bad_verification_code"})
    with pytest.raises(ProviderRefused) as refused:
        await log_in(exchange, provider, settings_of(provider, Kind.GITHUB))
    assert refused.value.cause is Cause.WRONG_CODE


async def test_discord_says_whether_the_address_is_verified(
    exchange: Exchange, provider: MadeUp
) -> None:
    settings = settings_of(provider, Kind.DISCORD, scopes=("identify", "email"))
    user = {"id": "80351110224678912", "username": "nelly", "global_name": "Nelly"}
    provider.answers["/api/oauth2/token"] = Answer({"access_token": "at"})
    for verified, email in ((True, "nelly@discord.com"), (False, None)):
        told = user | {"email": "nelly@discord.com", "verified": verified}
        provider.answers["/api/users/@me"] = Answer(told)
        proven = await log_in(exchange, provider, settings)
        assert proven == ProvenIdentity(
            provider.issuer, "80351110224678912", email, "Nelly", "nelly"
        )


async def test_apples_secret_is_signed_for_it_and_its_booleans_are_texts(
    exchange: Exchange, provider: MadeUp
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    apple = AppleKey("TEAM", "KEYID", key)
    settings = settings_of(provider, client_secret=None, apple=apple, response_mode="form_post")
    provider.claims = {"email_verified": "true"}
    assert (await log_in(exchange, provider, settings)).email == "ann@example.org"
    [traded] = [asked.form for asked in provider.asked if asked.path == "/token"]
    secret = jwt.decode(traded["client_secret"], ECKey.import_key(key.public_key()))
    assert secret.header == {"alg": "ES256", "kid": "KEYID", "typ": "JWT"}
    claims = {name: secret.claims[name] for name in ("iss", "sub", "aud")}
    assert claims == {"iss": "TEAM", "sub": CLIENT, "aud": provider.issuer}
    url = await exchange.address(settings, BACK, "flow", "state")
    assert "response_mode=form_post" in url


async def test_a_public_client_says_only_who_it_is(exchange: Exchange, provider: MadeUp) -> None:
    await log_in(exchange, provider, settings_of(provider, client_secret=None))
    [traded] = [asked for asked in provider.asked if asked.path == "/token"]
    assert traded.form["client_id"] == CLIENT
    assert "client_secret" not in traded.form
    assert "authorization" not in traded.headers
