"""Attacks on logins: forged tokens, old tokens, guesses."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from typing import Any

from loadtest.attack.attacks.rights import SET_NAME
from loadtest.attack.catalogue import NotTried, attack, code_of, must
from loadtest.attack.raw_client import RawClient
from loadtest.attack.target import Account, Target, new_account

FORGIVEN_SECONDS = 11.0
"""So long after a refresh an old token is taken for that of another window (rule A11)."""

CLOSED_SECONDS = 2.0
"""A second, and one for a machine that is busy with the attack."""

GUESSES = 60
"""Wrong passwords for one account, one after the other."""


def _decoded(part: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return fields


def _encoded(fields: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def _signed(header: object, claims: object, key: bytes) -> str:
    text = f"{_encoded(header)}.{_encoded(claims)}"
    signature = hmac.digest(key, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _forged(token: str) -> Iterator[tuple[str, str]]:
    head, body, signature = token.split(".")
    header, claims = _decoded(head), _decoded(body)
    for name in ("none", "None", "nOnE", "HS256", "HS512", "RS256", "ES256", "EdDSA", ""):
        if name != header["alg"]:
            yield f"alg {name!r}", f"{_encoded({**header, 'alg': name})}.{body}.{signature}"
        yield f"alg {name!r} unsigned", f"{_encoded({**header, 'alg': name})}.{body}."
    jwk = {"kty": "oct", "k": base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=")}
    yield "its own key (jwk)", _signed({**header, "jwk": jwk}, claims, b"k" * 32)
    for name in ("jku", "x5u", "kid"):
        odd = "../../../../dev/null" if name == "kid" else "https://evil.example/keys"
        yield f"header {name}", _signed({**header, name: odd}, claims, b"")
    yield "unknown crit", f"{_encoded({**header, 'crit': ['odd'], 'odd': 1})}.{body}.{signature}"
    yield "later exp", f"{head}.{_encoded({**claims, 'exp': claims['exp'] + 10**6})}.{signature}"
    yield "exp as text", f"{head}.{_encoded({**claims, 'exp': '9999999999'})}.{signature}"
    yield "another user", f"{head}.{_encoded({**claims, 'sub': '0' * 32})}.{signature}"
    yield "another audience", f"{head}.{_encoded({**claims, 'aud': 'other'})}.{signature}"
    for key in (b"", b"secret", b"prime", claims["sub"].encode()):
        yield f"signed with {key!r}", _signed(header, claims, key)
    yield "no token", "x"
    yield "dots", "." * 100
    yield "long", "a" * 4_000


async def _login_answer(node: str, token: str) -> tuple[str, int | None]:
    async with await RawClient.open(node) as wire:
        answer = await wire.hello(token)
        return code_of(answer), await wire.closed() if answer["t"] == "error" else None


@attack("A5", "forged access tokens")
async def forged_tokens(target: Target) -> str:
    forged = [
        *_forged(target.viewer.access),
        ("refresh token", target.viewer.refresh),
    ]
    for name, token in forged:
        code, close = await _login_answer(target.in_turn(), token)
        must((code, close) == ("auth_failed", 4507), f"{name}: {code}, closed with {close}")
    return f"{len(forged)} tokens: auth_failed, 4507"


@attack("A7", "a connection that outlives its login")
async def logged_out(target: Target) -> str:
    account = Account(target.viewer.email, target.viewer.password)
    await target.log_in(account)
    node_url = target.in_turn()
    other_url = target.elsewhere(node_url)
    async with (
        await target.enter_room(account, target.project, "one", node=node_url) as first_wire,
        await target.enter(account, "two", node=node_url) as second_wire,
        await target.enter_room(account, target.project, "three", node=other_url) as third_wire,
    ):
        await second_wire.call("auth.logout", {})
        began_at = asyncio.get_running_loop().time()
        for wire in (first_wire, third_wire):
            code = await wire.closed()
            must(code == 4501, f"another connection was closed with {code}")
        seconds = asyncio.get_running_loop().time() - began_at
        must(seconds < CLOSED_SECONDS, f"they were closed after {seconds:.1f} s")
    for node in target.each_node():
        code_of_hello, close = await _login_answer(node, account.access)
        must(close == 4507, f"its token was answered {code_of_hello} afterwards")
    return "4501, and the token is dead"


@attack("A8", "a refresh token that was traded long ago")
async def old_refresh_token(target: Target) -> str:
    at_once = target.robbed_at + FORGIVEN_SECONDS - asyncio.get_running_loop().time()
    await asyncio.sleep(max(0.0, at_once))  # nearly always over by now
    node_url = target.in_turn()
    async with (
        await target.enter(target.robbed, "one", node=target.elsewhere(node_url)) as robbed,
        await RawClient.open(node_url) as thief,
    ):
        await thief.hello()
        code = code_of(await thief.call("auth.refresh", {"refresh_token": target.stolen}))
        must(code == "auth_failed", f"it was answered {code}")
        close = await robbed.closed()
        must(close == 4501, f"a socket of the login was closed with {close}")
        newest = {"refresh_token": target.robbed.refresh}
        code = code_of(await thief.call("auth.refresh", newest))
        must(code == "auth_failed", f"the login went on: the newest token was answered {code}")
    return "auth_failed, and that login is over: 4501"


@attack("A8", "windows that refresh at once, and a token that was copied just then")
async def windows_at_once(target: Target) -> str:
    account = Account(target.viewer.email, target.viewer.password)
    await target.log_in(account)
    refresh_params = {"refresh_token": account.refresh}
    wires = [await RawClient.open(target.in_turn()) for _ in range(4)]
    try:
        for wire in wires:
            await wire.hello()
        answers = await asyncio.gather(
            *(wire.call("auth.refresh", refresh_params) for wire in wires)
        )
        tokens = {answer["result"]["refresh_token"] for answer in answers}
        must(len(tokens) == 1, f"{len(tokens)} refresh tokens are good at once")
    finally:
        for wire in wires:
            wire.cut()
    return "all get the same one, and one login goes on"


@attack("A8", "refresh tokens that are none")
async def forged_refresh_tokens(target: Target) -> str:
    raw = base64.urlsafe_b64decode(target.viewer.refresh + "==")
    turned = [raw[:n] + bytes([raw[n] ^ 1]) + raw[n + 1 :] for n in range(len(raw))]
    async with await RawClient.open(target.in_turn()) as wire:
        await wire.hello()
        for data in [*turned[::4], b"", bytes(40), raw + b"\0", secrets.token_bytes(40)]:
            token = base64.urlsafe_b64encode(data).decode().rstrip("=")
            code = code_of(await wire.call("auth.refresh", {"refresh_token": token}))
            must(code in ("auth_failed", "rate_limited"), f"{data.hex()} was answered {code}")
    return "auth_failed"


@attack("A9", "which addresses have accounts, by login")
async def enumerate_by_login(target: Target) -> str:
    for node in target.each_node():
        answers = []
        for email in (target.stranger.email, f"nobody-{secrets.token_hex(6)}@attack.example"):
            async with await RawClient.open(node) as wire:
                await wire.hello()
                answer = await wire.call("auth.login", {"email": email, "password": "a wrong one"})
                answers.append({**answer, "id": ""})
        must(answers[0] == answers[1], f"known: {answers[0]}; unknown: {answers[1]}")
    return "both are answered alike"


@attack("A11", "passwords of any length")
async def long_passwords(target: Target) -> str:
    for node in target.each_node():
        async with await RawClient.open(node) as wire:
            await wire.hello()
            login = {"email": target.stranger.email, "password": "x" * 1_025}
            code = code_of(await wire.call("auth.login", login))
            must(code == "validation", f"1,025 characters were answered {code}")
            login = {"email": target.stranger.email, "password": "x" * 10**6}
            wire.send({"t": "call", "id": "long", "method": "auth.login", "params": login})
            close = await wire.closed()
            must(close == 1009, f"a megabyte was closed with {close}")
    return "validation, 1009"


@attack("A10", "guessing a password")
async def guesses(target: Target) -> str:
    account = new_account("guessed")
    await target.log_in(account)
    for number in range(GUESSES):
        async with await RawClient.open(target.in_turn()) as wire:
            await wire.hello()
            wrong_login = {"email": account.email, "password": f"guess number {number}"}
            answer = await wire.call("auth.login", wrong_login)
        if code_of(answer) == "rate_limited":
            wait = answer["details"].get("retry_after_ms", 0)
            must(wait > 0, "it is not said how long to wait")
            async with await target.enter(account):
                pass
            return f"rate_limited after {number} guesses; who is logged in comes in all the same"
        must(code_of(answer) == "auth_failed", f"a guess was answered {code_of(answer)}")
    must(False, f"{GUESSES} guesses were looked at")
    return ""


@attack("A10", "bad tokens that keep members with good ones out")
async def hello_flood(target: Target) -> str:
    wires = [await RawClient.open(target.in_turn()) for _ in range(40)]
    try:
        for _ in range(25):
            for wire in wires:
                wire.send({"t": "hello", "versions": [1], "device": "d", "token": "x"})
        for wire in wires:
            await wire.closed()
    finally:
        for wire in wires:
            wire.cut()
    for node in target.each_node():
        async with await target.enter(target.owner, node=node):
            pass
    return "turned away at once; a member came in"


@attack("A28", "secrets in the log")
async def secrets_in_log(target: Target) -> str:
    if not target.logs:
        raise NotTried("the log of this server cannot be read from here")
    secret = f"canary-{secrets.token_hex(8)}"
    for node in target.each_node():
        await _send_secret_everywhere(target, node, secret)
    accounts = (target.owner, target.viewer, target.stranger)
    known_secrets = {
        secret,
        *(account.password for account in accounts),
        *(account.access for account in accounts),
    }
    for log in target.logs:
        text = log.read_text(errors="replace")
        must(text, "a node has written no log")
        leaked = [known_secret for known_secret in known_secrets if known_secret in text]
        must(not leaked, f"the log holds {leaked}")
    return "neither passwords, nor tokens, nor content"


async def _send_secret_everywhere(target: Target, node: str, secret: str) -> None:
    """A secret, wherever a client may put one."""
    async with await RawClient.open(f"{node}?token={secret}", {"Cookie": secret}) as wire:
        await wire.hello()
        await wire.call("auth.login", {"email": target.stranger.email, "password": secret})
        await wire.call("auth.refresh", {"refresh_token": secret})
        await wire.call("auth.login", {"email": target.stranger.email, secret: secret})
    await _login_answer(node, secret)
    async with await target.enter_room(target.owner, target.project, node=node) as wire:
        props = {"name": secret}
        await wire.edit(target.project, [{**SET_NAME, "props": props}])
        await wire.edit(target.project, [{**SET_NAME, "props": {"name": [secret]}}])


@attack("A12", "tokens and codes that no mail had")
async def made_up_secrets(target: Target) -> str:
    email, password = target.stranger.email, {"password": "violet anvil"}
    codes = set()
    async with await RawClient.open(target.in_turn()) as wire:
        await wire.hello()
        await wire.call("auth.request_reset", {"email": email})
        for secret in (
            {"token": secrets.token_urlsafe(32)},
            {"token": "' OR 1=1 --"},
            {"email": email, "code": f"{secrets.randbelow(10**6):06}"},
            {"email": f"nobody-{secrets.token_hex(6)}@attack.example", "code": "123456"},
            {"email": email, "code": "\N{ARABIC-INDIC DIGIT ONE}" * 6},
        ):
            for method, extra_params in (("auth.reset_password", password), ("auth.verify", {})):
                answer = await wire.call(method, {**secret, **extra_params})
                must(code_of(answer) in ("auth_failed", "rate_limited"), f"{secret}: {answer}")
                if code_of(answer) == "auth_failed":
                    codes.add(answer["message"])
    must(len(codes) == 1, f"the answers differ: {sorted(codes)}")
    return "auth_failed, in the same words"


@attack("A9", "which addresses have accounts, by asking for mails")
async def enumerate_by_mail(target: Target) -> str:
    for method in ("auth.request_reset", "auth.send_verification"):
        answers = []
        for email in (target.stranger.email, f"nobody-{secrets.token_hex(6)}@attack.example"):
            async with await RawClient.open(target.in_turn()) as wire:
                await wire.hello()
                answers.append({**await wire.call(method, {"email": email}), "id": ""})
        must(answers[0] == answers[1], f"known: {answers[0]}; unknown: {answers[1]}")
    return "both are answered alike"
