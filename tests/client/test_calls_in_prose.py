"""What stands in the prose of pages as Python exists in the SDK, and takes what it is given."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from prime_client import Client, Room, ops

ROOT = Path(__file__).parent.parent.parent

PAGES = ("docs/clients.md", "client/README.md")

CODE = re.compile(r"(?:await )?((?:client|room|ops)\.\w.*)")
"""What is looked at; group 1: without `await`."""


def pieces(page: str) -> list[str]:
    """The code in the prose of a page that calls a client or a room, or reads of them."""
    prose = re.sub(r"^ *```.*?^ *```", "", page, flags=re.DOTALL | re.MULTILINE)
    found = (" ".join(piece.split()) for piece in re.findall(r"`([^`]+)`", prose))
    return [match[1] for piece in found if (match := CODE.fullmatch(piece))]


def fault(piece: str) -> str | None:
    """What is wrong with it; None: nothing. Arguments may be left out; names of rows pass."""
    code = ast.parse(piece, mode="eval").body
    try:
        if isinstance(code, ast.Call):
            given = [each for each in code.args if ast.unparse(each) != "..."]
            arguments = [None] * (len(given) + _is_of_room(code.func))
            named = {str(each.arg): None for each in code.keywords}
            inspect.signature(_meant(code.func)).bind_partial(*arguments, **named)
        else:
            _meant(code)
    except (AttributeError, TypeError) as error:
        return str(error)
    return None


def _is_of_room(code: ast.expr) -> bool:
    """A room is made by a join: its class is looked at, whose methods want `self`."""
    return ast.unparse(code).startswith("room.")


def _meant(code: ast.expr) -> Any:
    if isinstance(code, ast.Attribute):
        return getattr(_meant(code.value), code.attr)
    assert isinstance(code, ast.Name), ast.unparse(code)
    known = {"room": Room, "ops": ops, "client": Client("ws://127.0.0.1:1/v1", device="page")}
    return known[code.id]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_of_a_client_and_a_room_can_be_typed_so(page: str) -> None:
    found = pieces((ROOT / page).read_text(encoding="utf-8"))
    assert {piece: text for piece in found if (text := fault(piece)) is not None} == {}


def test_the_pages_say_something_of_both() -> None:
    found = pieces((ROOT / PAGES[0]).read_text(encoding="utf-8"))
    assert {"room.settled()", "client.presets.list(where=...)", "ops.insert"} <= set(found)


@pytest.mark.parametrize(
    "piece",
    [
        "client.stop",
        "client.members.steal(project)",
        "room.history.list()",
        "room.undo(1)",
        "ops.remove",
    ],
)
def test_what_there_is_not_is_found(piece: str) -> None:
    assert pieces(f"Say\n`await\n{piece}`.") == [piece]
    assert fault(piece) is not None
