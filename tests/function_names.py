"""The functions of the tests, read once for all that look at their names."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent


@cache
def function_names() -> tuple[tuple[str, Path], ...]:
    """The name of each, those inside others too, and its file from the root on."""
    return tuple(
        (node.name, path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
