"""Where code lives: no circles, nothing too long, no folder too full, a test for each module."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.tested_elsewhere import TESTED_ELSEWHERE

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "schema": "schema", "rooms": "rooms", "persistence": "persistence", "server": "server",
    "files": "files", "machine": "machine", "loadtest": "loadtest", "admin": "admin",
    "prime_client": "client",
}  # fmt: skip
"""Package -> its folder under tests/."""

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
FULLEST_FOLDER = 14
"""Lines, lines, and files but for `__init__.py`."""

REASON = "# Long: "
"""Begins the comment that says why a module or a function is longer than that, within it."""


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, but for `__init__.py` and for what runs in environments of its own."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for package in FOLDERS
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name != "__init__.py" and "peers/python" not in path.as_posix()
    }


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def imports_of(module: str) -> Iterator[str]:
    """Our modules that it imports when it is loaded; what only types need makes no circle."""
    for node in tree_of(module).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                names = (f"{node.module}.{alias.name}", node.module)
                yield from [name for name in names if name in modules()][:1]


def test_no_circle_of_imports() -> None:
    """By taking away, again and again, what imports nothing that is left."""
    left = {module: set(imports_of(module)) for module in modules()}
    while free := [module for module, needs in left.items() if not needs & left.keys()]:
        for module in free:
            del left[module]
    assert sorted(left) == []


@pytest.mark.parametrize("package", FOLDERS)
def test_no_module_is_long_without_a_reason(package: str) -> None:
    long = [
        f"{path.relative_to(ROOT)}: {len(lines)} lines"
        for module, path in modules().items()
        if module.partition(".")[0] == package
        and len(lines := path.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE
        and not any(line.startswith((REASON, "# Made by ")) for line in lines[:20])
    ]
    assert long == []


@pytest.mark.parametrize("package", FOLDERS)
def test_no_function_is_long_without_a_reason(package: str) -> None:
    long = []
    for module in (name for name in modules() if name.partition(".")[0] == package):
        lines = modules()[module].read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                own = lines[node.lineno - 1 : node.end_lineno]
                if len(own) > LONGEST_FUNCTION and not any(REASON in line for line in own):
                    long.append(f"{module}.{node.name}")
    assert long == []


def test_no_folder_is_too_full() -> None:
    full = {}
    for folder in {path.parent for path in [*modules().values(), *_tests()]}:
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        if len(files) > FULLEST_FOLDER:
            full[str(folder.relative_to(ROOT))] = len(files)
    assert full == {}


def test_the_tables_of_ARCHITECTURE_name_each_folder() -> None:
    """By its whole path, or by its name in the row of the folder that it lies in."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]

    def is_named(folder: Path) -> bool:
        within = f"| `{folder.parent}/`"
        named = f"`{folder.name}/`"
        return any(
            f"`{folder}/`" in row or (row.startswith(within) and named in row) for row in rows
        )

    folders = {path.parent.relative_to(ROOT) for path in modules().values()}
    folders = {Path("client") / one if one.parts[0] == "prime_client" else one for one in folders}
    nameless = sorted(str(one) for one in folders if not is_named(one) and len(one.parts) > 1)
    assert nameless == [], "say in ARCHITECTURE.md what lives there"


@pytest.mark.parametrize("package", FOLDERS)
def test_each_module_has_a_test_of_its_name_or_says_which_one_tests_it(package: str) -> None:
    without = [
        module
        for module in modules()
        if module.partition(".")[0] == package
        and not place_of_test(module).exists()
        and module not in TESTED_ELSEWHERE
    ]
    assert without == [], "write the test, or say in tests/tested_elsewhere.py where it is tested"


def test_what_is_tested_elsewhere_is_there_and_has_no_test_of_its_own() -> None:
    gone = [module for module in TESTED_ELSEWHERE if module not in modules()]
    there = TESTED_ELSEWHERE.keys() - gone
    twice = [module for module in there if place_of_test(module).exists()]
    lost = {path for path in TESTED_ELSEWHERE.values() if not (ROOT / path).exists()}
    assert (gone, twice, lost) == ([], [], set())


def place_of_test(module: str) -> Path:
    """The test of a module's name: tests/rooms/edits/test_made_ops.py of `rooms.edits.made_ops`.

    What a package does as a program is in `test_command_line.py`.
    """
    package, *folders, name = module.split(".")
    name = "command_line" if name == "__main__" else name
    return ROOT.joinpath("tests", FOLDERS[package], *folders, f"test_{name.strip('_')}.py")


def _tests() -> list[Path]:
    return list((ROOT / "tests").rglob("*.py"))
