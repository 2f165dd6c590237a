"""docs/operating/ names every setting and every metric of the server, and none that is none."""

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from machine.settings.sources import CONFIG
from server.accounts.usage_limits import UsageLimits
from server.settings.settings_table import SETTINGS
from tests.operating.chapters import section
from tests.operating.known_metrics import families

ROOT = Path(__file__).parent.parent
DEVELOPERS = {
    ROOT / "persistence" / "tools" / "append_speed.py",
    ROOT / "persistence" / "tools" / "call_speed.py",
    ROOT / "persistence" / "tools" / "fill_tables.py",
}
"""Programs that no operator runs."""

BARE = re.compile(r"(?<!\.venv/bin/)python3? -m (?:machine|schema|server|tests)\b.*")
"""A program of ours, by a Python that has not what it needs."""

NAME = re.compile(r"`([^` ]+)`")


def tables(heading: str) -> Iterator[list[str]]:
    """The names in the first column of each row under a heading of the page."""
    for line in section(heading).splitlines():
        if line.startswith("| `"):
            yield NAME.findall(line.split("|")[1])


def named(heading: str) -> list[str]:
    """All of them, in order."""
    return sorted(name for row in tables(heading) for name in row)


def _calls(*folders: str) -> Iterator[ast.Call | ast.Compare | ast.Subscript]:
    for folder in folders:
        for path in sorted({*(ROOT / folder).rglob("*.py")} - DEVELOPERS):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call | ast.Compare | ast.Subscript):
                    yield node


def settings_in(node: ast.AST) -> Iterator[str]:
    """Options that are declared, and variables of the environment that are read."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="add_argument"), args=[ast.Constant(value=str(name)), *_]
        ) if name.startswith("--"):
            yield name
        case (
            ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get"),
                args=[ast.Constant(value=str(name)), *_],
            )
            | ast.Subscript(
                value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))
            )
            | ast.Compare(
                left=ast.Constant(value=str(name)), comparators=[ast.Attribute(attr="environ")]
            )
        ):
            yield name


def _read(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


def test_readings_are_recognized() -> None:
    assert [*settings_in(_read("parser.add_argument('--port', type=int)"))] == ["--port"]
    assert [*settings_in(_read("parser.add_argument('word')"))] == []
    for reading in ("os.environ.get('A', 'b')", "os.environ['A']", "'A' not in os.environ"):
        assert [*settings_in(_read(reading))] == ["A"]


def test_every_setting_is_on_the_page_and_none_that_is_none() -> None:
    read = {
        name for node in _calls("server", "persistence", "machine") for name in settings_in(node)
    }
    in_schema = {name for node in _calls("schema") for name in settings_in(node)}
    read |= {name for name in in_schema if not name.startswith("--")}  # its options generate code
    read |= {CONFIG, *(setting.variable for setting in SETTINGS)}
    read |= {setting.option for setting in SETTINGS if setting.option}
    assert named("Settings") == sorted(read)
    assert len(read) > 10


def test_every_default_is_that_of_the_table() -> None:
    """A row has one default for all of its names, or one for each."""
    told: dict[str, str] = {}
    for line in section("Settings").splitlines():
        if line.startswith("| `"):
            names, default = NAME.findall(line.split("|")[1]), line.split("|")[2].strip()
            each = default.split(", ") if len(names) > 2 else [default] * len(names)
            told |= dict(zip(names, each, strict=False))
    for setting in SETTINGS:
        shown = told[setting.variable].replace("`", "")
        assert shown == setting.default_shown.replace("`", ""), setting.variable


def test_every_metric_is_on_the_page_and_none_that_is_none() -> None:
    assert named("What to watch") == sorted(families())


def test_every_limit_is_on_the_page_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+)", section("Who may have how much"), re.MULTILINE)
    told = {name: float(number.replace(",", "")) for name, number in rows}
    assert told == asdict(UsageLimits())


def test_a_program_of_ours_is_started_by_the_python_of_the_checkout() -> None:
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "decisions"]
    assert [match for page in pages for match in BARE.findall(page.read_text())] == []
