"""What modules of the web import: no circle of modules, and none of the studio's folders."""

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.web.building import WEB

IMPORT = re.compile(
    r'^(?:import|export)\s+(type\s+)?(?:(\{[^}]*\}|[^"\n]*?)\s*from\s+)?"(\.[^"]+)"', re.M
)

STUDIO = WEB / "studio" / "src"


def imported_modules(module: Path, *, with_types: bool) -> set[Path]:
    """The modules of ours that it imports. What only types need makes no circle of modules."""
    found = set()
    for is_type, names, where in IMPORT.findall(module.read_text()):
        parts = [name.strip() for name in names.strip("{} ").split(",") if name.strip()]
        is_erased = bool(is_type) or (
            bool(parts) and all(part.startswith("type ") for part in parts)
        )
        target = (module.parent / where).resolve()
        sources = [target, target.with_suffix(".ts"), target.with_suffix(".tsx")]
        if with_types or not is_erased:
            found |= {
                source for source in sources if source.suffix in {".ts", ".tsx"} and source.exists()
            }
    return found


def circle_in(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """The nodes of one circle; empty: there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def sources_in(folder: Path) -> list[Path]:
    return sorted(
        path.resolve() for path in folder.rglob("*.ts*") if path.suffix in {".ts", ".tsx"}
    )


@pytest.mark.parametrize("folder", ["sdk/src", "studio/src", "operator", "react/src", "pages"])
def test_no_circle_of_modules(folder: str) -> None:
    modules = sources_in(WEB / folder)
    assert modules
    assert not circle_in(
        {
            str(module.relative_to(WEB.resolve())): [
                str(each.relative_to(WEB.resolve()))
                for each in imported_modules(module, with_types=False)
            ]
            for module in modules
        }
    )


def test_no_circle_of_the_studios_folders() -> None:
    """Types count too. What lies above the folders is what all of them share: it is left out."""
    root = STUDIO.resolve()
    graph: dict[str, set[str]] = {}
    for module in sources_in(STUDIO):
        imported = imported_modules(module, with_types=True)
        paths = [
            each.relative_to(root).parts for each in (module, *imported) if root in each.parents
        ]
        folder, *others = [parts[0] if len(parts) > 1 else "" for parts in paths]
        graph.setdefault(folder, set()).update(
            other for other in others if other not in {folder, ""}
        )
    graph.pop("", None)
    assert len(graph) > 10
    assert not circle_in(graph)


def test_a_circle_is_found() -> None:
    assert circle_in({"a": ["b"], "b": ["c"], "c": ["a"]})
    assert not circle_in({"a": ["b", "c"], "b": ["c"]})
