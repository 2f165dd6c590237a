"""Attacks on the way in: the handshake, and what may be said before a login."""

import asyncio
from urllib.parse import urlsplit

from loadtest.attack.catalogue import NotTried, attack, code_of, must
from loadtest.attack.raw_client import ConnectionClosed, NoHandshake, RawClient, handshake
from loadtest.attack.target import Target

LOOPBACK = ("127.0.0.1", "localhost", "::1")

SLOW_PIECES = 40
"""Bytes that a slow handshake sends, one a quarter of a second, unless it is cut off before."""

STRANGERS = 3_000
"""Sockets without a login that one address tries to hold."""


async def _status(node: str, headers: dict[str, str]) -> int:
    try:
        wire = await RawClient.open(node, headers)
    except NoHandshake as refused:
        return refused.status
    wire.cut()
    return 101


@attack("A1", "handshake from another page's origin")
async def origin(target: Target) -> str:
    if target.origin is None:
        raise NotTried("--origin names none that the server lets in")
    allowed_url = urlsplit(target.origin)
    foreign = (
        "https://evil.example",
        "null",
        f"{target.origin}.evil.example",
        f"{'http' if allowed_url.scheme == 'https' else 'https'}://{allowed_url.netloc}",
        target.origin.upper() + "/",
    )
    for node in target.each_node():
        for statement in foreign:
            status = await _status(node, {"Origin": statement})
            must(status in (400, 403), f"origin {statement!r} was answered with {status}")
        must(await _status(node, {"Origin": target.origin}) == 101, "the right origin is shut out")
    return f"{len(foreign)} origins: 403"


@attack("A2", "a token in the address")
async def token_in_url(target: Target) -> str:
    for node in target.each_node():
        async with await RawClient.open(
            f"{node}?token={target.owner.access}&access_token=x"
        ) as wire:
            welcome = await wire.hello()
            must(welcome.get("user") is None, "it logged in")
            answer = await wire.join(target.project)
            must(code_of(answer) == "auth_required", f"join was answered {code_of(answer)}")
    return "ignored: auth_required"


@attack("A3", "a request that never ends")
async def slow_request(target: Target) -> str:
    are_cut_off = await asyncio.gather(*map(_is_cut_off, target.each_node()))
    must(all(are_cut_off), f"still open after {SLOW_PIECES / 4:.0f} seconds")
    return "cut off"


async def _is_cut_off(node: str) -> bool:
    request = handshake(node, {})[:SLOW_PIECES]
    async with await RawClient.dial(node) as wire:
        reading_task = asyncio.ensure_future(wire.status())
        for byte in request:
            wire.write(bytes([byte]))
            await asyncio.wait([reading_task], timeout=0.25)
            if reading_task.done():
                return True
        reading_task.cancel()
    return False


@attack("A3", "a connection that says nothing")
async def silent(target: Target) -> str:
    for code in await asyncio.gather(*map(_closed_in_silence, target.each_node())):
        must(code == 4006, f"closed with {code}")
    return "4006"


async def _closed_in_silence(node: str) -> int | None:
    async with await RawClient.open(node) as wire:
        return await wire.closed()


@attack("A3", "requests that are none, too long, or odd")
async def odd_requests(target: Target) -> str:
    for node in target.each_node():
        for request in _odd_requests(node):
            async with await RawClient.dial(node) as wire:
                wire.write(request)
                async with asyncio.timeout(20):
                    status = await wire.status()
                must(status == 0 or status >= 400, f"{request[:40]!r} was answered with {status}")
    return "4xx, or cut off"


def _odd_requests(node: str) -> tuple[bytes, ...]:
    host = urlsplit(node).netloc
    return (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300),
        b"GET /v1 HTTP/1.1\r\nHost: " + b"a" * 100_000,
        b"GET /v1 HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
        b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
        f"GET /../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n".encode(),
        handshake(node, {"Sec-WebSocket-Version": "12"}),
        handshake(node, {"Sec-WebSocket-Key": "short"}),
        handshake(node, {"Upgrade": "h2c"}),
        handshake(node, {"Transfer-Encoding": "chunked", "Content-Length": "5"}),
        handshake(node, {}, "prime.v9.json"),
    )


@attack("A4", "messages before hello, and calls before a login")
async def before_login(target: Target) -> str:
    for node in target.each_node():
        async with await RawClient.open(node) as wire:
            wire.send({"t": "join", "id": "j", "project": target.project})
            code = code_of(await wire.next())
            must(code == "bad_message", f"a join before hello was answered {code}")
        async with await RawClient.open(node) as wire:
            await wire.hello()
            for _ in range(16):
                answer = await wire.call("projects.list", {})
                must(code_of(answer) == "auth_required", f"a call was answered {code_of(answer)}")
            close_code = await _closed_by(wire, 16)
            must(close_code == 4503, f"who went on was closed with {close_code}")
    return "bad_message, auth_required every time, and 4503 for who goes on"


async def _closed_by(wire: RawClient, calls: int) -> int | None:
    """With which code so many more calls without a login are closed; None: they are not."""
    try:
        for _ in range(calls):
            await wire.call("projects.list", {})
    except ConnectionClosed as closed:
        return closed.code
    return None


@attack("A4", "a stranger's message over its bound")
async def long_before_login(target: Target) -> str:
    for node in target.each_node():
        async with await RawClient.open(node) as wire:
            wire.send({"t": "hello", "versions": [1], "device": "d", "client": "x" * 20_000})
            code = await wire.closed()
            must(code == 1009, f"closed with {code}")
    return "1009"


@attack("A31", "passwords over an open network")
async def plain_text(target: Target) -> str:
    parts = urlsplit(target.nodes[0])
    if parts.hostname in LOOPBACK:
        raise NotTried("the server listens on loopback only, as far as can be seen from here")
    must(parts.scheme == "wss", "the server takes passwords without TLS")
    return "wss only"


async def _open_and_say_nothing(node: str) -> RawClient | None:
    try:
        return await RawClient.open(node)
    except (NoHandshake, OSError, TimeoutError):
        return None


@attack("A24", "thousands of sockets without a login from one address")
async def many_strangers(target: Target) -> str:
    """Of each node, while the others are full: a bound is one node's, as its sockets are."""
    connected: list[RawClient] = []
    try:
        let_in_counts = [await _open_until_refused(node, connected) for node in target.each_node()]
    finally:
        for wire in connected:
            wire.cut()
    return f"refused after {let_in_counts}"


async def _open_until_refused(node: str, connected: list[RawClient]) -> int:
    """How many this node lets in, which `held` then has."""
    let_in = 0
    for _ in range(0, STRANGERS, 50):
        new_wires = await asyncio.gather(*(_open_and_say_nothing(node) for _ in range(50)))
        wires = [wire for wire in new_wires if wire is not None]
        connected += wires
        let_in += len(wires)
        if None in new_wires:
            return let_in
    must(False, f"{let_in} were let in")
    return let_in
