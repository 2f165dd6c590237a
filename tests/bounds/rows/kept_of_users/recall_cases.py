"""Cases of the table of bounds: what Mixx Recall takes, and what it keeps of a user."""

import uuid
from collections.abc import Sequence
from typing import Any

from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.recall.calls import ObserveRecall
from server.accounts.usage import Usage
from tests.bounds.cases import Seen, case, live_case
from tests.bounds.rows.message_cases import called
from tests.server.conftest import Node
from tests.server.wire import Message, Wire


def _use(key: str, **more: Any) -> Message:
    return {"id": str(uuid.uuid4()), "key": key} | more


@case("MAX_RECALL_USES")
def uses() -> Seen:
    def sent(count: int) -> Past | None:
        return called(ObserveRecall, category="eq", uses=[_use("a")] * count)

    return Seen(sent(limits.MAX_RECALL_USES), sent(limits.MAX_RECALL_USES + 1))


@case("MAX_RECALL_CONTEXTS")
def contexts() -> Seen:
    def sent(count: int) -> Past | None:
        more = {f"name{n}": "x" for n in range(count - 1)}
        context = {"genre": "trap", "after": "OTT", "more": more}
        return called(ObserveRecall, category="eq", uses=[_use("a", context=context)])

    return Seen(sent(limits.MAX_RECALL_CONTEXTS), sent(limits.MAX_RECALL_CONTEXTS + 1))


@case("MAX_RECALL_USES_PER_HOUR")
def uses_per_hour() -> Seen:
    rates = Usage().recall_uses
    most = limits.MAX_RECALL_USES_PER_HOUR
    told = [rates.take("ann", 1.0, most), rates.take("ann", 1.0)]
    return Seen(*(None if wait == 0 else ErrorCode.RATE_LIMITED for wait in told))


async def _observed(wire: Wire, keys: Sequence[str], category: str = "eq") -> Past | None:
    told = None
    for first in range(0, len(keys), limits.MAX_RECALL_USES):
        sent = [_use(key) for key in keys[first : first + limits.MAX_RECALL_USES]]
        answer = await wire.call("recall.observe", category=category, uses=sent)
        told = None if answer["t"] == "reply" else ErrorCode(answer["code"])
    return told


@live_case("MAX_RECALL_KEYS")
async def keys(node: Node) -> Seen:
    wire = await node.musician("ann")
    at = await _observed(wire, [f"key {n}" for n in range(limits.MAX_RECALL_KEYS)])
    return Seen(at, await _observed(wire, ["one more"]))


@live_case("MAX_RECALL_CATEGORIES")
async def categories(node: Node) -> Seen:
    wire = await node.musician("ann")
    told = [
        await _observed(wire, ["a"], f"category {n}")
        for n in range(limits.MAX_RECALL_CATEGORIES + 1)
    ]
    return Seen(told[-2], told[-1])


@live_case("MAX_RECALL_CONTEXTS_KEPT")
async def contexts_kept(node: Node) -> Seen:
    wire = await node.musician("ann")
    await _observed(wire, ["a"])
    db = node.context.db
    most = server_limits.MAX_RECALL_CONTEXTS_KEPT

    async def kept(genre: str, heats: int) -> Past | None:
        await db.execute("UPDATE recall_settings SET heats = $1", heats)
        use = _use("a", context={"genre": genre})
        await wire.result("recall.observe", category="eq", uses=[use])
        found = "SELECT true FROM recall_heat WHERE context = $1"
        is_kept = await db.fetchval(found, f"genre={genre}")
        return None if is_kept else Instead.CLIPPED

    return Seen(await kept("trap", most - 1), await kept("house", most))
