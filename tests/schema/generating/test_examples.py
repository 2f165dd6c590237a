"""The examples of PROTOCOL.md: each message has one, and each is one."""

import json
import re
from typing import Any, get_args

import msgspec

from rooms.document.digest import canonical, term
from rooms.document.document import Document
from schema.entities import empty_state
from schema.generate import PROTOCOL, ROOT
from schema.generating.examples import examples
from schema.messages import ClientMessage, ServerMessage
from schema.ops import Op

PAGE = (ROOT / PROTOCOL).read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
"""The page as if it were never folded."""


def _tags(union: Any) -> set[str]:
    return {struct.__struct_config__.tag for struct in get_args(union)}


def test_every_message_and_every_op_has_an_example() -> None:
    said = list(examples())
    assert {json.loads(text)["t"] for _, is_clients, text in said if is_clients} == _tags(
        ClientMessage
    )
    assert {json.loads(text)["t"] for _, is_clients, text in said if not is_clients} == _tags(
        ServerMessage
    )
    ops = [op["op"] for _, _, text in said for op in json.loads(text).get("ops") or ()]
    assert set(ops) == _tags(Op)


def test_every_example_is_a_message() -> None:
    for _, is_clients, text in examples():
        union = ClientMessage if is_clients else ServerMessage
        data = text.encode()
        message = msgspec.json.decode(data, type=union)
        if not is_clients:
            assert json.loads(msgspec.json.encode(message)) == json.loads(data)


def test_the_page_has_the_examples() -> None:
    generated = PAGE.partition("<!-- generated: examples -->")[2].partition("<!-- end -->")[0]
    lines = re.findall(r"^(->|<-) (.*)$", generated, re.MULTILINE)
    assert lines == [("->" if is_clients else "<-", text) for _, is_clients, text in examples()]


def test_the_digests_of_the_page() -> None:
    marker = {"time": 4.0, "name": "Hé", "color": None}
    [encoded, digest] = re.findall(r"`([0-9a-f]{90,})`, its term is `([0-9a-f]{16})`", WORDS)[0]
    assert f"{term(canonical('markers', 'abcdefgh', marker)):016x}" == digest
    assert canonical("markers", "abcdefgh", marker).hex() == encoded
    first = Document(empty_state("First")).digest
    assert f'a new project named "First" has the digest `{first}`' in WORDS
