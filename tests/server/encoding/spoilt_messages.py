"""Messages with a text that is to be spoilt, and what is answered then; read as a server does."""

from schema.calling.projects.project_calls import CreateProject
from schema.messages import Call
from server.encoding.codec import Codec
from tests.server.wire import Message

PROJECT = "00000000-0000-4000-8000-000000000000"

PLAIN = "HALF"
"""Four bytes: what is as long can stand in its place, also in MessagePack."""

GOOD_OP = {"op": "delete", "col": "tracks", "id": "track_01"}
OP = {"op": "set", "col": "tracks", "id": "track_01", "props": {"name": PLAIN}}
DELTA = {"t": "delta", "id": "delta_00001", "project": PROJECT, "ops": [GOOD_OP, OP]}

SPOILT: dict[str, tuple[Message, str, Message]] = {
    "in an op": (DELTA, "op_invalid", {"op": 1, "field": "name"}),
    "in two ops": (
        DELTA | {"ops": [GOOD_OP, OP, GOOD_OP, OP]},
        "op_invalid",
        {"op": 1, "field": "name"},
    ),
    "in a call": (
        {"t": "call", "id": "call_001", "method": "projects.create", "params": {"name": PLAIN}},
        "validation",
        {"field": "name"},
    ),
    "in the key of a call": (
        {"t": "call", "id": "call_001", "method": "projects.create", "idempotency_key": PLAIN},
        "bad_message",
        {"field": "idempotency_key"},
    ),
    "in a message": (
        {"t": "presence", "project": PROJECT, "tool": PLAIN},
        "bad_message",
        {"field": "tool"},
    ),
}
"""Where -> the message, the code of its error, and the details."""


def read_all(codec: Codec, data: bytes) -> None:
    """A message, and the parameters of a call, which are read later; raises `BadMessage`."""
    message = codec.decode(data)
    if isinstance(message, Call):
        codec.params(message.params, CreateProject)
