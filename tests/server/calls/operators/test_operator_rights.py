"""Operators' calls are for operators, and for whoever has the socket on the machine."""

from typing import Any

import pytest

from persistence.pool import Database
from schema.operating.operator_calls import OPERATING, OPERATOR_METHODS
from server.calls.dispatch import dispatch_operators
from server.refused import Refused
from tests.server.calls.operators.conftest import MACHINE, MAKE
from tests.server.conftest import Node, create_project

pytestmark = [pytest.mark.postgres, pytest.mark.node]


ANOTHER = """
INSERT INTO server_nodes (name, host, address, pid, version, seen_at)
VALUES ('elsewhere', 'host', '127.0.0.1:1', 1, '1.0', now() - interval '1 hour')
"""
"""A node that is not asked, as it has said nothing for long."""


def asked(project: str, user: str) -> dict[str, dict[str, Any]]:
    """What each call of operators needs."""
    return {
        "operator.nodes": {},
        "operator.health": {},
        "operator.events": {},
        "operator.rooms": {},
        "operator.room": {"project": project},
        "operator.logins": {"user": user},
        "operator.closed_rooms": {},
        "operator.sizes": {},
        "operator.slow_calls": {},
        "operator.audit": {},
        "operator.kick": {"member": "0123456789abcdef", "reason": "It is late."},
        "operator.close_room": {"project": project, "reason": "It is late."},
        "operator.open_room": {"project": project},
        "operator.maintenance": {"mode": "off"},
        "operator.drain": {"node": "elsewhere"},
        "operator.undrain": {"node": "elsewhere"},
    }


async def test_R48_no_call_of_operators_is_for_others(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    params = asked(await create_project(ann), ann.user)
    assert params.keys() == OPERATOR_METHODS.keys()
    for method, words in params.items():
        assert (await ann.call(method, **words))["code"] == "forbidden", method
    assert not await database.fetch("SELECT FROM closed_rooms")
    await database.execute(ANOTHER)
    await database.execute(MAKE, ann.user)
    for method, words in params.items():
        result = await ann.result(method, **words)
        assert result["form"] == 1, method


async def test_R48_the_socket_answers_calls_of_operators_and_no_others(node: Node) -> None:
    with pytest.raises(Refused, match="no call of operators"):
        await dispatch_operators(node.context, MACHINE, "projects.list", None)


async def test_R49_what_changes_nothing_is_not_noted(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    await database.execute(MAKE, ann.user)
    params = asked(await create_project(ann), ann.user)
    await database.execute(ANOTHER)
    await ann.result("operator.drain", node="elsewhere")
    for method in sorted(OPERATING - {"operator.kick", "operator.close_room"}):
        await ann.result(method, **params[method])
        await ann.result(method, **params[method])
    entries = (await ann.result("operator.audit"))["entries"]
    kinds = [entry["event"] for entry in entries if entry["actor"] == ann.user]
    assert kinds == ["node_undrained", "node_drained"]
