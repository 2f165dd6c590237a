"""The files of schema/vectors/: what stands in each, and which of them are stale."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.vectors.digests import digests
from tests.vectors.names import names_session
from tests.vectors.ops import ops
from tests.vectors.order_keys import order_keys
from tests.vectors.sessions import session
from tests.vectors.tempo import tempo

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "schema" / "vectors"
COMMITTED = range(20)
"""Seeds of the sessions that are kept."""

STEPS = 10

OTHER_SEEDS = os.environ.get("PRIME_VECTOR_SEEDS", "1000-1019")
"""Of sessions that are made, read and forgotten; CI draws some that nobody has seen."""


def tables() -> dict[Path, str]:
    """What no seed changes: path in the folder -> content."""
    made: dict[str, dict[str, Any]] = {
        "digests.json": digests(),
        "order_keys.json": order_keys(),
        "tempo.json": tempo(),
        "ops.json": ops(),
        "sessions/names.json": names_session(),
    }
    return {Path(name): _text(content) for name, content in made.items()}


def sessions(seeds: Iterable[int], steps: int) -> dict[Path, str]:
    """A file for each seed."""
    return {Path(f"sessions/{seed:02}.json"): _text(session(seed, steps)) for seed in seeds}


def stale(folder: Path, made: dict[Path, str]) -> list[Path]:
    """Which files are not as they should be, or should not be there."""
    there = {path.relative_to(folder) for path in folder.rglob("*.json")}
    changed = {path for path, text in made.items() if _read(folder / path) != text}
    return sorted(changed | (there - made.keys()))


def write(folder: Path, made: dict[Path, str]) -> list[Path]:
    """Make the folder hold just these; returns what was changed."""
    changed = stale(folder, made)
    for path in changed:
        if path in made:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(made[path], encoding="utf-8")
        else:
            (folder / path).unlink()
    return changed


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _text(content: dict[str, Any]) -> str:
    """JSON with a line for each row of its lists."""
    parts = [f"{json.dumps(name)}: {_rows(value)}" for name, value in content.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(_line(row) for row in value) + "\n]"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
