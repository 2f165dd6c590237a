"""Attacks by mere number: messages, pings, fragments, seats; and a reader who does not read."""

import asyncio
import secrets
import time
from collections import Counter

from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import ConnectionClosed, Message, NoHandshake, RawClient
from loadtest.attack.target import Target, Unusable, new_project
from loadtest.bare.frames import BINARY, MASK, MASKED, PING
from schema.limits import MAX_OPS_PER_DELTA, OPS_PER_SECOND

FLOOD_SECONDS = 30.0
"""Who sends too much for ten seconds is closed; three times as long is never given."""

PING_ROUNDS = 20
"""Of 200 pings each: five times as many as may come at once."""

STRANGERS = 8
ROUNDS = 3
ENDLESS = bytes((BINARY, MASKED)) + MASK + (bytes((0, MASKED)) + MASK) * 50_000
"""Empty fragments of one message, 300 KB: to look at each takes a node a third of a second."""

SEATS = 600
PARTS_UNREAD = 400

_RIGHT: Message = {"op": "set", "col": "project", "id": "project", "props": {"name": "x" * 30}}
_WRONG: Message = {"op": "set", "col": "project", "id": "project", "props": {"name": 7}}
REFUSED_OPS = [_RIGHT] * (MAX_OPS_PER_DELTA - 1) + [_WRONG]
"""All are looked at, and the last one is the mistake."""


async def _until_closed(target: Target, send: str) -> int | None:
    """Flood a connection until the server ends it; the witness works meanwhile."""
    wire = await target.enter(target.stranger)
    reading_task = asyncio.ensure_future(wire.closed())
    end = time.monotonic() + FLOOD_SECONDS
    try:
        while not reading_task.done() and time.monotonic() < end:
            _send_some(wire, send)
            await asyncio.wait([reading_task], timeout=0.05)
            await wire.flush()
            problem = await target.witness.problem()
            must(not problem, problem)
        must(reading_task.done(), f"still open after {FLOOD_SECONDS:.0f} seconds")
        return reading_task.result()
    finally:
        reading_task.cancel()
        wire.cut()


def _send_some(wire: RawClient, kind: str) -> None:
    match kind:
        case "messages":
            for _ in range(200):
                wire.send({"t": "ping", "time": 1})
        case "pings":
            for _ in range(200):
                wire.send_frame(b"x", PING)
        case "fragments":
            wire.send_piece(b"x", BINARY, is_last=False)
            for _ in range(200):
                wire.send_piece(b"x", 0, is_last=False)
            wire.send_piece(b"x", 0, is_last=True)
        case _:
            wire.send({"t": "call", "id": "c", "method": "m", "params": {"x": "x" * 800_000}})


@attack("A22", "a flood of messages")
async def flood_of_messages(target: Target) -> str:
    code = await _until_closed(target, "messages")
    must(code in (4004, None), f"closed with {code}")
    return f"closed with {code}; others did not notice"


@attack("A22", "a flood of bytes")
async def flood_of_bytes(target: Target) -> str:
    code = await _until_closed(target, "bytes")
    must(code in (4004, 4503, None), f"closed with {code}")
    return f"closed with {code}; others did not notice"


@attack("A22", "a flood of WebSocket pings")
async def flood_of_pings(target: Target) -> str:
    """They are read a little at a time: whatever follows them is answered, and late."""
    wire = await target.enter(target.stranger)
    try:
        for _ in range(PING_ROUNDS):
            _send_some(wire, "pings")
            problem = await target.witness.problem()
            must(not problem, problem)
        await wire.call("account.get", {})
    except ConnectionClosed as closed:
        must(closed.code in (4004, None), f"closed with {closed.code}")
        return f"closed with {closed.code}; others did not notice"
    finally:
        wire.cut()
    return "read a little at a time; others did not notice"


@attack("A22", "fragments of one byte")
async def fragments(target: Target) -> str:
    code = await _until_closed(target, "fragments")
    must(code in (1009, 4004, 4503, None), f"closed with {code}")
    return f"closed with {code}; others did not notice"


@attack("A22", "empty fragments of strangers, on sockets that come again")
async def fragments_of_strangers(target: Target) -> str:
    """Nobody has said hello, and no message is ever whole; how late others are is only told."""
    before, slowest = await _acknowledged_in(target), 0.0
    endings: Counter[str] = Counter()
    for _ in range(ROUNDS):
        flooding = [asyncio.ensure_future(_endless_message(target)) for _ in range(STRANGERS)]
        try:
            slowest = max(slowest, await _acknowledged_in(target))
            endings.update(await asyncio.gather(*flooding))
        finally:
            for task in flooding:
                task.cancel()
    must(set(endings) <= {"4004", "1009", "None", "HTTP 429"}, f"ended with {dict(endings)}")
    lateness = f"the slowest edit of others took {slowest / max(before, 1e-4):.1f} times as long"
    return f"ended with {dict(endings)}; {lateness}"


