"""Two nodes of one deployment, an operator on the first, and whoever has the machine."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from persistence.pool import Database
from schema.operating.operator_calls import OPERATOR_METHODS
from server.calls.caller import Caller
from server.calls.dispatch import dispatch_operators
from tests.server.conftest import Node, Nodes
from tests.server.wire import Wire

MAKE = "UPDATE prime_users SET is_operator = true WHERE id = $1"

MACHINE = Caller(id="machine", address="", device="", identity=None, machine="machine:root")


@dataclass
class Doors:
    """`near` has the operator; `far` is another node of the same database."""

    near: Node
    far: Node
    ada: Wire
    """An operator."""
    database: Database

    async def by_call(self, word: str, **params: Any) -> Any:
        """What the operator is answered, as JSON has it."""
        return await self.ada.result(f"operator.{word}", **params)

    async def by_machine(self, word: str, **params: Any) -> Any:
        """What the socket of the far node answers."""
        kind, _ = OPERATOR_METHODS[f"operator.{word}"]
        asked = msgspec.convert(params, kind)
        answer = await dispatch_operators(self.far.context, MACHINE, f"operator.{word}", asked)
        return msgspec.to_builtins(answer)

    async def second_device(self, wire: Wire) -> Wire:
        """The same user, on the far node, which has heard of all that was written so far."""
        await self.far.server.row_changes.poll()
        return await self.far.again(wire, "phone")

    async def audit(self, event: str) -> list[dict[str, Any]]:
        """The entries of one kind, the oldest first."""
        rows = await self.by_call("audit", event=event)
        return list(reversed(rows["entries"]))


@pytest.fixture
async def doors(nodes: Nodes, database: Database, quick_rounds: None) -> Doors:
    near, far = await nodes.start(), await nodes.start()
    ada = await near.musician("ada")
    await database.execute(MAKE, ada.user)
    return Doors(near, far, ada, database)
