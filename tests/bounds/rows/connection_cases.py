"""Bounds that a connection meets at a running node."""

import asyncio
import uuid
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed

from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.close_codes import CLOSE_CODES
from schema.errors import ErrorCode
from tests.bounds.cases import Seen, live_case
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, PATIENCE, Message, Wire, marker

PING = '{"t": "ping", "time": 1.0}'


async def _ping_of(wire: Wire, size: int) -> Past | None:
    """A ping made longer by spaces."""
    await wire.send_raw(PING + " " * (size - len(PING)))
    try:
        await wire.until("pong")
    except ConnectionClosed:
        assert wire.socket.close_code == 1009
        return Instead.CLOSED_1009
    return None


@live_case("MAX_FORM_BYTES")
async def a_form(node: Node) -> Seen:
    async def posted(size: int) -> Past | None:
        head = (
            "POST /account HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        form = "state=s&id_token=".ljust(size - len(head.format(size)), "x")
        request = head.format(len(form)) + form
        assert len(request) == size
        where = urlsplit(node.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(request.encode())
        answer = await reader.read()
        writer.close()
        return None if answer.startswith(b"HTTP/1.1 303 ") else Instead.CUT_OFF

    most = server_limits.MAX_FORM_BYTES
    return Seen(await posted(most), await posted(most + 1))


@live_case("MAX_MESSAGE_BYTES_BEFORE_LOGIN")
async def a_message_of_a_stranger(node: Node) -> Seen:
    wire = await node.guest(JSON)
    most = limits.MAX_MESSAGE_BYTES_BEFORE_LOGIN
    return Seen(await _ping_of(wire, most), await _ping_of(wire, most + 1))


@live_case("MAX_MESSAGE_BYTES")
async def a_message(node: Node) -> Seen:
    wire = await node.musician("ann", JSON)
    most = limits.MAX_MESSAGE_BYTES
    return Seen(await _ping_of(wire, most), await _ping_of(wire, most + 1))


@live_case("BAD_MESSAGES_ALLOWED")
async def bad_messages(node: Node) -> Seen:
    wire = await node.guest(JSON)
    for _ in range(limits.BAD_MESSAGES_ALLOWED):
        await wire.send_raw("nonsense")
        await wire.until("error")
    at = await _ping_of(wire, len(PING))
    await wire.send_raw("nonsense")
    await wire.until("error")
    return Seen(at, await _close_of(wire))


@live_case("LOGINS_NEEDED_ALLOWED")
async def messages_that_need_a_login(node: Node) -> Seen:
    wire = await node.guest(JSON)
    leave = {"t": "leave", "id": "1", "project": str(uuid.UUID(int=0))}
    for _ in range(limits.LOGINS_NEEDED_ALLOWED):
        await wire.send(leave)
        await wire.until("error")
    at = await _ping_of(wire, len(PING))
    await wire.send(leave)
    await wire.until("error")
    return Seen(at, await _close_of(wire))


async def _close_of(wire: Wire) -> Past | None:
    try:
        async with asyncio.timeout(PATIENCE):
            await wire.socket.wait_closed()
    except TimeoutError:
        return None
    return next((code for code in CLOSE_CODES if code.code == wire.socket.close_code), None)


def _code(answer: Message) -> Past | None:
    return ErrorCode(answer["code"]) if answer["t"] == "error" else None


@live_case("MAX_ROOMS_PER_CONNECTION")
async def rooms(node: Node) -> Seen:
    ann = await node.musician("ann", JSON)
    seen: list[Past | None] = []
    for n in range(limits.MAX_ROOMS_PER_CONNECTION + 1):
        project = await create_project(ann, f"P{n}")
        seen.append(_code(await ann.ask({"t": "join", "id": f"j{n}", "project": project})))
    return Seen(next((past for past in seen[:-1] if past is not None), None), seen[-1])


@live_case("MAX_CALLS_IN_FLIGHT")
async def calls(node: Node) -> Seen:
    """As if so many others were under way."""
    ann = await node.musician("ann", JSON)
    [connection] = node.connections.values()
    connection.calls_in_flight = limits.MAX_CALLS_IN_FLIGHT - 1
    at = _code(await ann.call("projects.list"))
    connection.calls_in_flight = limits.MAX_CALLS_IN_FLIGHT
    past = _code(await ann.call("projects.list"))
    connection.calls_in_flight = 0
    return Seen(at, past)


@live_case("MAX_CALLS_IN_BATCH")
async def calls_in_batch(node: Node) -> Seen:
    ann = await node.musician("ann", JSON)

    async def asked(count: int) -> Past | None:
        return _code(await ann.call("batch", calls=[{"method": "projects.list"}] * count))

    return Seen(await asked(limits.MAX_CALLS_IN_BATCH), await asked(limits.MAX_CALLS_IN_BATCH + 1))


@live_case("MAX_OPS_SHOWN")
async def ops_of_an_entry(node: Node) -> Seen:
    ann = await node.musician("ann", JSON)
    project = await create_project(ann)
    await ann.join(project)

    async def shown(first: int, count: int) -> Past | None:
        ops = [marker(f"mk_{n:05}") for n in range(first, first + count)]
        await ann.edit(project, *ops)
        page = await ann.result("history.list", project=project, limit=1)
        [entry] = page["entries"]
        return Instead.CLIPPED if len(entry["ops"]) < entry["total"] == count else None

    return Seen(await shown(0, limits.MAX_OPS_SHOWN), await shown(1_000, limits.MAX_OPS_SHOWN + 1))
