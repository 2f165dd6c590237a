"""The modules of `client/prime_client/schema/`: the SDK is installed alone, without this folder."""

import re
import textwrap
from pathlib import Path

from schema.generating.sdk_calls import calls_module, presence_module
from schema.generating.sdk_queries import queries_module
from schema.limits import BOUNDS

FOLDER = Path("client/prime_client/schema")

COPIED = ("close_codes", "entities", "errors", "order_keys")
"""Modules of plain data and plain Python, which the SDK has as they are here."""

_WIDTH = 100


def sdk_modules() -> dict[Path, str]:
    """Path from the root -> what it should contain."""
    schema_folder = Path(__file__).parents[1]
    modules = {
        FOLDER / f"{name}.py": _copied(
            name, (schema_folder / f"{name}.py").read_text(encoding="utf-8")
        )
        for name in COPIED
    }
    modules[FOLDER / "limits.py"] = _limits()
    modules[FOLDER / "calls.py"] = _head("schema/calls.py, calling/ and tables/") + calls_module()
    modules[FOLDER / "queries.py"] = _head("schema/tables/") + queries_module()
    modules[FOLDER / "presence.py"] = _head("schema/messages.py") + presence_module()
    return modules


def _head(origin: str) -> str:
    return f"# Made by `python -m schema.generate` from {origin}: change it there.\n"


def _copied(name: str, text: str) -> str:
    """Imports of `schema` become imports of the SDK's own."""
    own_text = re.sub(r"^from schema\.", "from prime_client.schema.", text, flags=re.MULTILINE)
    return _head(f"schema/{name}.py") + own_text


def _limits() -> str:
    parts = [_head("schema/limits.py") + '"""The bounds that a client can meet."""\n']
    for row in BOUNDS.rows.values():
        comment = f"{row.why} ({row.unit}; {row.door})"
        lines = textwrap.wrap(comment, _WIDTH - len('""""""'))
        parts.append(f'{row.name} = {row.value:_}\n"""' + "\n".join(lines) + '"""\n')
    return "\n".join(parts)