async def _endless_message(target: Target) -> str:
    """How the server ended it."""
    try:
        wire = await RawClient.open(target.in_turn())
    except NoHandshake as refused:
        return str(refused)
    async with wire:
        wire.write(ENDLESS)
        return str(await wire.closed())


@attack("A22", "large deltas that are refused, over two connections of one user")
async def refused_deltas(target: Target) -> str:
    """Counted are those that the server looks at; how late others are is only told."""
    async with await target.enter(target.stranger) as wire:
        project = await new_project(wire, "refused deltas")
    before = await _acknowledged_in(target)
    node = target.in_turn()  # each node judges so many of a user's ops and no more
    wires = [
        await target.enter_room(target.stranger, project, device, node=node) for device in "ab"
    ]
    reading_tasks = [asyncio.ensure_future(wire.closed()) for wire in wires]
    began_at, slowest = time.monotonic(), 0.0
    try:
        while (
            not all(task.done() for task in reading_tasks)
            and time.monotonic() < began_at + FLOOD_SECONDS
        ):
            for wire in wires:
                wire.propose(project, REFUSED_OPS)
                await wire.flush()
            slowest = max(slowest, await _acknowledged_in(target))
            async with await target.enter(target.viewer):
                pass  # a server that is full lets nobody in
            await asyncio.wait(reading_tasks, timeout=0.22)
        seconds = time.monotonic() - began_at
        codes = [task.result() if task.done() else 0 for task in reading_tasks]
        must(0 not in codes, f"still open after {FLOOD_SECONDS:.0f} seconds")
        answers = [
            message for wire in wires for message in wire.received if message["t"] == "error"
        ]
        judged_count = sum(code_of(answer) == "op_invalid" for answer in answers) * len(REFUSED_OPS)
        may = OPS_PER_SECOND * (seconds + 4) + len(wires) * len(REFUSED_OPS)
        must(judged_count <= may, f"{judged_count:,} ops were looked at in {seconds:.1f} s")
    finally:
        for task, wire in zip(reading_tasks, wires, strict=True):
            task.cancel()
            wire.cut()
    lateness = f"the slowest edit of others took {slowest / max(before, 1e-4):.1f} times as long"
    looked_at = f"{judged_count:,} ops of {len(answers)} deltas looked at"
    return f"{looked_at}; closed with {codes}; {lateness}"


async def _acknowledged_in(target: Target) -> float:
    """Seconds that an edit of the witness takes."""
    began_at = time.monotonic()
    problem = await target.witness.problem()
    must(not problem, problem)
    return time.monotonic() - began_at


@attack("A23", "a member who does not read")
async def slow_reader(target: Target) -> str:
    async with await target.enter(target.owner) as owner:
        project = await new_project(owner, "slow reader")
        await target.let_in(owner, project, target.viewer, "viewer")
    slow = await target.enter_room(target.viewer, project, "slow")
    slow.stop_reading()
    async with slow, await target.enter_room(target.owner, project, "quick") as quick:
        for _ in range(PARTS_UNREAD):
            props = {"name": secrets.token_hex(100)}
            ops: list[Message] = [{"op": "set", "col": "project", "id": "project", "props": props}]
            answer = await quick.edit(project, ops * 200)
            if answer["t"] == "error":
                await asyncio.sleep(answer.get("details", {}).get("retry_after_ms", 100) / 1_000)
            if any(message["t"] == "member_left" for message in quick.received):
                return "cut off; the others went on"
        problem = await target.witness.problem()
        must(not problem, problem)
    return "what waits for it is bounded; the others went on"


@attack("A24", "one viewer who takes every seat")
async def every_seat(target: Target) -> str:
    async with await target.enter(target.owner) as owner:
        project = await new_project(owner, "every seat")
        await target.let_in(owner, project, target.viewer, "viewer")
    seated: list[RawClient] = []
    refusal_code = "none"
    try:
        for number in range(SEATS):
            try:
                wire = await target.enter(target.viewer, f"device {number}")
                seated.append(wire)
                answer = await wire.join(project)
            except (Unusable, ConnectionClosed, OSError) as error:
                refusal_code = str(error)
                break
            if answer["t"] == "error":
                refusal_code = code_of(answer)
                break
        for node in target.each_node():
            async with await target.enter_room(target.owner, project, node=node):
                pass
    except Unusable as error:
        must(False, f"after {len(seated)} seats of a viewer the owner is kept out: {error}")
    finally:
        for wire in seated:
            wire.cut()
    return f"refused after {len(seated) - 1} ({refusal_code}); the owner came in"


@attack("A30", "addresses made up in X-Forwarded-For")
async def forwarded(target: Target) -> str:
    refused_count = 0
    for number in range(80):
        headers = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        async with await RawClient.open(target.in_turn(), headers) as wire:
            await wire.hello()
            wrong_login = {"email": target.stranger.email, "password": f"guess {number}"}
            refused_count += code_of(await wire.call("auth.login", wrong_login)) == "rate_limited"
        if refused_count:
            return f"counted all the same: rate_limited after {number}"
    must(False, "80 guesses from 80 made-up addresses were looked at")
    return ""
