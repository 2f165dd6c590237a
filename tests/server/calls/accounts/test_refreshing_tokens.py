"""Tokens on a running server of two nodes: refreshed on the open socket, stolen, signed anew."""

import asyncio
import base64
import hmac
import json
import time

import jwt
import pytest

from persistence.pool import Database
from persistence.tables.mail_outbox import MailKind
from server.accounts import signing_keys
from server.accounts.access_tokens import LEEWAY_SECONDS
from server.accounts.signing_keys import PUBLISHED_SECONDS
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire, marker

pytestmark = pytest.mark.postgres

HELLO = {"t": "hello", "versions": [1], "device": "laptop"}


async def long_after_a_refresh(database: Database) -> None:
    await database.execute("UPDATE auth_sessions SET rotated_at = rotated_at - interval '11 s'")


async def refreshed(wire: Wire, token: str) -> str:
    return str((await wire.result("auth.refresh", refresh_token=token))["refresh_token"])


def check_at(node: Node, seconds_ahead: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The node looks at its connections, by a clock that is so far ahead."""
    clock = lambda: time.time() + seconds_ahead  # noqa: E731 - of this test alone
    monkeypatch.setattr(node.server.liveness, "_clock", clock)
    node.server.liveness.check(asyncio.get_running_loop().time())


async def test_attack_A8_a_stolen_refresh_token_ends_the_login_on_all_nodes_and_is_told(
    nodes: Nodes, database: Database
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    other_window = await two.again(ann, "phone")
    stolen = token = ann.tokens["refresh_token"]
    for _ in range(3):
        token = await refreshed(ann, token)
    await long_after_a_refresh(database)
    thief = await two.guest()
    refused = await thief.call("auth.refresh", refresh_token=stolen)
    assert (refused["code"], refused["details"]) == ("auth_failed", {})
    for wire in (ann, other_window):
        await wire.closed(4501)
    for dead in (token, stolen):
        answer = await (await one.guest()).call("auth.refresh", refresh_token=dead)
        assert answer["code"] == "auth_failed"
        assert answer["message"] == refused["message"]
    kinds = [row["kind"] for row in await database.fetch("SELECT kind FROM mail_outbox")]
    assert MailKind.REFRESH_REUSE in kinds
    assert token not in str(await database.fetch("SELECT * FROM mail_outbox"))


async def test_A11_windows_that_refresh_at_once_all_stay(node: Node, database: Database) -> None:
    """As TestConcurrentReuse of GoTrue."""
    ann = await node.musician("ann")
    tokens = [ann.tokens["refresh_token"]]
    for _ in range(3):
        tokens.append(await refreshed(ann, tokens[-1]))
    guests = [await node.guest() for _ in tokens]
    asked = [refreshed(guest, token) for guest, token in zip(guests, tokens[:-1], strict=False)]
    assert set(await asyncio.gather(*asked)) == {tokens[-1]}
    await long_after_a_refresh(database)
    assert await refreshed(ann, tokens[-2]) == tokens[-1]
    assert await refreshed(ann, tokens[-1]) not in tokens


async def test_A11_a_refresh_extends_no_login(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    ends = await database.fetchval("SELECT expires_at FROM auth_sessions")
    await refreshed(ann, ann.tokens["refresh_token"])
    assert await database.fetchval("SELECT expires_at FROM auth_sessions") == ends
    await database.execute("UPDATE auth_sessions SET expires_at = now()")
    refused = await ann.call("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    assert refused["code"] == "auth_failed"


async def test_A12_a_token_is_refreshed_on_the_open_socket_and_nothing_is_missed(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    check_at(node, 900 - 75, monkeypatch)
    assert ann.heard("token_expiring") == []
    check_at(node, 900 - 50, monkeypatch)
    check_at(node, 900 - 40, monkeypatch)
    warned = await ann.expect("token_expiring")
    assert 40_000 <= warned["in_ms"] <= 50_000
    later = node.context.tokens
    monkeypatch.setattr(later, "_clock", lambda: time.time() + 850)
    await refreshed(ann, ann.tokens["refresh_token"])
    check_at(node, 900 + LEEWAY_SECONDS, monkeypatch)
    await ben.until("token_expiring")
    assert (await ben.expect("error"))["code"] == "token_expired"
    await ben.closed(4003)
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    assert ann.heard("joined") == ann.heard("joined")[:1]
    assert ann.heard("token_expiring") == []


async def test_attack_A7_a_token_that_ran_out_closes_its_socket_and_refreshing_brings_it_back(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    check_at(node, 900 + LEEWAY_SECONDS - 2, monkeypatch)
    await ann.ping()
    check_at(node, 900 + LEEWAY_SECONDS, monkeypatch)
    await ann.until("token_expiring")
    await ann.closed(4003)
    guest = await node.guest()
    tokens = await guest.result("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    back = await node.connect()
    await back.hello(tokens["access_token"])


async def test_A10_keys_are_rotated_under_running_nodes_and_nobody_is_logged_out(
    nodes: Nodes, database: Database
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    await create_project(ann)
    new = await signing_keys.rotate(database, 900)
    await database.execute(
        "UPDATE signing_keys SET signs_from = now() - interval '1 s' WHERE kid = $1", new
    )
    keys = one.context.tokens.keys
    await keys.read(database)
    tokens = await ann.result("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    assert jwt.get_unverified_header(tokens["access_token"])["kid"] == new
    for token in (tokens["access_token"], ann.tokens["access_token"]):
        await (await two.connect()).hello(token)  # which has not looked since
    status, body = await two.http("/.well-known/jwks.json")
    assert (status, len(json.loads(body)["keys"])) == (200, 2)
    assert PUBLISHED_SECONDS > signing_keys.JWKS_SECONDS


async def test_A10_an_upgrade_logs_nobody_out(nodes: Nodes, database: Database) -> None:
    """Where people have logged in before, nodes of before may still have to read our tokens."""
    one = await nodes.start()
    shared = one.server.foundation.shared
    [row] = await database.fetch("SELECT * FROM signing_keys")
    await database.execute("UPDATE signing_keys SET signs_from = now() + interval '1 hour'")
    shared.signing.signs_from = time.time() + 3_600
    await shared.signing.read(database)
    ann = await one.musician("ann")
    old_header = {"alg": "HS256", "typ": "at+jwt"}
    assert jwt.get_unverified_header(ann.tokens["access_token"]) == old_header
    await one.again(ann)
    token = await refreshed(ann, ann.tokens["refresh_token"])
    assert len(token) == len(ann.tokens["refresh_token"]) == 54
    await database.execute("UPDATE signing_keys SET signs_from = $1", row["signs_from"])
    shared.signing.signs_from = time.time() + 1
    await shared.signing.read(database)
    shared.signing.signs_from = time.time() + 1
    await one.again(ann)
    tokens = await ann.result("auth.refresh", refresh_token=token)
    assert jwt.get_unverified_header(tokens["access_token"])["alg"] == "EdDSA"
    assert len(tokens["refresh_token"]) != 54
    await refreshed(ann, tokens["refresh_token"])


@pytest.mark.parametrize("token", ["", "x", "a" * 256, "😀", "a.b.c"])
async def test_attack_A6_a_refresh_token_that_is_none(node: Node, token: str) -> None:
    guest = await node.guest()
    assert (await guest.call("auth.refresh", refresh_token=token))["code"] == "auth_failed"


async def test_attack_A6_a_token_of_another_kind_is_no_access_token(node: Node) -> None:
    ann = await node.musician("ann")
    wire = await node.connect()
    await wire.send({**HELLO, "token": ann.tokens["refresh_token"]})
    assert (await wire.expect("error"))["code"] == "auth_failed"
    await wire.closed(4507)
    guest = await node.guest()
    access = ann.tokens["access_token"][:256]
    assert (await guest.call("auth.refresh", refresh_token=access))["code"] == "auth_failed"


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def test_attack_A5_A6_no_node_takes_what_is_forged_or_rightly_signed_and_not_ours(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    good = ann.tokens["access_token"]
    head, claims = (
        jwt.get_unverified_header(good),
        jwt.decode(good, options={"verify_signature": False}),
    )
    key = one.context.tokens.keys.signer(time.time())
    assert key is not None
    assert key.private is not None
    private = key.private
    [published] = json.loads((await two.http("/.well-known/jwks.json"))[1])["keys"]
    public = base64.urlsafe_b64decode(published["x"] + "=")

    def signed(header: object, body: object) -> str:
        text = f"{encoded(header)}.{encoded(body)}"
        return f"{text}.{encoded(private.sign(text.encode()))}"

    def by_hash(secret: bytes) -> str:
        text = f"{encoded({**head, 'alg': 'HS256'})}.{encoded(claims)}"
        return f"{text}.{encoded(hmac.digest(secret, text.encode(), 'sha256'))}"

    bad = [
        *(signed({**head, "alg": name}, claims) for name in ("none", "HS256", "ES256")),
        *(by_hash(secret) for secret in (public, b"", head["kid"].encode())),
        *(signed({**head, name: "https://evil.example"}, claims) for name in ("jwk", "jku", "x5u")),
        *(signed({**head, "kid": kid}, claims) for kid in ("", "../../dev/null", "x' OR 1=1")),
        signed({**head, "crit": ["odd"], "odd": 1}, claims),
        *(signed({**head, "typ": kind}, claims) for kind in ("JWT", "id+jwt", None)),
        *(signed(head, {**claims, name: "another"}) for name in ("iss", "aud", "sub", "sid")),
        signed(head, {**claims, "nbf": int(time.time()) + 600}),
        signed(head, {**claims, "exp": str(claims["exp"])}),
        ann.tokens["refresh_token"],
    ]
    for token in bad:
        assert await answer_to(two, token) == ("auth_failed", 4507), token
    old = {**claims, "iat": claims["iat"] - 2_000, "exp": claims["exp"] - 2_000}
    assert await answer_to(two, signed(head, old)) == ("token_expired", 4003)
    await (await two.connect()).hello(good)
    await two.context.audit.flush()
    causes = await two.context.db.fetch("SELECT DISTINCT details ->> 'cause' AS c FROM audit_log")
    assert {"forged", "foreign", "malformed", "unknown"} <= {row["c"] for row in causes}


async def answer_to(node: Node, token: str) -> tuple[str, int]:
    wire = await node.connect()
    await wire.send({**HELLO, "token": token})
    code = str((await wire.expect("error"))["code"])
    close = 4003 if code == "token_expired" else 4507
    await wire.closed(close)
    return code, close
