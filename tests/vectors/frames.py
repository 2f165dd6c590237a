"""Values and messages as a client gets them: the bytes of a frame, in both encodings."""

import base64
import json
import zlib
from typing import Any

import msgspec

Frame = dict[str, str]
"""`json`: the text of a text frame; `msgpack`: a binary frame in base64."""


def frame(value: object, **more: object) -> Frame:
    """A value or message in both encodings. `more`: fields that the message does not have."""
    if more:
        value = {**msgspec.to_builtins(value), **more}
    text = msgspec.json.encode(value).decode()
    return {"json": text, "msgpack": base64.b64encode(msgspec.msgpack.encode(value)).decode()}


def framed(text: object, binary: object) -> Frame:
    """A message that is not the same in both, as one that carries bytes."""
    return {"json": frame(text)["json"], "msgpack": frame(binary)["msgpack"]}


def read(one: Frame, codec: str) -> Any:
    """The value again, as Python has it."""
    if codec == "json":
        return json.loads(one["json"])
    return msgspec.msgpack.decode(base64.b64decode(one["msgpack"]))


def deflated(data: bytes) -> bytes:
    """As zlib packs it without compressing: each zlib compresses in its own way."""
    blocks = [data[at : at + 0xFFFF] for at in range(0, len(data), 0xFFFF)] or [b""]
    out = bytearray(b"\x78\x01")
    for number, block in enumerate(blocks, start=1):
        length = len(block)
        out += bytes([number == len(blocks)])
        out += length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + block
    return bytes(out) + zlib.adler32(data).to_bytes(4, "big")
