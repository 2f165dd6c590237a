"""What goes to the rooms of what connections say, and what is refused before."""

import uuid

import pytest

from server.accounts.usage_limits import UsageLimits
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import JSON, MSGPACK, Message, Wire

pytestmark = pytest.mark.postgres

SET = {"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": 0.5}}

MALFORMED: dict[str, Message] = {
    "no ops": {"ops": []},
    "ops are missing": {},
    "ops of another type": {"ops": 7},
    "an op of another type": {"ops": [SET, 7]},
    "a collection that is none": {"ops": [SET, SET | {"col": 7}]},
    "an op that is none": {"ops": [SET, SET | {"op": "zap"}]},
    "an unknown field": {"ops": [SET], "zap": 1},
    "a base of another type": {"ops": [SET], "base": "x"},
    "too many ops": {"ops": [SET] * 10_001},
}
"""What is wrong -> the fields of a delta, beside those that say whose it is."""


async def show(wire: Wire, other: Wire, project: str) -> str:
    """The id of a gesture that the other one sees."""
    gesture = uuid.uuid4().hex
    values = {"ch_master": {"col": "channels", "props": {"volume": 0.1}}}
    await wire.send({"t": "gesture", "id": gesture, "project": project, "values": values})
    await until_told(other, gesture, is_over=False)
    return gesture


async def until_told(wire: Wire, gesture: str, *, is_over: bool) -> None:
    while True:
        tick = await wire.until("tick")
        for shown in tick.get("gestures", {}).values():
            if gesture in shown:
                assert (shown[gesture] is None) == is_over
                return


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_G2_a_malformed_delta_ends_its_gesture(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    for what, fields in MALFORMED.items():
        gesture = await show(ann, ben, project)
        delta = {"t": "delta", "id": uuid.uuid4().hex, "project": project, "gesture": gesture}
        await ann.send(delta | fields)
        answer = await ann.answer_to(delta["id"])
        assert answer["code"] in ("bad_message", "op_invalid"), what
        await until_told(ben, gesture, is_over=True)


async def test_G2_a_delta_over_the_rate_ends_its_gesture_and_so_does_null(nodes: Nodes) -> None:
    node = await nodes.start(limits=UsageLimits.read("ops_per_second=1"))
    ann, ben, project = await node.pair()
    assert (await ann.edit(project, *[SET] * 200))["t"] == "ack"
    for ops in ([SET], [SET] * 400):  # looked at, and too large to be read now
        gesture = await show(ann, ben, project)
        answer = await ann.edit(project, *ops, gesture=gesture)
        assert answer["code"] == "rate_limited"
        await until_told(ben, gesture, is_over=True)


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_G2_a_gesture_that_is_given_up_over_the_rate_is_over(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    gesture = await show(ann, ben, project)
    (connection,) = node.connections_of(user=ann.user)
    connection._message_bucket.level = connection._prepaid_messages = 0
    connection._message_bucket.per_second = 1e-9
    await ann.send({"t": "gesture", "id": gesture, "project": project, "values": None})
    await until_told(ben, gesture, is_over=True)


@pytest.mark.parametrize("kind", ["delta", "undo", "redo"])
async def test_B3_J14_an_edit_behind_the_end_of_its_login_is_one_to_be_sent_again(
    node: Node, kind: str
) -> None:
    """Also in the moment before the connection is closed: clients give up what needs a mend."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    [connection] = node.connections.values()
    connection.hear_no_more()
    message: Message = {"t": kind, "id": "edit-00001", "project": project}
    answer = await ann.ask(message | ({"ops": [SET]} if kind == "delta" else {}))
    assert (answer["t"], answer["code"]) == ("error", "auth_failed")
    left = await ann.ask({"t": "leave", "id": "leave", "project": project})
    assert left["code"] == "auth_required"
