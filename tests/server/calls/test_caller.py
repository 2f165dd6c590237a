"""Calls are answered by a function: no connection, no codec of one, no event but the answer."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.calling.writing_calls import OF_ROWS
from schema.calls import METHODS
from schema.errors import ErrorCode
from server.calls.caller import Caller
from server.calls.dispatch import dispatch
from server.identity import Identity
from server.refused import Refused
from tests.server.conftest import Node, Nodes

pytestmark = pytest.mark.postgres

STRANGER = Caller(id="one call", address="192.0.2.1", device="a door", identity=None)
NOT_SET_UP = "made by the test"

READS: dict[str, dict[str, Any]] = {
    "history.list": {},
    "history.blame": {"entity": "track_001", "property": "name"},
    "history.at": {"seq": 0},
    "history.ops": {},
    "snapshots.state": {"snapshot": NOT_SET_UP},
    "snapshots.diff": {"before": NOT_SET_UP},
    "timeline.between": {"start": 0.0, "end": 4.0},
    "timeline.seconds": {"beats": [1.0]},
    "timeline.beats": {"seconds": [1.0]},
    "recall.suggest": {"category": "eq"},
    "recall.export": {},
}
"""Every call that writes nothing, and what it needs beside the project."""

WRITES = (
    "auth.", "operator.", "batch", "create", "update", "archive", "grant", "join", "revoke",
    "restore", "fork", "delete", "observe", "correct", "forget", "settings", "erase", "watch",
    "sessions.", "presets.", "audio_files.", "withdraw", "accept", "look",
)  # fmt: skip


def test_all_reads_are_here() -> None:
    """But those of rows: all of these are asked so in tests/server/calls/rows."""
    others = METHODS.keys() - OF_ROWS.keys() - {"batch"}
    assert set(READS) == {name for name in others if not any(word in name for word in WRITES)}


@pytest.fixture
async def unserved(nodes: Nodes) -> AsyncIterator[Node]:
    """A node that listens nowhere."""
    made = await nodes.build()
    yield made
    await made.server.tasks.end()
    made.context.hashing_queue.close()
    await made.server.foundation.db.close()


async def ask(node: Node, caller: Caller, method: str, **params: Any) -> Any:
    kind, _ = METHODS[method]
    return await dispatch(node.context, caller, method, msgspec.convert(params, kind))


async def test_every_read_is_answered_without_a_socket(unserved: Node) -> None:
    email, password = "ann@example.org", "correct horse"
    tokens = await ask(
        unserved, STRANGER, "auth.register", email=email, username="ann", password=password
    )
    login = unserved.context.tokens.read_access(tokens.access_token).auth_session
    identity = Identity(tokens.user.id, "ann", "ann", login)
    ann = Caller("one more call", "192.0.2.1", "a door", identity)
    project = (await ask(unserved, ann, "projects.create", name="Song")).id
    snapshot = (await ask(unserved, ann, "snapshots.create", project=project, name="bare")).id
    for method, params in READS.items():
        known = {name: snapshot if value is NOT_SET_UP else value for name, value in params.items()}
        if "project" in METHODS[method][0].__struct_fields__:
            known["project"] = project
        answer = await ask(unserved, ann, method, **known)
        assert isinstance(answer, METHODS[method][1]), method
    assert not unserved.connections


async def test_who_logs_in_without_a_socket_gets_tokens_and_no_more(unserved: Node) -> None:
    words = {"email": "ann@example.org", "password": "correct horse"}
    await ask(unserved, STRANGER, "auth.register", username="ann", **words)
    tokens = await ask(unserved, STRANGER, "auth.login", **words)
    assert isinstance(tokens, Tokens)
    assert not unserved.context.usage.sockets.sockets_by_user


@pytest.mark.parametrize(
    ("method", "code"),
    [("no.such", ErrorCode.UNKNOWN_MESSAGE), ("projects.list", ErrorCode.AUTH_REQUIRED)],
)
async def test_H5_what_may_not_be_called_is_refused_at_any_door(
    unserved: Node, method: str, code: ErrorCode
) -> None:
    with pytest.raises(Refused) as refused:
        await dispatch(unserved.context, STRANGER, method, METHODS["projects.list"][0]())
    assert refused.value.code is code
