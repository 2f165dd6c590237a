"""A project's state as joiners get it: encoded and compressed once per form, off the loop."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from rooms.document.document import State
from schema.limits import STATE_PART_BYTES
from schema.messages import StatePart
from server.encoding.codec import JSON, MSGPACK, Codec
from server.loop.threads import yield_gil

SLICE = 500
"""Entities encoded before the event loop gets its turn: a fraction of a millisecond."""


def encode_state(state: State, codec: Codec) -> bytes:
    """The whole state; meant for a worker thread, which gives way between slices."""
    pieces = _msgpack(state) if codec is MSGPACK else _json(state)
    return b"".join(pieces)


def packed(state: State, codec: Codec) -> list[bytes]:
    """The state compressed and cut into parts; meant for a worker thread."""
    data = zlib.compress(encode_state(state, codec), 3)
    return [data[i : i + STATE_PART_BYTES] for i in range(0, len(data), STATE_PART_BYTES)]


@dataclass(frozen=True, slots=True)
class StateForm:
    """What joiners ask for: the codec of the frames, and that of the state in them (rule J16)."""

    name: str
    frames: Codec
    state: Codec


FORMS = {
    form.name: form
    for form in (
        StateForm(MSGPACK.name, MSGPACK, MSGPACK),
        StateForm(JSON.name, JSON, JSON),
        StateForm(f"{MSGPACK.name} with a state in JSON", MSGPACK, JSON),
    )
}
"""By name; that of a form without a wish is the codec's own."""


def form_for(codec: Codec, wished: str | None) -> str:
    """The name of the form for who joins by this codec; `wished`: the `state` of the `join`."""
    inner = codec if wished is None else JSON
    return next(form.name for form in FORMS.values() if (form.frames, form.state) == (codec, inner))


def state_frames(project: str, state: State, form: StateForm) -> list[bytes]:
    """The frames of all `state` messages; meant for a worker thread."""
    cuts = packed(state, form.state)
    parts = [StatePart(project, n, len(cuts), data) for n, data in enumerate(cuts)]
    return [form.frames.frame_of(part) for part in parts]


def _slices(entities: Mapping[str, Any]) -> Iterator[list[tuple[str, Any]]]:
    remaining = iter(entities.items())
    while chunk := list(islice(remaining, SLICE)):
        yield chunk
        yield_gil()


def _json(state: State) -> Iterator[bytes]:
    encode = msgspec.json.encode
    yield b"{"
    for n, (collection, entities) in enumerate(state.items()):
        yield (b"," if n else b"") + encode(collection) + b":{"
        for m, part in enumerate(_slices(entities)):
            yield (b"," if m else b"") + encode(dict(part))[1:-1]
        yield b"}"
    yield b"}"


def _msgpack(state: State) -> Iterator[bytes]:
    encode = msgspec.msgpack.encode
    yield _map_header(len(state))
    for collection, entities in state.items():
        yield encode(collection) + _map_header(len(entities))
        for part in _slices(entities):
            yield b"".join(encode(entity_id) + encode(entity) for entity_id, entity in part)


def _map_header(size: int) -> bytes:
    return b"\xdf" + size.to_bytes(4, "big")  # map32 of the msgpack specification
