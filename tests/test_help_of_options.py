"""Whatever can be typed behind a word of `./run` says in its help what it is."""

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.commands import parser as admin_parser
from server.settings.command_line_options import add_options

ROOT = Path(__file__).parent.parent

FOLDERS = ("admin", "files", "loadtest", "machine", "persistence", "server")
WORDS_IN_TESTS = ("web/pages_command.py", "simulation/__main__.py")
OF_DEVELOPERS = ROOT / "persistence" / "tools"
"""Programs that are no word."""

FROM_A_TABLE = {"admin/commands.py", "server/settings/command_line_options.py"}
"""Where what is said of an argument is in a table: looked at once it is made, below."""


def sources() -> list[Path]:
    own = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    words = [ROOT / "tests" / name for name in WORDS_IN_TESTS]
    return sorted(path for path in [*own, *words] if OF_DEVELOPERS not in path.parents)


def without_help(text: str) -> Iterator[tuple[int, str]]:
    """The line and the source of each argument that is added with no help."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr="add_argument"), keywords=keywords):
                if not any(keyword.arg == "help" for keyword in keywords):
                    yield node.lineno, ast.unparse(node)


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Those of its words, too."""
    for action in parser._actions:  # argparse lists them nowhere else
        if isinstance(action, argparse._SubParsersAction):
            for word in action.choices.values():
                yield from arguments_of(word)
        else:
            yield action


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("p.add_argument('--seed', type=int)", [1]),
        ("p.add_argument('word')", [1]),
        ("p.add_argument('--seed', help='another number')", []),
    ],
)
def test_one_without_help_is_recognized(text: str, lines: list[int]) -> None:
    assert [line for line, _ in without_help(text)] == lines


def test_every_argument_has_help() -> None:
    found = {
        f"{name}:{line}": call
        for path in sources()
        if (name := path.relative_to(ROOT).as_posix()) not in FROM_A_TABLE
        for line, call in without_help(path.read_text(encoding="utf-8"))
    }
    assert found == {}


def test_every_argument_of_a_table_has_help() -> None:
    of_settings = argparse.ArgumentParser()
    add_options(of_settings)
    added = [*arguments_of(admin_parser()), *arguments_of(of_settings)]
    assert len(added) > 50
    assert [each.dest for each in added if not each.help] == []
