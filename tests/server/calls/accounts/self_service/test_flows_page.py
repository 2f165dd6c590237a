"""The flows of an account in PROTOCOL.md, said to a server as they stand there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.server.calls.accounts.self_service.letters import Letters, letters
from tests.server.conftest import Node
from tests.server.wire import JSON, Message, Wire

__all__ = ["letters"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]

PAGE = Path(__file__).parents[5] / "PROTOCOL.md"

MORE = "..."
"""In an answer of the page: and other fields."""


def blocks() -> list[list[tuple[Message, Message]]]:
    """What is asked and answered, a list for each connection."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition("### Flows of an account\n")[2].partition("\n## ")[0]
    found = []
    for block in re.findall(r"```text\n(.*?)```", section, re.DOTALL):
        lines = block.splitlines()
        assert [line[:3] for line in lines] == ["-> ", "<- "] * (len(lines) // 2)
        said = [json.loads(line[3:]) for line in lines]
        found.append(list(zip(said[::2], said[1::2], strict=True)))
    return found


def differs(shown: Any, told: Any, where: str = "") -> str | None:
    """Where an answer has another shape than the page shows; None: nowhere."""
    if isinstance(shown, dict) and isinstance(told, dict):
        names = told.keys() & shown.keys() if MORE in shown else told.keys()
        if names != shown.keys() - {MORE}:
            return f"{where}: {sorted(told)}"
        found = (differs(shown[name], told[name], f"{where}.{name}") for name in names)
        return next((one for one in found if one), None)
    if isinstance(shown, list) and isinstance(told, list):
        if len(shown) != len(told):
            return f"{where}: {told}"
        pairs = zip(shown, told, strict=True)
        return next((one for one in (differs(*pair, f"{where}[]") for pair in pairs) if one), None)
    kinds = [float if type(each) is int else type(each) for each in (shown, told)]
    return None if kinds[0] is kinds[1] else f"{where}: {told!r}"


def test_another_shape_is_found() -> None:
    assert differs({"a": 1, MORE: MORE}, {"a": 2.5, "b": 1}) is None
    for shown, told in (
        ({"a": 1}, {"a": 1, "b": 1}),
        ({"a": 1, MORE: MORE}, {"b": 1}),
        ({"a": [{"b": ""}]}, {"a": [{"b": None}]}),
        ([1], []),
        ({}, None),
        (True, 1),
    ):
        assert differs(shown, told) is not None


async def test_the_flows_of_the_page_are_what_is_said(node: Node, letters: Letters) -> None:
    found: dict[str, str] = {}
    flows = blocks()
    assert len(flows) == 7
    for flow in flows:
        wire: Wire = await node.guest(JSON)
        for asked, shown in flow:
            params = {name: found.get(str(value), value) for name, value in asked["params"].items()}
            assert not any(re.fullmatch("<.+>", str(value)) for value in params.values())
            told = await wire.ask(asked | {"params": params})
            assert (told["t"], told.get("code")) == (shown["t"], shown.get("code")), told
            assert differs(shown, told) is None, (asked["method"], differs(shown, told))
            await _learn(found, node, letters, asked["method"], told.get("result"))


async def _learn(
    found: dict[str, str], node: Node, letters: Letters, method: str, result: Any
) -> None:
    """What the page calls by a name in `<>`."""
    await node.context.asked_mails.send_all()
    if codes := [payload["code"] for _, _, payload in letters.all if "code" in payload]:
        found["<code>"] = codes[-1]
    if method == "auth.login":
        found["<refresh token>"] = result["refresh_token"] if result else ""
    if method == "projects.create":
        found["<project>"] = result["id"]
    if method == "invitations.create":
        found["<invitation>"] = result["token"]
