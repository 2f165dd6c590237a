"""The modules of `web/sdk/src/schema/`."""

from pathlib import Path

from schema.generating.json_structs import Schema
from schema.generating.typescript.tables import tables_module
from schema.generating.typescript.types import types_module

FOLDER = Path("web/sdk/src/schema")

_HEAD = "// Made by `python -m schema.generate` from schema/: change it there.\n\n"


def typescript_modules(schema: Schema) -> dict[Path, str]:
    """Path from the root -> what it should contain; `schema`: that of `json_schema()`."""
    return {
        FOLDER / "types.ts": _HEAD + types_module(schema),
        FOLDER / "tables.ts": _HEAD + tables_module(schema),
    }
