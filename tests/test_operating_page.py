"""docs/operating/ names every setting and every metric of the server, and none that is none."""

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path

from machine.settings.sources import CONFIG
from server.accounts.use_limits import Limits
from server.health.metrics import FROM_THE_START
from server.settings.table import SETTINGS
from tests.operating.chapters import section, text

ROOT = Path(__file__).parent.parent
DEVELOPERS = {
    ROOT / "persistence" / "tools" / "append_speed.py",
    ROOT / "persistence" / "tools" / "call_speed.py",
    ROOT / "persistence" / "tools" / "fill_tables.py",
}
"""Programs that no operator runs."""

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


def metrics_in(node: ast.AST) -> Iterator[str]:
    """Gauges, histograms by full name, counters by kind; `*` where the rest is not constant."""
    match node:
        case ast.Call(
            func=ast.Name(id="gauge" | "each") | ast.Attribute(attr="histogram" | "counter"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            yield f"prime_{name}"
        case ast.Call(
            func=ast.Attribute(attr="count" | "_count") | ast.Name(id="count"),
            args=[ast.Constant(value=str(kind)), *_],
        ):
            yield kind
        case ast.Call(
            func=ast.Attribute(attr="count" | "_count"),
            args=[ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]), *_],
        ):
            yield f"{beginning}*"


def _read(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


def test_readings_are_recognized() -> None:
    assert [*settings_in(_read("parser.add_argument('--port', type=int)"))] == ["--port"]
    assert [*settings_in(_read("parser.add_argument('word')"))] == []
    for reading in ("os.environ.get('A', 'b')", "os.environ['A']", "'A' not in os.environ"):
        assert [*settings_in(_read(reading))] == ["A"]
    assert [*metrics_in(_read("gauge('rooms', 'Open rooms.', read)"))] == ["prime_rooms"]
    assert [*metrics_in(_read("metrics.histogram('took', 'So long.')"))] == ["prime_took"]
    assert [*metrics_in(_read("metrics.counter('a_total', 'Rows.')"))] == ["prime_a_total"]
    assert [*metrics_in(_read("self._count('bus_dropped')"))] == ["bus_dropped"]
    assert [*metrics_in(_read("count.count(f'closed_{code.name}')"))] == ["closed_*"]


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


def test_every_metric_is_on_the_page_and_none_that_is_none() -> None:
    counted = {name for node in _calls("server") for name in metrics_in(node)}
    assert named("What to watch") == sorted(counted)
    assert len(counted) > 20


def test_alarms_ask_for_metrics_that_exist() -> None:
    page = text()
    asked = [
        kind for kinds in re.findall(r'kind=~?"([a-z_|]+)"', page) for kind in kinds.split("|")
    ]
    known = named("What to watch")
    assert asked
    assert [kind for kind in asked if not any(fnmatch(kind, name) for name in known)] == []


def test_what_an_operator_is_called_for_is_told_from_the_start() -> None:
    page = text()
    rows = [
        line.split("|") for line in page.splitlines() if re.match(r"\| `[^|]*\|.*\| ever: ", line)
    ]
    ever = {name for row in rows for name in NAME.findall(row[1])}
    asked = {
        kind for kinds in re.findall(r'kind=~?"([a-z_|]+)"', page) for kind in kinds.split("|")
    }
    assert "append_failed" in ever
    assert ever | asked == set(FROM_THE_START)


def test_every_limit_is_on_the_page_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+)", section("Who may have how much"), re.MULTILINE)
    told = {name: float(number.replace(",", "")) for name, number in rows}
    assert told == asdict(Limits())
