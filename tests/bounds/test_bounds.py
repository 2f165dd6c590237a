"""The table of bounds is whole, and true: each row is gone to, and one past it."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schema import limits, server_limits
from schema.bounds import Bounds
from schema.limits import BOUNDS
from schema.server_limits import SERVER_BOUNDS
from tests.bounds.cases import CASES, LIVE_CASES
from tests.server.conftest import Node

ROOT = Path(__file__).parent.parent.parent
ROWS = BOUNDS.rows | SERVER_BOUNDS.rows
USAGE_LIMITS = re.findall(
    r"(\w+): float = limits\.(\w+)",
    (ROOT / "server/accounts/usage_limits.py").read_text(encoding="utf-8"),
)
"""Name of the usage limit, and of the bound whose value it has where operators say nothing else."""
IS_BOUND = re.compile(r"^(MAX|MIN)_\w+$|^\w+_BYTES$")

for _cases in sorted((ROOT / "tests" / "bounds" / "rows").rglob("*_cases.py")):
    importlib.import_module(".".join(_cases.relative_to(ROOT).with_suffix("").parts))


def _constants(folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                targets = getattr(statement, "targets", None) or [statement.target]  # type: ignore[union-attr]
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield target.id, str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", ["rooms", "server", "persistence", "schema"])
def test_every_bound_is_defined_in_the_table(folder: str) -> None:
    tables = ("schema/limits.py", "schema/server_limits.py")
    elsewhere = [
        f"{path}: {name}"
        for name, path in _constants(folder)
        if IS_BOUND.match(name) and path not in tables
    ]
    assert elsewhere == []


@pytest.mark.parametrize(("module", "table"), [(limits, BOUNDS), (server_limits, SERVER_BOUNDS)])
def test_constants_and_rows_are_the_same(module: object, table: Bounds) -> None:
    constants = {name: value for name, value in vars(module).items() if type(value) in (int, float)}
    assert constants == {name: row.value for name, row in table.rows.items()}


def test_each_bound_has_one_row() -> None:
    assert not BOUNDS.rows.keys() & SERVER_BOUNDS.rows.keys()


@pytest.mark.parametrize("name", ROWS)
def test_the_file_that_enforces_a_bound_names_it(name: str) -> None:
    """By its own name, or by that of the usage limit whose value it is by default."""
    names = "|".join([name, *(limit for limit, bound in USAGE_LIMITS if bound == name)])
    assert re.search(rf"\b({names})\b", (ROOT / ROWS[name].by).read_text(encoding="utf-8"))


def test_every_row_has_a_case() -> None:
    assert not CASES.keys() & LIVE_CASES.keys()
    assert {*CASES, *LIVE_CASES} == ROWS.keys()


@pytest.mark.parametrize("name", CASES)
def test_what_is_bounded_is_taken_up_to_the_bound_and_not_past_it(name: str) -> None:
    assert CASES[name]() == (None, ROWS[name].past)


@pytest.mark.parametrize("name", LIVE_CASES)
async def test_a_node_keeps_to_the_bound(name: str, node: Node) -> None:
    assert await LIVE_CASES[name](node) == (None, ROWS[name].past)
